"""Products of matrices: the same bytes with one thread and with many."""

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController, threadpool_limits

from sel.maths.matrices.products import alone, product
from tests.conftest import DATA


def rows(n, d=384, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


def threads():
    found = ThreadpoolController().select(user_api="blas")
    return [x.num_threads for x in found.lib_controllers if "numpy" in x.filepath]


@pytest.mark.parametrize(
    ("n", "m", "d"),
    [(0, 3, 4), (1, 1, 7), (255, 5, 64), (257, 300, 384), (2_000, 50, 64)],
)
def test_threads_do_not_matter(n, m, d):
    a, b = rows(n, d), rows(m, d, 1)
    found = []
    for count in (1, 2, 3):
        with threadpool_limits(count, user_api="blas"):
            found.append(product(a, b))
    assert found[0].dtype == np.float32
    assert found[0].tobytes() == found[1].tobytes() == found[2].tobytes()
    exact = a.astype(np.float64) @ b.astype(np.float64).T
    np.testing.assert_allclose(found[0], exact, atol=1e-4)


def test_blas_has_its_threads_back():
    with threadpool_limits(2, user_api="blas"):
        before = threads()
        with alone() as outer, alone() as inner:
            assert (outer, inner) == (max(before), max(before))
            assert set(threads()) == {1}
            product(rows(3), rows(4))
            assert set(threads()) == {1}
        assert threads() == before
        with pytest.raises(ValueError, match=r"shape|mismatch|dimension"):
            product(rows(3, 4), rows(3, 5))
        assert threads() == before


@pytest.mark.parametrize(
    "command",
    [
        "score rds --vectors a.npy --target-vectors b.npy some.jsonl",
        "diversify medoids -k 100 --vectors a.npy some.jsonl",
        "diversify clusters -k 100 --vectors a.npy some.jsonl",
    ],
)
def test_a_run_does_not_depend_on_them(sel, tmp_path, monkeypatch, command):
    pool = DATA / "pool.jsonl.zst"
    sel(f"embed static -o a.npy {pool}")
    sel(f"score random --thin -o all.jsonl {pool}")
    sel("pick random -k 1500 --seed 3 -o some.jsonl all.jsonl")
    np.save(tmp_path / "b.npy", np.load(tmp_path / "a.npy")[:300])
    found = []
    for count in "124":
        monkeypatch.setenv("OMP_NUM_THREADS", count)
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", count)
        found.append(sel(command).out)
    assert found[0]
    assert found[0] == found[1] == found[2]
