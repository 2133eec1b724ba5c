"""Supervised models of fastText, `.bin` or quantised `.ftz`, read and run with numpy.

Scores are those of `predict` of fastText 0.9.2, which adds 1e-5 to each probability
before it takes the logarithm; but none is above 1.

Source: Joulin et al. 2016, Bag of Tricks for Efficient Text Classification,
arXiv:1607.01759, and FastText.zip, arXiv:1612.03651.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sel.errors import MachineError, naming
from sel.models.fasttext_file import Damaged, File, Kept, losses

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sel.types import Texts

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]

PREFIX = "__label__"
END = b"</s>"
ROWS = 1 << 14
"""Rows of a matrix that are looked at together."""
KNOWN = 1 << 18
"""Distinct words that are remembered from one call to the next."""
TOGETHER = 1 << 15
"""New words that are looked at together."""
STARTS = 1 << 17
"""Places where n-grams begin that are looked at together."""
SHORT = 48
"""Bytes of words that are hashed side by side."""
FIRST, PRIME = np.uint32(2166136261), np.uint32(16777619)
PAIRED = np.uint64(116049371)


def load(path: str) -> Model:
    """A model from a file.

    Raises:
        MachineError: it is not a supervised model of fastText, or it is damaged.
    """
    with naming(path):
        data = np.memmap(path, np.uint8, "r") if Path(path).stat().st_size else b""
    try:
        return Model(File(data))
    except Damaged as fault:
        msg = f"{path} is not a supervised model of fastText: {fault}"
        raise MachineError(msg) from None


class Model:
    """What says how well each label fits a text.

    Args:
        file: what was read.
    """

    labels: list[str]
    """Without __label__."""

    def __init__(self, file: File) -> None:
        words = [word.decode("utf-8", "replace") for word in file.labels]
        self.labels = [word.removeprefix(PREFIX) for word in words]
        self._file = file
        self._score = losses(file)
        rows, out = file.input, file.output[:]
        self._out: Floats | None = out.T
        if len(out) < file.dim:  # scores are sums over rows as well as vectors are
            parts = range(0, len(rows), ROWS)
            done = [rows[np.arange(i, min(i + ROWS, len(rows)))] @ out.T for i in parts]
            rows, self._out = np.concatenate(done), None
        elif len(rows) * file.dim <= 1 << 24:
            rows = rows[:]
        self._rows: Any = rows
        self._width = len(out) if self._out is None else file.dim
        self._forget()

    def predict(self, texts: Texts) -> Floats:
        """How likely each label is, shape (n, labels); NaN where nothing is known.

        Args:
            texts: n strings, each taken as one line, whatever line ends it has.
        """
        with np.errstate(all="ignore"):  # whatever numbers a file has
            return self._predict(texts)

    def _predict(self, texts: Texts) -> Floats:
        if len(self._place) > KNOWN:
            self._forget()
        lines = [_tokens(text) for text in texts]
        counts = np.fromiter(map(len, lines), np.int64, len(lines))
        found = map(self._place.__getitem__, chain.from_iterable(lines))
        ids = np.fromiter(found, np.int64, counts.sum())
        self._learn()
        owners = np.repeat(np.arange(len(lines)), counts)
        there = self._there[ids]
        if not there.all():
            ids, owners = ids[there], owners[there]
        sums = _Sums(len(lines), self._width)
        sums.add(owners, self._vectors, ids, self._sizes[ids])
        self._pairs(sums, owners, ids)
        means = (sums.values / sums.sizes[:, None]).astype(np.float32)
        return self._score(means if self._out is None else means @ self._out)

    def _forget(self) -> None:
        """Begin with no word."""
        self._place: defaultdict[bytes, int] = defaultdict()
        self._place.default_factory = self._place.__len__
        self._n = 0
        self._vectors = np.zeros((0, self._width), np.float32)
        self._sizes = np.zeros(0, np.int64)
        self._hashes = np.zeros(0, np.int32)
        self._there = np.zeros(0, np.bool_)

    def _learn(self) -> None:
        """Find the rows of the words that are new."""
        new = islice(self._place, self._n, None)
        while words := list(islice(new, TOGETHER)):
            self._add(words)

    def _add(self, words: list[bytes]) -> None:
        file = self._file
        known = [file.words.get(word, -1) for word in words]
        ids = np.array(known, np.int64)
        there = ids < file.nwords
        for i, word in enumerate(words):
            if known[i] < 0 and word.startswith(PREFIX.encode()):
                there[i] = False
        sums = _Sums(len(words), self._width)
        mine = np.flatnonzero((ids >= 0) & there)
        sums.add(mine, self._rows, ids[mine])
        if file.maxn and file.buckets:
            grams = [
                word if ok and word != END else b"" for word, ok in zip(words, there)
            ]
            for owners, hashes in _grams(grams, file.minn, file.maxn):
                self._hashed(sums, owners, hashes)
        hashes = np.zeros(len(words), np.int32)
        if file.word_grams > 1:
            hashes = _hashes(words).view(np.int32)
        n = self._n
        self._vectors = _grown(self._vectors, n, sums.values)
        self._sizes = _grown(self._sizes, n, sums.sizes)
        self._hashes = _grown(self._hashes, n, hashes)
        self._there = _grown(self._there, n, there)
        self._n += len(words)

    def _pairs(self, sums: _Sums, owners: Ids, ids: Ids) -> None:
        """Add the runs of words."""
        if self._file.word_grams < 2 or not self._file.buckets:
            return
        signed = self._hashes[ids].astype(np.int64).view(np.uint64)
        running = signed
        for n in range(1, min(self._file.word_grams, len(ids))):
            running = running[:-1] * PAIRED + signed[n:]
            inside = owners[:-n] == owners[n:]
            self._hashed(sums, owners[:-n][inside], running[inside])

    def _hashed(self, sums: _Sums, owners: Ids, hashes: npt.NDArray[Any]) -> None:
        """Add the rows of hashes."""
        kept, rows = self._file.rows(hashes)
        sums.add(owners[kept], self._rows, rows)


def _grown(values: Any, n: int, more: npt.NDArray[Any]) -> Any:
    """The first n values and more of them, with room for others."""
    if n + len(more) > len(values):
        wider = np.empty((2 * (n + len(more)), *values.shape[1:]), values.dtype)
        wider[:n] = values[:n]
        values = wider
    values[n : n + len(more)] = more
    return values


class _Sums:
    """Sums of rows, and how many there are, for each owner."""

    def __init__(self, n: int, width: int) -> None:
        self.values = np.zeros((n, width), np.float64)
        self.sizes = np.zeros(n, np.int64)

    def add(
        self, owners: Ids, rows: Kept, ids: npt.NDArray[Any], sizes: Ids | None = None
    ) -> None:
        """Add rows.

        Args:
            owners: (m,), in order.
            rows: a matrix.
            ids: (m,), which of its rows.
            sizes: (m,), for how many each counts; 1 if it is not given.
        """
        for at in range(0, len(ids), ROWS):
            mine, part = owners[at : at + ROWS], ids[at : at + ROWS]
            first = np.flatnonzero(np.diff(mine, prepend=-1))
            groups = mine[first]
            self.values[groups] += np.add.reduceat(rows[part], first, axis=0)
            if sizes is None:
                self.sizes[groups] += np.diff(first, append=len(mine))
            else:
                self.sizes[groups] += np.add.reduceat(sizes[at : at + ROWS], first)


def _tokens(text: str) -> list[bytes]:
    """The words of a line, and its end."""
    words = text.encode("utf-8", "surrogatepass").replace(b"\0", b" ").split()
    if END in words:  # where fastText stops
        del words[words.index(END) :]
    words.append(END)
    return words


class _Letters:
    """The characters of words, each word between < and >.

    Args:
        words: an empty one has no n-grams.
    """

    def __init__(self, words: Sequence[bytes]) -> None:
        joined = np.frombuffer(b"".join([b"<%b>" % word for word in words]), np.uint8)
        lengths = np.fromiter(map(len, words), np.int64, len(words))
        behind = np.cumsum(lengths + 2)
        self.bytes = joined.view(np.int8).astype(np.int32).view(np.uint32)
        self.at = np.flatnonzero((joined & 0xC0) != 0x80)
        self.widths = np.diff(self.at, append=len(joined))
        self.word = np.searchsorted(behind, self.at, "right")
        """Of which word each character is."""
        self.ends = np.searchsorted(self.at, behind)
        """The character behind each word."""
        self.begins = np.append(0, self.ends)[:-1]
        self.there = lengths > 0

    def hashed(self, state: Any, letters: Ids) -> Any:
        """The hashes of n-grams that are longer by a character."""
        state = (state ^ self.bytes[self.at[letters]]) * PRIME
        for more in range(1, 4):
            wide = np.flatnonzero(self.widths[letters] > more)
            if not len(wide):
                break
            byte = self.bytes[self.at[letters[wide]] + more]
            state[wide] = (state[wide] ^ byte) * PRIME
        return state


def _grams(words: Sequence[bytes], least: int, most: int) -> Iterator[tuple[Ids, Any]]:
    """The n-grams of characters: of which words they are, and their hashes.

    Args:
        words: those of empty words are none.
        least: characters of the shortest n-gram.
        most: characters of the longest.
    """
    letters = _Letters(words)
    for at in range(0, len(letters.at), STARTS):
        first = np.arange(at, min(at + STARTS, len(letters.at)))
        first = first[letters.there[letters.word[first]]]
        state: Any = np.full(len(first), FIRST)
        for n in range(1, most + 1):
            inside = first + n - 1 < letters.ends[letters.word[first]]
            if not inside.all():
                first, state = first[inside], state[inside]
            state = letters.hashed(state, first + n - 1)
            word = letters.word[first]
            if n == 1:  # < and > alone are none
                inner = letters.begins[word] < first
                inner &= first < letters.ends[word] - 1
                if least <= 1:
                    yield word[inner], state[inner]
            elif n >= least:
                yield word, state


def _hashes(words: Sequence[bytes]) -> npt.NDArray[np.uint32]:
    """The hash of each word, shape (n,)."""
    lengths = np.fromiter(map(len, words), np.int64, len(words))
    order = np.argsort(-lengths, kind="stable")
    sizes = lengths[order]
    data = np.frombuffer(b"".join(words), np.int8).astype(np.int32).view(np.uint32)
    starts = (np.cumsum(lengths) - lengths)[order]
    state = np.full(len(words), FIRST)
    for i in range(min(int(sizes[0]), SHORT)):
        n = int(np.searchsorted(-sizes, -i))  # so many are longer than i
        state[:n] = (state[:n] ^ data[starts[:n] + i]) * PRIME
    for j in range(int(np.searchsorted(-sizes, -SHORT))):
        value = int(state[j])
        for byte in data[starts[j] + SHORT : starts[j] + sizes[j]].tolist():
            value = (value ^ byte) * 16777619 & 0xFFFFFFFF
        state[j] = value
    found = np.empty_like(state)
    found[order] = state
    return found
