"""Compiled forms of numpy code, equal to it bit for bit; needs numba (extra fast).

Compiled code is kept beside this file, or in the user's cache; where neither can be
written it is compiled anew in each run, which takes about a second.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sel.maths.text.characters import SIGN, SINGLE, WORD
from sel.maths.text.polynomials import BASE
from sel.maths.text.shingles import FOLD

_U = np.uint64
_BASE, _ONE, _HALF, _BITS = _U(BASE), _U(1), _U(32), _U(33)
_AT_ONCE = 1 << 12  # words; more than a shingle has
PART = WORD | SIGN  # of a word
_M1, _M2 = _U(0xFF51AFD7ED558CCD), _U(0xC4CEB9FE1A85EC53)


def _compiled(function: Any) -> Any:
    """Compile a function, with a cache where one can be kept."""
    try:
        return njit(cache=True, nogil=True)(function)
    except RuntimeError:  # numba found no folder that it may write to
        return njit(nogil=True)(function)


@_compiled
def mix(bits: Any) -> Any:
    """The finaliser of MurmurHash3; see polynomials.mix."""
    bits = (bits ^ (bits >> _BITS)) * _M1
    bits = (bits ^ (bits >> _BITS)) * _M2
    return bits ^ (bits >> _BITS)


@_compiled
def lower(shingles: Any, count: Any, multiply: Any, flip: Any, least: Any) -> None:
    """Let shingles lower a signature; see minhash.sketch.

    Four at a time, so that the signature is read and written a quarter as often.
    """
    whole = count - count % 4
    for at in range(0, whole, 4):
        a, b = shingles[at], shingles[at + 1]
        c, d = shingles[at + 2], shingles[at + 3]
        for i in range(len(least)):
            m, f = multiply[i], flip[i]
            first = min(np.uint32((a ^ f) * m), np.uint32((b ^ f) * m))
            second = min(np.uint32((c ^ f) * m), np.uint32((d ^ f) * m))
            least[i] = min(least[i], min(first, second))
    for at in range(whole, count):
        a = shingles[at]
        for i in range(len(least)):
            least[i] = min(least[i], np.uint32((a ^ flip[i]) * multiply[i]))


@_compiled
def fold(  # noqa: PLR0917 (compiled functions have no keywords)
    words: Any, count: Any, order: Any, multiply: Any, flip: Any, least: Any
) -> None:
    """Let the shingles of so many words lower a signature; see shingles.shingles."""
    size = min(order, count)
    room = np.empty(count - size + 1, np.uint32)
    for first in range(len(room)):
        shingle = _U(0)
        for i in range(first, first + size):
            shingle = shingle * FOLD + words[i]
        room[first] = mix(shingle) >> _HALF
    lower(room, len(room), multiply, flip, least)


@_compiled
def sketch_words(  # noqa: PLR0917 (compiled functions have no keywords)
    codes: Any,
    kinds: Any,
    bounds: Any,
    order: Any,
    multiply: Any,
    flip: Any,
    signed: Any,
) -> None:
    """Fill in the signatures of texts by their words.

    Args:
        codes: code points of the texts, each text with one space behind it.
        kinds: the class of each.
        bounds: (n + 1,), where texts begin.
        order: words of a shingle.
        multiply: (permutations,), odd.
        flip: (permutations,).
        signed: (n, permutations), full of the highest number.
    """
    words = np.empty(_AT_ONCE, np.uint64)
    least = np.empty_like(signed[0])
    for text in range(len(bounds) - 1):
        count, inside = 0, False
        least[:] = signed[text]
        value, power = _U(0), _ONE
        before = kinds[0]
        for i in range(bounds[text], bounds[text + 1]):
            kind = kinds[i]
            goes_on = kind & ~before == 0 and kind != SINGLE
            if inside and not (goes_on and kind & PART):
                if count == len(words):
                    fold(words, count, order, multiply, flip, least)
                    words[: order - 1] = words[count - order + 1 :].copy()
                    count = order - 1
                words[count] = mix(value)
                count += 1
                value, power, inside = _U(0), _ONE, False
            if kind & PART:
                value += (_U(codes[i]) + _ONE) * power
                power *= _BASE
                inside = True
            before = kind
        if count:
            fold(words, count, order, multiply, flip, least)
        signed[text] = least
