"""Whether an answer says what the gold answer says, by rules that run no code."""

from __future__ import annotations

import json
import re
from collections import Counter, deque
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from sel.errors import OptionError

Judge = Callable[[str, str], bool]
"""From an answer and the gold answer to whether the answer is right."""

_NUMBER = re.compile(
    r"(?:(?<![\w)\]}%$])[-\u2212]\$?)?(?<![A-Za-z0-9_.,])"
    r"(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?(?:/\d+)?"
)
_GROUPED = re.compile(r"\d+|\d{1,3}(?:,\d{3})+")
_FRACTION = re.compile(r"\\[dt]?frac\{(\d+)\}\{(\d+)\}")
_LOOSE = re.compile(r"-?\d+(?:\.\d+)?")
_LONGEST = 4_000
"""Digits of a number that is compared."""
_POWER = 4
"""Those of its power of ten, with a sign."""


def judge(name: str, pattern: str | None) -> Judge:
    """A judge by its name.

    Args:
        name: number, loose-number, exact, contains, choice, json or regex.
        pattern: for regex.

    Raises:
        OptionError: the pattern is none, or is missing.
    """
    if name != "regex":
        return _JUDGES[name]
    try:
        found = re.compile(pattern or "")
    except (re.error, RecursionError, OverflowError) as error:
        rule = f"a regular expression ({error})"
        raise OptionError("pattern", rule, pattern) from None

    def captured(answer: str, gold: str) -> bool:
        said, wanted = _last(found, answer), _last(found, gold)
        return said is not None and said == wanted

    return captured


def words(text: str) -> list[str]:
    """The words of a text, without case, punctuation and articles."""
    plain = text.casefold().replace("\u2212", "-").replace("n/a", "na")
    plain = re.sub(r"(?<=\d),(?=\d{3}(?!\d))|['\u2019]|(?<!\d)\.|\.(?!\d)", "", plain)
    plain = re.sub(r"(?!(?<!\w)-(?=\d))(?!(?<=\d)\.)[^\w\s]|_", " ", plain)
    return [word for word in plain.split() if word not in ("a", "an", "the")]


def nearness(text: str, gold: str) -> float:
    """The harmonic mean of the shares of their words that two texts have in common."""
    ours, theirs = Counter(words(text)), Counter(words(gold))
    size = ours.total() + theirs.total()
    return 2 * (ours & theirs).total() / size if size else 0.0


def _number(answer: str, gold: str) -> bool:
    said = _value(answer)
    return said is not None and said == _value(gold)


def _value(text: str) -> Fraction | None:
    """The last number of a text; None if there is none, or it is written oddly."""
    plain = _FRACTION.sub(r"\1/\2", text).replace("{,}", ",").replace("\\!", "")
    last = _final(_NUMBER, plain)
    if last is None or len(last[0]) > _LONGEST:
        return None
    found = last[0].replace("\u2212", "-").replace("$", "")
    above, _, below = found.partition("/")
    digits, _, power = above.lower().partition("e")
    whole = digits.lstrip("-").partition(".")[0].rstrip(",")
    if (whole and not _GROUPED.fullmatch(whole)) or len(power) > _POWER:
        return None
    try:
        return Fraction(above.replace(",", "")) / Fraction(below or "1")
    except (ValueError, ZeroDivisionError):
        return None


def _loose_number(answer: str, gold: str) -> bool:
    said, wanted = (_LOOSE.findall(one.replace(",", ""))[-1:] for one in (answer, gold))
    if not said or not wanted or max(map(len, said + wanted)) > _LONGEST:
        return False
    return Fraction(said[0]) == Fraction(wanted[0])


def _exact(answer: str, gold: str) -> bool:
    return answer.strip() == gold.strip()


_NONE = {"unanswerable", "na", "not answerable", "no answer"}
_PHRASES = ("unanswerable", "not answerable", "cannot be answered")


def _contains(answer: str, gold: str) -> bool:
    said, wanted = " ".join(words(answer)), " ".join(words(gold))
    none = said in _NONE or any(_within(phrase, said) for phrase in _PHRASES)
    if wanted in _NONE or none:
        return none and wanted in _NONE
    return _within(wanted, said) if wanted else _exact(answer, gold)


def _within(part: str, whole: str) -> bool:
    """Whether a text has another in it that is no piece of a word."""
    if part not in whole:
        return False
    before, after = (r"(?<![\w.-])", r"(?![\w.])")
    bounds = [
        bound if edge.isdigit() or edge.lower() != edge.upper() else ""
        for bound, edge in ((before, part[0]), (after, part[-1]))
    ]
    return bool(re.search(bounds[0] + re.escape(part) + bounds[1], whole))


_LETTERS = (
    r"(?i:\banswer\b\W*(?:(?:is|are)\b\W*)?(?:option\b\W*)?)([A-Z])\b",
    r"\\boxed\{\W*([A-Z])\W*\}",
    r"\(([A-Z])\)",
    r"\A\s*([A-Z])\s*[.):]",
    r"\A\W*([A-Za-z])\W*\Z",
)


def _choice(answer: str, gold: str) -> bool:
    said = _letter(answer)
    return bool(said) and said == _letter(gold)


def _letter(text: str) -> str:
    """The letter that a text chooses; empty where it chooses none."""
    for pattern in _LETTERS:
        found = re.findall(pattern, text)
        if found:
            return str(found[-1]).upper()
    return ""


def _json(answer: str, gold: str) -> bool:
    try:
        return _same(_parsed(answer), _parsed(gold))
    except (ValueError, RecursionError):
        return False


def _parsed(text: str) -> Any:
    fenced = re.fullmatch(r"\s*```(?:json)?[ \t]*\n(.*?)```\s*", text, re.DOTALL)
    return json.loads(fenced[1] if fenced else text, parse_constant=_refused)


def _refused(name: str) -> Any:
    raise ValueError(name)


def _same(one: Any, other: Any) -> bool:
    """Whether two values of JSON are the same; 1 is 1.0, and is not true."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    truths = isinstance(one, bool), isinstance(other, bool)
    return truths[0] == truths[1] and bool(one == other)


def _last(pattern: re.Pattern[str], text: str) -> str | None:
    """What a pattern captures at its last match, or all that it matches there."""
    last = _final(pattern, text)
    if last is None:
        return None
    said = last[1] if pattern.groups else last[0]
    return None if said is None else said.strip()


def _final(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return next(iter(deque(pattern.finditer(text), 1)), None)


_JUDGES: dict[str, Judge] = {
    "number": _number,
    "loose-number": _loose_number,
    "exact": _exact,
    "contains": _contains,
    "choice": _choice,
    "json": _json,
}
