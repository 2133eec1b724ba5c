"""DoReMi's rule: the recorded updates, and what must hold of it."""

import numpy as np
import orjson
import pytest

import sel as library
from sel.errors import DataError
from tests.conftest import GOLDEN, lines

SAID = orjson.loads((GOLDEN / "mixture_fit" / "expected.json").read_bytes())["doremi"]
NAMES = "abc"
START = dict(zip(NAMES, SAID["start"], strict=True))
ROWS = [
    {"step": step, "domain": name, "excess": value}
    for step, row in enumerate(SAID["excess"])
    for name, value in zip(NAMES, row, strict=True)
]


def weights(rows, **options):
    found = library.evaluate("doremi", rows, **options)
    return {row["domain"]: row["weight"] for row in found}


def test_the_recorded_updates():
    found = library.evaluate(
        "doremi", ROWS, prior=[{"domain": k, "tokens": v} for k, v in START.items()]
    )
    assert [row["weight"] for row in found] == pytest.approx(SAID["average"], abs=1e-15)
    last = SAID["weights"][-1]
    assert [row["last"] for row in found] == pytest.approx(last, abs=1e-15)
    for steps in (1, 2):
        some = library.evaluate(
            "doremi",
            ROWS[: 3 * steps],
            prior=[{"domain": k, "tokens": v} for k, v in START.items()],
        )
        assert [row["last"] for row in some] == pytest.approx(
            SAID["weights"][steps - 1], abs=1e-15
        )


def test_equal_excess_moves_nothing_but_by_smoothing():
    rows = [{"step": t, "domain": n, "excess": 0.4} for t in range(5) for n in NAMES]
    assert weights(rows) == pytest.approx(dict.fromkeys(NAMES, 1 / 3), abs=1e-15)
    found = weights(rows, prior=[{"domain": k, "weight": v} for k, v in START.items()])
    assert found == pytest.approx(START, abs=5e-4)


def test_the_order_and_the_names_do_not_matter():
    turned = [{**row, "domain": row["domain"] * 2} for row in ROWS[::-1]]
    plain = weights(ROWS)
    assert {k * 2: v for k, v in plain.items()} == pytest.approx(
        weights(turned), abs=1e-15
    )
    assert sum(plain.values()) == pytest.approx(1, abs=1e-12)


def test_a_domain_that_is_absent_keeps_its_excess():
    full = [
        {"step": t, "domain": n, "excess": v}
        for t in (1, 2)
        for n, v in (("a", 0.5), ("b", 0.1))
    ]
    assert weights(full) == weights([*full[:2], full[3]])


def test_losses_and_tokens():
    both = [
        {"step": r["step"], "domain": r["domain"], "l": 3 + r["excess"], "r": 3}
        for r in ROWS
    ]
    assert weights(both, loss="l", reference="r") == pytest.approx(weights(ROWS))
    halves = [
        {**row, "excess": max(row["excess"], 0) + by, "n": n}
        for row in ROWS
        for by, n in ((0.3, 10), (1.0, 3))
    ]
    found = weights([{**row, "excess": row["excess"]} for row in halves], tokens="n")
    mean = [{**row, "excess": max(row["excess"], 0) + 6 / 13} for row in ROWS]
    assert found == pytest.approx(weights(mean))


def test_what_it_cannot_use_is_said(sel, tmp_path):
    for row, words in (
        ({"step": 1, "domain": "a", "excess": None}, "null for its excess"),
        ({"step": 1, "domain": "a"}, "'excess' is missing"),
        ({"step": "x", "domain": "a", "excess": 1}, "'step' is a string"),
    ):
        with pytest.raises(DataError, match=words):
            weights([*ROWS, row])
    with pytest.raises(DataError, match="prior has nothing for 'c'"):
        weights(
            ROWS, prior=[{"domain": "a", "weight": 1}, {"domain": "b", "weight": 1}]
        )
    assert "there are no losses" in sel("eval doremi", b"", code=3).err
    said = sel("eval doremi --loss l", ROWS, code=2).err
    assert "--loss and --reference go together" in said
    run = sel("eval doremi", lines(ROWS))
    (tmp_path / "w.jsonl").write_bytes(run.out)
    assert "domains 3; effective_domains" in run.err
    pool = [{"domain": n, "i": i} for n in NAMES for i in range(50)]
    picked = sel("pick mix w.jsonl --per domain -k 20", pool).records
    assert len(picked) == 20
    assert np.isclose(sum(row["weight"] for row in run.records), 1)
