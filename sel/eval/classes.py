"""Which classes of a source matter for a target, by what it maps to.

High votes mean that many target records look like the class; a class without votes can
be left out of pre-training (`pick classes`). --mapping feature: a target record votes
for the class whose mean vector is nearest (FM). --mapping label: for the class that a
model of the source takes it for (LM): a logistic regression on the vectors, or your own
model, whose outputs for the target are given by --logits. Classes are a field: labels,
domains, or the cells of `score cells`. Ties, as among all classes without a vote, go to
the class with the higher softmax over all target records, or to the one nearer to them
on average. One line for each class, the best first; `covered` and `kept` are the shares
of votes and of source rows down to that line.

Source: Zhang et al. 2023, Selectivity Drives Productivity: Efficient Dataset Pruning
for Enhanced Transfer Learning (DP4TL), arXiv:2310.08782.

Differs: the released feature mapping votes for the wrong classes, as it stores a
distance by the number of the sample; ties are arbitrary there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from sel.errors import DataError
from sel.maths.learning import classifiers, label_mapping
from sel.maths.learning.classifiers import Labelled
from sel.types import Noise, Scores, Vectors

STRENGTH = 10.0  # C of the logistic regression


def measure(
    labelled: Labelled,
    target_vectors: Vectors | None,
    classes: Sequence[Any],
    logits: Scores | None,
    rng: Noise,
    *,
    mapping: Literal["feature", "label"] = "feature",
) -> list[dict[str, Any]]:
    """A result for each class, the best first.

    Args:
        labelled: vectors and classes of the source; no vectors where there are logits.
        target_vectors: (t, d), or None where there are logits.
        classes: their names.
        logits: (t, classes), what a model of the source says of the target, or None.
        rng: of the logistic regression.
        mapping: feature takes the class of the nearest mean, label what a classifier
            says.
    """
    count, targets = len(classes), target_vectors
    sizes = np.bincount(labelled.classes, minlength=count)
    if logits is None and mapping == "label":
        assert targets is not None
        given = (labelled, targets, count, [STRENGTH], rng)
        logits, _ = classifiers.logistic(*given)
    if logits is not None:
        counts, said = label_mapping.votes(logits), _softmax(logits).sum(axis=0)
        order = label_mapping.ranked(counts, said)
        extra = "softmax"
    else:
        assert targets is not None
        if len(labelled) and labelled.vectors.shape[1] != targets.shape[1]:
            msg = "source and target vectors have unlike lengths"
            raise DataError(msg)
        apart = label_mapping.distances(targets, label_mapping.centres(labelled, count))
        counts, said = label_mapping.votes(-apart), apart.mean(axis=0)
        order = label_mapping.ranked(counts, -said)
        extra = "distance"
    covered = np.cumsum(counts[order]) / max(counts.sum(), 1)
    kept = np.cumsum(sizes[order]) / max(sizes.sum(), 1)
    return [
        {
            "class": classes[j],
            "rank": i + 1,
            "votes": int(counts[j]),
            extra: float(said[j]),
            "rows": int(sizes[j]),
            "covered": float(covered[i]),
            "kept": float(kept[i]),
        }
        for i, j in enumerate(order.tolist())
    ]


def _softmax(logits: Scores) -> Scores:
    """Each row as shares that sum to 1."""
    known = np.asarray(logits, np.float64)
    shares: Scores = np.exp(known - known.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return shares
