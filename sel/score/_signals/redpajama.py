"""The quality signals of RedPajama-Data v2.

Raw words are runs of word characters or of marks; the others are those of the text
without ASCII punctuation, in lower case and in NFD. Signals of lines are lists.

Source: Weber et al. 2024, RedPajama: an Open Dataset for Training Large Language
Models, arXiv:2411.12372.
"""

# ruff: noqa: RUF001
from __future__ import annotations

import re
import string
import unicodedata
from typing import TYPE_CHECKING

import numpy as np

from sel.score._signals import boundaries
from sel.score._signals.batch import Columns, Tokens, ratio, share
from sel.score._signals.gopher import DUPLICATE, TOP
from sel.score._signals.grams import Grams

if TYPE_CHECKING:
    from collections.abc import Callable

    from sel.score._signals.batch import Batch, Column, Floats

_LINES = re.compile(r"[^\n]*\n|[^\n]+$")
_SENTENCES = re.compile(r"\b[^.!?]+[.!?]*")
_LATIN = re.compile("[a-zA-Z]")
_NO_MARKS = str.maketrans("", "", string.punctuation)
_BULLETS = tuple("•‣▶◀◦■□▪▫–")
_END = (".", "!", "?", "”")


def normal(text: str) -> str:
    """A text without ASCII punctuation, in lower case, with single spaces, in NFD."""
    bare = text.translate(_NO_MARKS).lower()
    return unicodedata.normalize("NFD", " ".join(bare.split()))


def signals(batch: Batch, stop: tuple[str, ...]) -> Columns:
    """Signals of the text and of its lines.

    Args:
        batch: the texts.
        stop: words that say little, for the share of them.
    """
    raw = Tokens.of([boundaries.marks(text) for text in batch.texts])
    plain = [normal(text) for text in batch.texts]
    words = Tokens.of([text.split() for text in plain])
    lines = [_LINES.findall(text) for text in batch.texts]
    columns = _of_words(batch, raw, words)
    columns["rps_doc_frac_lines_end_with_ellipsis"] = share(lines, _dots)
    columns |= _of_lines(lines) | _of_runs(words)
    sizes = np.array(list(map(len, plain)), np.int64)
    lorem = [text.count("lorem ipsum") for text in plain]
    brackets = ratio(batch.count("{", "}"), batch.length)
    columns["rps_doc_curly_bracket"] = np.nan_to_num(brackets)
    columns["rps_doc_lorem_ipsum"] = np.nan_to_num(ratio(lorem, sizes))
    if stop:
        part = ratio(raw.number(frozenset(stop).__contains__), raw.counts)
        columns["rps_doc_stop_word_fraction"] = np.where(words.counts > 0, part, 0.0)
    return columns


def _of_words(batch: Batch, raw: Tokens, words: Tokens) -> Columns:
    symbols = batch.count("#", "...", "…")
    latin = raw.number(lambda word: bool(_LATIN.search(word)))
    kinds, entropy = _kinds(words)
    sentences = [len(_SENTENCES.findall(text)) for text in batch.texts]
    return {
        "rps_doc_frac_all_caps_words": ratio(raw.number(str.isupper), raw.counts),
        "rps_doc_frac_no_alph_words": ratio(raw.counts - latin, raw.counts),
        "rps_doc_frac_unique_words": ratio(kinds, words.counts),
        "rps_doc_mean_word_length": ratio(words.characters, words.counts),
        "rps_doc_num_sentences": np.array(sentences, np.float64),
        "rps_doc_symbol_to_word_ratio": ratio(symbols, raw.counts),
        "rps_doc_unigram_entropy": entropy,
        "rps_doc_word_count": words.counts.astype(np.float64),
    }


def _kinds(words: Tokens) -> tuple[Floats, Floats]:
    """Distinct words of each text, and the entropy of their shares in nats."""
    n = len(words.counts)
    keys = words.texts * max(len(words.names), 1) + words.ids
    pairs, times = np.unique(keys, return_counts=True)
    texts = pairs // max(len(words.names), 1)
    order = np.lexsort((times, texts))  # sums do not depend on what else is there
    texts, times = texts[order], times[order]
    shares = times / words.counts[texts]
    entropy = np.bincount(texts, -shares * np.log(shares), n)
    kinds = np.bincount(texts, minlength=n).astype(np.float64)
    return kinds, np.where(words.counts > 0, entropy, np.nan)


def _of_runs(words: Tokens) -> Columns:
    grams, columns = Grams(words), Columns()
    for k in DUPLICATE:
        part = ratio(grams.covered(k), words.characters)
        columns[f"rps_doc_frac_chars_dupe_{k}grams"] = np.nan_to_num(part)
    for k in TOP:
        times, size = grams.most_common(k)
        part = ratio(np.where(times > 1, times * size, 0), words.characters)
        columns[f"rps_doc_frac_chars_top_{k}gram"] = np.nan_to_num(part)
    return columns


def _of_lines(lines: list[list[str]]) -> Columns:
    plain = [list(map(normal, some)) for some in lines]
    words = [[line.split() for line in some] for some in plain]
    bullets: Column = _each(lines, lambda x: float(x.lstrip().startswith(_BULLETS)))
    return {
        "rps_lines_ending_with_terminal_punctution_mark": _each(
            lines, lambda line: float(line.rstrip().endswith(_END))
        ),
        "rps_lines_javascript_counts": [
            [float(line.count("javascript")) for line in some] for some in words
        ],
        "rps_lines_num_words": [[len(line) for line in some] for some in words],
        "rps_lines_numerical_chars_fraction": _each(
            plain, lambda line: _part(str.isnumeric, line)
        ),
        "rps_lines_start_with_bulletpoint": [some or [None] for some in bullets],
        "rps_lines_uppercase_letter_fraction": _each(
            lines, lambda line: _part(str.isupper, line)
        ),
    }


def _each(lines: list[list[str]], value: Callable[[str], float]) -> Column:
    return [list(map(value, some)) for some in lines]


def _part(holds: Callable[[str], bool], line: str) -> float:
    return sum(map(holds, line)) / len(line) if line else 0.0


def _dots(line: str) -> bool:
    return line.rstrip().endswith(("...", "…"))
