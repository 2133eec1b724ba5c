"""What the file of a fastText model holds, and what its loss makes of sums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable

Kept = Any
"""A matrix: rows by their numbers, and its length."""
Floats = npt.NDArray[np.float32]

MAGIC, VERSIONS = 793712314, (11, 12)
SUPERVISED = 3
HIERARCHICAL, NEGATIVE, SOFTMAX, ONE_VS_ALL = 1, 2, 3, 4
LONGEST = 64
"""Most characters, and most words, of an n-gram."""
CODES = 256
SMALL = np.float32(1e-5)
ENDLESS = 10**15
"""What fastText takes for the count of a node that is not there yet."""


class Damaged(Exception):
    """A file is not what it should be."""


class File:
    """A file that was read, of which each part was found to be as long as it says.

    Args:
        data: its bytes.
    """

    def __init__(self, data: Any) -> None:
        self._data, self._at = data, 0
        self._header()
        self._dictionary()
        quantised = self._flag()
        self.input = self._quantised() if quantised else self._dense()
        also = self._flag()
        self.output = self._quantised() if quantised and also else self._dense()
        self._check()

    def _header(self) -> None:
        magic, version = self._numbers("<i4", 2) if len(self._data) >= 8 else (0, 0)
        if magic != MAGIC:
            raise Damaged("it begins otherwise")
        if version not in VERSIONS:
            raise Damaged(f"its version is {version}, not 11 or 12")
        numbers = self._numbers("<i4", 12)
        self.dim, self.word_grams = numbers[0], numbers[5]
        self.loss, kind, self.buckets, self.minn, self.maxn = numbers[6:11]
        self._numbers("<f8", 1)
        if kind != SUPERVISED:
            raise Damaged("it was trained without labels")
        if version == 11:
            self.maxn = 0
        if self.dim < 1 or self.buckets < 0 or self.loss not in (1, 2, 3, 4):
            raise Damaged("its header is damaged")
        if max(self.maxn, self.word_grams) > LONGEST:
            raise Damaged(f"its n-grams are longer than {LONGEST}")

    def _dictionary(self) -> None:
        size, self.nwords, nlabels = self._numbers("<i4", 3)
        _, pruned = self._numbers("<i8", 2)
        if min(self.nwords, nlabels - 1) < 0 or size != self.nwords + nlabels:
            raise Damaged("it has no labels")
        if size * 10 > len(self._data) - self._at:
            raise Damaged("it ends too early")
        names, self.counts = self._entries(size)
        self.words = {name: i for i, name in enumerate(names)}
        self.labels = names[self.nwords :]
        self._pairs: npt.NDArray[Any] | None = None
        if pruned >= 0:  # only some n-grams were kept
            self._pairs = self._array("<i4", 2 * pruned).reshape(-1, 2)

    def _entries(self, size: int) -> tuple[list[bytes], list[int]]:
        """The words and labels, and how often they occurred."""
        data = memoryview(self._data)
        names, counts = [], []
        window, base = b"", self._at
        at = 0
        for i in range(size):
            end = window.find(b"\0", at)
            if end < 0 or end + 10 > len(window):
                base, at = base + at, 0
                window = bytes(data[base : base + (1 << 20)])
                end = window.find(b"\0")
                if end < 0 or end + 10 > len(window):
                    raise Damaged("it ends too early, or has a word of a megabyte")
            names.append(window[at:end])
            if i >= self.nwords:
                counts.append(int.from_bytes(window[end + 1 : end + 9], "little"))
            if window[end + 9] != (i >= self.nwords):
                raise Damaged("its words and labels are mixed up")
            at = end + 10
        self._at = base + at
        return names, counts

    def _check(self) -> None:
        """Refuse what would look for a row that there is not."""
        pairs = self._pairs
        if pairs is None:
            used = self.buckets if self.maxn > 0 or self.word_grams > 1 else 0
        else:
            used = int(pairs[:, 1].max()) + 1 if len(pairs) else 0
            if len(pairs) and (pairs.min() < 0 or pairs[:, 0].max() >= self.buckets):
                raise Damaged("its n-grams are damaged")
        if len(self.input) < max(self.nwords + used, 1):
            raise Damaged("it has too few rows")
        if len(self.output) != len(self.labels):
            raise Damaged("it has not a row for each label")
        if not used:
            self.buckets = 0
        elif pairs is not None:
            # Memory that is nothing but zeros is not taken until it is written to.
            self._behind = np.zeros(self.buckets, np.int32)
            self._behind[pairs[:, 0]] = pairs[:, 1] + self.nwords + 1

    def rows(self, hashes: npt.NDArray[Any]) -> tuple[Any, npt.NDArray[Any]]:
        """Which hashes stand for a row, and the rows of those."""
        places = hashes % hashes.dtype.type(self.buckets)
        if self._pairs is None:
            return slice(None), places.astype(np.int64) + self.nwords
        behind = self._behind[places]
        kept = np.flatnonzero(behind)
        return kept, behind[kept] - 1

    def _array(self, kind: str, n: int) -> npt.NDArray[Any]:
        """The next n numbers."""
        size = n * np.dtype(kind).itemsize
        if n < 0 or size > len(self._data) - self._at:
            raise Damaged("it ends too early")
        found = np.frombuffer(self._data, kind, n, self._at)
        self._at += size
        return found

    def _numbers(self, kind: str, n: int) -> list[Any]:
        return self._array(kind, n).tolist()  # type: ignore[no-any-return]

    def _flag(self) -> bool:
        (flag,) = self._numbers("u1", 1)
        if flag > 1:
            raise Damaged("a flag of it is damaged")
        return bool(flag)

    def _shape(self) -> tuple[int, int]:
        rows, columns = self._numbers("<i8", 2)
        if rows < 0 or columns != self.dim:
            raise Damaged("a matrix has another width")
        return rows, columns

    def _dense(self) -> Kept:
        rows, columns = self._shape()
        return Dense(self._array("u1", 4 * rows * columns).reshape(rows, -1))

    def _quantised(self) -> Kept:
        normed = self._flag()
        rows, _ = self._shape()
        (size,) = self._numbers("<i4", 1)
        codes = self._array("u1", size)
        centroids = self._centroids(self.dim)
        if size != rows * len(centroids):
            raise Damaged("a matrix has another size")
        norms = None
        if normed:
            which = self._array("u1", rows)
            (scale,) = self._centroids(1)
            norms = scale[which, 0]
        return Quantised(codes.reshape(rows, len(centroids)), centroids, norms)

    def _centroids(self, dim: int) -> list[Floats]:
        """What each code of each part stands for, shapes (256, numbers of the part)."""
        whole, parts, width, last = self._numbers("<i4", 4)
        if whole != dim or min(parts, width, last) < 1:
            raise Damaged("its codes are damaged")
        if (parts - 1) * width + last != dim or last > width:
            raise Damaged("its codes are damaged")
        flat = self._array("<f4", dim * CODES)
        step = width * CODES
        cut = [flat[i * step : (i + 1) * step] for i in range(parts)]
        return [np.array(one).reshape(CODES, -1) for one in cut]


class Dense:
    """Rows as they stand in a file, at whatever place.

    Args:
        data: (rows, bytes).
    """

    def __init__(self, data: npt.NDArray[np.uint8]) -> None:
        self._data = data

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, ids: Any) -> Floats:
        return np.ascontiguousarray(self._data[ids]).view("<f4")


class Quantised:
    """Rows of codes.

    Args:
        codes: (rows, parts).
        centroids: what each code of each part stands for.
        norms: (rows,), what rows are multiplied by, or None.
    """

    def __init__(
        self, codes: Any, centroids: list[Floats], norms: Floats | None
    ) -> None:
        self._codes, self._centroids, self._norms = codes, centroids, norms

    def __len__(self) -> int:
        return len(self._codes)

    def __getitem__(self, ids: Any) -> Floats:
        codes = self._codes[ids]
        parts = [one[codes[:, i]] for i, one in enumerate(self._centroids)]
        rows = np.concatenate(parts, axis=1)
        return rows if self._norms is None else rows * self._norms[ids, None]


def losses(file: File) -> Callable[[Floats], Floats]:
    """What makes probabilities of what a text is for each label, shape (n, labels)."""
    if file.loss == HIERARCHICAL:
        return _tree(file.counts)
    return _softmax if file.loss == SOFTMAX else _logistic


def _softmax(values: Floats) -> Floats:
    raised: Floats = np.exp(values - values.max(axis=1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=1, keepdims=True)
    shares += SMALL
    return shares.clip(max=1)


def _logistic(values: Floats) -> Floats:
    """Each for itself, by fastText's table of 512 steps from -8 to 8."""
    table = 1 / (1 + np.exp(-(np.arange(513) * 16 / 512 - 8)))
    inside = np.clip(np.nan_to_num(values, nan=0), -8, 8)
    found = table[((inside + 8) * 32).astype(np.int64)]
    found = np.where(values < -8, 0, np.where(values > 8, 1, found))
    return np.where(np.isnan(values), values, np.minimum(found + SMALL, 1))


