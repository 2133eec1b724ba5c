"""Words by the default rules of Unicode, and word characters with their marks.

Source: Unicode Standard Annex 29, rules WB1 to WB999; the properties are found by the
categories of `unicodedata`, as the standard library has no others.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from sel.score._signals.characters import spans

_ALL = range(0x20000)
_BEYOND = range(0xE0000, 0xE0200)
_SPACE = 0x200B  # of no width: words end at it
_SPACELESS = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x1950, 0x19DF),
    (0x1A20, 0x1AAF), (0x3005, 0x3007), (0x3021, 0x3029), (0x3038, 0x303A),
    (0x3040, 0x309F), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA9E0, 0xA9FF),
    (0xAA60, 0xAADF), (0xF900, 0xFAFF), (0x11700, 0x1174F), (0x17000, 0x18D08),
    (0x1B000, 0x1B16F), (0x1B170, 0x1B2FB),
)  # fmt: skip
"""Scripts that are written without spaces: each character is a word."""
_KATAKANA = (
    r"\u3031-\u3035\u309b\u309c\u30a0-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u32d0-\u32fe"
    r"\u3300-\u3357\uff66-\uff9d"
)
_MORE = r"\u02c2-\u02c5\u02d2-\u02d7\u02de\u02df\u02e5-\u02eb\u02ed\u02ef-\u02ff"
_JOINED = r"_\u202f\u203f\u2040\u2054\ufe33\ufe34\ufe4d-\ufe4f\uff3f"
_BETWEEN = r".\u2018\u2019\u2024\ufe52\uff07\uff0e'"
_LETTERS = r":\u00b7\u0387\u055f\u05f4\u2027\ufe13\ufe55\uff1a"
_NUMBERS = (
    r",;\u037e\u0589\u060c\u060d\u066c\u07f8\u2044\ufe10\ufe14\ufe50\ufe54\uff0c\uff1b"
)


def _class(*categories: str) -> str:
    codes = (*_ALL, *_BEYOND)
    return spans(
        code
        for code in codes
        if unicodedata.category(chr(code)) in categories and code != _SPACE
    )


def _letter(code: int) -> bool:
    return (
        unicodedata.category(chr(code)) in ("Lu", "Ll", "Lt", "Lm", "Lo", "Nl")
        and not any(first <= code <= last for first, last in _SPACELESS)
        and not re.match(f"[{_KATAKANA}]", chr(code))
    )


@cache
def _words() -> re.Pattern[str]:
    """A word that begins with a letter or number, and the rest of it."""
    extend = f"[{_class('Mn', 'Me', 'Mc', 'Cf')}]*"
    letter = f"[{spans(c for c in _ALL if _letter(c))}{_MORE}]{extend}"
    number = rf"[{_class('Nd')}\u066b]{extend}"
    letters = f"{letter}(?:(?:[{_BETWEEN}{_LETTERS}]{extend})?{letter})*"
    numbers = f"{number}(?:(?:[{_BETWEEN}{_NUMBERS}]{extend})?{number})*"
    run = f"(?:(?:{letters}|{numbers})+|(?:[{_KATAKANA}]{extend})+)"
    joined = f"(?:[{_JOINED}]{extend})+"
    return re.compile(rf"{run}(?:{joined}{run}?)*|(?:{joined}{run}?)+|.", re.DOTALL)


_PLAIN = re.compile(
    r"(?:[A-Za-z]+(?:[.':][A-Za-z]+)*|[0-9]+(?:[.',;][0-9]+)*)+"
    r"(?:_+(?:[A-Za-z]+(?:[.':][A-Za-z]+)*|[0-9]+(?:[.',;][0-9]+)*)*)*"
    r"|_[A-Za-z0-9_]*"
)


def words(text: str) -> list[str]:
    """The words of a text whose first character is a letter or a number."""
    found = (_PLAIN if text.isascii() else _words()).findall(text)
    return [word for word in found if word[0].isalnum()]


_BREAKS = r"\r\n|[\n\x0b\x0c\r\x85\u2028\u2029]"
_BLANKS = r"[ \u1680\u2000-\u2006\u2008-\u200a\u205f\u3000]+"  # none but these are one
_FLAG = "[\U0001f1e6-\U0001f1ff]"


@cache
def _segments() -> re.Pattern[str]:
    """All that stands between two boundaries."""
    extend = f"[{_class('Mn', 'Me', 'Mc', 'Cf')}]*"
    words = _words().pattern.removesuffix("|.")
    flags = f"{_FLAG}{extend}{_FLAG}{extend}"
    rest = rf"(?:.(?:{extend}(?<=\u200d)[\u2190-\u2bff\U0001f000-\U0001faff])*{extend})"
    whole = rf"{_BREAKS}|{_BLANKS}{extend}|{words}|{flags}|{rest}"
    return re.compile(whole, re.DOTALL)


_PLAIN_SEGMENTS = re.compile(rf"{_BREAKS}| +|{_PLAIN.pattern}|.", re.DOTALL)


def segments(text: str) -> int:
    """How many pieces a text has between boundaries, marks and spaces too."""
    pattern = _PLAIN_SEGMENTS if text.isascii() else _segments()
    return len(pattern.findall(text))


@cache
def _marked() -> re.Pattern[str]:
    more = _class("Mn", "Me", "Mc", "Pc") + r"\u200c\u200d\u24b6-\u24e9"
    rest = _class("No")
    return re.compile(
        rf"(?:(?![{rest}])\w|[{more}])+|(?:(?![{more}])[^\w\s]|[{rest}\x1c-\x1f])+"
    )


_SIMPLE = re.compile(r"\w+|(?:[^\w\s]|[\x1c-\x1f])+")


def marks(text: str) -> list[str]:
    r"""What `\w+|[^\w\s]+` finds where marks on letters belong to words."""
    return (_SIMPLE if text.isascii() else _marked()).findall(text)
