"""Perplexity, against the losses that RDS+'s authors recorded."""

import numpy as np
import orjson
import pytest

from sel.errors import OptionError
from sel.models import likelihood
from sel.score import perplexity
from tests.conftest import GOLDEN

RDS = GOLDEN / "rds"
MODEL = RDS / "tiny_model"


def test_losses_are_those_of_the_authors(sel):
    run = sel(f"score perplexity --model {MODEL} {RDS}/train.jsonl")
    losses = np.log([record["perplexity"] for record in run.records])
    said = orjson.loads((RDS / "out_baselines/ppl.json").read_bytes())
    np.testing.assert_allclose(losses, said["mean_nll_all_tokens"], rtol=0, atol=3e-6)
    ids = [record["id"] for record in run.records]
    order = np.argsort(-losses.round(5), kind="stable")  # one record is there twice
    begin = int(0.33 * len(ids))
    for name, chosen in (("top", order[:5]), ("mid", order[begin : begin + 5])):
        assert sorted(ids[i] for i in chosen) == sorted(said["select5"][name])


def test_batches_change_no_loss():
    texts = ["Hello", "", "What is two and two? " * 9, "a", "Why?"]
    one, many = (
        likelihood.load(str(MODEL), "cpu", batch).losses(texts, 64) for batch in (1, 32)
    )
    sizes = likelihood.load(str(MODEL), "cpu", 1).lengths(texts)
    for a, b, size in zip(one, many, sizes, strict=True):
        assert len(a) == max(min(size, 64) - 1, 0)
        np.testing.assert_allclose(a, b, rtol=0, atol=3e-6)


class Model:
    """Every character costs as much as its place."""

    end = "$"

    def render(self, turns):
        return "|".join(said for _, said in turns)

    def losses(self, texts, max_length, *, special=True, spans=None):
        every = [np.arange(1.0, len(text[:max_length])) for text in texts]
        if spans is None:
            return every
        return [
            np.concatenate([losses[max(a, 1) - 1 : b - 1] for a, b in some] or [[]])
            for losses, some in zip(every, spans, strict=True)
        ]


def test_the_mean_is_over_all_tokens_after_the_first():
    chats = [[("", "abc")], [("", "a")], [("", "")], [("", "abcdefg")]]
    found = perplexity.score(chats, Model(), max_length=5)[""]
    np.testing.assert_allclose(found, np.exp([1.5, np.nan, np.nan, 2.5]))


def test_templates():
    chats = [[("user", "ab"), ("assistant", "c")]]
    sizes = {"tulu": len("<|user|>\nab\n<|assistant|>\nc$"), "model": 4, "none": 4}
    for template, size in sizes.items():
        found = perplexity.score(chats, Model(), template=template)[""]
        np.testing.assert_allclose(found, np.exp(size / 2))
    with pytest.raises(OptionError, match="--max-length must be at least 2"):
        perplexity.score(chats, Model(), max_length=1)


def test_texts_without_tokens(sel):
    run = sel(
        f"score perplexity --model {MODEL}", [{"text": ""}, {"text": "Hello you"}]
    )
    assert [r["perplexity"] is None for r in run.records] == [True, False]
    sel("score perplexity", [{"text": "a"}], code=2)


def test_statistics_by_hand():
    chats = [[("", "abcdefghijk")], [("", "")]]  # losses of 1 to 10
    for statistic, number in {"mean": 5.5, "sum": 55, "min-k": 9.5}.items():
        found = perplexity.score(chats, Model(), statistic=statistic)[""]
        np.testing.assert_allclose(found, [number, np.nan])
    (one,) = perplexity.score(chats[:1], Model(), statistic="min-k", share=0.01)[""]
    assert one == 10
    with pytest.raises(OptionError, match="--share must be between"):
        perplexity.score(chats, Model(), share=0)


def test_answers_alone():
    asked, answers = "What?", ("It is.", "No.")
    chat = [
        ("user", asked),
        ("assistant", answers[0] + "\n"),
        ("assistant", answers[1]),
    ]
    text = f"<|user|>\n{asked}\n<|assistant|>\nIt is.$\n<|assistant|>\nNo.$"
    places = [
        i for one in answers for i in range(text.find(one), text.find(one) + len(one))
    ]
    found = perplexity.score([chat, chat[:1]], Model(), of="answer", statistic="sum")
    np.testing.assert_allclose(found[""], [sum(places), np.nan])


def test_buckets():
    chats = [[("", "ab")], [("", "abcd")], [("", "abcdef")], [("", "")]]
    options = {"statistic": "mean", "buckets": "1,2.5"}
    found = perplexity.score(chats, Model(), **options)
    assert found["bucket"] == ["head", "middle", "tail", None]
    for wrong in ("1", "2,1", "a,b", "1,2,3"):
        with pytest.raises(OptionError, match="two numbers that rise"):
            perplexity.score(chats, Model(), buckets=wrong)


def test_answers_alone_by_the_tokens_of_the_library(sel):
    """The pieces tokenized apart, where no token spans the border."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(MODEL)
    model = AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32)
    before, answer = "<|user|>\nHow many?\n<|assistant|>\n", "Five apples are left."
    first = len(tokenizer(before)["input_ids"])
    ids = tokenizer(before + answer + tokenizer.eos_token, return_tensors="pt")
    labels = ids["input_ids"].clone()
    labels[:, :first] = -100
    labels[:, -1] = -100
    loss = model(ids["input_ids"], labels=labels).loss.item()
    command = f"score perplexity --of answer --statistic mean --as a --model {MODEL}"
    chat = [{"role": "user", "content": "How many?"}]
    chat += [{"role": "assistant", "content": answer}]
    run = sel(command, [{"messages": chat}])
    assert run.records[0]["a"] == pytest.approx(loss, rel=1e-5)
    run = sel(command, [{"instruction": "How many?", "input": "", "output": answer}])
    assert run.records[0]["a"] == pytest.approx(loss, rel=1e-5)


def test_what_is_said_of_the_model(sel, tmp_path):
    command = f"score perplexity --model {MODEL} --summary s.json"
    sel(command, [{"text": "Hello you"}])
    known = orjson.loads((tmp_path / "s.json").read_bytes())["model"]
    assert known["model"] == str(MODEL)
    assert known["precision"] == "float32"
    assert len(known["tokenizer"]) == 16
