"""The judge, against the library itself, the authors' numbers, and by hand."""

import json
import shutil

import numpy as np
import orjson
import pytest

from sel.errors import MachineError, OptionError, UsageError
from sel.inputs.answering import read
from sel.maths.text.questions import Answers, Question, chances, parsed
from sel.models import answering
from sel.score import judge
from tests.conftest import GOLDEN, lines

MODEL = GOLDEN / "rds/tiny_model"
TRACES = GOLDEN / "select2reason"
TEMPLATE = (
    "{% for m in messages %}<{{ m.role }}>{{ m.content }}\n{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)
NAMES = ("difficulty", "complexity", "quality", "yes-no", "accuracy", "educational")
POOL = [
    {"instruction": f"Add {i} and {i * i}.", "output": "Yes. " * i} for i in range(1, 9)
]


@pytest.fixture(scope="module")
def chatty(tmp_path_factory):
    """The tiny model with a template of chats."""
    folder = tmp_path_factory.mktemp("models") / "chatty"
    shutil.copytree(MODEL, folder)
    path = folder / "tokenizer_config.json"
    path.write_text(
        json.dumps(json.loads(path.read_text()) | {"chat_template": TEMPLATE})
    )
    return folder


def library(folder):
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    return AutoTokenizer.from_pretrained(folder), model


def logprobs(folder, requests):
    """What the library says of all tokens behind each request, as replies tell it."""
    import torch

    tokenizer, model = library(folder)
    tokens = [tokenizer.decode([i]) for i in range(model.config.vocab_size)]
    for request in requests:
        text, special = request.get("prompt"), True
        if text is None:
            special = False
            text = tokenizer.apply_chat_template(
                request["messages"], tokenize=False, add_generation_prompt=True
            )
        ids = tokenizer(text, return_tensors="pt", add_special_tokens=special)
        with torch.inference_mode():
            found = model(ids["input_ids"]).logits[0, -1].double().log_softmax(-1)
        pairs = zip(tokens, found.tolist(), strict=True)
        told = [{"token": token, "logprob": number} for token, number in pairs]
        yield {"id": request["id"], "logprobs": told}


@pytest.mark.parametrize("ask", ["difficulty", "complexity", "accuracy", "better"])
def test_the_library_as_somebody_else_gives_the_scores_of_the_model(
    sel, tmp_path, chatty, ask
):
    pool = [{**one, "a": one["output"], "b": "No."} for one in POOL[:4]]
    command = f"score judge --ask {ask} --pair a,b --parts"
    sel(f"{command} --requests asked.jsonl", pool)
    requests = [
        orjson.loads(x) for x in (tmp_path / "asked.jsonl").read_bytes().splitlines()
    ]
    assert len(requests) == 4 * (2 if ask == "better" else 1)
    assert all(("prompt" in one) == (ask == "complexity") for one in requests)
    (tmp_path / "replies.jsonl").write_bytes(lines(logprobs(chatty, requests)))
    ours = sel(f"{command} --model {chatty} --batch 2", pool).records
    theirs = sel(f"{command} --replies replies.jsonl", pool).records
    for one, other in zip(ours, theirs, strict=True):
        assert one.keys() == other.keys()
        for name, number in one.items():
            if isinstance(number, float):
                assert number == pytest.approx(other[name], rel=1e-4, abs=1e-6), name
    numbers = [one["judge"] for one in ours]
    assert len({round(number, 6) for number in numbers}) > 1
    (tmp_path / "pool.jsonl").write_bytes(lines(pool))
    again = sel(f"{command} --replies replies.jsonl --requests more.jsonl pool.jsonl")
    assert (tmp_path / "more.jsonl").read_bytes() == b""
    assert "missing" not in again.err


def test_batches_and_order_change_no_answer():
    asked = [{"text": "a word, and another " * n} for n in (1, 30, 2, 9, 1)]
    question = read("yes-no")
    several = [answering.load(str(MODEL), "cpu", batch) for batch in (1, 64)]
    one, many = (model.answers(question, asked, 2048).chances for model in several)
    np.testing.assert_allclose(one, many, rtol=1e-5)
    back = several[1].answers(question, asked[::-1], 2048).chances
    np.testing.assert_allclose(one, back[::-1], rtol=1e-5)


def test_answers_of_several_tokens_are_read_as_a_whole():
    """By the library: the product of the chances of their tokens, over both spellings."""
    import torch

    model = answering.load(str(MODEL), "cpu", 8)
    question = Question("q", ("difficult", "easy"), (1, 0), "Is {text} hard?")
    tokenizer, whole = library(MODEL)
    found = model.answers(question, [{"text": "this"}], 99).chances[0]
    prompt = tokenizer("Is this hard?")["input_ids"]
    for label, chance in zip(question.labels, found, strict=True):
        total = 0.0
        for form in (label, f" {label}"):
            ids = tokenizer(form, add_special_tokens=False)["input_ids"]
            assert len(ids) > 1
            with torch.inference_mode():
                logits = whole(torch.tensor([prompt + ids])).logits[0].double()
            after = logits.log_softmax(-1)[len(prompt) - 1 : -1]
            total += after[range(len(ids)), ids].sum().exp().item()
        assert chance == pytest.approx(total, rel=1e-4)


def test_an_answer_that_goes_on_to_another_is_not_that_one():
    model = answering.load(str(MODEL), "cpu", 8)
    asked = [{"text": "this"}]
    short = Question("q", ("1", "2"), (1, 2), "How {text}?")
    long = Question("q", ("1", "2", "1937"), (1, 2, 10), "How {text}?")
    (one, two), (a, b, ten) = (
        model.answers(question, asked, 99).chances[0] for question in (short, long)
    )
    assert ten > 0
    assert two == b
    # Another spelling of 1937 begins with a space.
    assert one * 1e-9 < one - a <= ten * 1.01  # numbers of 32 bits


def test_a_question_that_is_too_long_keeps_its_words():
    model = answering.load(str(MODEL), "cpu", 8)
    question = Question("q", ("1", "0"), (1, 0), "Is <{a}> or <{b}> hard? Say it.")
    asked = [{"a": "one two three " * 99, "b": "short"}, {"a": "x", "b": "y"}]
    limit = 90
    read_, note = model._cut(question, asked[0], model._read(question, asked)[0], limit)
    text = model._tokenizer.decode(read_)
    assert text.endswith("or <short> hard? Say it.")
    assert note == "truncated"
    assert limit // 2 < len(read_) <= limit
    found = model.answers(question, asked, limit)
    assert found.notes == ["truncated", None]
    assert np.isfinite(found.chances).all()
    nothing = model.answers(question, asked, 10)
    assert nothing.notes == ["too long", "too long"]
    assert np.isnan(nothing.chances).all()


def test_bad_input(sel, tmp_path):
    pool = [{"text": ""}, {"text": " \n"}, {"text": "a\x00b"}, {"text": "word " * 2000}]
    run = sel(f"score judge --ask 1-3 --max-length 300 --parts --model {MODEL}", pool)
    notes = [record["judge_note"] for record in run.records]
    assert notes == ["empty", "empty", None, "truncated"]
    assert [record["judge"] is None for record in run.records] == [
        True,
        True,
        False,
        False,
    ]
    assert "asked 4, empty 2, truncated 1" in run.err
    assert "--ask nope: No such file" in sel("score judge --ask nope", pool, 2).err
    assert "a scale goes up" in sel("score judge --ask 6-1 --model x", pool, 2).err
    assert "give --model" in sel("score judge --ask yes-no", pool, 2).err
    assert "two fields" in sel("score judge --pair a --requests r.jsonl", pool, 2).err
    assert sel("score judge --requests r.jsonl --resume -o o.jsonl", b"", 2).err
    (tmp_path / "bad.toml").write_text("labels = [")
    assert "is not TOML" in sel("score judge --ask bad.toml", pool, 2).err
    empty = sel(f"score judge --model {MODEL}", b"")
    assert empty.out == b""


def test_what_is_wrong_is_counted_over_blocks_and_files(sel, tmp_path):
    some = lines([{"text": "word " * 200}] * 300 + [{"text": ""}] * 5)  # two blocks
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_bytes(some)
    command = "score judge --ask yes-no --requests asked.jsonl --summary s.json"
    sel(f"{command} -o out/ a.jsonl b.jsonl")
    told = orjson.loads((tmp_path / "s.json").read_bytes())["answering"]
    expected = {"asked": 610, "missing": 600, "empty": 10, "requests": 1}
    assert expected.items() <= told.items()
    assert len((tmp_path / "asked.jsonl").read_bytes().splitlines()) == 1


def test_a_label_that_the_vocabulary_has_not(tmp_path):
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    words = {w: i for i, w in enumerate(["[UNK]", "Is", "it", "yes", "no", "?"])}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    config = LlamaConfig(
        vocab_size=6,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=8,
    )
    LlamaForCausalLM(config).save_pretrained(tmp_path)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="[UNK]"
    ).save_pretrained(tmp_path)
    model = answering.load(str(tmp_path), "cpu", 4)
    asked = [{"text": "it"}]
    known = Question("q", ("yes", "no"), (1, 0), "Is {text} ?")
    assert np.isfinite(model.answers(known, asked, 99).chances).all()
    unknown = Question("q", ("yes", "perhaps"), (1, 0), "Is {text} ?")
    with pytest.raises(MachineError, match="'perhaps' cannot be written"):
        model.answers(unknown, asked, 99)


