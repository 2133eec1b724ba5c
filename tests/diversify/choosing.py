"""Calls a method of diversify with whatever it needs."""

import numpy as np

from sel import catalog
from sel.maths.random.noise import SeededNoise

VECTORS = [
    "clusters",
    "dpp",
    "facility",
    "graphcut",
    "herding",
    "kcenter",
    "medoids",
    "mmr",
    "novelty",
    "prototypes",
    "semantic",
    "votek",
]
SCORED = ("mmr", "novelty")


def rows_of(n, d=8, seed=0, centres=6):
    rng = np.random.default_rng(seed)
    middle = rng.normal(size=(centres, d))
    return (middle[rng.integers(0, centres, n)] + rng.normal(size=(n, d)) / 2).astype(
        "f4"
    )


def units_of(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def choose(name, vectors, *, keys=None, scores=None, **more):
    method = catalog.describe("diversify", name)
    n = len(vectors)
    given = {"vectors": vectors, "rng": SeededNoise(0)}
    given["keys"] = np.arange(n, dtype=np.uint64) if keys is None else keys
    if scores is None and name in SCORED:
        scores = np.arange(n)[::-1] / max(n, 1)
    if scores is not None:
        given["scores"] = np.asarray(scores, np.float64)
    given = {key: value for key, value in given.items() if key in method.inputs}
    return method.load().diversify(**given, **more)
