"""What is measured: commands, side by side, and the goals their ratios must meet."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import tools

if TYPE_CHECKING:
    from inputs import Sizes

HERE = Path(__file__).parent
SEL = Path(sys.executable).with_name("sel")
PEERS = HERE / "peers"


@dataclass(frozen=True)
class Command:
    """A whole process, or a pipeline.

    Args:
        name: what the tables call it.
        argv: how it is started.
        shown: how a person would type it.
        reads: the input, for the rate; no rate if there is none.
        times: how often the input is read as an operand.
        rounds: run it no more often than this.
        feed: what writes its standard input.
        missing: why it cannot be run; empty if it can.
    """

    name: str
    argv: tuple[str, ...]
    shown: str
    reads: str = ""
    times: int = 1
    rounds: int = 99
    feed: tuple[str, ...] = ()
    missing: str = ""


@dataclass(frozen=True)
class Goal:
    """A ratio of what two commands cost, or a peak, and where it should lie.

    Args:
        words: what is compared.
        over: the command whose cost is divided.
        under: the command whose cost divides; empty for a cost itself, in MB or s.
        by: the cost that counts.
        least: the ratio should be at least this.
        most: the ratio should be at most this.
    """

    words: str
    over: str
    under: str = ""
    by: Literal["cpu", "wall", "peak"] = "cpu"
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class Check:
    """Two commands must have given the same answer; agree.py says so."""

    words: str
    how: str
    over: str
    under: str
    more: tuple[str, ...] = ()


@dataclass(frozen=True)
class Job:
    """Commands that are run in turn, round after round.

    Args:
        name: what --only calls it.
        title: what the tables call it.
        about: what is fair in it, and what is not.
        commands: what is run, in this order in each round.
        goals: what is made of the figures.
        checks: what must be equal after the warm-up.
        rounds: how often each command is run.
        warm: run each command once more, before, and check its answer.
        before: makes what the commands need.
    """

    name: str
    title: str
    about: str
    commands: list[Command]
    goals: list[Goal] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    rounds: int = 5
    warm: bool = True
    before: Command | None = None


@dataclass(frozen=True)
class Plan:
    """What the jobs depend on."""

    sizes: Sizes
    quick: bool
    most: int = 99
    """Rounds of a job."""

    def rounds(self, full: int) -> int:
        """How many rounds, of so many."""
        return min(full, self.most)


def sel(name: str, words: str, reads: str = "", times: int = 1) -> Command:
    """A command of this project."""
    missing = "" if SEL.exists() else f"there is no {SEL.name} next to python"
    argv = (str(SEL), *words.split(), *[reads] * bool(reads) * times)
    shown = " ".join(("sel", *argv[1:]))
    return Command(name, argv, shown, reads, times, missing=missing)


def script(name: str, words: str, reads: str = "", *, package: str = "") -> Command:
    """A script of bench/peers; with a package, run by the peers' Python."""
    file, *more = words.split()
    python = str(tools.PYTHON) if package else sys.executable
    missing = "" if not package or tools.version(package) else f"no {package}"
    shown = f"python peers/{words}"
    argv = (python, str(PEERS / file), *more)
    return Command(name, argv, shown, reads, missing=missing)


def module(package: str, words: str, reads: str = "") -> Command:
    """A module of a peer's package, run as a program."""
    missing = "" if tools.version(package) else f"no {package}"
    argv = (str(tools.PYTHON), "-m", *words.split())
    return Command(package, argv, f"python -m {words}", reads, missing=missing)


def shell(name: str, line: str, reads: str, *needs: str) -> Command:
    """A pipeline of programs."""
    gone = tools.tools_missing(needs)
    missing = f"not on the PATH: {', '.join(gone)}" if gone else ""
    return Command(name, ("sh", "-c", line), line, reads, missing=missing)


def help_of(program: str, package: str) -> Command:
    """The help of a peer's program."""
    path = tools.HOME / "bin" / program
    missing = "" if path.exists() else f"no {package}"
    return Command(
        f"{program} --help", (str(path), "--help"), f"{program} --help", missing=missing
    )


def few(command: Command, rounds: int = 3) -> Command:
    """The same command, run less often."""
    return replace(command, rounds=rounds)
