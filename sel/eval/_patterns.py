"""What in a text looks personal, and what looks broken.

Both are counts of patterns, found fast and told apart roughly: a number with the
form of a telephone number may be a part number.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.types import Texts

Found = tuple[Counter[str], Counter[str]]

PERSONAL = ("email", "ip", "phone", "card")
ODD = ("control", "replacement", "invisible", "private", "mojibake")

_LOCAL = re.compile(r"[\w.+-]")  # as one character of the part before the @ must be
_DOMAIN = re.compile(r"@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
_DIGITS = re.compile(r"[0-9][0-9 .()-]{5,21}[0-9]")
_IP = re.compile(
    r"\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b"
)
_PHONE = re.compile(
    r"(?<![\d.])(?:1[ .-])?\d{3}(?:\) ?|[ .-])\d{3}[ .-]\d{4}(?![\d.]\d)"
)
_FOREIGN = re.compile(r"[1-9](?:[ .()-]{0,2}\d){8,14}")
_CARD = re.compile(r"(?<!\d)[3-6]\d{3}(?:[ -]?\d{4}){3}(?!\d)")

_CONTROL = {*range(32), 127} - set(b"\t\n\r\f")
_MARKS = bytes(
    b"xc "[2 * (code in b"0123456789 .()-") + (code in _CONTROL)] for code in range(256)
)
"""What each character in ASCII may be part of: c is a control character, and of those
that stand as blanks _DIGITS may match a run."""
_SHORTEST, _RUN = b" " * 7, re.compile(b" +")
_STRANGE = re.compile(
    "([\x00-\x08\x0b\x0e-\x1f\x7f-\x9f])|(\ufffd)"
    "|([\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff])"
    "|([\ue000-\uf8ff])|([\u00c2\u00c3][\x80-\xbf]|\u00e2\u20ac)"
)

# What of these may begin.
_PERHAPS = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u00c2\u00c3\u00e2\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u2069\ue000-\uf8ff\ufeff\ufffd]"
)


def found(texts: Texts) -> tuple[Found, Found]:
    """Texts that have a pattern of PERSONAL, or one of ODD, and how often each occurs.

    A card has 16 digits, of which the last checks the others (Luhn). Odd are control
    characters but tab and line ends; U+FFFD; characters without width or that turn the
    direction; private use; UTF-8 that was read as Latin-1.
    """
    personal: list[tuple[int, str]] = []
    odd: list[tuple[int, str]] = []
    plain = [text.isascii() for text in texts]
    for wanted in True, False:  # those in ASCII take less time
        rows = [i for i, one in enumerate(plain) if one is wanted]
        some = [texts[i] for i in rows]
        joined = "\n".join(some)  # nothing that is looked for goes over a line
        marks = joined.encode("ascii", "replace").translate(_MARKS)
        ends = list(accumulate(len(text) + 1 for text in some))
        for names, found in (
            (personal, _personal(joined, marks)),
            (odd, _odd(joined, marks)),
        ):
            names += [(rows[bisect_right(ends, at)], name) for at, name in found]
    return _counted(personal), _counted(odd)


def _counted(named: list[tuple[int, str]]) -> Found:
    """How many texts have a name, and how often it occurs."""
    return (
        Counter(name for _, name in set(named)),
        Counter(name for _, name in named),
    )


def _personal(text: str, marks: bytes) -> Iterator[tuple[int, str]]:
    """Places and names of what looks personal."""
    for at in _addresses(text):
        yield at, "email"
    start = marks.find(_SHORTEST)
    while start >= 0:
        end = _RUN.match(marks, start).end()  # type: ignore[union-attr]
        if not text[start:end].isspace():
            before = text[max(start - 1, 0) : start]
            for name in _numbers_in(text[start:end], before):
                yield start, name
        start = marks.find(_SHORTEST, end)


def _odd(text: str, marks: bytes) -> Iterator[tuple[int, str]]:
    """Places and names of what looks broken."""
    at = marks.find(b"c")
    while at >= 0:
        yield at, "control"
        at = marks.find(b"c", at + 1)
    if text.isascii():
        return
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    wide = np.flatnonzero(codes > 127)
    free = 0
    for at in wide[_perhaps().take(codes[wide], mode="clip")].tolist():
        strange = _STRANGE.match(text, at) if at >= free else None
        if strange:
            free = strange.end()
            yield at, ODD[strange.lastindex - 1]  # type: ignore[operator]


@cache
def _perhaps() -> npt.NDArray[np.bool_]:
    """Of each code point of the first 2^16, whether something odd begins with it."""
    known = np.zeros(1 << 16, np.bool_)
    codes = map(chr, range(len(known)))
    known[[ord(one) for one in _PERHAPS.findall("".join(codes))]] = True
    return known


def _addresses(text: str) -> Iterator[int]:
    """Where the @ of each address stands."""
    free, at = 0, text.find("@")
    while at >= 0:
        found = _DOMAIN.match(text, at)
        if found and at > free and _LOCAL.match(text, at - 1):
            free = found.end()
            yield at
        at = text.find("@", at + 1)


def _numbers_in(run: str, before: str) -> list[str]:
    """The names of what stands in a run, behind a character."""
    names: list[str] = []
    for found in _DIGITS.finditer(run):
        start = found.start()
        names += _numbers(found[0], run[start - 1] if start else before)
    return names


def _numbers(digits: str, before: str) -> Iterator[str]:
    for name, pattern in (("ip", _IP), ("phone", _PHONE)):
        yield from [name] * len(pattern.findall(digits))
    if before == "+" and _FOREIGN.match(digits) and not _PHONE.search(digits):
        yield "phone"
    yield from ["card" for card in _CARD.findall(digits) if _checks(card)]


def _checks(card: str) -> bool:
    digits = [int(c) for c in card if c.isdigit()]
    doubled = sum(sum(divmod(2 * d, 10)) for d in digits[::2])
    return (doubled + sum(digits[1::2])) % 10 == 0