def test_the_numbers_of_select2reason(sel, tmp_path):
    """Its rule is --among all of what was replied; over the two answers it is another."""
    records = [
        orjson.loads(x) for x in (TRACES / "records.jsonl").read_bytes().splitlines()
    ]
    expected = orjson.loads((TRACES / "expected.json").read_bytes())
    ask = "score judge --prompt id"
    sel(f"{ask} --requests asked.jsonl", records)
    asked = [
        orjson.loads(x) for x in (tmp_path / "asked.jsonl").read_bytes().splitlines()
    ]
    told = {one["messages"][1]["content"]: one["id"] for one in asked}
    replies = [
        {"id": told[one["id"]], "logprobs": one["judge_top_logprobs"]}
        for one in records
    ]
    (tmp_path / "replies.jsonl").write_bytes(lines(replies))
    for among, name in {"all": "difficulty", "labels": "difficulty_two_labels"}.items():
        run = sel(f"{ask} --among {among} --replies replies.jsonl", records)
        ours = [record["judge"] for record in run.records]
        assert [one is None for one in ours] == [one is None for one in expected[name]]
        for one, other in zip(ours, expected[name], strict=True):
            assert one is None or one == pytest.approx(other, abs=1e-12)


def test_the_choice_of_select2reason_in_a_pipe(sel, tmp_path):
    """Judge, length and fuse, one after the other; ties as the fixture has them."""
    records = [
        orjson.loads(x) for x in (TRACES / "records.jsonl").read_bytes().splitlines()
    ]
    expected = orjson.loads((TRACES / "expected.json").read_bytes())
    sel("score judge --prompt id --requests asked.jsonl", records)
    asked = [
        orjson.loads(x) for x in (tmp_path / "asked.jsonl").read_bytes().splitlines()
    ]
    told = {one["messages"][1]["content"]: one["id"] for one in asked}
    replies = [
        {"id": told[one["id"]], "logprobs": one["judge_top_logprobs"]}
        for one in records
    ]
    (tmp_path / "replies.jsonl").write_bytes(lines(replies))
    traces = [{**one, "output": "x" * one["output_chars"]} for one in records]
    judged = sel("score judge --prompt id --among all --replies replies.jsonl", traces)
    long = sel("score length --text output --as trace", judged.out)
    run = sel(
        "pick fuse --rank judge:0.25,trace:0.75 -k 10% --ties average --order score",
        long.out,
    )
    golden = expected["selected"]["w0.25_average_top10pct"]
    assert [record["id"] for record in run.records] == golden


