"""The rules of RefinedWeb, as DCLM has them.

Source: Penedo et al. 2023, The RefinedWeb Dataset for Falcon LLM, arXiv:2306.01116;
Li et al. 2024, DataComp-LM, arXiv:2406.11794.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from sel.score._signals import boundaries
from sel.score._signals.batch import Columns, Tokens, ratio, share
from sel.score._signals.gopher import STOP, alphabetic, copies
from sel.score._signals.grams import Grams

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sel.score._signals.batch import Batch, Floats
    from sel.types import Texts

_FASTTEXT = re.compile(r"[^ \n\r\t\v\f\0]+")
_BULLETS = ("●", "•", "*", "-")
_ELLIPSES = ("...", ". . .", "…")
_COUNTER = re.compile(
    r"^\W*\d(?:,|\.|\d)*(?:K|k|M|m|B|b)?\s+(?:likes|shares|comments|retweets|reposts"
    r"|quotes|bookmarks|upvotes|downvotes|downloads|views|followers)\W*$"
)
_PHRASES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (r"\s?items in cart", r"\s?Read more...$", r"^Sign-in\s?")
)
_CAPITALS, _DIGITS, _LONG, _SHORT = 0.5, 0.999999, 10, 2
RUNS = range(2, 11)

Rule = tuple[str, "Callable[[str], str | None]", bool]
"""A name; what is left of a line, or None; whether the page is stripped after it."""


def signals(batch: Batch) -> Columns:
    """What the filters of words and lines look at, and what the line rules leave."""
    chunks, n = batch.chunks, batch.chunks.counts
    lines = [_filled(some) for some in batch.lines]
    low = Tokens.of([text.lower().split() for text in batch.texts])
    symbols = batch.count("#", *_ELLIPSES)
    pages = [clean(text) for text in batch.texts]
    fast, before = _counts(batch.texts)
    after = _counts([page or "" for page in pages])[1]
    gone = ratio(before - after, before)
    return {
        "n_words_fasttext": fast,
        "n_words_fasttext_nopunct": before,
        "word_length": ratio(chunks.characters, n),
        "symbol_ratio": ratio(symbols, n),
        "bullet_count": share(lines, lambda line: line.startswith(_BULLETS)),
        "ellipsis_count": share(lines, lambda line: line.endswith(_ELLIPSES)),
        "alphabetic_word_ratio": ratio(n - chunks.number(alphabetic), n),
        "stop_word": low.number(set(STOP).__contains__).astype(np.float64),
        "stop_word_unique": low.distinct(STOP).astype(np.float64),
        "removed_ratio": np.where([page is None for page in pages], np.nan, gone),
        "refinedweb_chars": np.array([len(page or "") for page in pages], np.float64),
        "refinedweb_spans": [spans(text) for text in batch.texts],
    }


def _counts(texts: Texts) -> tuple[Floats, Floats]:
    """Words as fastText cuts them: all, and those that begin with a letter or digit."""
    every, some = [], []
    for text in texts:
        words = _FASTTEXT.findall(text)
        every.append(sum(not word.isspace() for word in words) + text.count("\n"))
        some.append(sum(word[0].isalnum() for word in words))
    return np.array(every, np.float64), np.array(some, np.float64)


def _filled(segments: Sequence[str]) -> list[str]:
    return [one for one in map(str.strip, segments) if one]


def repetition(batch: Batch) -> Columns:
    """What the repetition rules look at: all copies, and words in repeated runs.

    Words are those of Unicode. NaN where there is nothing to look at; 0 where there
    is but one segment.
    """
    columns: Columns = {}
    for name, lists in {
        "rep_line": [_filled(some) for some in batch.lines],
        "rep_paragraph": [_filled(text.split("\n\n")) for text in batch.texts],
    }.items():
        count, more = copies(lists)
        whole = [sum(map(len, some)) for some in lists]
        columns[f"{name}_count"] = ratio(count, [len(some) for some in lists])
        columns[name] = ratio(more, whole)
    tokens = Tokens.of([boundaries.words(text) for text in batch.texts])
    grams = Grams(tokens)
    columns["n_words_uniseg_nopunct"] = tokens.counts.astype(np.float64)
    for k in RUNS:
        if k < 5:
            times, size = grams.most_common(k, longest=True)
            found = np.where(times > 1, times * size, 0)
        else:
            found = grams.covered(k)
        part = ratio(found, tokens.characters)
        columns[f"rep_{k}"] = np.where(batch.length > 0, np.nan_to_num(part), np.nan)
    return columns


def _capital(line: str) -> str | None:
    return None if line and _part(str.isupper, line) > _CAPITALS else line


def _digit(line: str) -> str | None:
    return None if line and _part(str.isdigit, line) > _DIGITS else line


def _part(holds: Callable[[str], bool], line: str) -> float:
    return sum(map(holds, line)) / len(line)


def _counted(line: str) -> str | None:
    return None if _COUNTER.search(line.lower()) else line


def _lone(line: str) -> str | None:
    return None if line and len(line.split(maxsplit=_SHORT)) < _SHORT else line


def _without(pattern: re.Pattern[str]) -> Callable[[str], str | None]:
    def cut(line: str) -> str | None:
        if not line or len(line.split(maxsplit=_LONG)) > _LONG:
            return line
        left = pattern.sub("", line)
        return left if left.strip() else None

    return cut


RULES: tuple[Rule, ...] = (
    ("uppercase_ratio_line_modifier", _capital, True),
    ("numeric_ratio_line_modifier", _digit, True),
    ("counter_line_modifier", _counted, True),
    ("line_length_modifier", _lone, False),
    ("items in cart", _without(_PHRASES[0]), True),
    ("Read more...", _without(_PHRASES[1]), True),
    ("Sign-in", _without(_PHRASES[2]), True),
)


def clean(text: str, rules: Sequence[Rule] = RULES) -> str | None:
    """What the line rules leave of a text; None if it is nothing."""
    for _, rule, strip in rules:
        lines = (rule(line) for line in text.split("\n"))
        text = "\n".join([line for line in lines if line is not None])
        text = text.strip() if strip else text
        if not text:
            return None
    return text


def spans(text: str) -> list[tuple[int, int]]:
    """Where the lines begin and end of which the rules leave something."""
    found, end = [], 0
    for line in text.split("\n"):
        begin, end = end, end + len(line) + 1
        if line.strip() and clean(line):
            found.append((begin, end - 1))
    return found
