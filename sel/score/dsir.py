"""Log importance weight under hashed n-gram models of target and pool.

High means more like the target than like the pool: the sum, over a text's n-grams,
of ln(p_target / p_pool) of their hash buckets. `sel pick sample` then resamples the
pool. Texts shorter than --min-length get null, and are never picked. The weight is a
sum, not a mean: long texts that fit gain, long texts that do not fit lose.

Linear in the n-grams; two passes over the pool, or one with --load.

Source: Xie et al. 2023, Data Selection for Language Models via Importance
Resampling, arXiv:2302.03169, sections 3 and 4.

Differs: by default the hash is not SHA-256, and each letter of a script without spaces
is a word (--hash sha256 has the authors' buckets and words, bit for bit); the order of
the records never depends on processes; --tokens-to-fit never cuts a target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from sel import check
from sel.errors import OptionError
from sel.maths.text import ngrams as grams_
from sel.maths.text.ngrams import Counts, Grams
from sel.types import Scores, Texts

EPSILON = 1e-8  # inside both logarithms, as in the authors' code
AUTO = 100_000  # n-grams to fit for each bucket


@dataclass(frozen=True)
class Ratio:
    """What a fit leaves: one row for each target."""

    log_ratio: npt.NDArray[np.float64]  # (T, buckets)
    share: npt.NDArray[np.float64]  # (T,), of the n-grams of all targets
    order: int
    buckets: int
    hash: str

    def sound(self) -> bool:
        """Whether a fit can have left this."""
        return (
            Grams(self.order, self.buckets, self.hash).sound()
            and self.share.ndim == 1
            and self.log_ratio.shape == (len(self.share), self.buckets)
            and len(self.share) > 0
            and not (self.share < 0).any()
            and bool(np.isfinite(self.log_ratio).all())
        )


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
        ngrams: longest n-gram, in words.
        buckets: number of hash buckets that all n-grams share.
        hash: fast is 64-bit and will never change; sha256 is the authors', and slower.
    """
    return grams_.count(texts, Grams.of(ngrams, buckets, hash))


def enough(pool: Counts, *, tokens_to_fit: str = "auto") -> bool:
    """Whether the pool has been read far enough to be known.

    Args:
        pool: counts so far.
        tokens_to_fit: n-grams of the pool to fit on: N, all, or auto (100,000 a
            bucket).
    """
    if tokens_to_fit == "all":
        return False
    if tokens_to_fit == "auto":
        return pool.total > AUTO * pool.grams.buckets
    if not tokens_to_fit.isdigit():
        raise OptionError("--tokens-to-fit", "auto, all or a number", tokens_to_fit)
    return pool.total > int(tokens_to_fit)


def fit(
    pool: Counts,
    targets: Sequence[Counts],
    *,
    laplace: float = 0.0,
    separate: bool = False,
) -> Ratio:
    """Compare pool and targets bucket by bucket.

    Args:
        pool: counts of the pool.
        targets: counts of each target.
        laplace: pseudo-count added to each bucket of a target.
        separate: keep the targets apart, with a weight for each of them.
    """
    check.at_least("--laplace", laplace, 0)
    merged = targets[0]
    for target in targets[1:]:
        merged = merged + target
    kept = list(targets) if separate else [merged]
    base = np.log(pool.probabilities() + EPSILON)
    rows = [np.log(t.probabilities(laplace) + EPSILON) - base for t in kept]
    totals = np.array([target.total for target in kept], np.float64)
    grams = pool.grams
    share = totals / totals.sum()
    return Ratio(np.stack(rows), share, grams.order, grams.buckets, grams.hash)


def score(
    texts: Texts, state: Ratio, *, min_length: int = 100, per_token: bool = False
) -> Scores:
    """The weight of each text, shape (n,); (n, T) for T separate targets.

    Args:
        texts: n strings.
        state: what `fit` gave.
        min_length: texts of fewer tokens get null.
        per_token: divide by the number of tokens, so that length does not count.
    """
    check.at_least("--min-length", min_length, 0)
    grams = Grams(state.order, state.buckets, state.hash)
    weights, totals = grams_.weigh(texts, grams, state.log_ratio)
    tokens = grams_.lengths(totals, state.order)
    if per_token:
        weights = weights / np.maximum(tokens, 1)[:, None]
    weights[tokens < min_length] = np.nan
    return weights[:, 0] if len(state.log_ratio) == 1 else weights