def test_replies(sel, tmp_path):
    pool = [{"text": f"text {i}"} for i in range(9)] + [{"text": "text 0"}]
    sel("score judge --ask 1-3 --requests asked.jsonl --model ann", pool)
    asked = [
        orjson.loads(x) for x in (tmp_path / "asked.jsonl").read_bytes().splitlines()
    ]
    assert len(asked) == 9  # the same is asked once
    said = [
        {"text": " 2.\n"},
        {"choice": 3},
        {"choice": "7", "text": "I would say 1"},
        {"text": "1 or 2"},
        {"logprobs": {"1": -0.1, " 3": -3, "x": -9}},
        {"logprobs": {"content": [{"top_logprobs": [{"token": "2", "logprob": 0}]}]}},
        {"logprobs": {"1": "high"}},
        {"text": None},
    ]
    replies = [{"id": one["id"], **two} for one, two in zip(asked, said, strict=False)]
    replies += [{"id": asked[1]["id"], "text": "no idea"}, {"id": 7}]
    (tmp_path / "replies.jsonl").write_bytes(lines(replies) + b"{broken\n")
    command = "score judge --ask 1-3 --replies replies.jsonl --parts"
    run = sel(f"{command} --model ann --requests more.jsonl", pool)
    found = [record["judge"] for record in run.records]
    third = (np.exp(-0.1) + 3 * np.exp(-3)) / (np.exp(-0.1) + np.exp(-3))
    assert found[4] == pytest.approx(third)
    assert [*found[:4], *found[5:]] == [2, 3, 1, None, 2, None, None, None, 2]
    notes = [record["judge_note"] for record in run.records]
    assert [i for i, one in enumerate(notes) if one == "invalid"] == [3, 6, 7]
    assert [i for i, one in enumerate(notes) if one == "missing"] == [8]
    assert "asked 10, invalid 3, missing 1" in run.err
    more = [
        orjson.loads(x)["id"]
        for x in (tmp_path / "more.jsonl").read_bytes().splitlines()
    ]
    assert more == [asked[i]["id"] for i in (3, 6, 7, 8)]
    other = sel(f"{command} --model bob", pool)
    assert all(record["judge"] is None for record in other.records)


