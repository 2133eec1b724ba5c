"""Keeps one of each cluster of near-duplicates, found by MinHash LSH.

Texts are near when their sets of n-grams have at least --threshold in common (Jaccard
similarity). Candidates agree in a band of their signatures; each pair is then checked
by its true similarity. Near texts of near texts form one cluster, of which --keep says
what stays. Texts are composed (NFC), or with --fold taken in NFKC and case folded; with
a preset they stay as they are. Texts without words are like no other. The S-curve is
printed first.

Linear in the texts, three passes. Memory: about 100 bytes for each record; temporary
files hold 8 bytes for each record and band, and the n-grams of candidates.

Source: Broder 1997; Lee et al. 2022, arXiv:2107.06499, section 4.2; Penedo et al. 2024
(FineWeb), arXiv:2406.17557; SlimPajama, arXiv:2309.10818; BigCode, arXiv:2301.03988.

Differs: bands are solved so that a pair at the threshold is found with probability
0.95; Lee's check of the edit similarity is not made, and FineWeb, SlimPajama and
BigCode do not check candidates; SlimPajama takes punctuation away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from sel.maths.text import lsh, minhash
from sel.maths.text.lsh import UnionFind
from sel.maths.text.minhash import Plan, Signatures
from sel.types import Indices, Scores, Texts


def plan(
    *,
    preset: Literal["lee", "fineweb", "slimpajama", "bigcode"] | None = None,
    threshold: float | None = None,
    ngrams: int | None = None,
    unit: Literal["words", "chars"] | None = None,
    permutations: int | None = None,
    fold: bool = False,
) -> Plan:
    """What is compared, and in which bands.

    Args:
        preset: parameters of a published pipeline; options given beside it take
            precedence.
        threshold: least Jaccard similarity of near duplicates [0.8].
        ngrams: words or characters in an n-gram [5].
        unit: unit of an n-gram [words].
        permutations: length of a signature [128].
        fold: take letters for the same that differ only in looks: NFKC, case folded.
    """
    return minhash.plan(preset, threshold, ngrams, unit, permutations, fold=fold)


def collect(texts: Texts, design: Plan) -> Signatures:
    """The signature of each text, shape (n, permutations)."""
    return minhash.signatures(texts, design.shingling, design.permutations)


def diversify(
    bands: Iterable[tuple[Indices, Indices]],
    worth: Scores,
    alike: Callable[[int, int], bool],
) -> Indices:
    """The row that is kept of each row's cluster, shape (n,).

    Args:
        bands: for each band the rows of its buckets, and the size of each bucket.
        worth: (n,), the highest of a cluster is kept; ties go to the first.
        alike: whether two rows are near enough.
    """
    forest = UnionFind(len(worth))
    large = []
    for band in bands:
        few, many = lsh.apart(*band)
        lsh.cluster_small(forest, *few, alike)
        large.append(many)
    for members, sizes in large:
        lsh.cluster_large(forest, members, sizes, alike)
    return lsh.best(forest, worth)
