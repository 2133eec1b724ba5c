"""The command: which records, in which order, with which matrices."""

import gzip

import numpy as np
import orjson
import pytest

from tests.conftest import lines
from tests.diversify.choosing import rows_of

POOL = [{"id": f"r{i}", "x": "é" * (i % 3)} for i in range(300)]


@pytest.fixture
def pool(tmp_path):
    np.save(tmp_path / "v.npy", rows_of(300))
    (tmp_path / "pool.jsonl").write_bytes(lines(POOL))
    return rows_of(300)


def ids(run):
    return [record["id"] for record in run.records]


def test_bytes_pass_unchanged_in_either_order(sel, tmp_path, pool):
    odd = [b'{"id" : "r%d","n":1.50,"u":"\\u00e9"}' % i for i in range(300)]
    (tmp_path / "odd.jsonl").write_bytes(b"\n".join(odd))
    one = sel("diversify kcenter -k 9 --vectors v.npy odd.jsonl")
    two = sel("diversify kcenter -k 9 --vectors v.npy --order score odd.jsonl")
    assert set(one.out.splitlines()) == set(two.out.splitlines()) <= set(odd)
    assert one.out != two.out
    places = [int(name[1:]) for name in ids(one)]
    assert places == sorted(places)


def test_standard_input_compressed_and_blank_lines(sel, tmp_path, pool):
    plain = sel("diversify kcenter -k 9 --vectors v.npy pool.jsonl")
    data = b"\n\n".join(lines(POOL).splitlines()) + b"\n"
    piped = sel("diversify kcenter -k 9 --vectors v.npy", gzip.compress(data))
    assert piped.out == plain.out
    assert "300 read, 9 kept, 291 dropped" in plain.err
    assert "599 read, 9 kept, 291 dropped, 0 rejected, 299 blank" in piped.err


def test_a_filtered_stream_is_known_by_its_rows(sel, tmp_path, pool):
    some = [{**POOL[i], "_row": i} for i in range(299, 0, -3)]
    run = sel("diversify facility -k 5 --vectors v.npy --ranks --order score", some)
    rows = np.array([record["_row"] for record in some])
    np.save(tmp_path / "part.npy", pool[rows])
    plain = [{key: one[key] for key in ("id", "x")} for one in some]
    part = sel("diversify facility -k 5 --vectors part.npy --order score", plain)
    assert ids(run) == ids(part)
    assert [record["_rank"] for record in run.records] == [1, 2, 3, 4, 5]


def test_a_graph_for_a_filtered_stream(sel, tmp_path, pool):
    sel("index graph --vectors v.npy -k 299 -o g.npy")
    some = [{**POOL[i], "_row": i} for i in range(0, 300, 2)]
    run = sel("diversify facility -k 5 --vectors v.npy --graph g.npy", some)
    assert ids(run) == ids(sel("diversify facility -k 5 --vectors v.npy", some))
    alone = sel("diversify votek -k 5 --graph g.npy", some)
    assert len(alone.records) == 5
    assert all(int(name[1:]) % 2 == 0 for name in ids(alone))


def test_ranks_say_what_a_record_stands_for(sel, pool):
    run = sel("diversify facility -k 4 --vectors v.npy --ranks pool.jsonl")
    for record in run.records:
        assert record["id"] == f"r{record['_row']}"
    assert sorted(record["_rank"] for record in run.records) == [1, 2, 3, 4]
    assert sum(record["_covers"] for record in run.records) == 300
    again = sel("diversify kcenter -k 2 --vectors v.npy --ranks", run.out)
    assert {record["_rank"] for record in again.records} == {1, 2}


def test_going_on_from_a_choice(sel, tmp_path, pool):
    whole = sel("diversify kcenter -k 9 --vectors v.npy --order score pool.jsonl")
    sel("diversify kcenter -k 4 --vectors v.npy pool.jsonl --ranks -o first.jsonl")
    more = "diversify kcenter -k 5 --vectors v.npy --order score pool.jsonl"
    by_row = sel(f"{more} --already first.jsonl")
    assert ids(by_row) == ids(whole)[4:]
    named = [{"id": record} for record in ids(whole)[:4]]
    (tmp_path / "named.jsonl").write_bytes(lines(named))
    assert sel(f"{more} --already named.jsonl --on id").out == by_row.out
    assert "--on" in sel(f"{more} --already named.jsonl", code=3).err
    (tmp_path / "named.jsonl").write_bytes(lines([{"id": "zz"}]))
    assert "zz" in sel(f"{more} --already named.jsonl --on id", code=3).err


