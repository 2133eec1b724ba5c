"""Languages told by how common their runs of one to three letters are; a fallback.

Naive Bayes over the 400 most common runs of each of 85 languages, counted in the first
half of the Universal Declaration of Human Rights: see languages.md. The score is the
softmax of 15 times the mean logarithm, which makes it about as often right as it says.

Source: Cavnar and Trenkle 1994, N-Gram-Based Text Categorization, for the profiles.
"""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import zstandard

if TYPE_CHECKING:
    from sel.types import Texts

FILE = Path(__file__).parent / "languages.jsonl.zst"
CHARACTERS = 2000
"""How much of the beginning of a text is looked at."""
LONGEST = 3
UNSEEN = 0.3
"""What stands for the count of a run that is not among those of a language."""
SHARPNESS = 15


class Profiles:
    """What says how well each language fits a text."""

    def __init__(self) -> None:
        plain = zstandard.ZstdDecompressor().decompress(FILE.read_bytes())
        languages = [json.loads(line) for line in plain.splitlines()]
        self.labels: list[str] = [one["language"] for one in languages]
        grams = sorted({gram for one in languages for gram in one["grams"]})
        letters = sorted({letter for gram in grams for letter in gram if letter != " "})
        self._letters = np.zeros(0x110000, np.uint64)
        codes = np.array([ord(letter) for letter in letters])
        self._letters[codes] = np.arange(1, len(letters) + 1)
        self._base = np.uint64(len(letters) + 1)
        keys = np.array([self._key(gram) for gram in grams], np.uint64)
        order = np.argsort(keys)
        self._keys = keys[order]
        place = {grams[i]: at for at, i in enumerate(order.tolist())}
        self._logs = np.empty((len(grams), len(languages)), np.float32)
        for i, one in enumerate(languages):
            self._logs[:, i] = np.log(UNSEEN / one["total"])
            at = [place[gram] for gram in one["grams"]]
            self._logs[at, i] = np.log(
                np.array([*one["grams"].values()]) / one["total"]
            )

    def predict(self, texts: Texts) -> Any:
        """How likely each language is, shape (n, labels); NaN where nothing is known.

        Args:
            texts: n strings.
        """
        found = np.full((len(texts), len(self.labels)), np.nan, np.float32)
        for i, text in enumerate(texts):
            keys, counts = np.unique(self._runs(text), return_counts=True)
            at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
            known = self._keys[at] == keys
            if known.any():
                weights = counts[known] / counts[known].sum()
                fit = SHARPNESS * (weights @ self._logs[at[known]])
                raised = np.exp(fit - fit.max())
                found[i] = raised / raised.sum()
        return found

    def _key(self, gram: str) -> int:
        """A run as a number, which says how long it is."""
        value = 0
        for letter in gram:
            value = value * int(self._base) + int(self._letters[ord(letter)])
        return value * LONGEST + len(gram) - 1

    def _runs(self, text: str) -> Any:
        """The runs of a text, in which any run of other characters is one space."""
        low = unicodedata.normalize("NFC", text[:CHARACTERS]).lower()
        data = np.frombuffer(f" {low} ".encode("utf-32-le", "surrogatepass"), np.uint32)
        letters = self._letters[data]
        letters = letters[(letters > 0) | (np.append(1, letters[:-1]) > 0)]
        value, runs = np.zeros(len(letters), np.uint64), []
        for n in range(LONGEST):
            last = letters[n:]
            value = value[: len(last)] * self._base + last
            key = value * np.uint64(LONGEST) + np.uint64(n)
            runs.append(key[last > 0] if n == 0 else key)
        return np.concatenate(runs)
