"""What dolma's taggers say of lengths, of paragraphs of marks, and of repetition.

Source: Soldaini et al. 2024, Dolma: an Open Corpus of Three Trillion Tokens for
Language Model Pretraining Research, arXiv:2402.00159; dolma 1.2.1. A name is that of
the tagger and that of its score, as dolma's attributes are called.

Differs: the tokens of uniseg_length_v1 are those of Unicode's rules by the standard
library's properties.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sel.maths.text.polynomials import BASE
from sel.score._signals import boundaries
from sel.score._signals.batch import ratio
from sel.score._signals.characters import spans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sel.score._signals.batch import Batch, Columns

    Codes = npt.NDArray[np.uint32]
    Sizes = npt.NDArray[np.int64]
    Truths = npt.NDArray[np.bool_]

LEAST = 4
"""How often something stands in a row, to be repeated."""
WORK = 1_000_000_000
"""Characters of a text times those of the longest group that is looked for in it."""
_RUN = 8  # characters of the runs that long groups are found by
_FEED = 10
_PARAGRAPH = re.compile(r"[^\n]*\n|[^\n]+")
_EMOJI = "\U0001f300-\U0001f64f\U0001f680-\U0001f6ff\u2600-\u27bf"


def signals(batch: Batch) -> Columns:
    """Lengths, paragraphs of nothing but marks, and repeated groups of characters."""
    texts = batch.texts
    sizes: dict[str, Callable[[str], int]] = {
        "whitespace_tokenizer_v1__length": lambda text: len(boundaries.marks(text)) + 1,
        "uniseg_length_v1__length": lambda text: boundaries.segments(text.strip()),
        "char_length_v1__length": len,
        "bytes_length_v1__bytes": lambda text: len(text.encode(errors="surrogatepass")),
        "olmo_pretokenizer_v1__length": _pretokens,
    }
    columns: Columns = {
        name: np.array([size(text) for text in texts], np.float64)
        for name, size in sizes.items()
    }
    columns["not_alphanum_paragraph_v1__all_punct"] = [_marks(t) for t in texts]
    for name, across in (("repetitions_v1", True), ("paragraph_repetitions_v1", False)):
        found = [repeated(text, across=across) for text in texts]
        longest = [max((b - a for a, b, _ in some), default=0) for some in found]
        most = [max((times for *_, times in some), default=0) for some in found]
        whole = [sum(b - a for a, b, _ in some) for some in found]
        part = ratio(whole, batch.length)
        columns[f"{name}__doc_max_score_repetition"] = np.array(most, np.float64)
        columns[f"{name}__doc_max_length_repetition"] = np.array(longest, np.float64)
        columns[f"{name}__doc_frac_repetition"] = np.nan_to_num(part)
    return columns


@cache
def _classes() -> dict[str, str]:
    """The insides of classes of characters, by the category; D are the digits."""
    found: dict[str, list[int]] = {name: [] for name in "LNPSD"}
    for code in range(0x110000):
        kind = unicodedata.category(chr(code))
        name = "D" if kind == "Nd" else kind[0]
        if name in found:
            found[name].append(code)
    return {name: spans(iter(codes)) for name, codes in found.items()}


@cache
def _tokens() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Marks and digits, which stand alone, and what the rest is cut into."""
    kinds = _classes()
    letters, numbers = kinds["L"], kinds["N"]
    space, other = r"[^\S\x1c-\x1f]", rf"[^\s{letters}{numbers}]|[\x1c-\x1f]"
    rest = rf" ?[{letters}]+| ?[{numbers}]+| ?(?:{other})+"
    rest += rf"|{space}+(?!{other}|[{letters}{numbers}])|{space}+"
    return re.compile(f" ?[{kinds['P']}{kinds['D']}]"), re.compile(rest)


def _pretokens(text: str) -> int:
    """The pieces of OLMo's pre-tokenizer: marks, digits, and GPT-2's words."""
    alone, rest = _tokens()
    pieces = alone.split(text)
    return len(pieces) - 1 + sum(len(rest.findall(piece)) for piece in pieces)


@cache
def _only_marks() -> re.Pattern[str]:
    return re.compile(rf"[\s{_EMOJI}{_classes()['P']}{_classes()['S']}]+")


def _marks(text: str) -> list[tuple[int, int]]:
    """Where paragraphs of nothing but marks begin and end."""
    return [
        one.span()
        for one in _PARAGRAPH.finditer(text)
        if not one[0].isspace() and _only_marks().fullmatch(one[0])
    ]


def repeated(text: str, *, across: bool) -> list[tuple[int, int, int]]:
    """Groups of characters that stand four times in a row or more, from left to right.

    Between two of them there may be a white space. Of groups that begin at one place
    the shortest counts. In a text of more than 30,000 characters only groups up to
    WORK / its length are found.

    Args:
        text: any.
        across: whether the white space may be a line feed; a group has none.

    Returns:
        Start and end of each repetition, and how often its group is in it.
    """
    shortest = _shortest(text, across=across)
    found, done = [], 0
    for start in np.flatnonzero(shortest).tolist():
        if start >= done:
            group = text[start : start + shortest[start]]
            done = _end(text, group, start + len(group), across=across)
            found.append((start, done, text.count(group, start, done)))
    return found


