"""IFD, against the ratios of its authors' code."""

import numpy as np
import orjson
import pytest

from sel.records import shapes
from sel.records.projection import Projection
from sel.score import ifd
from sel.streams.blocks import Block
from tests.conftest import GOLDEN

RDS = GOLDEN / "rds"
MODEL = RDS / "tiny_model"


def test_ratios_and_what_has_none_are_those_of_the_authors(sel):
    pool = orjson.loads((RDS / "out_baselines/alpaca.json").read_bytes())
    said = orjson.loads((RDS / "out_baselines/ifd.json").read_bytes())
    run = sel(f"score ifd --model {MODEL} --max-length {said['max_length']}", pool)
    ratios = [record["ifd"] for record in run.records]
    nulls = [i for i, value in enumerate(ratios) if value is None]
    assert nulls == said["rows_without_value"]
    for row, (_, _, ratio) in said["loss_alone_loss_cond_ifd_by_row"].items():
        assert ratios[int(row)] == pytest.approx(ratio, abs=1e-6)
    order = sorted(
        (i for i in range(len(ratios)) if ratios[i] is not None and ratios[i] <= 1),
        key=lambda i: -ratios[i],
    )
    chosen = said["selected_rows_sample_rate_0.3"]
    assert sorted(order[: len(chosen)]) == chosen


class Model:
    """A token is a character; it costs 1, and as many more as stand before it."""

    def lengths(self, texts):
        return list(map(len, texts))

    def losses(self, texts, max_length, *, starts):
        pairs = zip(texts, starts, strict=True)
        return [np.arange(1.0, len(t[:max_length]))[max(s, 1) - 1 :] for t, s in pairs]


def test_the_ratio_by_hand():
    first = len(ifd.ALONE)
    found = ifd.score([("x" * 20, "abc")], Model(), max_length=99, parts=True)
    assert found["conditioned"] == 21
    assert found["alone"] == first + 1
    (ratio,) = found[""]
    assert ratio == pytest.approx((20 + 21 + 22) / (3 * first + 3))


def test_answers_that_are_empty_or_do_not_fit():
    asked = [("p", ""), ("p" * 8, "abc"), ("p" * 7, "abc"), ("p" * 10, "a")]
    found = ifd.score(asked, Model(), max_length=20, parts=True)
    assert np.isnan(found[""][0])
    assert np.isfinite(found[""][1:]).all()
    assert found["note"] == ["empty", None, None, None]
    found = ifd.score(asked, Model(), max_length=7, parts=True)
    assert np.isnan(found[""]).all()
    assert found["note"] == ["empty", *["truncated"] * 3]
    assert ifd.score([], Model())[""].shape == (0,)


def test_the_ratio_of_perplexities_by_hand():
    asked = [("x" * 20, "abc"), ("x" * 20, "a"), ("", "abc"), ("x" * 8, "abcdefgh")]
    found = ifd.score(asked, Model(), ratio="ppl", max_length=12, parts=True)
    assert found["note"] == ["truncated", "truncated", None, "truncated"]
    assert np.isnan(found[""][:2]).all()
    # Nothing before it: the same tokens both times, the first aside.
    assert found[""][2] == 1
    # Four tokens fit: 8 to 11 characters before them, and 1 to 4 where it is alone.
    assert found[""][3] == pytest.approx(np.exp(9.5 - 2.5))
    found = ifd.score([("x", "a")], Model(), ratio="ppl", parts=True)
    assert found["note"] == ["short"]


def test_superfiltering_by_the_library_itself(sel):
    """Their steps: the whole and the answer alone, with the loss of transformers."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    pool = orjson.loads((RDS / "out_baselines/alpaca.json").read_bytes())[:12]
    tokenizer = AutoTokenizer.from_pretrained(MODEL)
    model = AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32)

    def mean_loss(text, most, first):
        ids = tokenizer(text, return_tensors="pt")["input_ids"][:, :most]
        labels = ids.clone()
        labels[:, :first] = -100
        return model(ids, labels=labels).loss.item()

    expected = []
    for record in pool:
        lines = [line for line in (record["instruction"], record["input"]) if line]
        prompt = "".join(f"{line}\n" for line in lines)
        count = len(tokenizer(prompt)["input_ids"])
        alone = mean_loss(record["output"], 1024 - count + 1, 1)
        expected.append(
            np.exp(mean_loss(prompt + record["output"], 1024, count) - alone)
        )
    run = sel(f"score ifd --ratio ppl --parts --model {MODEL}", pool)
    for record, number in zip(run.records, expected, strict=True):
        if record["ifd_note"] is None:
            assert record["ifd"] == pytest.approx(number, rel=1e-5)
    assert sum(record["ifd_note"] is None for record in run.records) > 8


def found(*records, prompt=None, response=None):
    data = b"".join(orjson.dumps(record) + b"\n" for record in records)
    want = Projection({"pairs": shapes.pair(prompt, response)})
    block = Block("f", 1, 0, data)
    part = want.read(block, 1 << 20)
    return part["pairs"], part.shape, list(want.rejects(block, 1 << 20))


@pytest.mark.parametrize(
    "record",
    [
        {"instruction": "Hi", "input": "", "output": "Hello"},
        {"prompt": "Hi", "completion": "Hello"},
        {"question": "Hi", "answer": "Hello"},
        {"instruction": "Hi", "response": "Hello", "input": None},
    ],
)
def test_shapes_and_fields(record):
    wanted = [
        (
            "Below is an instruction that describes a task. Write a response that"
            " appropriately completes the request.\n\n### Instruction:\nHi\n\n"
            "### Response:",
            "Hello",
        )
    ]
    names = [name for name in record if name != "input"]
    assert found(record) == (wanted, "/".join(names), [])
    ask = dict(zip(("prompt", "response"), names, strict=True))
    assert found(record, **ask) == (wanted, "", [])


def test_an_input_stands_in_the_prompt():
    (((prompt, _),), _, _) = found({"instruction": "Add", "input": "2", "output": "4"})
    assert prompt.endswith("### Instruction:\nAdd\n\n### Input:\n2\n\n### Response:")
    assert "paired with an input that provides further context. Write" in prompt


def test_records_without_an_answer_are_set_aside():
    bad = [{"text": "a"}, {"prompt": "a", "completion": 1}]
    known, shape, rejects = found(*bad, {"prompt": "a", "completion": "b"})
    assert shape == "prompt/completion"
    assert [answer for _, answer in known] == ["b"]
    assert [reject.reason for reject in rejects] == ["field-missing", "field-type"]
    assert "no usual prompt and response" in rejects[0].message


def test_a_stream_of_bad_records_and_wrong_options(sel):
    run = sel(f"score ifd --model {MODEL} --on-error skip", [{"text": "a"}] * 3)
    assert "3 read, 0 kept, 0 dropped, 3 rejected" in run.err
    run = sel(f"score ifd --model {MODEL} --prompt a", [{"a": "b"}], code=2)
    assert "--prompt and --response go together" in run.err
