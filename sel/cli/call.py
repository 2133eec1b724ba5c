"""One run of a command: what was asked for, and what is said of it at the end."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from sel.report.progress import watched
from sel.streams.output import AtomicFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sel.catalog import Method
    from sel.cli.options import Reading, Writing
    from sel.streams.lines import Block, Stream

LAW = ("read", "kept", "dropped", "rejected", "blank")


@dataclass
class Call:
    """A command line, taken apart."""

    method: Method
    files: list[str]
    own: dict[str, dict[str, Any]]
    """Options of the method, by the function that takes them."""
    groups: dict[str, Any]
    """What the groups of shared options became."""
    given: dict[str, Any]
    """All options as they were given."""
    started: float = field(default_factory=time.monotonic)

    @property
    def title(self) -> str:
        """What messages begin with."""
        return f"sel {self.method.command} {self.method.name}"

    @property
    def reading(self) -> Reading:
        """How to read."""
        return self.groups["reading"]  # type: ignore[no-any-return]

    @property
    def writing(self) -> Writing:
        """Where to write."""
        return self.groups["writing"]  # type: ignore[no-any-return]

    def shard(self, output: Path) -> Call:
        """The same run for one of several outputs."""
        writing = replace(self.writing, output=str(output))
        reading = self.reading.beside(output.name)
        groups = {**self.groups, "writing": writing, "reading": reading}
        return replace(self, groups=groups)

    def blocks(self, stream: Stream, doing: str) -> Iterator[Block]:
        """The blocks of a stream, with progress on a terminal."""
        label = f"{self.title}: {doing}"
        return watched(stream, label, quiet=self.writing.quiet)

    def say(self, message: str) -> None:
        """A line on standard error, unless --quiet."""
        if not self.writing.quiet and sys.stderr is not None:
            sys.stderr.write(f"{self.title}: {printable(message)}\n")

    def close(self, counts: Mapping[str, int], **facts: Any) -> None:
        """The closing line, and the same as JSON where --summary wants it.

        Args:
            counts: the numbers of LAW; read is the sum of the others.
            facts: what else there is to say, by name; None says nothing.
        """
        law = {name: counts[name] for name in LAW}
        seconds = round(time.monotonic() - self.started, 3)
        known = {name: fact for name, fact in facts.items() if fact is not None}
        said = [f"{number:,} {name}" for name, number in law.items()]
        said.append(f"{seconds:.2f} s")
        more = "".join(f"; {name} {_said(fact)}" for name, fact in known.items())
        self.say(", ".join(said) + more)
        if self.writing.summary:
            whole = {"command": self.title, **law, "seconds": seconds, **known}
            file = AtomicFile(Path(self.writing.summary))
            file.start(0)
            file.write(orjson.dumps(whole, option=orjson.OPT_INDENT_2) + b"\n")
            file.commit()


def printable(text: str) -> str:
    """Text from data or file names, with nothing in it that a terminal obeys."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def _said(fact: Any) -> str:
    if isinstance(fact, dict):
        return ", ".join(f"{name} {_said(value)}" for name, value in fact.items())
    if isinstance(fact, float):
        return f"{fact:.6g}"
    return f"{fact:,}" if isinstance(fact, int) else str(fact)
