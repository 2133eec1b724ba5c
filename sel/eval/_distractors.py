"""The right answer among wrong ones, drawn from its group or from all rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import DataError
from sel.maths.matrices.vectors import unit, usable
from sel.maths.neighbours import knn
from sel.maths.random import bootstrap

if TYPE_CHECKING:
    from sel.types import Indices, Noise, Scores, Vectors


class Asked:
    """Rows that are asked for, and their nearest by the reference.

    Args:
        vectors: (n, d), what is tried.
        reference: (n, e), the truth.
        rows: (q,), usable in both.
        k: neighbours that are no wrong answers; the first is the right one.
    """

    def __init__(
        self, vectors: Vectors, reference: Vectors, rows: Indices, k: int
    ) -> None:
        self._vectors = vectors
        near = knn.nearest_others(reference, rows, k)
        there = near[:, 0] >= 0
        there[there] &= usable(vectors[near[there, 0]])
        self._rows, self._near = rows[there], near[there]
        good = np.zeros(len(vectors), np.bool_)
        for at in range(0, len(vectors), knn.BLOCK):
            part = slice(at, at + knn.BLOCK)
            good[part] = usable(vectors[part]) & usable(reference[part])
        self._good = np.flatnonzero(good)

    def found(
        self, groups: Indices | None, candidates: int, rng: Noise
    ) -> dict[str, Any]:
        """How often the right one is nearest, of the rows that have enough wrong ones.

        Args:
            groups: (n,), of each row; None for random wrong answers alone.
            candidates: of which one is right.
            rng: draws the wrong ones.

        Raises:
            DataError: no row has enough.
        """
        seed = int(rng.uniform(np.zeros(1, np.uint64))[0] * 2**53)
        members = self._members(groups)
        lines = []
        for row, near in zip(self._rows.tolist(), self._near, strict=True):
            chance = np.random.default_rng([seed, row])
            barred = np.append(near, row)
            pools: list[Indices] = [self._good]
            if groups is not None:
                pools.append(members.get(int(groups[near[0]]), self._good[:0]))
            wrong = [_drawn(pool, barred, candidates - 1, chance) for pool in pools]
            if all(len(one) == candidates - 1 for one in wrong):
                lines.append([self._share(row, int(near[0]), one) for one in wrong])
        if not lines:
            msg = f"no row has {candidates - 1:,} wrong answers to choose from"
            raise DataError(f"{msg}. Try: fewer --candidates, or larger groups")
        right = np.array(lines)
        said = {"candidates": candidates, "asked": len(right), "chance": 1 / candidates}
        said["found_random"] = float(right[:, 0].mean())
        if groups is not None:
            said["found_group"] = float(right[:, 1].mean())
            said |= _gap(right[:, 0] - right[:, 1], rng)
        return said

    def _members(self, groups: Indices | None) -> dict[int, Indices]:
        """The usable rows of each group."""
        if groups is None:
            return {}
        known = self._good[groups[self._good] >= 0]
        order = known[np.argsort(groups[known], kind="stable")]
        names, starts = np.unique(groups[order], return_index=True)
        parts = np.split(order, starts)[1:]
        return dict(zip(names.tolist(), parts, strict=True))

    def _share(self, row: int, answer: int, wrong: Indices) -> float:
        """1 if the answer is nearest; its part where others are as near."""
        rows = unit(self._vectors[np.concatenate(([row, answer], wrong))])
        cosines = rows[1:] @ rows[0]
        best = cosines == cosines.max()
        return float(best[0] / best.sum())


def _drawn(pool: Indices, barred: Indices, count: int, chance: Any) -> Indices:
    """So many rows of a pool, all different and none barred; fewer if there are not.

    A few more than are needed are drawn: what is barred is seldom among them.
    """
    size = min(len(pool), count + len(barred))
    drawn = pool[chance.choice(len(pool), size, replace=False, shuffle=True)]
    free: Indices = drawn[~np.isin(drawn, barred)][:count]
    return free


def _gap(apart: Scores, rng: Noise) -> dict[str, float]:
    """The mean difference, and the interval of its bootstrap over rows."""
    low, high = bootstrap.interval(bootstrap.resamples(len(apart), rng) @ apart)
    return {"gap": float(apart.mean()), "gap_low": low, "gap_high": high}
