"""What in a text looks personal, and what looks broken.

Both are counts of patterns, found fast and told apart roughly: a number with the
form of a telephone number may be a part number.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sel.types import Texts

PERSONAL = ("email", "ip", "phone", "card")
ODD = ("control", "replacement", "invisible", "private", "mojibake")

_LOCAL = re.compile(r"[\w.+-]")  # as one character of the part before the @ must be
_DOMAIN = re.compile(r"@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
_DIGITS = re.compile(r"[0-9][0-9 .()-]{5,21}[0-9]")
_SHORTEST = b" " * 7  # characters of what _DIGITS matches, as _MARKS has them
_MARKS = bytes(b"x "[chr(code) in "0123456789 .()-"] for code in range(256))
_IP = re.compile(
    r"\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b"
)
_PHONE = re.compile(
    r"(?<![\d.])(?:1[ .-])?\d{3}(?:\) ?|[ .-])\d{3}[ .-]\d{4}(?![\d.]\d)"
)
_FOREIGN = re.compile(r"[1-9](?:[ .()-]{0,2}\d){8,14}")
_CARD = re.compile(r"(?<!\d)[3-6]\d{3}(?:[ -]?\d{4}){3}(?!\d)")

_CONTROL = bytes({*range(32), 127} - set(b"\t\n\r\f"))
_STRANGE = re.compile(
    "([\x00-\x08\x0b\x0e-\x1f\x7f-\x9f])|(\ufffd)"
    "|([\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff])"
    "|([\ue000-\uf8ff])|([\u00c2\u00c3][\x80-\xbf]|\u00e2\u20ac)"
)

# One class is looked for many times faster than the choices above.
_PERHAPS = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u00c2\u00c3\u00e2\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u2069\ue000-\uf8ff\ufeff\ufffd]"
)


def personal(texts: Texts) -> tuple[Counter[str], Counter[str]]:
    """Texts that have a pattern of PERSONAL, and how often each occurs.

    A card has 16 digits, of which the last checks the others (Luhn).
    """
    joined = "\n".join(texts)
    ends = list(accumulate(len(text) + 1 for text in texts))
    names: list[list[str]] = [[] for _ in texts]
    for at in _addresses(joined):
        names[bisect_right(ends, at)].append("email")
    for start, end in _runs(joined):
        found = _numbers_in(joined[start:end], joined[max(start - 1, 0) : start])
        if found:
            names[bisect_right(ends, start)] += found
    return _counted(names)


def odd(texts: Texts) -> tuple[Counter[str], Counter[str]]:
    """Texts that have characters of ODD, and how often each occurs.

    Control characters but tab and line ends; U+FFFD; characters without width or
    that turn the direction; private use; UTF-8 that was read as Latin-1.
    """
    return _counted(_odd(text) for text in texts)


def _counted(named: Iterable[list[str]]) -> tuple[Counter[str], Counter[str]]:
    texts: Counter[str] = Counter()
    times: Counter[str] = Counter()
    for names in named:
        if names:
            texts.update(set(names))
            times.update(names)
    return texts, times


def _addresses(text: str) -> Iterator[int]:
    """Where the @ of each address stands."""
    free, at = 0, text.find("@")
    while at >= 0:
        found = _DOMAIN.match(text, at)
        if found and at > free and _LOCAL.match(text, at - 1):
            free = found.end()
            yield at
        at = text.find("@", at + 1)


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """Where the longest runs of the characters of _DIGITS begin and end.

    Nothing that it matches goes beyond one of them; those that are too short for it, or
    are only blank, are left out.
    """
    marks = text.encode("ascii", "replace").translate(_MARKS)
    start = marks.find(_SHORTEST)
    while start >= 0:
        end = marks.find(b"x", start)
        end = len(marks) if end < 0 else end
        if not text[start:end].isspace():
            yield start, end
        start = marks.find(_SHORTEST, end)


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


def _odd(text: str) -> list[str]:
    if text.isascii():
        encoded = text.encode()
        return ["control"] * (len(encoded) - len(encoded.translate(None, _CONTROL)))
    if not _PERHAPS.search(text):
        return []
    return [ODD[match.lastindex - 1] for match in _STRANGE.finditer(text)]  # type: ignore[operator]