def test_what_was_chosen_before_need_not_be_in_the_stream(sel, tmp_path, pool):
    (tmp_path / "first.jsonl").write_bytes(lines([{"_row": 7}]))
    some = [{**POOL[i], "_row": i} for i in range(100, 300)]
    run = sel("diversify kcenter -k 1 --vectors v.npy --already first.jsonl", some)
    units = pool / np.linalg.norm(pool, axis=1, keepdims=True)
    assert ids(run) == [f"r{100 + int((units[100:] @ units[7]).argmin())}"]
    (tmp_path / "first.jsonl").write_bytes(lines([{"_row": 700}]))
    sel("diversify kcenter -k 1 --vectors v.npy --already first.jsonl", some, code=3)


def test_why_a_record_was_taken_or_left(sel, tmp_path, pool):
    rows = pool.copy()
    rows[4] = 0
    np.save(tmp_path / "v.npy", rows)
    base = "diversify facility -k 3 --vectors v.npy pool.jsonl --order score"
    first = ids(sel(base))[0][1:]
    assert "taken as number 1 of 3" in sel(f"{base} --explain {first}").err
    assert "zero or not finite" in sel(f"{base} --explain 4").err
    other = next(i for i in range(300) if f"r{i}" not in ids(sel(base)) and i != 4)
    assert "the nearest of the chosen is row" in sel(f"{base} --explain {other}").err
    assert "not a record" in sel(f"{base} --explain 3000").err
    named = f"{base} --on id --explain"
    assert f"row {first} was taken as number 1" in sel(f"{named} r{first}").err
    assert f"row {other} was left" in sel(f"{named} r{other}").err
    assert "r3000 is not a record" in sel(f"{named} r3000").err
    assert "--on FIELD" in sel(f"{base} --explain r1", code=2).err


def test_scores_and_records_without_one(sel, tmp_path, pool):
    scored = [{"id": f"r{i}", "s": None if i % 2 else i} for i in range(300)]
    run = sel("diversify mmr -k 10 --by s --vectors v.npy", scored)
    assert all(int(name[1:]) % 2 == 0 for name in ids(run))
    low = sel("diversify novelty -k 1 --by s --lowest --vectors v.npy", scored)
    assert ids(low) == ["r0"]


def test_memory_is_said_and_kept(sel, pool):
    base = "diversify facility -k 3 --vectors v.npy pool.jsonl"
    assert "needs about 0." in sel(base).err
    assert sel(f"{base} -q").err == ""
    run = sel(f"{base} --memory 1M", code=4)
    assert "needs 0." in run.err
    assert "--memory allows 0.00" in run.err
    sel(f"{base} --memory 8G")
    sel(f"{base} --memory 0", code=2)


def test_fewer_than_wanted_and_the_summary(sel, tmp_path, pool):
    run = sel("diversify kcenter -k 1k --vectors v.npy pool.jsonl --summary s.json")
    assert "wanted 1,000, and all that can be are kept" in run.err
    said = orjson.loads((tmp_path / "s.json").read_bytes())
    assert (said["read"], said["kept"], said["radius"]) == (300, 300, 0.0)


def test_what_cannot_be_asked_for_is_said_before_all_is_read(sel, tmp_path, pool):
    bad = b"this is no JSON\n"
    run = sel("diversify facility -k -3 --vectors v.npy", bad, code=2)
    assert run.err == "sel diversify facility: -k must be at least 0, got -3\n"
    sel("diversify clusters -k 3 --cells 0 --vectors v.npy", bad, code=2)
    sel("diversify votek -k 3 --neighbours x --vectors v.npy", bad, code=2)
    sel("diversify mmr -k 3 --by s --weight 2 --vectors v.npy", bad, code=2)
    sel("diversify kcenter -k 3 --vectors v.npy --on id", bad, code=2)


