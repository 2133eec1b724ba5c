"""Drops what is near to something older: a kept index, or earlier records.

Signatures are compared, so the similarity is an estimate: with 128 permutations its
standard error is 0.035 at Jaccard 0.8. The twin of a dropped record is the most
similar older one, kept or not. The result for several dumps is the same whether they
come in one run or one by one, each with --load and --save of the same index.

Linear in the records and the index, two passes. Memory: about 50 bytes for each record
of both; temporary files hold 8 bytes for each of them and each band, and signatures.

Source: Broder 1997, On the resemblance and containment of documents; incremental use
as in Leskovec, Rajaraman and Ullman 2014, Mining of Massive Datasets, section 3.4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from sel.maths.text import lsh, minhash
from sel.maths.text.lsh import Floats
from sel.maths.text.minhash import Plan, Signatures
from sel.types import Indices, Texts


def plan(
    *,
    threshold: float = 0.8,
    ngrams: int | None = None,
    unit: Literal["words", "chars"] | None = None,
    permutations: int | None = None,
    fold: bool = False,
) -> Plan:
    """What is compared, and in which bands.

    Args:
        threshold: least estimated Jaccard similarity of near duplicates.
        ngrams: words or characters in an n-gram [5, or that of the index].
        unit: unit of an n-gram [words, or that of the index].
        permutations: length of a signature [128, or that of the index].
        fold: take letters for the same that differ only in looks: NFKC, case folded.
    """
    return minhash.plan(None, threshold, ngrams, unit, permutations, fold=fold)


def collect(texts: Texts, design: Plan) -> Signatures:
    """The signature of each text, shape (n, permutations)."""
    return minhash.signatures(texts, design.shingling, design.permutations)


def diversify(
    bands: Iterator[tuple[Indices, Indices]],
    rows: int,
    first: int,
    agreement: Callable[[Indices, Indices], Floats],
    design: Plan,
) -> tuple[Indices, Floats]:
    """The older twin of each row, -1 where it is none, and their similarity.

    Args:
        bands: for each band the rows of its buckets, and the size of each bucket.
        rows: how many there are, those of the index first.
        first: number of the first row that is not in the index.
        agreement: similarity of pairs of rows.
        design: says which similarity counts.
    """
    return lsh.nearest(bands, rows, first, agreement, design.threshold)
