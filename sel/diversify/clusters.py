"""Chooses about as many rows from each cell of a k-means clustering.

With --trajectories this is S2L: rows are the losses of a small model at checkpoints of
its training, and cells are kinds of learning curves. The smallest cells give first; a
cell that is too small gives all it has, and the larger ones make up for it. Which rows
a cell gives is chance, or those of the highest --by. The closing line says how much
of the variance lies along one line: of raw losses often nine tenths, so that cells are
bins of the mean loss; --shape center takes each curve's mean off. Centres are learnt
from 256 rows for each cell, or 32,768 in all where that is more.

Source: Yang et al. 2024, SmallToLarge (S2L): Scalable Data Selection for Fine-tuning
Large Language Models by Summarizing Training Trajectories of Small Models,
arXiv:2403.07384.
Differs: the authors' code gives cells of 1 or 2 rows nothing while others have some,
and takes a loss that is not a number for 0: --rule released. It also divides first by
source, and makes the cells inside each: --group-field.
"""

from collections.abc import Mapping
from math import frexp
from typing import Any, Literal

import numpy as np

from sel import check
from sel.maths.greedy.choice import NONE, Choice, places, pool, told, usable_rows
from sel.maths.matrices import components
from sel.maths.matrices.vectors import unit
from sel.maths.neighbours import kmeans
from sel.maths.ranking import apportionment
from sel.maths.ranking.apportionment import level
from sel.types import Indices, Keys, Noise, Scores, Vectors

NEEDS = ("faiss",)

LARGE = 2.0**40  # numbers that are brought down before they are squared
SMALL = 2  # rows of a cell that the authors' code passes over


def diversify(  # noqa: PLR0917 (each is a column of the records)
    vectors: Vectors | None,
    keys: Keys,
    rng: Noise,
    already: Indices = NONE,
    scores: Scores | None = None,
    groups: Indices | None = None,
    trajectories: Vectors | None = None,
    *,
    k: int,
    cells: int = 100,
    shape: Literal["raw", "center", "zscore"] = "raw",
    rule: Literal["paper", "released"] = "paper",
) -> Choice:
    """Rows in the order taken, cell by cell; each stands for the rows of its cell.

    Args:
        vectors: (n, d); cells are made by cosine.
        keys: (n,), what chance knows each row by.
        rng: says which rows of a cell are taken.
        already: rows chosen before; they count for their cells.
        scores: (n,), quality; a row without one is not chosen.
        groups: (n,), numbers of groups that share -k equally; a row of -1 is not
            chosen.
        trajectories: (n, d), losses, compared as they are; instead of vectors.
        k: number of records to choose: 1500, 10k.
        cells: number of cells in each group.
        shape: raw leaves rows as they are; center subtracts the mean of each row;
            zscore also divides by its standard deviation.
        rule: paper, or released for what the authors' code does.
    """
    check.at_least("-k", k, 0)
    check.at_least("--cells", cells, 1)
    rows, points = _points(vectors, trajectories, scores, groups, (shape, rule))
    order = rng.uniform(keys[rows]) if scores is None else -scores[rows]
    before = np.zeros(len(rows), bool)
    before[places(rows, already)] = True
    owner = np.zeros(len(rows), np.int64)
    if groups is not None:
        _, owner = np.unique(groups[rows], return_inverse=True)
    parts = kmeans.members(owner)
    shares = level(k, {i: int((~before[part]).sum()) for i, part in enumerate(parts)})
    chosen, covers, made = [NONE], [NONE], 0
    for group in sorted(shares, key=lambda group: len(parts[group])):
        part = parts[group]
        labels = kmeans.cells(points[part], cells, unit=trajectories is None).labels
        made += int(labels.max()) + 1
        given = _taken(labels, shares[group], order[part], before[part], rule)
        chosen.append(part[given])
        covers.append(np.bincount(labels)[labels[given]])
    facts: dict[str, Any] = {"cells": made}
    facts["first component"] = round(components.first_share(points), 4)
    taken = rows[np.concatenate(chosen)]
    return Choice(taken, covers=np.concatenate(covers), facts=facts)


def _points(
    vectors: Vectors | None,
    trajectories: Vectors | None,
    scores: Scores | None,
    groups: Indices | None,
    how: tuple[str, str],
) -> tuple[Indices, Vectors]:
    """The rows that can be used, and what is clustered."""
    shape, rule = how
    if trajectories is None:
        assert vectors is not None
        if shape == "raw":
            candidates = pool(vectors, scores=scores, groups=groups)
            return candidates.rows, candidates.units
        rows = usable_rows(vectors, scores, groups)
        return rows, unit(_shaped(np.asarray(vectors[rows], np.float32), shape))
    points = np.asarray(trajectories, np.float32)
    if rule == "released":
        points = np.nan_to_num(points, nan=0, posinf=0, neginf=0)
    rows = np.flatnonzero(np.isfinite(points).all(axis=1))
    rows = rows[told(rows, scores, groups)]
    return rows, _shaped(points[rows], shape)


def _shaped(points: Vectors, shape: str) -> Vectors:
    largest = float(np.abs(points).max(initial=0))
    if largest > LARGE:  # the scale is of no importance, but squares must be finite
        points = np.ldexp(points, -frexp(largest)[1])
    if shape == "raw":
        return points
    points = points - points.mean(axis=1, keepdims=True)
    if shape == "zscore":
        spread = points.std(axis=1, keepdims=True)
        points /= np.where(spread > 0, spread, 1)
    return points


def _taken(labels: Indices, k: int, order: Scores, before: Any, rule: str) -> Indices:
    """Places of the rows that the cells give, the smallest cell first."""
    parts = kmeans.members(labels)
    sizes = [len(part) for part in parts]
    have = [int(before[part].sum()) for part in parts]
    large = [size > SMALL or rule == "paper" for size in sizes]
    counted = [size if big else 0 for size, big in zip(sizes, large, strict=True)]
    quotas = apportionment.balanced(k, counted, have)
    chosen = [NONE]
    for cell in sorted(range(len(parts)), key=sizes.__getitem__):
        free = parts[cell][~before[parts[cell]]]
        best = free[np.argsort(order[free], kind="stable")]
        chosen.append(best[: quotas[cell]])
    rest = k - sum(map(len, chosen))
    if rest and rule == "released":
        small = [part for part, big in zip(parts, large, strict=True) if not big]
        left = np.concatenate([NONE, *small])
        left = left[~before[left]]
        chosen.append(left[np.argsort(order[left], kind="stable")][:rest])
    return np.concatenate(chosen)


def memory(vectors: Vectors, options: Mapping[str, Any]) -> int:
    """Bytes it will need."""
    n, d = vectors.shape
    sample = kmeans.learnt_from(n, int(options["cells"]))
    return int(8 * n * d + 8 * d * sample + 80 * n)
