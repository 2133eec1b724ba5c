"""GATEAU, against numbers of tiny models and of its arithmetic."""

import numpy as np
import orjson
import pytest

import sel as library
from sel.errors import UsageError
from sel.records import contexts
from sel.score import _gateau, gateau
from tests.conftest import GOLDEN, lines

HERE = GOLDEN / "gateau"
MODELS = f"--model {HERE}/model_long --short-model {HERE}/model_short"
SIGNALS = "score gateau --segment 48 --positions plain"
RECORDS = [orjson.loads(x) for x in (HERE / "inputs.jsonl").read_bytes().splitlines()]
FIELDS = [
    {name: one[name] for name in ("id", "context", "instruction", "response")}
    for one in RECORDS
]
SAID = orjson.loads((HERE / "model_expected.json").read_bytes())
NUMBERS = orjson.loads((HERE / "numbers.json").read_bytes())


def test_scores_of_given_numbers_are_those_recorded():
    known = NUMBERS["expected"]
    short, long = np.array(NUMBERS["ppl_short"]), np.array(NUMBERS["ppl_long"])
    columns = {"hmg": np.log(short / long), "ppl_short": short, "ppl_long": long}
    segments = [
        (np.array(p), np.array(a))
        for p, a in zip(
            NUMBERS["segment_ppl"], NUMBERS["segment_attention"], strict=True
        )
    ]
    norms = {
        "rank": (
            "pearson",
            "cas_pearson_log_ppl",
            "hmg_log_ratio",
            "rank_logratio_pearson",
        ),
        "paper": ("softmax", "cas_align_softmax", "hmg_paper", "paper_softmax"),
        "authors": ("softmax", "cas_align_softmax", "hmg_repo", "repo"),
    }
    for norm, (how, cam, hmg, final) in norms.items():
        aware = np.array([_gateau.awareness(p, a, how) for p, a in segments])
        np.testing.assert_allclose(aware, known[cam], rtol=0, atol=1e-9)
        for alpha in NUMBERS["alphas"]:
            options = {"norm": norm, "alpha": alpha, "parts": False}
            found = gateau.finish(columns | {"cam": aware}, options)
            np.testing.assert_allclose(found["hmg"], known[hmg], rtol=0, atol=1e-9)
            name = f"alpha{alpha}_{final}"
            expected = known["final"][name]
            np.testing.assert_allclose(found[""], expected, rtol=0, atol=1e-9)
            order = np.argsort(-found[""], kind="stable")
            assert [NUMBERS["ids"][i] for i in order] == known["order"][name]


def scored(records, **options):
    """In this process, with segments as they were recorded."""
    usual = {"model": f"{HERE}/model_long", "segment": 48, "quiet": True}
    return library.score("gateau", records, **usual | options).to_list()


def same_order(ids, known, name):
    """But for texts of two segments: their correlation is 1 or -1, give or take 1e-16."""
    few = {one["id"] for one in SAID["per_example"] if len(one["segment_ppl"]) == 2}
    assert len(few) == 4
    recorded = [one["id"] for one in SAID["per_example"]]
    scores = dict(zip(recorded, known["final"][name], strict=True))
    assert sorted(ids) == sorted(recorded) == sorted(known["order"][name])
    order = [scores[one] for one in ids if one not in few]
    assert np.diff(order).max() <= 1e-9  # equal ones in any order


TWO = {"short_model": f"{HERE}/model_short"}


def close(records, name, recorded, rel=0.0, tol=0.0):
    for record, one in zip(records, SAID["per_example"], strict=True):
        np.testing.assert_allclose(record[name], one[recorded], rtol=rel, atol=tol)


@pytest.mark.parametrize(
    "window,short", [(None, "ppl_short"), (96, "ppl_short_window")]
)
def test_two_models_are_read_as_recorded(sel, window, short):
    options = {"positions": "plain", "parts": True, "short_window": window}
    records = scored(FIELDS, **TWO, **options)
    close(records, "gateau_ppl_short", short, rel=1e-4)
    close(records, "gateau_ppl_long", "ppl_long", rel=1e-4)
    close(records, "gateau_segment_ppl", "segment_ppl", rel=1e-4)
    close(records, "gateau_segment_attention", "segment_attention", tol=1e-5)
    known = SAID[f"scores_with_{short}"]
    hmg = [record["gateau_hmg"] for record in records]
    cam = [record["gateau_cam"] for record in records]
    np.testing.assert_allclose(hmg, known["hmg_log_ratio"], rtol=0, atol=1e-4)
    np.testing.assert_allclose(cam, known["cas_pearson_log_ppl"], rtol=0, atol=1e-3)
    ranks = "pick fuse --rank gateau_hmg:0.7,gateau_cam:0.3 --order score -k 20"
    order = [record["id"] for record in sel(ranks, records).records]
    same_order(order, known, "alpha0.7_rank_logratio_pearson")


