"""Questions with closed answers, as they are put, and what replies to them say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, isnan
from typing import Any, Protocol

from sel.errors import UsageError
from sel.types import Scores

PLACE = re.compile(r"\{([\w.]+)\}")
"""Where something of a record stands in a question."""
PAIR = ("a", "b")
"""What is compared, in a question about two."""
MARKS = " \t\r\n.,;:!?*_`'\"()[]{}<>#"
"""What may stand around an answer."""
SPACES = "\u0120\u2581"
"""What stands for a space at the beginning of a token."""
ROUNDING = 1e-3
"""How far the logarithm of a probability may be above 0."""

Parts = Mapping[str, str]
"""What a record gives to a question, by the names that stand in it."""


@dataclass(frozen=True)
class Question:
    """A question with closed answers.

    Args:
        name: what it is called.
        labels: the answers there are.
        values: what each is worth.
        user: the question, with {places} for what a record gives.
        system: what stands before it.
        cue: what the answer begins behind, where a model knows no chats.
        chat: it is put as a chat where a model knows them.
    """

    name: str
    labels: tuple[str, ...]
    values: tuple[float, ...]
    user: str
    system: str = ""
    cue: str = ""
    chat: bool = True

    @property
    def places(self) -> tuple[str, ...]:
        """The names that stand in it, each once."""
        return tuple(dict.fromkeys(PLACE.findall(self.system + self.user)))

    @property
    def paired(self) -> bool:
        """Whether two things are compared."""
        return set(PAIR) <= set(self.places)

    def turns(self, parts: Parts) -> list[tuple[str, str]]:
        """The question about a record, as turns of a chat."""
        said = [("system", self.system), ("user", self.user)]
        return [(who, _filled(text, parts)) for who, text in said if text]

    def plain(self, parts: Parts) -> str:
        """The question about a record, as a text that the answer goes on."""
        texts = [text for _, text in self.turns(parts)]
        return "\n\n".join([*texts, self.cue] if self.cue else texts)

    def label(self, word: str) -> int | None:
        """Which label a word or a token is, whatever its case and its spaces."""
        bare = word.strip().lstrip(SPACES).strip()
        folded = [label.casefold() for label in self.labels]
        if len(set(folded)) < len(folded):  # they differ by case alone
            return self.labels.index(bare) if bare in self.labels else None
        return folded.index(bare.casefold()) if bare.casefold() in folded else None


@dataclass
class Answers:
    """What was answered to n questions.

    Args:
        chances: the probability of each label, (n, labels); NaN where nothing is known.
        known: that of all that was looked at, (n,).
        notes: what is wrong with each, if anything.
    """

    chances: Scores
    known: Scores
    notes: list[str | None]


class Answering(Protocol):
    """Who answers: a model, or replies that were written down."""

    @property
    def question(self) -> Question:
        """What is asked."""
        ...

    def answers(self, asked: Sequence[Parts], max_length: int) -> Answers:
        """The answers to the question about n records.

        Args:
            asked: what each record gives to it.
            max_length: tokens of a question that are read; of a longer one, what the
                record gives is cut.
        """
        ...


def parsed(name: str, raw: Mapping[str, Any]) -> Question:
    """A question from the keys of a file.

    Raises:
        UsageError: the file is not one.
    """
    kinds = {"labels": list, "values": list, "chat": bool}
    kinds |= dict.fromkeys(("user", "system", "cue"), str)
    for key, value in raw.items():
        if key not in kinds:
            raise _bad(name, f"there is no {key!r}, only {', '.join(kinds)}")
        if type(value) is not kinds[key]:
            raise _bad(name, f"{key} must be {_WORDS[kinds[key]]}")
    labels, user = raw.get("labels", []), raw.get("user", "")
    if len({*map(str, labels)}) < max(len(labels), 2) or not all(map(_bare, labels)):
        raise _bad(name, "labels must be two or more different strings, without spaces")
    if not PLACE.search(user + raw.get("system", "")):
        raise _bad(name, "nothing of a record stands in it. Try: {text} in user")
    try:
        values = tuple(float(one) for one in raw.get("values", labels))
    except (TypeError, ValueError):
        values = ()
    if len(values) != len(labels) or any(map(isnan, values)):
        raise _bad(name, "values must be as many numbers as there are labels")
    rest = {key: raw[key] for key in ("system", "cue", "chat") if key in raw}
    return Question(name, tuple(labels), values, user, **rest)


def chances(question: Question, reply: Mapping[str, Any]) -> tuple[list[float], float]:
    """The probabilities of the labels in a reply, and of all that it tells of.

    Args:
        question: what was asked.
        reply: has logprobs, a choice or a text; the first that says something counts.

    Raises:
        ValueError: nothing in it is an answer.
    """
    found = [0.0] * len(question.labels)
    known = 0.0
    for token, logprob in _logprobs(reply.get("logprobs")):
        if type(logprob) not in (int, float) or not logprob <= ROUNDING:
            raise ValueError(logprob)
        known += exp(logprob)
        label = question.label(token)
        if label is not None:
            found[label] += exp(logprob)
    if known:
        return found, known
    choice = reply.get("choice")
    if type(choice) in (int, float):
        choice = f"{choice:g}"
    label = question.label(choice) if type(choice) is str else None
    if label is None and type(reply.get("text")) is str:
        label = _said(question, reply["text"])
    if label is None:
        raise ValueError(reply)
    found[label] = 1.0
    return found, 1.0


def _filled(text: str, parts: Parts) -> str:
    return PLACE.sub(lambda found: parts.get(found[1], found[0]), text)


def _bare(label: Any) -> bool:
    return type(label) is str and label == label.strip() != ""


def _bad(name: str, what: str) -> UsageError:
    return UsageError(f"--ask {name}: {what}")


_WORDS = {list: "a list", bool: "true or false", str: "a string"}


def _said(question: Question, text: str) -> int | None:
    """Which label a text says: all of it, or the only one in it."""
    whole = question.label(text.strip(MARKS))
    if whole is not None:
        return whole
    words = "|".join(
        re.escape(one) for one in sorted(question.labels, key=len, reverse=True)
    )
    word = re.compile(rf"(?<![\w.-])(?:{words})(?!\w|\.\d)", re.IGNORECASE)
    known = {question.label(one) for one in word.findall(text)} - {None}
    return known.pop() if len(known) == 1 else None


def _logprobs(told: Any) -> list[tuple[str, Any]]:
    """Tokens and their logarithms, of the first position of a reply."""
    if isinstance(told, dict) and isinstance(told.get("content"), list):
        first = (told["content"] or [{}])[0]
        told = first.get("top_logprobs") if isinstance(first, dict) else None
    elif isinstance(told, dict) and isinstance(told.get("top_logprobs"), list):
        told = (told["top_logprobs"] or [None])[0]
    if isinstance(told, dict):
        return list(told.items())
    if not isinstance(told, list):
        return []
    pairs = [(one["token"], one["logprob"]) for one in told if _is_token(one)]
    if len(pairs) < len(told):
        raise ValueError(told)
    return pairs


def _is_token(one: Any) -> bool:
    return (
        isinstance(one, dict) and isinstance(one.get("token"), str) and "logprob" in one
    )
