"""The line rules of C4, as datatrove and dolma have them.

Source: Raffel et al. 2020, Exploring the Limits of Transfer Learning with a Unified
Text-to-Text Transformer, arXiv:1910.10683; datatrove 0.10.1, dolma 1.2.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.score._signals import spacy_like

if TYPE_CHECKING:
    from sel.score._signals.batch import Batch, Columns

ENOUGH = 3
"""Words of a line that stays."""
LONGEST = 1000
"""Characters of a word."""
POLICY = re.compile(
    "terms of use|privacy policy|cookie policy|uses cookies|use of cookies|use cookies"
)
CITATION = re.compile(r"\[\d*]|\[edit]|\[citation needed]")
_WORDS = ("lorem ipsum", "javascript", "cookie", "terms of use", "privacy policy")
"""One of them is in all that a line or a page goes for, a curly bracket aside."""
_END = frozenset(".?!\"'")
_PARAGRAPHS, _PARAGRAPH = 3, 200


@dataclass
class Cleaned:
    """What the rules of datatrove leave of a text.

    Args:
        lines: those that are kept, without citations.
        spans: where they begin and end in the text.
        sentences: of the kept lines.
        lorem: whether such a line ended the page.
        bracket: whether a line with a curly bracket did.
    """

    lines: list[str] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    sentences: int = 0
    lorem: bool = False
    bracket: bool = False

    @property
    def text(self) -> str:
        """The text that is left."""
        return "\n".join(self.lines).strip()


@lru_cache(1 << 9)  # asked for the numbers, and again for the text
def clean(text: str, *, terminal: bool) -> Cleaned:
    """Take the lines of a text away that break a rule.

    Args:
        text: the page.
        terminal: whether a line must end with a mark.
    """
    page, end = Cleaned(), 0
    careful = "[" in text or _careful(text.lower(), text)
    for whole in text.splitlines(keepends=True):
        begin, end = end, end + len(whole)
        stripped = whole.strip()
        line = CITATION.sub("", stripped) if "[" in stripped else stripped
        if not _good(line, stripped, terminal=terminal):
            continue
        if careful:
            low = line.lower()
            page.lorem = "lorem ipsum" in low
            if page.lorem:
                return page
            if "javascript" in low:
                continue
            page.bracket = "{" in line
            if page.bracket:
                return page
            if POLICY.search(low):
                continue
        begin += len(whole) - len(whole.lstrip())
        page.sentences += spacy_like.sentences(line)
        page.lines.append(line)
        page.spans.append((begin, begin + len(stripped)))
    return page


def _careful(low: str, text: str) -> bool:
    """Whether a text has something that lines or the page may go for."""
    return "{" in text or any(word in low for word in _WORDS)


def _good(line: str, stripped: str, *, terminal: bool) -> bool:
    """Whether a line, without citations, ends well, and has enough words with them."""
    if terminal and (line[-1:] not in _END or line.endswith("...")):
        return False
    if len(stripped.split(None, ENOUGH - 1)) < ENOUGH:
        return False
    return len(stripped) <= LONGEST or max(map(len, stripped.split())) <= LONGEST


def signals(batch: Batch) -> Columns:
    """What is left by datatrove's filter, with the rule of end marks and without."""
    return _left(batch, "c4", terminal=True)


def without_terminal(batch: Batch) -> Columns:
    """The same without the rule of end marks, as FineWeb has it."""
    return _left(batch, "c4_no_terminal", terminal=False)


def _left(batch: Batch, name: str, *, terminal: bool) -> Columns:
    pages = [clean(text, terminal=terminal) for text in batch.texts]

    def numbers(values: list[Any]) -> Any:
        return np.array(values, np.float64)

    return {
        f"{name}_lorem_ipsum": numbers([page.lorem for page in pages]),
        f"{name}_curly_bracket": numbers([page.bracket for page in pages]),
        f"{name}_sentences": numbers([page.sentences for page in pages]),
        f"{name}_lines": numbers([len(page.lines) for page in pages]),
        f"{name}_chars": numbers([len(page.text) for page in pages]),
        f"{name}_spans": [page.spans for page in pages],
    }


def paragraphs(batch: Batch) -> Columns:
    """The length of the third longest line, as mC4 has it; 0 where there is none."""
    sizes = [sorted(map(len, some), reverse=True) for some in batch.lines]
    third = [some[2] if len(some) >= _PARAGRAPHS else 0 for some in sizes]
    return {"c4_third_line": np.array(third, np.float64)}


def dolma(batch: Batch, naughty: tuple[str, ...]) -> Columns:
    """What dolma's C4 taggers say, where _v2 is the second one.

    Args:
        batch: the texts.
        naughty: words, and phrases, that a page may not have.
    """
    low = [text.lower() for text in batch.texts]
    lines = batch.lines
    ends = [list(map(_open, some)) for some in lines]
    short = [list(map(_few, some)) for some in lines]
    script = ["javascript" in text for text in low]
    pairs = zip(script, low, strict=True)
    rules: dict[str, list[Any]] = {
        "line_count": [len(some) for some in lines],
        "lines_with_no_ending_punctuation": list(map(sum, ends)),
        "lines_with_too_few_words": list(map(sum, short)),
        "has_javascript": [has and "javascript" in t.split() for has, t in pairs],
        "has_javascript_v2": script,
        "has_curly_brace": ["{" in text for text in batch.texts],
        "has_lorem_ipsum": ["lorem ipsum" in text for text in low],
    }
    if naughty:
        single = {word for word in naughty if " " not in word}
        phrases = [word for word in naughty if " " in word]
        rules["has_naughty_word"] = [
            not single.isdisjoint(text.split()) or any(map(text.__contains__, phrases))
            for text in low
        ]
    columns: Columns = {
        name: np.array(values, np.float64) for name, values in rules.items()
    }
    columns["dolma_spans"] = list(map(_kept, lines, ends, short))
    return columns


def _open(line: str) -> bool:
    return not line.strip().endswith((".", "?", "!", '"'))


def _few(line: str) -> bool:
    return len(line.split(None, ENOUGH - 1)) < ENOUGH


def _kept(
    lines: list[str], ends: list[bool], short: list[bool]
) -> list[tuple[int, int]]:
    """Where the lines begin and end that dolma keeps, each with its line end."""
    spans, end = [], 0
    for line, *bad in zip(lines, ends, short, strict=True):
        begin, end = end, end + len(line) + 1
        if not any(bad):
            spans.append((begin, end))
    if spans and spans[-1][1] == end:  # the last line has no line end
        spans[-1] = spans[-1][0], end - 1
    return spans


def dolma_text(text: str) -> str:
    """What dolma's line rules leave of a text."""
    lines = text.split("\n")
    spans = _kept(lines, list(map(_open, lines)), list(map(_few, lines)))
    return "".join([text[a:b] for a, b in spans])
