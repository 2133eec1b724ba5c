"""Records of the classes that a table names."""

import pytest

from sel.pick import classes
from tests.conftest import lines

TABLE = [
    {"class": 2, "rank": 1, "rows": 2},
    {"class": "b", "rank": 3, "rows": 1},
    {"class": None, "rank": 2, "rows": 5},
]
POOL = [{"k": 2}, {"k": "b"}, {"k": None}, {"k": "new"}, {"k": "2"}]


@pytest.fixture
def table(tmp_path):
    (tmp_path / "t.jsonl").write_bytes(lines(TABLE))


def test_by_hand():
    ranked = [("a", 5), ("b", 3), ("c", 2)]
    assert classes.pick(list("abca"), ranked, keep="1") == [True, False, False, True]
    assert classes.pick(list("abcx"), ranked, keep="70%", of="rows") == [
        True,
        False,
        False,
        False,
    ]
    assert classes.pick(list("abc"), ranked, keep="1", worst=True) == [
        False,
        False,
        True,
    ]


def test_lines_stay_as_they_are(sel, table):
    lines_ = b'{"k" : 2, "x":1.50}\n{"k":"b"}\n{"k":null}\n'
    kept = sel("pick classes --from t.jsonl --per k --keep 1", lines_).out
    assert kept == b'{"k" : 2, "x":1.50}\n'
    assert sel("pick classes --from t.jsonl --per k --keep 100%", lines_).out == lines_


def test_ranks_count_and_not_the_order_of_lines(sel, table):
    kept = sel("pick classes --from t.jsonl --per k --keep 2", POOL).records
    assert kept == [{"k": 2}, {"k": None}, {"k": "2"}]


def test_bad_input(sel, table, tmp_path):
    command = "pick classes --from t.jsonl --per k"
    assert "--keep" in sel(command, POOL, code=2).err
    for keep in ("0", "1.5", "101%", "x", "-1"):
        assert "a share as 40%" in sel(f"{command} --keep={keep}", POOL, code=2).err
    (tmp_path / "t.jsonl").write_bytes(lines([{"class": 1, "rank": 1}]))
    run = sel(f"{command} --keep 1", POOL, code=3)
    assert "t.jsonl:1: field 'rows' is missing" in run.err
    (tmp_path / "t.jsonl").write_bytes(lines([{"class": 1, "rank": "x", "rows": 1}]))
    assert "whole numbers" in sel(f"{command} --keep 1", POOL, code=3).err
    assert (
        "nothing.jsonl"
        in sel("pick classes --from nothing.jsonl --per k --keep 1", POOL, code=4).err
    )
