"""What the nearest labelled targets vote for, and how surely.

Each of the k nearest targets votes for its label with the weight exp(cosine / T). The
field is the share of the label that wins, from 0 to 1, and `knn_label` is that label;
of equal ones the first in the targets. With --regress labels are numbers, and the
field is their mean by the same weights. Every target is compared, block by block.

Source: Wu et al. 2018, Unsupervised Feature Learning via Non-Parametric Instance
Discrimination, arXiv:1805.01978, section 3.4; as in SELECT (2024, A Large-Scale
Benchmark of Data Curation Strategies for Image Classification, arXiv:2410.05057).

Differs: equal cosines go to the earlier target; no noise stands in for rare labels.
"""

from typing import Any

import numpy as np

from sel import check
from sel.errors import DataError
from sel.maths.matrices.vectors import usable
from sel.maths.neighbours import faiss_index, knn
from sel.types import Labels, Scores, Vectors


def score(
    vectors: Vectors,
    targets: Vectors,
    labels: Labels,
    *,
    k: int = 20,
    temperature: float = 0.07,
    regress: bool = False,
) -> dict[str, Any]:
    """Columns of n values: share and label, or the mean.

    Args:
        vectors: (n, d).
        targets: (t, d), all with length.
        labels: t labels.
        k: number of targets that vote.
        temperature: the higher it is, the more alike the votes of all k count.
        regress: the labels are numbers; their mean is the score.
    """
    check.at_least("-k", k, 1)
    check.above("--temperature", temperature, 0)
    good = np.flatnonzero(usable(vectors))
    k = min(k, len(targets))
    near, cosines = knn.exact(targets, vectors[good], k)
    weights = knn.softmax(cosines, temperature)
    scores = np.full(len(vectors), np.nan)
    if regress:
        scores[good] = (weights * _numbers(labels)[near]).sum(axis=1)
        return {"": scores}
    names, codes = knn.encoded(labels)
    said: list[Any] = [None] * len(vectors)
    step = max(1, faiss_index.HELD // len(names))
    for at in range(0, len(good), step):
        part = slice(at, at + step)
        shares = _shares(codes[near[part]], weights[part], len(names))
        winners = shares.argmax(axis=1)
        scores[good[part]] = shares[np.arange(len(shares)), winners]
        for i, winner in zip(good[part].tolist(), winners.tolist(), strict=True):
            said[i] = names[winner]
    return {"": scores, "label": said}


def _shares(codes: Any, weights: Scores, size: int) -> Scores:
    """What each label gets in each line, shape (n, labels)."""
    places = codes + size * np.arange(len(codes))[:, None]
    shares = np.bincount(places.ravel(), weights.ravel(), size * len(codes))
    return shares.reshape(-1, size).astype(np.float64, copy=False)


def _numbers(labels: Labels) -> Scores:
    kinds = set(map(type, labels))
    if kinds - {int, float}:
        msg = "--regress needs labels that are numbers. Try: another --label, or none"
        raise DataError(msg)
    return np.array(labels, np.float64)
