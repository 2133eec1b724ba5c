"""A classifier that was trained on a pool, dampened, and trained again without rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.eval import _forgetting, _network
from sel.maths.matrices.vectors import unit
from sel.maths.random import bootstrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from sel.eval._forgetting import Dampening
    from sel.eval._network import Network, Recipe
    from sel.maths.learning.classifiers import Labelled
    from sel.types import Indices, Noise

    Numbers = npt.NDArray[np.float64]


class Trial:
    """What networks are trained on, and tried on.

    Rows are scaled to length 1 times the root of the columns: a number is 1 on average.

    Args:
        pool: all rows that a network is trained on.
        test: rows that it never sees.
        recipe: how it is trained.
        seeds: of each training.
    """

    def __init__(
        self, pool: Labelled, test: Labelled, recipe: Recipe, seeds: Sequence[int]
    ) -> None:
        columns = pool.vectors.shape[1]
        self._rows, self._test = (
            unit(one.vectors).astype(np.float64) * columns**0.5 for one in (pool, test)
        )
        self._classes, self._truth = pool.classes, test.classes
        count = max(int(one.classes.max(initial=0)) for one in (pool, test)) + 1
        self._shape, self._recipe, self.seeds = (columns, count), recipe, seeds

    def _begun(self, seed: int, number: int) -> Network:
        chance = np.random.default_rng([seed, number])
        return _network.begun(*self._shape, self._recipe.hidden, chance)

    def trained(self, seed: int, some: Indices | slice = slice(None)) -> Network:
        """A network that was trained on some of the rows."""
        rows, classes = self._rows[some], self._classes[some]
        chance = np.random.default_rng([seed, 2])
        return _network.trained(
            self._begun(seed, 0), rows, classes, self._recipe, chance
        )

    def results(
        self, places: Indices, trained: Sequence[Network], how: Dampening, rng: Noise
    ) -> list[dict[str, Any]]:
        """What trained, dampened and retrained networks make of the forgotten rows.

        Args:
            places: where those stand in the pool.
            trained: for each seed, on the whole pool.
            how: they are dampened.
            rng: draws the resamples.
        """
        kept = np.delete(np.arange(len(self._rows)), places)
        again = [self.trained(seed, kept) for seed in self.seeds]
        rows, classes = self._rows[places], self._classes[places]
        order = np.concatenate((kept, places))
        whole = self._rows[order], self._classes[order]
        done = [how.of(one, *whole, len(places)) for one in trained]
        unseen = np.stack([one.losses(rows, classes) for one in again])
        kinds = {"trained": trained, "dampened": [one.network for one in done]}
        lines = []
        for name, networks in {**kinds, "retrained": again}.items():
            line: dict[str, Any] = {"model": name, "models": len(networks)}
            line |= self._meant(places, networks)
            if name != "retrained":
                known = np.stack([one.losses(rows, classes) for one in networks])
                line |= memory(unseen - known, rng)
            if name == "dampened":
                line["ceiling"] = len(self._rows) / len(places)
                line["alpha"] = float(np.mean([one.alpha for one in done]))
                line["dampened"] = float(np.mean([one.share for one in done]))
            lines.append(line)
        return lines

    def _meant(self, places: Indices, networks: Sequence[Network]) -> dict[str, float]:
        """The means of what is said of several networks."""
        said = []
        for network, seed in zip(networks, self.seeds, strict=True):
            pool = network.outputs(self._rows)
            fresh = self._begun(seed, 1).outputs(self._rows[places])
            zrf = 1 - _forgetting.apart(pool[places], fresh).mean()
            tried = self.tried(places, pool, network.outputs(self._test))
            said.append({**tried, "zrf": float(zrf)})
        return {name: float(np.mean([one[name] for one in said])) for name in said[0]}

    def tried(self, places: Indices, pool: Numbers, test: Numbers) -> dict[str, float]:
        """How right logits are, and what the membership attack makes of them.

        Args:
            places: of the forgotten rows.
            pool: (n, classes), of all rows of the pool.
            test: (t, classes), of the rows never seen.
        """
        forgotten = np.zeros(len(pool), np.bool_)
        forgotten[places] = True
        right = pool.argmax(axis=1) == self._classes
        entropies, never = _forgetting.entropies(pool), _forgetting.entropies(test)
        asked = np.concatenate((entropies[forgotten], never))
        called = _forgetting.attack(entropies[~forgotten], never, asked)
        return {
            "accuracy_forgotten": float(right[forgotten].mean()),
            "accuracy_retained": float(right[~forgotten].mean()),
            "accuracy_test": float((test.argmax(axis=1) == self._truth).mean()),
            "attack": float(called[: len(places)].mean()),
            "attack_test": float(called[len(places) :].mean()),
        }


def memory(gains: Numbers, rng: Noise) -> dict[str, Any]:
    """By how much lower losses are than without the rows, and what follows.

    Args:
        gains: (models, f), of each model and row.
        rng: draws models and rows, both anew for each of the resamples.
    """
    draws = bootstrap.resamples(gains.shape[1], rng, number=1)
    among = bootstrap.resamples(gains.shape[0], rng, number=2)
    low, high = bootstrap.interval(((among @ gains) * draws).sum(axis=1))
    verdict = "remembers" if low > 0 else "shuns" if high < 0 else "as retrained"
    found = {"memory": float(gains.mean()), "memory_low": low, "memory_high": high}
    return {**found, "verdict": verdict}