class Told:
    """Answers what it was told; nothing about anything else."""

    def __init__(self, question, **told):
        self.question, self.told = question, told

    def answers(self, asked, max_length):
        nothing = [np.nan] * len(self.question.labels)
        found = [self.told.get("".join(one.values()), nothing) for one in asked]
        chances_ = np.array(found, float).reshape(-1, len(nothing))
        known = np.where(np.isnan(chances_[:, 0]), np.nan, 1.0)
        return Answers(chances_, known, [None] * len(asked))


def test_both_orders_by_hand():
    question = Question("q", ("A", "B"), (1, 0), "{a} or {b}?")
    told = Told(question, xy=[0.6, 0.2], yx=[0.3, 0.3], pq=[1, 0], qp=[1, 0], uv=[1, 0])
    asked = [{"a": one[0], "b": one[1]} for one in ("xy", "yx", "pq", "uv")]
    found = judge.score(asked, told, parts=True)
    # 0.75 for x where it is first, and 0.5 where it is second.
    np.testing.assert_allclose(found[""], [0.625, 0.375, 0.5, np.nan])
    np.testing.assert_allclose(found["position"], [0.125, 0.125, 0.5, np.nan])
    np.testing.assert_allclose(found["mass"][:2], 0.7)
    scale = Question("q", ("A", "B", "same"), (5, 1, 3), "{a} or {b}?")
    told = Told(scale, xy=[0.5, 0, 0.5], yx=[0, 0.5, 0.5])
    found = judge.score(asked[:1], told)
    np.testing.assert_allclose([found[""][0], found["position"][0]], [4, 0])