def _tree(counts: list[int]) -> Callable[[Floats], Floats]:
    """By the tree of Huffman over the labels, from its root down."""
    n = len(counts)
    weights = [*counts, *[ENDLESS] * (n - 1)]
    leaf, node = n - 1, n
    parents = np.zeros(2 * n - 1, np.int64)
    right = np.zeros(2 * n - 1, np.bool_)
    for new in range(n, 2 * n - 1):
        two = []
        for _ in range(2):
            if leaf >= 0 and (node >= new or weights[leaf] < weights[node]):
                two.append(leaf)
                leaf -= 1
            elif node < new:
                two.append(node)
                node += 1
            else:
                raise Damaged("the counts of its labels are damaged")
        weights[new] = weights[two[0]] + weights[two[1]]
        parents[two] = new
        right[two[1]] = True
    depths = np.zeros(2 * n - 1, np.int64)
    for one in range(2 * n - 3, -1, -1):
        depths[one] = depths[parents[one]] + 1
    levels = [np.flatnonzero(depths == d) for d in range(1, int(depths.max()) + 1)]

    def probabilities(values: Floats) -> Floats:
        turns = 1 / (1 + np.exp(-values[:, : n - 1]))
        found = np.ones((len(values), 2 * n - 1), np.float32)
        for level in levels:
            up = parents[level]
            turn = turns[:, up - n]
            step = np.where(right[level], turn, 1 - turn) + SMALL
            found[:, level] = found[:, up] * step
        return np.minimum(found[:, :n], 1)

    return probabilities
