"""Presets: rules over the signals of texts, in a file, and what they say of texts."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import UsageError
from sel.maths import expression
from sel.maths.expression import Expression, parsed
from sel.maths.expression.values import Null
from sel.score._signals.families import CLEANERS, EVERY, measured
from sel.types import Verdicts

if TYPE_CHECKING:
    from collections.abc import Sequence

HOME = files("sel.pick") / "presets"
WORDS = ("spaces", "marks", "spacy-like")


@dataclass(frozen=True)
class Step:
    """Rules over one text; what they leave of it may be what the next step reads.

    Args:
        name: as reasons begin.
        rules: the first that holds is the reason.
        clean: the line rules that change the text, a name of CLEANERS.
        families: what is measured for the rules.
    """

    name: str
    rules: dict[str, Expression]
    clean: str | None
    families: list[Any]


@dataclass(frozen=True)
class Preset:
    """The rules of a file.

    Args:
        words: what a word is.
        steps: in the order of the authors.
    """

    words: str
    steps: list[Step]

    @property
    def rules(self) -> list[str]:
        """The names of all rules, as reasons have them, in their order."""
        return [f"{step.name}.{rule}" for step in self.steps for rule in step.rules]


@dataclass
class Verdict:
    """What is said of a text.

    Args:
        text: what line rules leave of it.
        reasons: the rules by which it goes, in their order.
    """

    text: str
    reasons: list[str] = field(default_factory=list)


def names() -> list[str]:
    """The presets that there are."""
    found = (one.name for one in HOME.iterdir())
    return sorted(name[:-5] for name in found if name.endswith(".toml"))


def load(name: str, option: str = "--preset") -> Preset:
    """A preset by its name, or from a file.

    Args:
        name: of a preset, or of a file.
        option: what names it.

    Raises:
        UsageError: there is none of that name, or the file is not one.
    """
    try:
        known = name in names()
        source = (HOME / f"{name}.toml") if known else Path(name)
        raw = tomllib.loads(source.read_text(encoding="utf-8"))
    except OSError as error:
        there = ", ".join(names())
        msg = f"{option} {name}: {error.strerror}. Try: {there}, or a file of rules"
        raise UsageError(msg) from None
    except ValueError as error:
        msg = f"{option} {name} is not TOML: {error}"
        raise UsageError(msg) from None
    steps = raw.get("step")
    place = f"{option} {name}"
    if raw.get("words") not in WORDS:
        raise _bad(place, f"words must be one of {', '.join(WORDS)}")
    if not isinstance(steps, list) or not steps:
        raise _bad(place, "there is no [[step]]")
    return Preset(raw["words"], [_step(place, step) for step in steps])


def _bad(place: str, what: str) -> UsageError:
    return UsageError(f"{place}: {what}")


def _step(place: str, raw: Any) -> Step:
    name = raw.get("name") if isinstance(raw, dict) else None
    if not isinstance(name, str):
        raise _bad(place, "a step has no name")
    clean, drop = raw.get("clean"), raw.get("drop", {})
    if clean is not None and clean not in CLEANERS:
        raise _bad(place, f"clean must be one of {', '.join(CLEANERS)}")
    if not isinstance(drop, dict) or not all(isinstance(r, str) for r in drop.values()):
        raise _bad(
            place, f"[step.drop] of {name} must have a condition for each reason"
        )
    try:
        rules = {why: parsed(" ".join(rule.split())) for why, rule in drop.items()}
    except UsageError as error:
        raise _bad(place, f"{name}: {error}") from None
    families: dict[Any, None] = {}
    for reason, rule in rules.items():
        for path in rule.paths:
            if path[0] not in _families() or len(path) > 1:
                raise _bad(place, f"{name}.{reason}: there is no signal {path[0]!r}")
            families[_families()[path[0]]] = None
    return Step(name, rules, clean, list(families))


@cache
def _families() -> dict[Any, Any]:
    """What measures each signal."""
    return {name: one for one in EVERY for name in measured([], "spaces", [one])}


def judged(preset: Preset, texts: Sequence[str], *, every: bool) -> list[Verdict]:
    """What a preset says of each of n texts.

    Args:
        preset: the rules.
        texts: n strings.
        every: go on after a reason, to find all of them.
    """
    found = [Verdict(text) for text in texts]
    left = found
    for step in preset.steps:
        ended = _judge(preset.words, step, left)
        if step.clean:
            left = [one for one, gone in zip(left, ended, strict=True) if not gone]
            for one in left:
                one.text = CLEANERS[step.clean](one.text)
        if not every:
            left = [one for one in left if not one.reasons]
    return found


def verdicts(preset: Preset, texts: Sequence[str]) -> Verdicts:
    """All reasons for which each of n texts goes."""
    found = [one.reasons for one in judged(preset, texts, every=True)]
    return Verdicts(preset.words, preset.rules, found)


def _judge(words: str, step: Step, verdicts: list[Verdict]) -> list[bool]:
    """Add the reasons of a step; which texts have one.

    A rule that would compare a null does not hold.
    """
    columns = measured([one.text for one in verdicts], words, step.families)
    values: dict[expression.Path, list[Any]] = {
        (name,): _plain(column) for name, column in columns.items()
    }
    gone = [False] * len(verdicts)
    for reason, rule in step.rules.items():
        found = rule.judge({p: values[p] for p in rule.paths}, len(verdicts))
        for why in found.why.values():
            if not isinstance(why, Null):
                raise UsageError(f"{step.name}.{reason}: {why}")
        for i, holds in enumerate(found.holds):
            if holds:
                verdicts[i].reasons.append(f"{step.name}.{reason}")
                gone[i] = True
    return gone


def _plain(column: Any) -> list[Any]:
    if isinstance(column, list):
        return column
    known = ~np.isnan(column)
    values = zip(column.tolist(), known.tolist(), strict=True)
    return [one if there else None for one, there in values]
