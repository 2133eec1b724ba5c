"""MinHash signatures, the bands of locality-sensitive hashing, and their S-curve.

Two texts agree at a place of their signatures with the probability of their Jaccard
similarity. Bands of several places are compared as wholes: texts that agree in one band
are candidates.

Source: Broder 1997, On the resemblance and containment of documents; Leskovec,
Rajaraman and Ullman 2014, Mining of Massive Datasets, section 3.4.
"""

from __future__ import annotations

import resource
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from sel import check
from sel.errors import OptionError
from sel.maths.random.noise import SeededNoise
from sel.maths.text import characters, polynomials
from sel.maths.text.normal import FORMS, Form
from sel.maths.text.shingles import FOLD, Shingling, shingles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.types import Texts

Signatures = npt.NDArray[np.uint32]
"""Shape (n, permutations)."""
BandKeys = npt.NDArray[np.uint64]
"""Shape (n, bands); 0 for a text that has no shingles, and is like no other."""

NONE = np.uint32(0xFFFFFFFF)
LONGEST = 64  # words or characters of a shingle
MOST = 1 << 16  # permutations
FOUND = 0.95  # probability with which a pair at the threshold is to be found
_AT_ONCE = 1 << 14  # shingles hashed at once: they stay in the cache
_COMPILER = 1 << 30  # bytes of address space below which LLVM dies, or hangs
_PIECE = 1 << 17  # characters that the compiled form works on at once


@dataclass(frozen=True)
class Plan:
    """What is compared, and how it is found."""

    threshold: float
    shingling: Shingling
    permutations: int
    bands: int
    rows: int

    def found(self, jaccard: float) -> float:
        """The S-curve: the probability that a pair becomes a candidate."""
        return 1.0 - (1.0 - jaccard**self.rows) ** self.bands

    def curve(self) -> str:
        """The S-curve in words."""
        shown = sorted({0.5, 0.6, 0.7, 0.8, 0.9, round(self.threshold, 4)})
        points = ", ".join(f"{s:g}: {self.found(s):.3f}" for s in shown)
        return (
            f"{self.bands} bands of {self.rows} rows; a pair is found with probability"
            f" {points}"
        )


PRESETS: dict[str, tuple[float, int, Literal["words", "chars"], int, int, int]] = {
    "lee": (0.8, 5, "words", 9000, 450, 20),
    "fineweb": (0.75, 5, "words", 112, 14, 8),
    "slimpajama": (0.8, 13, "chars", 128, 9, 13),
    "bigcode": (0.7, 5, "words", 256, 25, 10),
}
"""Threshold, n-grams, unit, permutations, bands, rows."""


def plan(
    preset: str | None,
    threshold: float | None,
    order: int | None,
    unit: Literal["words", "chars"] | None,
    permutations: int | None,
    *,
    fold: bool = False,
) -> Plan:
    """What options and presets mean together; bands are solved where none are given.

    A preset takes texts literally, as its authors do, unless they are to be folded.
    """
    known = PRESETS.get(preset or "", (0.8, 5, "words", 128, 0, 0))
    if preset and preset not in PRESETS:
        raise OptionError("--preset", f"one of {', '.join(PRESETS)}", preset)
    threshold_ = known[0] if threshold is None else threshold
    ngrams_ = known[1] if order is None else order
    permutations_ = known[3] if permutations is None else permutations
    check.above("--threshold", threshold_, 0)
    check.between("--threshold", threshold_, 0, 1)
    check.between("--ngrams", ngrams_, 1, LONGEST)
    check.between("--permutations", permutations_, 1, MOST)
    bands, rows = known[4:]
    if not bands or threshold is not None or permutations is not None:
        bands, rows = solved(threshold_, permutations_)
    form: Form = "folded" if fold else "literal" if preset else "composed"
    how = Shingling(ngrams_, unit or known[2], form)
    return Plan(threshold_, how, permutations_, bands, rows)


def solved(threshold: float, permutations: int) -> tuple[int, int]:
    """Bands and rows: the fewest candidates that still find a pair at the threshold.

    The most rows with which such a pair is found with probability FOUND; one row
    where no number of rows does.
    """
    for rows in range(permutations, 1, -1):
        bands = permutations // rows
        if 1 - (1 - threshold**rows) ** bands >= FOUND:
            return bands, rows
    return permutations, 1