@pytest.mark.parametrize(
    "norm,order",
    [
        ("rank", "rank_logratio_pearson"),
        ("paper", "paper_softmax"),
        ("authors", "repo"),
    ],
)
def test_a_score_over_all_records(norm, order):
    records = scored(FIELDS, **TWO, positions="plain", norm=norm, alpha=0.8)
    name, known = f"alpha0.8_{order}", SAID["scores_with_ppl_short"]
    found = [record["gateau"] for record in records]
    tolerance = 0.02 if norm == "rank" else 1e-4
    np.testing.assert_allclose(found, known["final"][name], rtol=0, atol=tolerance)
    best = sorted(records, key=lambda record: -record["gateau"])
    same_order([record["id"] for record in best], known, name)
    assert set(best[0]) == {*FIELDS[0], "gateau", "gateau_hmg", "gateau_cam"}


def test_bad_lines_are_left_out_of_a_score_over_all(sel):
    some = lines(FIELDS[:2]) + b'{"context": 1}\n' + lines(FIELDS[2:4])
    command = f"{SIGNALS} {MODELS} --norm rank --on-error skip"
    run = sel(command, some)
    assert "5 read, 4 kept, 0 dropped, 1 rejected" in run.err
    apart = scored(FIELDS[:4], **TWO, positions="plain", norm="rank")
    for a, b in zip(run.records, apart, strict=True):
        assert a["gateau"] == pytest.approx(b["gateau"], abs=1e-9)
    run = sel(f"{command} --resume -o out.jsonl", some, code=2)
    assert "--norm and --resume do not go together" in run.err


def test_one_model_with_a_short_window(sel):
    for record in scored(FIELDS[:4], short_window=64, parts=True):
        assert record["gateau_hmg"] == pytest.approx(
            np.log(record["gateau_ppl_short"] / record["gateau_ppl_long"]), abs=1e-9
        )
    run = sel(f"score gateau --model {HERE}/model_long", FIELDS[:1], code=2)
    assert "give --short-model MODEL, or --short-window TOKENS" in run.err


def test_records_beside_it_change_nothing():
    """Also positions that grow with a text beyond the window of 96."""
    whole = scored(FIELDS[:5], **TWO)
    back = scored(FIELDS[4::-1], **TWO, batch=1)[::-1]
    plain = scored(FIELDS[:5], **TWO, positions="plain")
    for a, b in zip(whole, back, strict=True):
        assert a["gateau_hmg"] == pytest.approx(b["gateau_hmg"], rel=1e-5, abs=1e-6)
        assert a["gateau_cam"] == pytest.approx(b["gateau_cam"], abs=1e-4)
    assert whole[1]["gateau_hmg"] != pytest.approx(plain[1]["gateau_hmg"], abs=1e-3)


def test_what_has_no_answer_or_no_long_text():
    one = FIELDS[0]
    odd = [one | {"response": ""}, one | {"context": ""}, one | {"context": "Short."}]
    first, second, third = scored(odd, **TWO, parts=True)
    assert first["gateau_hmg"] is first["gateau_cam"] is None
    assert first["gateau_segment_ppl"] == []
    assert second["gateau_hmg"] is not None
    assert second["gateau_cam"] is None
    assert third["gateau_cam"] == 0  # one segment does not vary
    assert len(third["gateau_segment_ppl"]) == 1


class Model:
    """A token is a character, and costs as much as there are tokens before it."""

    begin = (0,)

    def most(self, length):
        return min(length, 300)

    def ids(self, texts):
        return [[ord(c) for c in text] for text in texts]

    def after(self, sequences, starts):
        pairs = zip(sequences, starts, strict=True)
        return [np.arange(start, len(some)) / 100.0 for some, start in pairs]

    def attention(self, tokens, first, cuts):
        self.seen = len(tokens), first, cuts.tolist()
        return np.diff(cuts) / 100.0