def _end(text: str, group: str, at: int, *, across: bool) -> int:
    """Where the repetition of a group ends that goes on at a place."""
    ways = [(at, 1)]
    while ways:  # a space before a group is left out, where it cannot be one
        at, times = ways.pop()
        steps = list(_next(text, group, at, across=across))
        if times >= LEAST and not steps:
            return at
        if times >= LEAST:
            ways = []
        ways += [(step + len(group), times + 1) for step in reversed(steps)]
    return at


def _next(text: str, group: str, at: int, *, across: bool) -> Iterator[int]:
    """Where the group can stand next, the likelier first."""
    gap = text[at : at + 1]
    if gap.isspace() and (across or gap != "\n") and text.startswith(group, at + 1):
        yield at + 1
    if text.startswith(group, at):
        yield at


def _shortest(text: str, *, across: bool) -> Sizes:
    """The size of the shortest group that is repeated from each place, or 0."""
    n = len(text)
    sizes = np.zeros(n, np.int64)
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    ends = np.append(np.flatnonzero(codes == _FEED), n)  # of lines
    left = ends[np.searchsorted(ends, np.arange(n))] - np.arange(n)
    longest = min(int(left.max(initial=0)), n // LEAST, WORK // max(n, 1))
    spaces = np.fromiter(map(str.isspace, text), np.bool_, n)
    if not across:
        spaces &= codes != _FEED

    def take(k: int) -> None:
        starts = _starts(codes, spaces, k)
        if starts is not None:
            starts &= (left >= k) & ((sizes == 0) | (sizes > k))
            sizes[starts] = k

    done = set(range(1, min(_RUN, longest + 1)))
    for k in done:
        take(k)
    if longest >= _RUN:
        for likely in _likely(codes, longest, left, sizes):
            for k in sorted(likely - done):
                take(k)
            done |= likely
    return sizes


def _starts(codes: Codes, spaces: Truths, k: int) -> Truths | None:
    """Where a group of k characters is repeated often enough; None for nowhere."""
    n = len(codes)
    joined, parted = _again(codes, k, k), _again(codes, k + 1, k)
    if joined is None and parted is None:
        return None
    none = np.zeros(n, np.bool_)
    joined = none if joined is None else joined
    parted = none if parted is None else parted.copy()
    parted[: n - k] &= spaces[k:]
    goes_on = np.ones(n, np.bool_)
    for _ in range(LEAST - 1):
        more = np.zeros(n, np.bool_)
        more[: n - k] = joined[: n - k] & goes_on[k:]
        more[: n - k - 1] |= parted[: n - k - 1] & goes_on[k + 1 :]
        goes_on = more
    return goes_on if goes_on.any() else None


def _again(codes: Codes, step: int, k: int) -> Truths | None:
    """Where k characters stand again some characters later; None for nowhere."""
    same = codes[:-step] == codes[step:]
    if same.tobytes().find(b"\1" * k) < 0:
        return None
    running = np.concatenate(([0], np.cumsum(same)))
    found = np.zeros(len(codes), np.bool_)
    found[: len(same) - k + 1] = running[k:] - running[:-k] == k
    return found


def _likely(
    codes: Codes, longest: int, left: Sizes, sizes: Sizes
) -> Iterator[set[int]]:
    """Sizes of longer groups that may be repeated, the shortest of each place first.

    A group begins with a run of _RUN characters, and so do those that follow it.
    """
    size = len(codes) - _RUN + 1
    hashes = np.zeros(size, np.uint64)
    for i in range(_RUN):
        hashes = hashes * np.uint64(BASE) + codes[i : size + i] + np.uint64(1)
    at = np.flatnonzero(left[:size] >= _RUN)
    at = at[np.argsort(hashes[at], kind="stable")]
    first = np.append(True, np.diff(hashes[at]) != 0)
    counts = np.diff(np.append(np.flatnonzero(first), len(at)))
    at = at[np.repeat(counts >= LEAST, counts)]
    for step in range(1, len(at)):
        begin, then = at[:-step], at[step:]
        near = (hashes[begin] == hashes[then]) & (then - begin <= longest + 1)
        near &= (sizes[begin] == 0) & (then > begin)
        if not near.any():
            return
        begin, steps = begin[near], (then - begin)[near]
        likely: set[int] = set()
        for k in (steps, steps - 1):
            fits = np.ones(len(k), np.bool_)
            for times in range(2, LEAST):
                # as many white spaces may have come between
                places = (begin + times * k)[:, None] + np.arange(times + 1)
                there = hashes[np.minimum(places, size - 1)] == hashes[begin][:, None]
                fits &= (there & (places < size)).any(1)
            likely |= set(k[fits & (k >= _RUN) & (k <= longest)].tolist())
        yield likely
