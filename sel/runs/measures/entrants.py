"""Who takes part in a tournament, and who judges it: pipelines from names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sel import catalog
from sel.errors import OptionError, UsageError
from sel.runs.stages import Stage, parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

CHOOSING = ("score", "pick", "diversify")
RANDOM = "random"
PICKED = {
    "dsir": "sample",
    "tsds": "sample --weights proportional",
    "rds": "turns",
    "perplexity": "top --lowest",
    "ngramlm": "top --lowest",
}
"""How the scores of a method choose, where the highest are not the best."""
JUDGES = {
    "utility": ("bits_per_byte", -1),
    "match": ("kl", -1),
    "probe": ("accuracy", 1),
}
"""What each judge measures, and whether high is good."""
_NAMED = re.compile(r"([\w.-]+)=(.+)", re.DOTALL)


def methods(given: list[str]) -> dict[str, list[Stage]]:
    """The stages of each method; random choices come first."""
    found = {RANDOM: parsed("pick random", CHOOSING)}
    for label, words in (one for text in given for one in _named(text)):
        stages = parsed(words, CHOOSING)
        last = stages[-1]
        if "k" not in last.lacks or last.method.command == "score":
            msg = f"{words!r} must end in a command that takes -k, and not say how many"
            raise UsageError(msg)
        if label == RANDOM and words == "pick random":
            continue
        if label in found:
            msg = f"{label!r} is there already. Try: OTHER={words}"
            raise UsageError(msg)
        found[label] = stages
    return found


def _named(text: str) -> Iterator[tuple[str, str]]:
    """Each name with its pipeline; what has a blank in it is a pipeline itself."""
    names = [part.strip() for part in text.split(",")]
    if any(re.search(r"\s", name) for name in names):
        found = _NAMED.fullmatch(text)
        yield (found[1], found[2]) if found else (text, text)
        return
    for name in names:
        yield name, _pipeline(name)


def _pipeline(name: str) -> str:
    """How a method chooses that is only named."""
    if name == RANDOM:
        return "pick random"
    how = PICKED.get(name, "top")
    ways = {"score": f" | pick {how} --by {name}", "diversify": ""}
    for command, rest in ways.items():
        try:
            catalog.describe(command, name)
        except UsageError:
            continue
        return f"{command} {name}{rest}"
    from difflib import get_close_matches

    known = [*catalog.names("score"), *catalog.names("diversify"), RANDOM]
    near = get_close_matches(name, known, 1)
    hint = f"Did you mean {near[0]!r}?" if near else "Try: a pipeline of commands"
    msg = f"no method of score or diversify is called {name!r}. {hint}"
    raise UsageError(msg)


def judge(text: str) -> Stage:
    """What measures a choice."""
    stages = parsed(f"eval {text}", ["eval"])
    found = stages[0]
    if len(stages) > 1 or found.method.name not in JUDGES:
        raise OptionError("judge", "utility, probe or match, with options", text)
    if found.method.name == "probe" and "labels" in found.lacks:
        msg = "--judge probe needs the field of the class. Try: 'probe --labels FIELD'"
        raise UsageError(msg)
    return found
