"""The quality and repetition rules of Gopher, as datatrove and dolma measure them.

Source: Rae et al. 2021, Scaling Language Models: Methods, Analysis & Insights from
Training Gopher, arXiv:2112.11446; datatrove 0.10.1, dolma 1.2.1. The names are those
of the projects: short ones of datatrove, long ones of dolma, where _v2 is its second
tagger, which takes blank lines away.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from sel.score._signals.batch import Batch, Columns, Tokens, Whole, ratio, share
from sel.score._signals.characters import PUNCTUATION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sel.score._signals.batch import Floats

STOP = ("the", "be", "to", "of", "and", "that", "have", "with")
TOP, DUPLICATE = (2, 3, 4), (5, 6, 7, 8, 9, 10)


def alphabetic(word: str) -> bool:
    """Whether a word has a letter."""
    return word.isalpha() or any(map(str.isalpha, word))


def quality(batch: Batch) -> Columns:
    """What datatrove's Gopher quality filter looks at."""
    tokens = batch.tokens
    plain = ~tokens.those(PUNCTUATION.issuperset)
    lines = [text.splitlines() for text in batch.texts]
    words = tokens.sums(plain)
    return {
        "n_words": tokens.counts.astype(np.float64),
        "n_non_symbol_words": words.astype(np.float64),
        "mean_word_length": ratio(tokens.sums(plain * tokens.sizes), words),
        "hash_ratio": ratio(batch.count("#"), tokens.counts),
        "ellipsis_ratio": ratio(batch.count("...", "…"), tokens.counts),
        "bullet_lines": share(lines, _bullet),
        "ellipsis_lines": share(lines, _ellipsis),
        "alpha_words": ratio(tokens.number(alphabetic), tokens.counts),
        "stop_words": tokens.distinct(STOP).astype(np.float64),
    }


def _bullet(line: str) -> bool:
    return line.lstrip().startswith(("•", "-"))


def _ellipsis(line: str) -> bool:
    return line.rstrip().endswith(("...", "…"))


def repetition(batch: Batch) -> Columns:
    """What datatrove's Gopher repetition filter looks at.

    Duplicates are the later copies; a run of words that occurs once may be the most
    common one; repeated runs are found by a walk.
    """
    grams = batch.grams
    columns: Columns = {}
    for name, lists in {
        "dup_para": [_paragraphs(text.strip()) for text in batch.texts],
        "dup_line": batch.filled,
    }.items():
        count, more = later(lists)
        columns[name] = ratio(count, [len(some) for some in lists])
        columns[f"{name}_char"] = ratio(more, batch.length)
    for k in TOP:
        times, size = grams.most_common(k)
        found = ratio((size + k - 1) * times, batch.length)
        columns[f"top_{k}"] = np.where(times > 0, found, np.nan)
    for k in DUPLICATE:
        columns[f"dup_{k}"] = ratio(grams.walked(k), batch.length)
    return columns


def _paragraphs(text: str) -> list[str]:
    """What stands between two line feeds or more, in a stripped text."""
    if "\n\n" not in text:
        return [text]
    parts = [part.lstrip("\n") for part in text.split("\n\n")]
    return [part for part in parts if part]


def later(lists: Iterable[list[str]]) -> tuple[list[int], list[int]]:
    """How many members of each list are copies of earlier ones; their characters."""
    counts, sizes = [], []
    for some in lists:
        kinds = set(some)
        counts.append(len(some) - len(kinds))
        more = sum(map(len, some)) - sum(map(len, kinds)) if counts[-1] else 0
        sizes.append(more)
    return counts, sizes


def copies(lists: Iterable[list[str]]) -> tuple[list[int], list[int]]:
    """How many members of each list have a copy in it; their characters."""
    counts, sizes = [], []
    for some in lists:
        often = {}
        if len(set(some)) < len(some):
            often = {one: n for one, n in Counter(some).items() if n > 1}
        counts.append(sum(often.values()))
        sizes.append(sum(n * len(one) for one, n in often.items()))
    return counts, sizes


def dolma_quality(batch: Batch) -> Columns:
    """What dolma's Gopher taggers say of words and lines."""
    tokens = batch.tokens
    n = tokens.counts
    columns: Columns = {
        "character_count": batch.length.astype(np.float64),
        "word_count": n.astype(np.float64),
        "median_word_length": _medians(tokens),
        "symbol_to_word_ratio": _or_0(tokens.number(_symbol), n),
        "fraction_of_words_with_alpha_character": _or_0(tokens.number(alphabetic), n),
        "required_word_count": tokens.number(set(STOP).__contains__).astype(float),
    }
    for version, lists in _dolma_lines(batch):
        dots, bullets = share(lists, _dots), share(lists, _star)
        columns[f"fraction_of_lines_starting_with_bullet_point{version}"] = bullets
        columns[f"fraction_of_lines_ending_with_ellipsis{version}"] = dots
    return columns


def _dolma_lines(batch: Batch) -> list[tuple[str, list[list[str]]]]:
    return [
        ("", batch.lines),
        ("_v2", batch.filled),
    ]


def _symbol(word: str) -> bool:
    return "#" in word or "…" in word


def _star(line: str) -> bool:
    return line.startswith(("*", "-"))


def _dots(line: str) -> bool:
    return line.endswith("…")


def _or_0(part: Whole | list[int], whole: Whole) -> Floats:
    return np.nan_to_num(ratio(part, whole))


def _medians(tokens: Tokens) -> Floats:
    """The median length of the words of each text; 0 without words."""
    longest = int(tokens.lengths.max(initial=0)) + 1
    ranked = np.sort(tokens.texts * longest + tokens.sizes) % longest
    ranked = np.append(ranked, 0)
    first, n = tokens.bounds[:-1], tokens.counts
    middle = ranked[first + np.maximum(n - 1, 0) // 2] + ranked[first + n // 2]
    return np.where(n > 0, middle / 2, 0.0)


def dolma_repetition(batch: Batch) -> Columns:
    """What dolma's Gopher taggers say of repetition.

    Duplicates are all copies; a run of words that occurs once may be the most common
    one; repeated runs are summed, also where they overlap. NaN for a text of fewer
    words than the run has.
    """
    tokens, grams = batch.tokens, batch.grams
    columns: Columns = {}
    name = "fraction_of_characters_in_most_common_{}grams"
    for k in TOP:
        times, size = grams.most_common(k)
        found = ratio(size * times, tokens.characters)
        columns[name.format(k)] = np.where(times > 0, found, np.nan)
    name = "fraction_of_characters_in_duplicate_{}grams"
    for k in DUPLICATE:
        columns[name.format(k)] = ratio(*grams.summed(k))
    for version, lists in _dolma_lines(batch):
        count, size_ = copies(lists)
        lines = [len(some) for some in lists]
        columns[f"fraction_of_duplicate_lines{version}"] = ratio(count, lines)
        columns[f"fraction_of_characters_in_duplicate_lines{version}"] = _or_0(
            size_, tokens.characters
        )
    return columns
