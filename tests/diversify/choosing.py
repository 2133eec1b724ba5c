"""Calls a method of diversify with whatever it needs."""

import numpy as np

from sel import catalog
from sel.errors import UsageError
from sel.maths.random.noise import SeededNoise as Noise

METHODS = {method.name: method for method in catalog.methods("diversify")}
VECTORS = [name for name, method in METHODS.items() if "vectors" in method.inputs]


def rows_of(n, d=8, seed=0, centres=6):
    rng = np.random.default_rng(seed)
    middle = rng.normal(size=(centres, d))
    return (middle[rng.integers(0, centres, n)] + rng.normal(size=(n, d)) / 2).astype(
        "f4"
    )


def units_of(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def has(name, option):
    return any(one.name == option for one in METHODS[name].options)


def choose(name, vectors, *, keys=None, scores=None, **more):
    method = METHODS[name]
    n = len(vectors)
    given = {"vectors": vectors, "rng": Noise(0)}
    given["keys"] = np.arange(n, dtype=np.uint64) if keys is None else keys
    if scores is None and name in SCORED:
        scores = np.arange(n)[::-1] / max(n, 1)
    if scores is not None:
        given["scores"] = np.asarray(scores, np.float64)
    given = {key: value for key, value in given.items() if key in method.inputs}
    return method.load().diversify(**given, **more)


def needs_scores(name):
    """Whether a method refuses to choose without a score."""
    try:
        choose(name, np.empty((0, 8), "f4"), k=0)
    except UsageError as error:
        assert "--by" in str(error)
        return True
    return False


SCORED = ()
SCORED = tuple(
    name for name in VECTORS if "scores" in METHODS[name].inputs and needs_scores(name)
)
