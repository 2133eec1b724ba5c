"""Adding: rows get numbers after those that are there."""

import numpy as np


def test_new_rows_are_found_by_new_numbers(sel, tmp_path, pool):
    np.save(tmp_path / "a.npy", pool[:1000])
    np.save(tmp_path / "b.npy", pool[1000:])
    sel("index build --vectors a.npy -o p.faiss")
    run = sel("index add p.faiss --vectors b.npy")
    assert "2,000 read, 2,000 kept" in run.err
    found = sel("index search p.faiss --queries pool.npy -k 1").records
    assert [line["rows"][0] for line in found] == list(range(3000))


def test_other_columns_are_refused_and_the_index_stays(sel, tmp_path, pool):
    sel("index build --vectors pool.npy -o p.faiss")
    before = (tmp_path / "p.faiss").read_bytes()
    np.save(tmp_path / "b.npy", np.ones((2, 5), "f4"))
    sel("index add p.faiss --vectors b.npy", code=3)
    assert (tmp_path / "p.faiss").read_bytes() == before
