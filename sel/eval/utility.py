"""What a small model learns from each selection for a target.

The same small model, trained from nothing in the same way, reads the target's records;
`bits_per_byte` is what it needs for a byte of them, and `perplexity` 2 to the bits for
a word. Low is good. --learner ngram counts n-grams of bytes (interpolated modified
Kneser-Ney, seconds for 10 MB, no torch); transformer trains a small one over bytes for
--steps (extra models). Both know all bytes, so that numbers of different selections can
be compared. `records` and `bytes` are the costs; --bytes gives every selection the same
budget. With --pool, what random selections of as many records reach and the range of
95% of them; `vs_first` is the difference to the first selection, with a 95% interval by
paired bootstrap over target records.

Source: Chen and Goodman 1998, An Empirical Study of Smoothing Techniques for Language
Modeling, TR-10-98, Harvard; proxy models of data quality as in Xie et al. 2023,
arXiv:2302.03169, and bits per byte as in Gao et al. 2020, The Pile, arXiv:2101.00027.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from sel import check
from sel.maths.random import baseline, bootstrap
from sel.maths.text import kneser_ney
from sel.maths.text.kneser_ney import Documents
from sel.types import Noise, Scores

Learner = Callable[[Documents, Documents], Scores]
"""Trains on some documents; the bits that each of the others needs."""


def measure(
    chosen_documents: Sequence[Documents],
    random_documents: Sequence[Sequence[Documents]],
    target_documents: Documents,
    learner: Learner | None,
    rng: Noise,
    *,
    ngrams: int = 6,
    bytes: int | None = None,  # noqa: A002 (the unit)
) -> list[dict[str, Any]]:
    """A result for each selection.

    Args:
        chosen_documents: texts of each selection.
        random_documents: for each, random selections of as many records.
        target_documents: texts that the models are tried on.
        learner: trains another model, and tries it.
        rng: draws the resamples.
        ngrams: longest n-gram, in bytes.
        bytes: train on the first N bytes of each [all].
    """
    check.between("--ngrams", ngrams, 1, kneser_ney.LONGEST)
    if bytes is not None:
        check.at_least("--bytes", bytes, 1)
    target = target_documents
    size = int(target.ends[-1])
    draws = bootstrap.resamples(len(target), rng)
    lengths = np.diff(target.ends, prepend=0)

    def tried(documents: Documents) -> Scores:
        part = documents if bytes is None else documents.up_to(bytes)
        if learner:
            return learner(part, target)
        return target.sums(kneser_ney.bits(kneser_ney.train(part, ngrams), target))

    lines: list[dict[str, Any]] = []
    first: Scores | None = None
    for documents, others in zip(chosen_documents, random_documents, strict=True):
        needed = tried(documents)
        luck = [float(tried(other).sum()) / size for other in others]
        part = documents if bytes is None else documents.up_to(bytes)
        said: dict[str, Any] = {
            "records": len(part),
            "bytes": int(part.ends[-1]),
            "bits_per_byte": float(needed.sum()) / size,
            **baseline.random_range("bits_per_byte", luck),
            "perplexity": float(2 ** (needed.sum() / max(target.words, 1))),
        }
        if first is not None:
            apart = needed - first
            low, high = bootstrap.interval((draws @ apart) / (draws @ lengths))
            said |= {
                "vs_first": float(apart.sum()) / size,
                "vs_first_low": low,
                "vs_first_high": high,
            }
        first = needed if first is None else first
        lines.append(said)
    return lines
