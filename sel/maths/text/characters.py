"""Characters of a text: their classes, and what each adds to the hash of its token.

Characters are letters and the like, space, or other marks, by the rules of
`str.isalnum` and `str.isspace`. In scripts that put no space between words each letter
is a word, with the signs that belong to it. Python is asked once for each code point
that occurs; a text in ASCII takes a table of bytes, and one with a few other characters
the same table, with those looked up by themselves.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from sel.types import Texts

Classes = npt.NDArray[np.uint8]
Codes = npt.NDArray[np.uint8] | npt.NDArray[np.uint32]

SPACE, WORD, OTHER, SIGN, SINGLE = 0, 1, 2, 4, 12
"""Classes; SINGLE is a letter that is a word, SIGN a sign that belongs to it.

Of two different ones that are not space none has a bit of the other, but SINGLE has
that of SIGN: a token goes on as long as no new bit comes.
"""

UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u0edc-\u0edf"  # Thai, Lao
    "\u1000-\u103f\u1050-\u108f\u109a-\u109d\ua9e0-\ua9ef\ua9fa-\ua9fe"  # Burmese
    "\uaa60-\uaa76\uaa7a-\uaa7f\u1780-\u17d3\u17dc\u17dd"  # and Khmer
    "\u1950-\u1974\u1980-\u19c9\u1a20-\u1a7c\uaa80-\uaadc"  # Tai scripts
    "\u3005-\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Han
    "\U00020000-\U0003fffd\u3105-\u312f\u31a0-\u31bf"  # and Bopomofo
    "\u3041-\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"  # kana
    "\uff66-\uff9f\U0001b000-\U0001b167"
)
"""Letters, and signs that belong to them, of scripts without spaces: ranges."""

_LITERAL = np.array([SPACE, WORD, OTHER, 0, OTHER, *[0] * 7, WORD], np.uint8)
_unspaced = re.compile(f"[{UNSPACED}]").match
WORD_ALONE = rf"(?=\w)[{UNSPACED}](?:(?!\w)[{UNSPACED}])*"
"""Such a letter with its signs, as a regular expression."""
_WORD_ALONE = re.compile(WORD_ALONE)
_KNOWN, _ODD = np.uint32(1 << 31), np.uint32(1 << 30)
_VALUE = np.uint32((1 << 24) - 1)
_CLASS = np.uint32(24)  # bits below those of the class
_SIGMA = "\N{GREEK CAPITAL LETTER SIGMA}"  # its lower case depends on what follows
_AT_ONCE = 1 << 10  # texts whose words are counted at once
_MANY = 8  # one in so many characters is not in ASCII


def _kind(char: str) -> int:
    """The class of a character."""
    if _unspaced(char):
        return SINGLE if char.isalnum() else SIGN
    if char.isalnum() or char == "_":
        return WORD
    return SPACE if char.isspace() else OTHER


_CLASSES = bytes(_kind(chr(code)) for code in range(128)) * 2  # for bytes.translate
_SIGNS = bytes(
    (0, 128, 0)[kind] + (kind != SPACE) * (ord(chr(code).lower()) + 1)
    for code, kind in enumerate(_CLASSES[:128])
) + bytes(128)  # the value of each character; 128 more for one of a word
_entries = np.zeros(0x110000, np.uint32)


def kinds(text: str) -> tuple[Codes, Classes]:
    """The code points of a text and the class of each, both shape (characters,)."""
    if text.isascii():
        encoded = text.encode()
        plain = np.frombuffer(encoded.translate(_CLASSES), np.uint8)
        return np.frombuffer(encoded, np.uint8), plain
    codes = _codes(text)
    return codes, _classes(_looked_up(codes))


def literal(classes: Classes) -> Classes:
    """The classes by `str.isalnum` and `str.isspace` alone, whatever the script."""
    return _LITERAL.take(classes)


def words(texts: Texts) -> list[int]:
    """How many words stand between blanks; of scripts without spaces, letters."""
    counts = np.zeros(len(texts), np.int64)
    plain = np.fromiter(map(str.isascii, texts), np.bool_, len(texts))
    for rows in np.flatnonzero(plain), np.flatnonzero(~plain):
        for start in range(0, len(rows), _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            counts[some] = _words([texts[i] for i in some.tolist()])
    found: list[int] = counts.tolist()
    return found


def _words(texts: Texts) -> npt.NDArray[np.int64]:
    """The same of texts that are all in ASCII, or none, shape (n,)."""
    joined = "\n".join(["", *texts])
    classes = _classes_of(joined)
    there = (classes != SPACE).view(np.uint8)
    begins = np.flatnonzero(there[1:] > there[:-1])
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1)
    counts = np.diff(np.searchsorted(begins, ends), prepend=0)
    if not joined.isascii():
        alone = np.flatnonzero(classes == SINGLE) - 1
        for i in np.unique(np.searchsorted(ends, alone, "right")).tolist():
            counts[i] = words_apart(texts[i])
    return counts


def words_apart(text: str) -> int:
    """How many words a text has in which letters may be words."""
    return len(_WORD_ALONE.sub(r" \g<0> ", text).split())


def _classes_of(text: str) -> Classes:
    """The class of each character, of which most are in ASCII."""
    if text.isascii():
        return np.frombuffer(text.encode().translate(_CLASSES), np.uint8)
    codes = _codes(text)
    wide = np.flatnonzero(codes > 127)
    low = codes.astype(np.uint8).tobytes()  # wrong where it is wide
    classes = np.frombuffer(bytearray(low.translate(_CLASSES)), np.uint8)
    classes[wide] = _classes(_looked_up(codes[wide]))
    return classes


def values(texts: Texts) -> tuple[Texts, str, Codes, Classes]:
    """What each character adds to a hash in lower case, and the class of each.

    A space adds 0, anything else one more than its code point, so that a NUL counts.
    Texts whose lower case does not go character by character are changed to it first.

    Returns:
        The texts; the texts joined, each with an end of line; then two arrays, shape
        (characters of that,).
    """
    joined = "\n".join([*texts, ""])
    if joined.isascii():
        return texts, joined, *_apart(joined.encode())
    codes = _codes(joined)
    wide = np.flatnonzero(codes > 127)
    many = len(wide) * _MANY > len(codes)
    entries = _looked_up(codes if many else codes[wide])
    odd = (entries & _ODD) != 0
    if odd.any():
        chars = [chr(code) for code in np.unique((codes if many else codes[wide])[odd])]
        return values([t.lower() if any(c in t for c in chars) else t for t in texts])
    if many:
        return texts, joined, entries & _VALUE, _classes(entries)
    low, classes = _apart(codes.astype(np.uint8).tobytes())  # wrong where it is wide
    added = low.astype(np.uint32)
    added[wide] = entries & _VALUE
    classes[wide] = _classes(entries)
    return texts, joined, added, classes


def _apart(encoded: bytes) -> tuple[Classes, Classes]:
    """Values and classes of characters in ASCII; one table is read for both."""
    signs = np.frombuffer(encoded.translate(_SIGNS), np.uint8)
    classes = (signs != 0).view(np.uint8)
    words = (signs > 128).view(np.uint8)
    classes *= OTHER
    classes -= words  # WORD is one less than OTHER
    words *= 128
    return np.subtract(signs, words, out=words), classes


def _codes(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _classes(entries: npt.NDArray[np.uint32]) -> Classes:
    return ((entries >> _CLASS) & np.uint32(15)).astype(np.uint8)


def _looked_up(codes: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """What is known of each code point: its value, its class, whether it is odd."""
    entries = _entries.take(codes)
    if not entries.all():
        for code in np.unique(codes[entries == 0]).tolist():
            _entries[code] = _entry(chr(code))
        entries = _entries.take(codes)
    return entries


def _entry(char: str) -> np.uint32:
    lowered, kind = char.lower(), _kind(char)
    value = 0 if kind == SPACE else ord(lowered[0]) + 1
    odd = _ODD if len(lowered) > 1 or char == _SIGMA else 0
    return np.uint32(_KNOWN | odd | kind << 24 | value)
