"""How many words of a list a text has, by one of four rules.

A high number means many. Fields: words, a share or a count; words_found, which entries
there are. No list is shipped. A list of rude words is also a list of how some people
speak, and of what is said about them: look at words_found before anything goes.

Cost: one pass over the words of each text, whatever the length of the list; with c4 and
dolma also a search for each phrase.

Source: Raffel et al. 2020, arXiv:1910.10683 (c4, as datatrove 0.10.1); Soldaini et al.
2024, arXiv:2402.00159 (dolma 1.2.1); Weber et al. 2024, arXiv:2411.12372 (redpajama);
Chen et al. 2024, Data-Juicer, arXiv:2309.02033 (share).

Differs: Data-Juicer's share knows no phrases.
"""

import re
import string
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import numpy as np

from sel.types import Texts

_WORD = re.compile(r"\w+")
_NO_MARKS = str.maketrans("", "", string.punctuation)


def score(
    texts: Texts,
    listed: Sequence[str],
    *,
    rule: Literal["share", "c4", "dolma", "redpajama"] = "share",
    anywhere: bool = False,
) -> dict[str, Any]:
    """The columns, of n values each.

    Args:
        texts: n strings.
        listed: words and phrases; of what is written in capitals, c4 and dolma find
            nothing, as they do.
        rule: share of the words that are on the list, alone or in a phrase; c4 counts
            entries between characters that no words have; dolma words as white space
            divides them, and phrases anywhere; redpajama runs of words without marks.
        anywhere: with c4, count entries within words too, as it does in Chinese,
            Japanese and Thai.
    """
    entries = [entry for entry in dict.fromkeys(listed) if entry]
    runs = _Runs(entries, _bare)
    find = {
        "share": runs,
        "c4": _Anywhere(entries) if anywhere else _Flanked(entries),
        "dolma": _Divided(entries),
        "redpajama": _Runs(entries, _normal),
    }[rule]
    values, found = np.empty(len(texts), np.float64), []
    for i, text in enumerate(texts):
        hits = list(find.hits(text))
        values[i] = runs.share(text, hits) if rule == "share" else len(hits)
        found.append(sorted({entry for entry, _ in hits}))
    return {"": values, "found": found}


Hit = tuple[str, int]
"""An entry, and where it stands."""


def _bare(text: str) -> list[str]:
    """Words in lower case, without the marks at their ends."""
    words = (_stripped(word) for word in text.lower().split())
    return [word for word in words if word]


def _stripped(word: str) -> str:
    if word.isalnum():
        return word
    start, end = 0, len(word)
    while start < end and not _kept(word[start]):
        start += 1
    while end > start and not _kept(word[end - 1]):
        end -= 1
    return word[start:end]


def _kept(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


def _normal(text: str) -> list[str]:
    """Words of a text without ASCII punctuation, in lower case and in NFD."""
    return unicodedata.normalize("NFD", text.translate(_NO_MARKS).lower()).split()


class _Runs:
    """Entries as runs of words, both cut in one way."""

    def __init__(self, entries: list[str], cut: Any) -> None:
        self._cut = cut
        self._by_first: dict[str, list[tuple[list[str], str]]] = {}
        for entry in entries:
            words = cut(entry)
            if words:
                self._by_first.setdefault(words[0], []).append((words, entry))

    def hits(self, text: str) -> Iterator[Hit]:
        words = self._cut(text)
        for i in [i for i, word in enumerate(words) if word in self._by_first]:
            for run, entry in self._by_first[words[i]]:
                if words[i : i + len(run)] == run:
                    yield entry, i

    def share(self, text: str, hits: list[Hit]) -> float:
        """The words that stand in a hit / all; NaN without words."""
        covered: set[int] = set()
        for entry, i in hits:
            covered.update(range(i, i + len(self._cut(entry))))
        total = len(self._cut(text))
        return len(covered) / total if total else np.nan


class _Flanked:
    """Entries in lower case with no word character before or behind them."""

    def __init__(self, entries: list[str]) -> None:
        self._words = {entry for entry in entries if _WORD.fullmatch(entry)}
        self._others = [entry for entry in entries if entry not in self._words]

    def hits(self, text: str) -> Iterator[Hit]:
        low = text.lower()
        for match in _WORD.finditer(low):
            if match[0] in self._words:
                yield match[0], match.start()
        for entry in self._others:
            for at in _places(entry, low):
                end = at + len(entry)
                beside = low[max(0, at - 1) : at] + low[end : end + 1]
                if not _WORD.search(beside):
                    yield entry, at


class _Anywhere:
    """Entries in lower case, within words too."""

    def __init__(self, entries: list[str]) -> None:
        self._entries = entries

    def hits(self, text: str) -> Iterator[Hit]:
        low = text.lower()
        for entry in self._entries:
            for at in _places(entry, low):
                yield entry, at


class _Divided:
    """Words as white space divides them, and phrases anywhere; in lower case."""

    def __init__(self, entries: list[str]) -> None:
        self._words = {entry for entry in entries if " " not in entry}
        self._phrases = [entry for entry in entries if " " in entry]

    def hits(self, text: str) -> Iterator[Hit]:
        low = text.lower()
        for i, word in enumerate(low.split()):
            if word in self._words:
                yield word, i
        for entry in self._phrases:
            for at in _places(entry, low):
                yield entry, at


def _places(entry: str, text: str) -> Iterator[int]:
    """Where an entry stands, without overlaps."""
    at = text.find(entry)
    while at >= 0:
        yield at
        at = text.find(entry, at + len(entry))
