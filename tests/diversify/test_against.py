import gzip
import random

import numpy as np
import orjson
import pytest

from sel.maths.text import minhash
from sel.maths.text.shingles import Shingling
from tests.conftest import lines
from tests.diversify.test_minhash import records, versions

ROWS = records(versions(400, seed=9))


def told(path):
    return [orjson.loads(line) for line in path.open()]


def test_agrees_with_all_pairs_of_signatures(sel, tmp_path):
    run = sel("diversify against --permutations 512 --report r", ROWS)
    found = minhash.signatures([r["text"] for r in ROWS], Shingling(5, "words"), 512)
    twins = {}
    for row in range(1, len(ROWS)):
        alike = minhash.agreement(found[:row], found[row])
        if alike.max() >= 0.8:
            twins[f"r{row}"] = (f"r{alike.argmax()}", alike.max())
    report = {t["id"]: (t["twin"], t["similarity"]) for t in told(tmp_path / "r")}
    assert report == twins
    assert {r["id"] for r in run.records} == {r["id"] for r in ROWS} - set(twins)


@pytest.mark.parametrize("cuts", [[200], [1, 2, 399], [0, 133, 266, 400]])
def test_nights_give_what_one_run_gives(sel, tmp_path, cuts):
    whole = sel("diversify against --report whole --save all", ROWS).out
    out, report = b"", b""
    for start, end in zip([0, *cuts], [*cuts, len(ROWS)], strict=True):
        load = "--load s" if (tmp_path / "s").exists() else ""
        command = f"diversify against {load} --save s --report r"
        out += sel(command, ROWS[start:end]).out
        report += (tmp_path / "r").read_bytes()
    assert out == whole
    assert report == (tmp_path / "whole").read_bytes()
    with np.load(tmp_path / "s") as one, np.load(tmp_path / "all") as other:
        for name in ("signatures", "names", "ends"):
            assert (one[name] == other[name]).all()


@pytest.mark.parametrize("jobs", [2, 3])
def test_jobs_do_not_matter(sel, jobs):
    rows = ROWS * 3
    random.Random(2).shuffle(rows)
    one, more = (sel(f"diversify against --jobs {n}", rows).out for n in (1, jobs))
    assert one == more


def test_an_index_of_minhash_is_one_and_says_how_it_was_made(sel, tmp_path):
    sel("diversify minhash --ngrams 3 --permutations 64 --save s", ROWS)
    assert sel("diversify against --load s", ROWS).records == []
    run = sel("diversify against --load s --ngrams 5", ROWS, code=3)
    assert "made with --ngrams 3, not 5" in run.err


def test_nothing_is_like_what_has_no_words(sel):
    rows = [{"text": ""}, {"text": "?"}, {"text": "a"}, {"text": "a"}]
    sel("diversify against --save s", rows)
    run = sel("diversify against --load s", rows)
    assert [r["text"] for r in run.records] == ["", "?"]
    assert sel("diversify against --load s --save s", []).records == []


def test_damaged_states_are_refused(sel, tmp_path):
    sel("diversify against --save s", ROWS)
    data = (tmp_path / "s").read_bytes()
    for bad in (b"", data[:200], data[:-9], data.replace(b"NUMPY", b"NUMPX", 1)):
        (tmp_path / "bad").write_bytes(bad)
        run = sel("diversify against --load bad -o out", ROWS, code=3)
        assert "is not a saved state" in run.err
    with np.load(tmp_path / "s") as stored:
        arrays = dict(stored)
    np.savez(tmp_path / "short.npz", **arrays | {"ends": arrays["ends"][:-1]})
    assert "damaged" in sel("diversify against --load short.npz", ROWS, code=3).err
    np.savez_compressed(tmp_path / "packed.npz", **arrays)
    assert (
        "is not a saved state"
        in sel("diversify against --load packed.npz", ROWS, code=3).err
    )


def test_a_run_that_fails_leaves_the_index(sel, tmp_path):
    sel("diversify against --save s", ROWS[:50])
    before = (tmp_path / "s").read_bytes()
    sel("diversify against --load s --save s -o out --report r", b"bad\n", code=3)
    assert (tmp_path / "s").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["s"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_older_records_are_compared_with_and_not_written(sel, tmp_path, jobs):
    (tmp_path / "a.jsonl").write_bytes(lines(ROWS[:50]))
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(lines(ROWS[50:200])))
    (tmp_path / "new.jsonl").write_bytes(lines(ROWS[200:]))
    sel("diversify against --save s -q a.jsonl b.jsonl.gz")
    night = sel("diversify against --load s --save t --report r new.jsonl")
    old = f"-j {jobs} --old a.jsonl --old b.jsonl.gz --save u --report q"
    run = sel(f"diversify against {old} new.jsonl")
    assert run.out == night.out and 0 < len(run.records) < 200
    assert (tmp_path / "q").read_bytes() == (tmp_path / "r").read_bytes()
    assert "200 read" in run.err and "in the index 400" in run.err
    with np.load(tmp_path / "t") as one, np.load(tmp_path / "u") as other:
        assert (one["signatures"] == other["signatures"]).all()


def test_old_and_new_are_not_told_apart_by_their_order(sel, tmp_path):
    for name in ("old", "new"):
        (tmp_path / name).write_bytes(lines(ROWS[:3]))
    assert "Try: --old OLD NEW" in sel("diversify against old new", code=2).err
    assert sel("diversify against --old old new").records == []
    assert sel("diversify against new").records
    assert "only once" in sel("diversify against --old - -", code=2).err


def test_a_bad_line_of_older_records_is_named(sel, tmp_path):
    (tmp_path / "old").write_bytes(lines(ROWS[:3]) + b"[]\n")
    command = "diversify against --old old --on-error skip -o out"
    assert "old:4:" in sel(command, ROWS, code=3).err
    assert not (tmp_path / "out").exists()
