"""C4's rules as DCLM has them, from the ends of lines to lines that are there twice.

Source: Raffel et al. 2020, arXiv:1910.10683; Li et al. 2024, DataComp-LM,
arXiv:2406.11794, baselines_configs/c4.yaml.

Differs: sentences are those of spaCy's rules, where DCLM has NLTK's English model; what
compares pages with one another, the list of rude words and the language are not here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.score._signals import spacy_like
from sel.score._signals.c4 import CITATION, LONGEST, POLICY

if TYPE_CHECKING:
    from sel.score._signals.batch import Batch, Columns

ENOUGH = 5
"""Words of a line that stays."""
_MARK = re.compile(r"[.!?\"\u2026]\s*$")
_ELLIPSIS = re.compile(r"(?:\.\.\.|\u2026)\s*$")


@dataclass
class Page:
    """What is left of a text.

    Args:
        lines: those that are kept, without citations.
        spans: where they stand in the text.
        lorem: whether such a line ended the page.
        bracket: whether a line with a curly bracket did.
    """

    lines: list[str] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    lorem: bool = False
    bracket: bool = False

    @property
    def text(self) -> str:
        """The text that is left."""
        return "\n".join(self.lines).strip()


@lru_cache(1 << 9)  # asked for the numbers, and again for the text
def clean(text: str) -> Page:
    """Take the lines of a text away that break a rule."""
    left: list[tuple[str, tuple[int, int]]] = []
    end = 0
    for whole in text.split("\n"):
        begin, end = end, end + len(whole) + 1
        line = CITATION.sub("", whole) if "[" in whole else whole
        if all(len(word) <= LONGEST for word in whole.split()) and _good(line):
            left.append((line, (begin, end - 1)))
    low = "\n".join(line for line, _ in left).lower()
    if "lorem ipsum" in low:
        return Page(lorem=True)
    left = [one for one in left if "javascript" not in one[0].lower()]
    if any("{" in line for line, _ in left):
        return Page(bracket=True)
    page, seen = Page(), set[str]()
    for line, span in left:
        plain = line.strip().lower()
        if POLICY.search(plain) or plain in seen:
            continue
        page.lines.append(line)
        if plain:
            seen.add(plain)
            page.spans.append(span)
    return page


def _good(line: str) -> bool:
    """Whether a line is empty, or long enough with a mark at its end."""
    return not line or bool(
        _MARK.search(line)
        and not _ELLIPSIS.search(line)
        and len(line.split()) >= ENOUGH
    )


def signals(batch: Batch) -> Columns:
    """What is left of each page."""
    pages = [clean(text) for text in batch.texts]

    def numbers(values: list[Any]) -> Any:
        return np.array(values, np.float64)

    texts = [page.text for page in pages]
    counts = [spacy_like.sentences(text) if text else 0 for text in texts]
    return {
        "c4_dclm_lorem_ipsum": numbers([page.lorem for page in pages]),
        "c4_dclm_curly_bracket": numbers([page.bracket for page in pages]),
        "c4_dclm_sentences": numbers(counts),
        "c4_dclm_lines": numbers([len(page.spans) for page in pages]),
        "c4_dclm_chars": numbers(list(map(len, texts))),
        "c4_dclm_spans": [page.spans for page in pages],
    }
