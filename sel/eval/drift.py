"""How far records have drifted from those that a fit was made on.

--save keeps what records are like in a state: how often each hashed n-gram occurs, and
with --by the tenths of a score. --load compares others with it: `kl` is KL(records ||
state) over the n-grams, in nats, and `psi` the population stability index of the
scores, of which records without one are a bin of their own. Both are above 0 by chance:
`kl_chance` and `psi_chance` are what two samples of one source would show, of as many
n-grams and records. `drift` is the larger of what is left. With --max-drift X the exit
status is 1 where it is above X. A rule of thumb for psi: below 0.1 nothing has changed,
above 0.25 much has. Cost: one pass; with --by, 8 bytes of memory for each score.

Source: Kullback and Leibler 1951, On Information and Sufficiency; Siddiqi 2006, Credit
Risk Scorecards, for the index; Yurdakul 2018, Statistical Properties of Population
Stability Index, for what chance makes of it.

Differs: the state counts each n-gram once more than it was seen, and each bin half a
record more, so that what is new has a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Literal, Self

import numpy as np
import numpy.typing as npt

from sel.errors import DataError
from sel.maths.text import ngrams as grams_
from sel.maths.text.ngrams import Counts, Grams
from sel.types import Scores, Texts

Numbers = npt.NDArray[np.float64]

TENTHS = np.arange(1, 10) / 10
FEW = 50.0
"""Expected counts from which on a formula will do."""


@dataclass(frozen=True)
class Fitted:
    """What records were like when a fit was made."""

    per_bucket: npt.NDArray[np.int64]  # (buckets,)
    texts: int
    order: int
    hash: str
    edges: Numbers  # (b - 1,), rising; between the bins of the scores
    bins: npt.NDArray[np.int64]  # (b + 1,), scores in each, the last without any
    by: str
    """The field of the scores; empty for none."""

    @classmethod
    def of(cls, counts: Counts, numbers: Scores, by: str = "") -> Self:
        """What records are like.

        Args:
            counts: of their n-grams.
            numbers: (n,), scores; NaN where there is none.
            by: what they are called.
        """
        there = numbers[np.isfinite(numbers)]
        edges = np.empty(0)
        if len(there):
            edges = np.unique(np.quantile(there, TENTHS)).astype(np.float64)
        grams = counts.grams
        how = counts.texts, grams.order, grams.hash
        return cls(counts.per_bucket, *how, edges, _binned(numbers, edges), by)

    def sound(self) -> bool:
        """Whether `of` can have left this."""
        rising = bool(np.isfinite(self.edges).all() and (np.diff(self.edges) > 0).all())
        return (
            self.counts.grams.sound()
            and self.per_bucket.ndim == self.edges.ndim == self.bins.ndim == 1
            and bool((self.per_bucket >= 0).all() and (self.bins >= 0).all())
            and len(self.bins) == len(self.edges) + 2
            and rising
        )

    @property
    def counts(self) -> Counts:
        """How often each n-gram occurred."""
        grams = Grams(self.order, len(self.per_bucket), self.hash)
        return Counts(self.per_bucket, self.texts, grams)


def collect(
    texts: Texts,
    *,
    ngrams: int = 2,
    buckets: int = 10_000,
    hash: Literal["fast", "sha256"] = "fast",  # noqa: A002 (the field's word)
) -> Counts:
    """Count the hashed n-grams of a batch.

    Args:
        texts: n strings.
        ngrams: longest n-gram, in words; with --load all three are those of the state.
        buckets: number of hash buckets that all n-grams share.
        hash: fast is 64-bit and will never change; sha256 is that of DSIR's authors.
    """
    return grams_.count(texts, Grams.of(ngrams, buckets, hash))


def measure(counts: Counts, numbers: Scores, fitted: Fitted) -> dict[str, float]:
    """How far records are from what they were like; see above.

    Args:
        counts: of their n-grams.
        numbers: (n,), scores; NaN where there is none.
        fitted: what is compared with.
    """
    old = fitted.counts.probabilities(1)
    now = counts.probabilities()
    seen = now > 0
    found = {
        "kl": float((now[seen] * np.log(now[seen] / old[seen])).sum()),
        "kl_chance": sum(_expected(old, n.total) for n in (counts, fitted.counts)),
    }
    if fitted.by:
        found |= _stability(_binned(numbers, fitted.edges), fitted.bins)
    names = [name for name in ("kl", "psi") if name in found]
    past = [found[name] - found[f"{name}_chance"] for name in names]
    return {"records": counts.texts, **found, "drift": max(0.0, *past)}


def _expected(shares: Numbers, total: int) -> float:
    """The mean of KL(draws || shares) over draws of `total` n-grams from the shares.

    A bucket that l draws are expected in counts as Poisson's: E[X ln(X / l)], summed
    for a small l, 1/2 + 1/(12 l) for a large one.
    """
    means = shares * total
    large, small = means[means >= FEW], means[(means > 0) & (means < FEW)]
    nats = float((0.5 + 1 / (12 * large)).sum())
    chance = np.exp(-small)
    for k in range(1, int(4 * FEW)):
        chance = chance * small / k
        nats += float((chance * k * (log(k) - np.log(small))).sum())
    return nats / max(total, 1)


def _binned(scores: Scores, edges: Numbers) -> npt.NDArray[np.int64]:
    """How many scores are in each bin, shape (len(edges) + 2,); the last has none."""
    there = np.isfinite(scores)
    places = np.searchsorted(edges, scores[there], side="right")
    bins = np.bincount(places, minlength=len(edges) + 2)
    bins[-1] = len(scores) - there.sum()
    return bins.astype(np.int64)


def _stability(
    now: npt.NDArray[np.int64], old: npt.NDArray[np.int64]
) -> dict[str, float]:
    """The population stability index, and what chance alone makes of it."""
    if not now.sum() or not old.sum():
        msg = "there are no scores to compare. Try: without --by"
        raise DataError(msg)
    used = (now + old) > 0
    some = [(bins[used] + 0.5) / (bins[used] + 0.5).sum() for bins in (now, old)]
    free = int(used.sum()) - 1
    return {
        "psi": float(((some[0] - some[1]) * np.log(some[0] / some[1])).sum()),
        "psi_chance": free * (1 / int(now.sum()) + 1 / int(old.sum())),
    }
