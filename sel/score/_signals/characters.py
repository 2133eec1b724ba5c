"""Sets of characters: marks, ends of sentences, letters of the scripts of a rule.

The marks are those of datatrove, as they decide what is a word without a symbol; the
letters are those of spaCy's rules for tokens (3.8, MIT licence).
"""

# ruff: noqa: RUF001
from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def listed(ranges: str) -> frozenset[str]:
    """The characters of ranges of code points, as 21 and 61D-61F."""
    return frozenset(map(chr, _codes(ranges)))


def _codes(ranges: str) -> Iterator[int]:
    for some in ranges.split():
        first, _, last = some.partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


TERMINAL = listed(
    "21 2E 3F 589 61D-61F 6D4 700-702 7F9 837 839 83D-83E 964-965 104A-104B 1362"
    " 1367-1368 166E 1735-1736 17D4-17D6 17D9-17DA 1803 1809 1944-1945 1AA8-1AAB"
    " 1B5A-1B5B 1B5E-1B5F 1B7D-1B7E 1C3B-1C3C 1C7E-1C7F 203C-203D 2047-2049 2E2E 2E3C"
    " 2E53-2E54 3002 A4FF A60E-A60F A6F3 A6F7 A876-A877 A8CE-A8CF A92F A9C8-A9C9"
    " AA5D-AA5F AAF0-AAF1 ABEB FE52 FE56-FE57 FF01 FF0E FF1F FF61 10A56-10A57"
    " 10F55-10F59 10F86-10F89 11047-11048 110BE-110C1 11141-11143 111C5-111C6 111CD"
    " 111DE-111DF 11238-11239 1123B-1123C 112A9 1144B-1144C 115C2-115C3 115C9-115D7"
    " 11641-11642 1173C-1173E 11944 11946 11A42-11A43 11A9B-11A9C 11C41-11C42"
    " 11EF7-11EF8 11F43-11F44 16A6E-16A6F 16AF5 16B37-16B38 16B44 16E98 1BC9F 1DA88"
)
"""Marks that end a sentence in some script, without quotes."""

SENTENCE_END = TERMINAL - listed(
    "61D-61E 837 839 83D-83E 17D4-17D6 17D9-17DA 1B7D-1B7E 2E53-2E54 10F55-10F59"
    " 10F86-10F89 11944 11946 11EF7-11EF8 11F43-11F44 16E98"
)
"""Those that spaCy's sentencizer knows."""


def ends(*, far: bool) -> str:
    """They as the inside of a class, without those beyond the first plane or with."""
    return "".join(
        re.escape(c) for c in sorted(SENTENCE_END) if far or c < "\U00010000"
    )


PUNCTUATION = (
    TERMINAL
    | set(
        "\"#$%&'()*+,-/:;<=>@[\\]^_`{|}~«´»–—’“”„…∶━►、〈〉《》「」【】％（），１：；～"
    )
    | listed("0-8 B-1F 7F-9F")
)
"""What a word without a symbol has at least one other character than."""

_UNCASED = (
    "1200-137F 980-9FF 591-5F4 FB1D-FB4F 620-64A 66E-6D5 6E5-6FF 750-77F 8A0-8BD"
    " FB50-FBB1 FBD3-FD3D FD50-FDC7 FDF0-FDFB FE70-FEFC D80-DFF 900-97F C80-CFF"
    " B80-BFF C00-C7F AC00-D7AF 1100-11FF 2E80-2FDF 2FF0-30FF 31C0-31EF 3200-4DBF"
    " 4E00-9FFF F900-FAFF FE30-FE4F 1F200-1F2FF 20000-2FA1F"
)
_LATIN = "0-2AF 1E00-1EFF 2C60-2C7F A720-A7B9 AB30-AB64 FB00-FB06 FF21-FF5A"
_OTHERS = "ёа-яәөүҗңһіїєґѓѕјљњќѐѝα-ωάέίόώήύ"


def spans(codes: Iterator[int]) -> str:
    """Code points as the inside of a class of a regular expression."""
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"\\U{a:08x}-\\U{b:08x}" for a, b in ranges)


@cache
def chosen(ranges: str, holds: Callable[[str], bool]) -> str:
    """The inside of a class: characters of some ranges for which something holds."""
    return spans(code for code in _codes(ranges) if holds(chr(code)))


def _small(char: str) -> bool:
    return unicodedata.category(char) == "Ll" and char != "µ"


def _capital(char: str) -> bool:
    return unicodedata.category(char) == "Lu"


def _sign(char: str) -> bool:
    return unicodedata.category(char) == "So"


def _always(char: str) -> bool:
    return bool(char)


def lower() -> str:
    """The inside of a class: small letters, and those of scripts without case."""
    return chosen(_UNCASED, _always) + _OTHERS + chosen(_LATIN, _small)


def upper() -> str:
    """The inside of a class: capitals, and letters of scripts without case."""
    return chosen(_UNCASED, _always) + _OTHERS.upper() + chosen(_LATIN, _capital)


def signs() -> str:
    """The inside of a class: signs that are neither marks nor of mathematics."""
    return chosen("A0-2FFFF", _sign)
