"""The records that another stream names, by row or by a key.

Brings back whole records for a thin or a chosen stream: `--from` names them by the
`_row` they carry, or by --on FIELD. The inputs keep their order, and are not parsed
where rows alone decide. The row of a record is its `_row`, or else its place among the
records of all inputs.

With --clean all records pass on, and those that are named lose the spans that --from
has of them, such as the --hits of `sel eval leak`: as for GPT-3, the characters around
a span go too, then what is left between two spans if it is short, and a record that
falls into many pieces goes altogether. The pieces stay one text, with an empty line
between them.

Source: the semi-join of relational algebra; for --clean Brown et al. 2020, GPT-3,
arXiv:2005.14165, appendix C.

Differs: GPT-3 makes a document of each piece.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any

from sel import check

GAP = "\n\n"
"""What stands between two pieces."""


def pick(
    names: Sequence[Any],
    wanted: Container[Any],
    *,
    not_: bool = False,
) -> list[bool]:
    """Which records to keep.

    Args:
        names: n rows or keys.
        wanted: those that the other stream names.
        not_: keep all other records instead.
    """
    return [(name in wanted) is not not_ for name in names]


def clean(
    texts: Sequence[str],
    spans: Sequence[Sequence[tuple[int, int]]],
    *,
    around: int = 200,
    shortest: int = 200,
    most: int = 10,
) -> list[str | None]:
    """What is left of texts without some spans; None where a text goes altogether.

    Args:
        texts: n strings.
        spans: for each the start and the end of what is cut out, in characters.
        around: characters before and behind a span that --clean takes too.
        shortest: characters of a piece that --clean leaves.
        most: pieces of a text; with more the record goes.
    """
    check.at_least("--around", around, 0)
    check.at_least("--shortest", shortest, 1)
    check.at_least("--most", most, 1)
    return [
        _left(text, some, around, shortest, most) if some else text
        for text, some in zip(texts, spans, strict=True)
    ]


def _left(
    text: str, spans: Sequence[tuple[int, int]], around: int, shortest: int, most: int
) -> str | None:
    pieces, done = [], 0
    for start, end in sorted(spans):
        pieces.append(text[done : max(start - around, 0)])
        done = max(done, end + around)
    pieces.append(text[done:])
    filled = [piece for piece in map(str.strip, pieces) if piece]
    long = [piece for piece in filled if len(piece) >= shortest]
    return GAP.join(long) if long and len(filled) <= most else None