def signatures(texts: Texts, how: Shingling, permutations: int) -> Signatures:
    """The signature of each text, by the compiled form where numba is installed."""
    kernel = _kernel() if how.unit == "words" else None
    multiply, flip = family(permutations)
    signed = np.full((len(texts), permutations), NONE)
    if kernel is None:
        hashes, sizes = shingles(texts, how)
        sketch(
            (hashes >> np.uint64(32)).astype(np.uint32), sizes, multiply, flip, signed
        )
        return signed
    for numbers, codes, kinds, bounds in _pieces(texts, how.form):
        some = signed[numbers]
        kernel(codes, kinds, bounds, how.ngrams, multiply, flip, some)
        signed[numbers] = some
    return signed


def _pieces(texts: Texts, form: Form) -> Iterator[tuple[list[int], Any, Any, Any]]:
    """Some lower-cased texts at a time: numbers, code points, classes, bounds.

    Texts in ASCII go first: a piece that holds nothing else takes less time.
    """
    lowered = [FORMS[form](text).lower() for text in texts]
    plain = [text.isascii() for text in lowered]
    for kind in (True, False):
        size, some = 0, list[int]()
        for number, text in enumerate(lowered):
            if plain[number] == kind:
                some.append(number)
                size += len(text) + 1
            if some and (size > _PIECE or number == len(lowered) - 1):
                parts = [lowered[i] for i in some]
                bounds = np.cumsum([0, *(len(part) + 1 for part in parts)])
                codes, classes = characters.kinds("\n".join(parts) + "\n")
                literal = form == "literal"
                yield (
                    some,
                    codes,
                    characters.literal(classes) if literal else classes,
                    bounds,
                )
                size, some = 0, []


def _kernel() -> Any:
    """The compiled form, or None where numba is not installed, or has no room."""
    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    if 0 <= most < _COMPILER:
        return None
    try:
        from sel.maths.text import minhash_numba
    except ImportError:
        return None
    return minhash_numba.sketch_words


def family(permutations: int) -> tuple[Signatures, Signatures]:
    """Permutations of 32-bit numbers, x -> (x ^ flip) * multiply; never to change."""
    noise = SeededNoise(0x5E1)
    numbers = np.arange(2 * permutations, dtype=np.uint64)
    drawn = (noise.uniform(numbers) * 2.0**32).astype(np.uint32)
    return drawn[:permutations] | np.uint32(1), drawn[permutations:]


def sketch(
    hashes: Signatures,
    sizes: npt.NDArray[np.int64],
    multiply: Signatures,
    flip: Signatures,
    signed: Signatures,
) -> None:
    """Fill in signatures: the least of each permutation over the hashes of a text.

    Args:
        hashes: (shingles,), 32 bits of each, text after text.
        sizes: (n,), how many each text has.
        multiply: (permutations,), odd.
        flip: (permutations,).
        signed: (n, permutations), what is filled in.
    """
    texts = np.flatnonzero(sizes)
    starts = (np.cumsum(sizes) - sizes)[texts]
    first = 0
    while first < len(texts):
        end = int(np.searchsorted(starts, starts[first] + _AT_ONCE, "left"))
        end = max(end, first + 1)
        stop = starts[end] if end < len(texts) else len(hashes)
        some, at = hashes[starts[first] : stop], starts[first:end] - starts[first]
        room = np.empty_like(some)
        least = np.empty((len(multiply), len(at)), np.uint32)
        for i in range(len(multiply)):
            np.bitwise_xor(some, flip[i], out=room)
            np.multiply(room, multiply[i], out=room)
            np.minimum.reduceat(room, at, out=least[i])
        signed[texts[first:end]] = least.T
        first = end


def band_keys(signed: Signatures, bands: int, rows: int) -> BandKeys:
    """A 64-bit key of each band of each signature."""
    used = signed[:, : bands * rows].reshape(len(signed), bands, rows)
    keys = np.tile(np.arange(1, bands + 1, dtype=np.uint64), (len(signed), 1))
    for row in range(rows):
        keys = keys * FOLD + used[:, :, row]
    keys = polynomials.mix(keys)
    keys[keys == 0] = 1
    keys[(signed == NONE).all(axis=1)] = 0
    return keys


def agreement(a: Signatures, b: Signatures) -> npt.NDArray[np.float64]:
    """Share of places at which signatures agree, shape (n,): an estimate of Jaccard."""
    return np.asarray((a == b).mean(axis=1), np.float64)
