"""The form in which texts are compared, and where in a text its characters stand.

Texts are composed (NFC), so that an accent is the same whether it is a part of its
letter or stands behind it. In the folded form what differs only in its looks is the
same too (NFKC with full case folding): full-width letters and others, a ligature and
its letters, capitals.

Source: Unicode Standard Annex 15, Unicode Normalization Forms.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Literal
from unicodedata import category, is_normalized, normalize

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable

Form = Literal["composed", "folded", "literal"]
Places = npt.NDArray[np.int64]

_ODD = re.compile(r"[\0-\x7f]?[^\0-\x7f]+")
"""What is not ASCII, with the character before it, which it may join."""


def composed(text: str) -> str:
    """NFC."""
    return text if text.isascii() else normalize("NFC", text)


def folded(text: str) -> str:
    """NFKC, with full case folding."""
    if text.isascii():
        return text.lower()
    return normalize("NFKC", normalize("NFKC", text).casefold())


FORMS: dict[Form, Callable[[str], str]] = {
    "composed": composed,
    "folded": folded,
    "literal": str,
}
"""What makes the form of a text; literal leaves it."""


def placed(text: str, form: Callable[[str], str]) -> tuple[str, Places, Places]:
    """A text in a form, and where each character of that begins and ends in the text.

    Args:
        text: any.
        form: `composed` or `folded`.
    """
    made = form(text)
    cuts = np.arange(len(text) + 1)
    alone = is_normalized("NFKC", text) and len(text.casefold()) == len(text)
    if made == text or (alone and len(made) == len(text)):  # each makes one
        return made, cuts[:-1], cuts[1:]
    marks, sizes, end = list[int](), list[int](), 0
    known: dict[str, int | None] = {}
    for odd in _ODD.finditer(text):  # what is between is ASCII: each makes one
        begin = odd.start()
        marks += range(end, begin)
        sizes += [1] * (begin - end)
        end = odd.end()
        starts = [i for i in range(begin, end) if i == begin or not _joins(text[i])]
        for a, b in pairwise([*starts, end]):
            part = text[a:b]
            if part not in known:
                known[part] = None if form(part) == part else len(form(part))
            size = known[part]
            marks += range(a, b) if size is None else [a]
            sizes += [1] * (b - a) if size is None else [size]
    marks += range(end, len(text) + 1)
    sizes += [1] * (len(text) - end)
    cuts = np.array(marks)
    return made, np.repeat(cuts[:-1], sizes), np.repeat(cuts[1:], sizes)


def _joins(char: str) -> bool:
    """Whether a character may become one with what stands before it."""
    jamo = "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7fb"
    return category(char)[0] == "M" or jamo or char in "\uff9e\uff9f"
