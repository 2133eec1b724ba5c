"""Two thin streams of one dump, joined by their rows."""

import pytest

from tests.conftest import lines

A = [{"_row": i, "a": i % 5} for i in range(40)]
B = [{"_row": i, "b": i % 7} for i in range(0, 40, 2)]


@pytest.fixture(autouse=True)
def other(tmp_path):
    (tmp_path / "b.jsonl").write_bytes(lines(B))


def test_a_condition_over_both(sel):
    run = sel(["pick", "where", "a == 2 and get(b, 0) > 3", "--join", "b.jsonl"], A)
    assert [r["_row"] for r in run.records] == [12, 32]
    assert run.records[0] == {"_row": 12, "a": 2}  # the line stays as it is


def test_ranking_by_a_field_of_the_other(sel):
    run = sel("pick top -k 2 --by b --join b.jsonl --on-error skip --max-errors 50%", A)
    assert [r["_row"] for r in run.records] == [6, 20]


def test_records_without_a_row_are_known_by_their_place(sel):
    whole = [{"text": str(i)} for i in range(3)]
    run = sel(["pick", "where", "get(b, 0) == 2", "--join", "b.jsonl"], whole)
    assert [r["text"] for r in run.records] == ["2"]


def test_rows_must_grow(sel):
    run = sel("pick top -k 2 --by b --join b.jsonl", A[::-1], code=3)
    assert "rows that grow" in run.err