def test_no_record_at_all(sel, tmp_path):
    np.save(tmp_path / "v.npy", np.empty((0, 4), "f4"))
    for name in ("kcenter", "facility", "votek", "clusters"):
        run = sel(f"diversify {name} -k 3 --vectors v.npy", b"")
        assert run.out == b""
        assert "0 read, 0 kept" in run.err


@pytest.mark.parametrize(
    "more,code,said",
    [
        ("", 2, "--vectors"),
        ("--vectors none.npy", 4, "none.npy"),
        ("--vectors v.npy --graph v.npy", 3, "float32"),
        ("--vectors short.npy", 3, "has 10 rows"),
        ("--vectors v.npy --graph wrong.npy", 3, "not a graph"),
        ("--graph g.npy", 2, "--vectors beside --graph"),
        ("--vectors v.npy --weight 2 --by id", 2, "--weight"),
        ("--vectors v.npy --by id", 3, "not a number"),
    ],
)
def test_what_cannot_be(sel, tmp_path, pool, more, code, said):
    np.save(tmp_path / "short.npy", pool[:10])
    np.save(tmp_path / "wrong.npy", np.full((300, 2), 300, np.int32))
    sel("index graph --vectors v.npy -k 3 -o g.npy")
    run = sel(f"diversify facility -k 3 pool.jsonl -o out -q {more}", code=code)
    assert said in run.err
    assert run.err.strip().count("\n") == 0
    assert not list(tmp_path.glob("out*"))


def test_bad_lines_keep_their_rows(sel, tmp_path, pool):
    data = lines(POOL).splitlines(True)
    data[10] = b"bad\n"
    (tmp_path / "pool.jsonl").write_bytes(b"".join(data))
    base = "diversify kcenter -k 12 --vectors v.npy pool.jsonl --order score"
    assert "pool.jsonl:11" in sel(base, code=3).err
    run = sel(f"{base} --on-error skip --max-errors 1 --ranks")
    assert all(record["id"] == f"r{record['_row']}" for record in run.records)
    assert "300 read, 12 kept, 287 dropped, 1 rejected" in run.err


def test_vectors_in_the_records(sel, tmp_path, pool):
    beside = sel("diversify facility -k 5 --vectors v.npy --ranks pool.jsonl").records
    inside = [{**one, "v": row.tolist()} for one, row in zip(POOL, pool, strict=True)]
    run = sel("diversify facility -k 5 --vectors @v --ranks", inside)
    kept = [{k: v for k, v in one.items() if k != "v"} for one in run.records]
    assert kept == beside
    some = [{**inside[i], "_row": i} for i in range(299, 0, -2)]
    part = sel("diversify kcenter -k 5 --vectors @v --order score", some)
    rows = [{**POOL[i], "_row": i} for i in range(299, 0, -2)]
    wanted = sel("diversify kcenter -k 5 --vectors v.npy --order score", rows)
    assert ids(part) == ids(wanted)
    bad = [*inside[:50], {"id": "bad", "v": [1, 2]}, {"id": "none", "v": None}]
    run = sel("diversify kcenter -k 5 --vectors @v", bad, code=3)
    assert "standard input:51: 'v' has 2 numbers" in run.err
    skip = "--on-error skip --max-errors 1"
    assert len(sel(f"diversify kcenter -k 52 --vectors @v {skip}", bad).records) == 50


def test_vectors_that_are_null_or_bad(sel, tmp_path):
    records = [{"v": None}] * 90_000 + [{"v": [1, 2]}, {"v": "x"}, {"v": [3, 4]}]
    run = sel(
        "diversify kcenter -k 2 --vectors @v --on-error quarantine=bad.jsonl", records
    )
    assert [record["v"] for record in run.records] == [[1, 2], [3, 4]]
    (bad,) = map(orjson.loads, (tmp_path / "bad.jsonl").read_bytes().splitlines())
    assert bad["line"] == 90_002
    assert "is not a vector" in bad["message"]
