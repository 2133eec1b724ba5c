"""What NeMo Curator's heuristic filters of English measure.

Source: NVIDIA NeMo Curator 1.4.0, filters/heuristic; the sentences of consent banners
are adapted from its constants (Apache License 2.0, copyright NVIDIA Corporation).

Differs: a text without characters, words, or runs of k words has null, where NeMo has
1, 0 or an error; of runs that are equally common the first one counts, not one by
chance.
"""

# ruff: noqa: RUF001
from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from sel.score._signals.batch import ratio, share
from sel.score._signals.gopher import DUPLICATE, STOP, TOP, alphabetic, later

if TYPE_CHECKING:
    from sel.score._signals.batch import Batch, Columns, Floats

_CLASSES = {
    "nemo_non_alpha_numeric": re.compile(r"[^a-zA-Z0-9\n?!,.]"),
    "nemo_numbers": re.compile(r"\d"),
    "nemo_white_space": re.compile(r"[\t\n\r\b ]"),
    "nemo_brackets": re.compile(r"[{}⟨⟩\[\]()]"),
}
_URL = re.compile(r"https?://(?:[A-Za-z0-9$\-_@.&+/:=?#~!*(),]|%[0-9A-Fa-f]{2})+")
_END = (".", "?", "!", '"', "'")
_BULLETS = tuple("•‣⁃⁌⁍∙○●◘◦⦾⦿")
_DOTS = ("...", "[...]", "…", "(...)", "[…]", "-»", "read more..", "read more")
_POLICY = (
    "terms of use",
    "privacy policy",
    "cookie policy",
    "uses cookies",
    "privacy overview",
    "use of cookies",
    "use cookies",
    "privacy & cookies policy",
    "privacy and cookies policy",
    "necessary cookies are absolutely essential for the website to function properly. "
    "this category only includes cookies that ensures basic functionalities and "
    "security features of the website. these cookies do not store any personal "
    "information.",
    "any cookies that may not be particularly necessary for the website to function "
    "and is used specifically to collect user personal data via analytics, ads, other "
    "embedded contents are termed as non-necessary cookies. it is mandatory to procure "
    "user consent prior to running these cookies on your website.",
    "if you continue to browse this site without changing your cookie settings, you "
    "agree to this use. acceptread more",
)


def signals(batch: Batch) -> Columns:
    """Shares of characters, of lines that are not blank, and of words."""
    tokens = batch.tokens
    lines = [[x for x in some if x and not x.isspace()] for some in batch.lines]
    columns: Columns = {}
    for name, kind in _CLASSES.items():
        columns[name] = _share(batch, kind)
    urls = [_URL.findall(text) for text in batch.texts]
    longest = np.zeros(len(batch.texts), np.int64)
    np.maximum.at(longest, tokens.texts, tokens.sizes)
    porn = [any("porn" in url for url in some) for some in urls]
    open_ = share(lines, lambda line: not line.rstrip().endswith(_END))
    return columns | {
        "nemo_urls": ratio([sum(map(len, some)) for some in urls], batch.length),
        "nemo_porn_urls": np.array(porn, np.float64),
        "nemo_no_end_mark": open_,
        "nemo_bullets": share(lines, lambda line: line.lstrip().startswith(_BULLETS)),
        "nemo_ellipsis": share(lines, lambda x: x.rstrip().lower().endswith(_DOTS)),
        "nemo_boilerplate": np.array([_boilerplate(t) for t in batch.texts], float),
        "nemo_words": tokens.counts.astype(np.float64),
        "nemo_mean_word_length": ratio(tokens.characters, tokens.counts),
        "nemo_longest_word": longest.astype(np.float64),
        "nemo_symbols": ratio(tokens.number(_symbol), tokens.counts),
        "nemo_alpha_words": ratio(tokens.number(alphabetic), tokens.counts),
        "nemo_common_words": tokens.number(set(STOP).__contains__).astype(float),
        **_repetition(batch, lines),
    }


def _repetition(batch: Batch, lines: list[list[str]]) -> Columns:
    """Shares of what is distinct; shares of the characters in repeated runs."""
    columns: Columns = {}
    paragraphs = [text.split("\n\n") if text else [] for text in batch.texts]
    for name, lists in (("lines", lines), ("paragraphs", paragraphs)):
        count, size = later(lists)
        many = [len(some) for some in lists]
        whole = [sum(map(len, some)) for some in lists]
        columns[f"nemo_repeated_{name}"] = 1 - ratio(count, many)
        columns[f"nemo_repeated_{name}_char"] = 1 - ratio(size, whole)
    tokens, grams = batch.tokens, batch.grams
    for k in TOP:
        first = grams.commonest(k).tolist()
        gone = np.zeros(len(first))
        for i, at in enumerate(first):
            if at >= 0:
                run = " ".join([tokens.names[j] for j in tokens.ids[at : at + k]])
                gone[i] = len(run) * batch.texts[i].count(run)
        part = ratio(gone, batch.length)
        columns[f"nemo_top_{k}"] = np.where(np.array(first) >= 0, part, np.nan)
    for k in DUPLICATE:
        part = ratio(grams.added(k), batch.length)
        columns[f"nemo_dup_{k}"] = np.where(grams.number(k) > 0, part, np.nan)
    return columns


def _boilerplate(text: str) -> float:
    """The share of paragraphs with a phrase of policies; 1 with lorem ipsum."""
    low = [one.strip().lower() for one in text.split("\n\n")]
    if any("lorem ipsum" in one for one in low):
        return 1.0
    found = [any(phrase in one for phrase in _POLICY) for one in low]
    return sum(found) / len(found)


def _symbol(word: str) -> bool:
    """Whether a word is an ellipsis, or more than half its length are runs of #."""
    runs = len(re.findall("#+", word)) if "#" in word else 0
    return word in _DOTS or runs / len(word) > 0.5


def _share(batch: Batch, kind: re.Pattern[str]) -> Floats:
    return ratio([len(kind.findall(text)) for text in batch.texts], batch.length)
