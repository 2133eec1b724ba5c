"""IFD, against the ratios of its authors' code."""

import numpy as np
import orjson
import pytest

from sel.records import shapes
from sel.records.projection import Projection
from sel.score import ifd
from sel.streams.lines import Block
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

    def losses(self, texts, max_length):
        return [np.arange(1.0, len(text[:max_length])) for text in texts]


def test_the_ratio_by_hand():
    first = len(ifd.ALONE)
    (ratio,) = ifd.score([("x" * 20, "abc")], Model(), max_length=99)
    assert ratio == pytest.approx((20 + 21 + 22) / (3 * first + 3))


def test_answers_that_are_empty_or_do_not_fit():
    asked = [("p", ""), ("p" * 8, "abc"), ("p" * 7, "abc"), ("p" * 10, "a")]
    ratios = ifd.score(asked, Model(), max_length=20)
    assert np.isnan(ratios[0])
    assert np.isfinite(ratios[1:]).all()
    assert np.isnan(ifd.score(asked, Model(), max_length=7)).all()
    assert ifd.score([], Model()).shape == (0,)


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