def test_the_layout_by_hand():
    long, asked, answer = "x" * 20, "Why?", "So."
    model = Model()
    found = gateau.score(
        [(long, asked, answer)], model, None, short_window=10, segment=16, parts=True
    )
    text = f"### Input: {long}"
    rest = f"\n\n ### Instruction: {asked}\n\n ### Response: {answer}"
    count = 1 + len(text) + len(rest)
    assert model.seen == (count, count - 3, [1, 17, 1 + len(text)])
    assert found["hmg"] == pytest.approx(0.08 - (count - 2) / 100)
    ends = [1 + 16 + len(rest), 1 + len(text) - 16 + len(rest)]
    means = [np.exp((end - 2) / 100) for end in ends]
    np.testing.assert_allclose(found["segment_ppl"][0], means)
    assert found["segment_attention"] == [[0.16, (len(text) - 16) / 100]]
    assert found["cam"] == pytest.approx(1.0)


def test_a_text_beyond_the_window_is_cut_at_its_end():
    model = Model()
    gateau.score([("x" * 999, "Why?", "So.")], model, None, short_window=10)
    assert model.seen[0] == 300
    assert model.seen[2][-1] == 300 - len(
        "\n\n ### Instruction: Why?\n\n ### Response: So."
    )
    gateau.score(
        [("x" * 999, "?", "So.")], model, None, short_window=10, max_context=50
    )
    assert model.seen[2][-1] == 51
    with pytest.raises(UsageError, match="--segment"):
        gateau.score([], model, None, segment=0)


def test_attention_to_segments_is_linear_in_them(monkeypatch):
    """No more attentions at once than SCORES, however long the text."""
    import torch

    from sel.models import likelihood, machine

    monkeypatch.setattr(machine, "SCORES", 1 << 13)
    model = likelihood.load(f"{HERE}/model_long", "cpu", 32)
    sizes, softmax = [], torch.Tensor.softmax

    def watched(self, *more):
        sizes.append(self.numel())
        return softmax(self, *more)

    monkeypatch.setattr(torch.Tensor, "softmax", watched)
    for tokens in (256, 512, 1024):
        sizes.clear()
        ids = (np.arange(tokens) % 500 + 3).tolist()
        cuts = np.arange(1, tokens - 20, 48)
        model.attention(ids, tokens - 12, cuts)
        assert max(sizes) <= 1 << 13
        assert sum(sizes) == pytest.approx(2 * 4 * 12 * tokens, rel=0.05)


def found(record):
    name, wanted = contexts.context(None, None, None).of(record)
    return name, wanted.find(record)


@pytest.mark.parametrize(
    "record,name",
    [
        (
            {"context": "L", "instruction": "Q", "response": "A"},
            "context/instruction/response",
        ),
        ({"instruction": "Q", "input": "L", "output": "A"}, "input/instruction/output"),
        ({"document": "L", "question": "Q", "answer": "A"}, "document/question/answer"),
    ],
)
def test_usual_fields(record, name):
    assert found(record) == (name, ("L", "Q", "A"))


def test_the_last_paragraph_of_a_chat_is_the_question():
    chat = [
        {"role": "user", "content": "One.\n\nTwo.\n\nWhy?\n"},
        {"role": "assistant", "content": "So."},
    ]
    assert found({"messages": chat}) == ("chat", ("One.\n\nTwo.", "Why?", "So."))
    chat[0]["content"] = "Why?"
    assert found({"messages": chat}) == ("chat", ("", "Why?", "So."))


def test_records_without_a_question(sel):
    bad = [{"text": "a"}, {"messages": [{"role": "user", "content": "a"}]}]
    command = f"{SIGNALS} {MODELS} --on-error skip"
    run = sel(command, bad)
    assert "2 read, 0 kept, 0 dropped, 2 rejected" in run.err
    run = sel(f"{command} --context a", [{"a": "b"}], code=2)
    assert "--context, --prompt and --response go together" in run.err
    chosen = {"a": "One two three.", "b": "Why?", "c": "So."}
    (found,) = scored([chosen], context="a", prompt="b", response="c", **TWO)
    assert found["gateau_hmg"] is not None
