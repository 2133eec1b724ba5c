"""Records of selections found again in their pool: thin, keyed and whole ones."""

import gzip

import pytest

from tests.conftest import lines

POOL = [{"id": f"r{i}", "text": f"text {i // 2}", "s": i} for i in range(8)]
TWO = "--pool pool.jsonl a=one a=other"


@pytest.fixture
def place(tmp_path):
    (tmp_path / "pool.jsonl").write_bytes(lines(POOL))
    return tmp_path


def agreed(sel, place, one, other, more="", **how):
    (place / "one").write_bytes(lines(one))
    (place / "other").write_bytes(lines(other))
    run = sel(f"eval stability {TWO}{more}", **how)
    (found,) = run.records
    return found["always"], found["ever"]


ROWS = [{"_row": 1}, {"_row": 3}, {"_row": 5}]


@pytest.mark.parametrize(
    "other,more",
    [
        ([{"_row": 3}, {"_row": 5}, {"_row": 6}], ""),
        ([{"_row": 3, "s": 1}, {"_row": 5, "s": None}, {"_row": 6}], ""),
        ([{"_row": 3}, {"_row": 5}, {"_row": 6}], " --text text"),
        ([{"_row": 3}, {"_row": 5}, {"_row": 6}], " --text {text}"),
    ],
)
def test_thin_streams_are_found_by_row(sel, place, other, more):
    assert agreed(sel, place, ROWS, other, more) == (2, 4)


def test_rows_are_those_that_the_pool_says(sel, place):
    (place / "pool.jsonl").write_bytes(
        lines([{"_row": 10 * i, **one} for i, one in enumerate(POOL)])
    )
    assert agreed(sel, place, [{"_row": 10}], [{"_row": 10}, {"_row": 70}]) == (1, 2)


def test_a_thin_stream_and_a_whole_one_of_one_choice(sel, place):
    thin = [{"_row": 0}, {"_row": 1}, {"_row": 4}]
    assert agreed(sel, place, thin, [POOL[1], POOL[0], POOL[4]]) == (3, 3)


def test_a_thin_pool_will_do(sel, place):
    (place / "pool.jsonl").write_bytes(lines([{"_row": i} for i in range(7)]))
    assert agreed(sel, place, ROWS, ROWS[:2]) == (2, 3)


def test_a_field_names_records(sel, place):
    keyed = [{"id": "r1"}, {"id": "r7"}]
    assert agreed(sel, place, keyed, [{"id": "r7", "_row": 1}], " --on id") == (1, 2)
    run = sel("eval compare --pool pool.jsonl --on id --scores s one", code=0)
    assert run.records[0]["s"] == 4


def test_compressed_and_from_standard_input(sel, place):
    (place / "r.gz").write_bytes(gzip.compress(lines(ROWS)))
    run = sel("eval stability --pool pool.jsonl a=r.gz a=-", ROWS[1:])
    assert run.records[0]["always"] == 2


def test_compare_measures_thin_selections_as_whole_ones(sel, place):
    (place / "thin").write_bytes(lines(ROWS))
    rows = [{"_row": i, **one} for i, one in enumerate(POOL)]
    (place / "pool.jsonl").write_bytes(lines(rows))
    (place / "whole").write_bytes(lines([rows[i] for i in (1, 3, 5)]))
    command = "eval compare --pool pool.jsonl --target pool.jsonl --scores s thin whole"
    thin, whole, both = sel(command).records
    assert thin | {"selection": 0} == whole | {"selection": 0}
    assert (thin["s"], both["shared"]) == (3, 3)


def test_no_score_at_all_has_no_mean(sel, place):
    (place / "pool.jsonl").write_bytes(lines([{"text": "a", "s": None}] * 3))
    (place / "one").write_bytes(lines([{"_row": 1}]))
    run = sel("eval compare --pool pool.jsonl --scores s one")
    assert run.records[0]["s"] is None
    assert "Warning" not in run.err


@pytest.mark.parametrize(
    "one,said",
    [
        ([{"id": "r1"}], "one:1: this record has neither a text nor a _row"),
        ([{"_row": 0}, {"_row": 8}], "one:2: this record is not in the pool"),
        ([{"_row": 2}, {"_row": 2}], "one:2: the pool has this record 1 times"),
        ([{"_row": 2}, {"id": "r1"}], "some records have a _row"),
        ([{"_row": "2"}], "one:1: _row is '2'"),
    ],
)
def test_what_cannot_be_found_is_named(sel, place, one, said):
    (place / "one").write_bytes(lines(one))
    assert said in sel("eval stability --pool pool.jsonl one", code=3).err


def test_measures_that_read_texts_say_how_to_get_them(sel, place):
    (place / "one").write_bytes(lines(ROWS))
    command = "eval match --pool pool.jsonl --target pool.jsonl one"
    assert "sel pick rows for whole records" in sel(command, code=3).err
