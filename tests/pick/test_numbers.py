"""Numbers at the ends of what a float holds: in the right order, or refused."""

import gzip
import json

import numpy as np
import pytest

BIG = 2**53
HOSTILE = [1e308, -1e308, -0.0, 0, 5e-324, 2.0**60]
SCORED = [{"i": i, "s": s} for i, s in enumerate(HOSTILE)]


def written(*records):
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def rows(run):
    return [record["i"] for record in run.records]


@pytest.mark.parametrize(
    "options,kept",
    [
        ("-k 6 --order score", [0, 5, 4, 2, 3, 1]),
        ("-k 6 --order score --lowest", [1, 2, 3, 4, 5, 0]),
        ("--threshold 5e-324", [0, 4, 5]),
        ("--threshold 0 --lowest", [1, 2, 3]),
        ("--threshold 1e-323 --lowest -k 9", [1, 2, 3, 4]),
    ],
)
def test_the_order_is_right(sel, options, kept):
    assert rows(sel(f"pick top --by s {options}", SCORED)) == kept


METHODS = [
    "top -k 1 --by s",
    "fuse -k 1 --rank s",
    "sample -k 1 --by s",
    "committee -k 1 --rank s",
    "turns -k 1 --by s,i",
    "top -k 2 --by s,i",
    "top --by i --budget 9 --cost s",
]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("score", [BIG + 1, -BIG - 1, 10**30 + 1, 10**400, "7", True])
def test_what_a_float_would_round_is_refused(sel, method, score):
    pool = written({"i": 0, "s": BIG}, {"i": 1, "s": score})
    err = sel(f"pick {method}", pool, code=3).err
    assert "standard input:2:" in err and err.count("\n") == 1
    run = sel(f"pick {method} --on-error skip --max-errors 1", pool)
    assert "1 rejected" in run.err


@pytest.mark.parametrize("field", ["s", "m.s", "l.0", "l[1]"])
def test_wherever_it_stands(sel, field, tmp_path):
    (tmp_path / "p.gz").write_bytes(
        gzip.compress(
            written(
                {"s": 1, "m": {"s": 2}, "l": [None, 1]},
                {"s": BIG + 1, "m": {"s": BIG + 1}, "l": [BIG + 1, -BIG - 1]},
            )
        )
    )
    run = sel(f"pick top -k 1 --by {field} p.gz", code=3)
    assert "p.gz:2: " in run.err and "too large to be ranked exactly" in run.err


@pytest.mark.parametrize("field", ["s", "m.s", "l[0]"])
def test_what_no_float_holds_is_a_bad_line(sel, field):
    huge = 10**400
    pool = written(
        {"s": 1, "m": {"s": 2}, "l": [3]}, {"s": huge, "m": {"s": huge}, "l": [huge]}
    )
    err = sel(f"pick top -k 1 --by {field}", pool, code=3).err
    assert "standard input:2:" in err and "too large to be read exactly" in err


@pytest.mark.parametrize("score", [BIG, -BIG, 2**70, 1e300, 10**18])
def test_what_a_float_holds_is_taken(sel, score):
    pool = written({"s": 0}, {"s": score}, {"s": None})
    (found,) = sel("pick top -k 1 --by s", written({"s": score}, {"s": None})).records
    assert found["s"] == score
    assert len(sel("pick top -k 2 --by s", pool).records) == 2


def test_a_low_temperature_does_not_tie_what_differs(sel):
    err = sel("pick sample --by s -k 1 --temperature 0.1", SCORED, code=3).err
    assert "Try: a higher one" in err and err.count("\n") == 1


def test_weights_leave_room_for_ranks(sel):
    err = sel("pick fuse --rank s:1e308,i -k 1", SCORED, code=2).err
    assert "weights from 0 to 1e9" in err


@pytest.mark.parametrize(
    "method", ["mmr", "novelty", "facility", "dpp", "clusters --cells 1"]
)
def test_scores_far_apart_are_mixed_without_overflow(sel, tmp_path, method):
    np.save(tmp_path / "v.npy", np.eye(6, dtype="f4"))
    run = sel(f"diversify {method} --by s --vectors v.npy -k 1", SCORED)
    assert rows(run) == [0]
    assert "Warning" not in run.err and " nan" not in run.err


OPTIONS = [
    "pick top --by s --threshold nan",
    "pick sample --by s -k 1 --temperature inf",
    "pick lookup --vectors v.npy --queries v.npy --threshold -inf",
    "pick top --by s --per i -k 1 --shares 0=inf,1=1",
    "pick top --by s,i -k 1 --shares s=1e308,i=1e308",
    "diversify semantic --vectors v.npy --most nan",
    "diversify graphcut --vectors v.npy -k 2 --penalty 1e300",
]


@pytest.mark.parametrize("words", OPTIONS)
def test_options_must_be_numbers_that_can_be_computed_with(sel, words, tmp_path):
    np.save(tmp_path / "v.npy", np.eye(6, dtype="f4"))
    err = sel(words, SCORED, code=2).err
    assert err.count("\n") == 1 and "Warning" not in err
