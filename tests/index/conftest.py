"""A pool of vectors in clusters."""

import numpy as np
import pytest


def clusters(n, d=16, seed=0):
    rng = np.random.RandomState(seed)
    centres = rng.normal(size=(50, d))
    return (centres[rng.randint(0, 50, n)] + rng.normal(size=(n, d)) / 4).astype("f4")


@pytest.fixture
def pool(tmp_path):
    rows = clusters(3_000)
    np.save(tmp_path / "pool.npy", rows)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