def test_among():
    question = Question("q", ("yes", "no"), (1, 0), "{text}")
    told = Told(question, a=[0.2, 0.2], b=[0, 0])
    asked = [{"text": "a"}, {"text": "b"}, {"text": "c"}]
    np.testing.assert_allclose(judge.score(asked, told)[""], [0.5, np.nan, np.nan])
    np.testing.assert_allclose(
        judge.score(asked, told, among="all")[""], [0.2, 0, np.nan]
    )
    assert judge.score([], told)[""].shape == (0,)
    with pytest.raises(OptionError, match="--max-length must be at least 8"):
        judge.score(asked, told, max_length=1)


@pytest.mark.parametrize("name", [*NAMES, "better", "0-10"])
def test_questions_that_come_with_sel(name):
    question = read(name)
    assert question.labels
    assert max(question.values) > min(question.values)
    assert question.paired == (name == "better")
    text = question.plain(dict.fromkeys(question.places, "RECORD"))
    assert "RECORD" in text
    assert "{" not in text


def test_the_words_of_deita():
    """To the letter, as its scorers were trained to read them."""
    text = read("complexity").plain({"prompt": "Add."})
    assert text == (
        "You are a helpful assistant. Please identify the complexity score of the following"
        " user query. \n##Query: Add.  \n##Complexity: "
    )
    text = read("quality").plain({"prompt": "Add.", "response": "4"})
    assert text.endswith("Question. \n #Question#:\nAdd.\n#Response#:\n4 \n##Quality: ")


def test_a_question_of_ones_own(sel, tmp_path):
    (tmp_path / "own.toml").write_text(
        'labels = ["hard", "soft"]\nvalues = [1, -1]\nchat = false\n'
        'user = "{title}, by {meta.by}: {\\"json\\"} {text}"\n'
    )
    record = {"title": "{text}", "meta": {"by": 7}, "text": "body"}
    sel("score judge --ask own.toml --requests r.jsonl", [record])
    request = orjson.loads((tmp_path / "r.jsonl").read_bytes())
    assert request["prompt"] == '{text}, by 7: {"json"} body'
    assert request["choices"] == ["hard", "soft"]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"labels": ["a"], "user": "{text}"}, "two or more different"),
        ({"labels": ["a", "a"], "user": "{text}"}, "two or more different"),
        ({"labels": ["a", " b"], "user": "{text}", "values": [1, 2]}, "without spaces"),
        ({"labels": ["a", 1], "user": "{text}", "values": [1, 2]}, "without spaces"),
        ({"labels": ["a", "b"], "user": "{text}"}, "values must be"),
        ({"labels": ["1", "nan"], "user": "{text}"}, "values must be"),
        ({"labels": ["1", "2"], "user": "{text}", "values": [1]}, "values must be"),
        ({"labels": ["1", "2"], "user": "text"}, "nothing of a record"),
        ({"labels": ["1", "2"], "user": 1}, "user must be a string"),
        ({"label": ["1", "2"], "user": "{text}"}, "there is no 'label'"),
    ],
)
def test_questions_that_are_none(raw, words):
    with pytest.raises(UsageError, match=words):
        parsed("q", raw)


def test_what_a_text_says():
    question = Question("q", ("yes", "no", "10", "1"), (1, 0, 10, 1), "{text}")
    cases = {
        "Yes!": "yes",
        "**no**": "no",
        "It is 10.": "10",
        "I say: no, no": "no",
        "1.": "1",
    }
    for text, label in cases.items():
        found, _ = chances(question, {"text": text})
        assert found[question.labels.index(label)] == 1
    for text in ("yes and no", "nothing", "1.5", "-1 point", "", "10 of 1"):
        with pytest.raises(ValueError):
            chances(question, {"text": text})
    folded = Question("q", ("A", "a"), (1, 0), "{text}")
    assert (folded.label(" a"), folded.label("A"), folded.label("b")) == (1, 0, None)
