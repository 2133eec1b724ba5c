"""Finds long spans that occurred before, and cuts them out with --cut.

A span is repeated when each window of --length tokens or bytes in it stands somewhere
earlier, in the same or in another text; the first occurrence stays. Tokens are words
and runs of other marks, as they are written. Records gain a field of spans, as
[start, end] in characters; with --cut the text loses them instead, and a record that
loses all of its text is dropped.

All texts are in memory: about 60 bytes for each token or byte, which is said before the
work begins. One sort.

Source: Lee et al. 2022, Deduplicating Training Data Makes Language Models Better,
arXiv:2107.06499, section 4.1.

Differs: hashes of windows are sorted, not suffixes, which finds the same spans; tokens
are not those of a model.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from sel import check
from sel.diversify import _spans
from sel.diversify._spans import Numbers
from sel.errors import OptionError
from sel.maths.text import ngrams, polynomials
from sel.types import Texts


def diversify(
    texts: Texts,
    *,
    length: int = 50,
    unit: Literal["tokens", "bytes"] = "tokens",
) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers]:
    """The repeated spans of all texts, in order.

    Args:
        texts: n strings.
        length: shortest span to look for.
        unit: unit of --length: tokens (Lee et al. use 50), or bytes (100).

    Returns:
        Of each span its text, start and end, and the text and the start of the first
        occurrence of its beginning.
    """
    check.at_least("--length", length, 1)
    if unit not in ("tokens", "bytes"):
        raise OptionError("--unit", "tokens or bytes", unit)
    if not len(texts):
        none = np.empty(0, np.int64)
        return none, none, none, none, none
    find = _tokens if unit == "tokens" else _bytes
    units, bounds, begins, ends, places = find(texts)
    windows, firsts = _spans.repeated(units, bounds, length)
    owner = np.searchsorted(bounds, windows, "right") - 1
    starts, stops = _spans.joined(windows, length, owner)
    text = np.searchsorted(bounds, starts, "right") - 1
    first = firsts[np.searchsorted(windows, starts)]
    twin = np.searchsorted(bounds, first, "right") - 1
    begin, end = begins[starts] - places[text], ends[stops - 1] - places[text]
    whole = end > begin  # no span is a part of one character
    columns = (text, begin, end, twin, begins[first] - places[twin])
    return tuple(part[whole] for part in columns)  # type: ignore[return-value]


def _tokens(texts: Texts) -> tuple[_spans.Hashes, Numbers, Numbers, Numbers, Numbers]:
    """Units, where texts begin among them, begin and end of each, and of texts."""
    starts, ends, hashes = ngrams.tokens(texts)
    places = np.cumsum([0, *(len(text) + 1 for text in texts)])
    return hashes, np.searchsorted(starts, places), starts, ends, places


def _bytes(texts: Texts) -> tuple[_spans.Hashes, Numbers, Numbers, Numbers, Numbers]:
    """The same for bytes; a character is in a span only if all of its bytes are."""
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    data = np.frombuffer(b"".join(encoded), np.uint8)
    bounds = np.cumsum([0, *map(len, encoded)])
    leads = (data & 0xC0) != 0x80
    begins = np.cumsum(leads) - leads  # characters that begin before a byte
    ends = np.cumsum(np.append(leads[1:], True))  # that are whole after it
    units = polynomials.mix(data.astype(np.uint64) + np.uint64(1))
    places = np.cumsum([0, *map(len, texts)])
    return units, bounds, begins, ends, places
