"""Options that commands share, declared like those of a method, and their shape.

Each function below is a group of options: its keyword-only parameters are the
options, its docstring is their help, and what it returns is what a command needs.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from sel import catalog
from sel.engine import local
from sel.errors import OptionError, UsageError
from sel.streams import fields
from sel.streams.lines import Stream
from sel.streams.output import STDOUT, AtomicFile
from sel.streams.rejects import Rejects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sel.streams.records import Finder

SHORT = {"k": "-k", "output": "-o", "quiet": "-q", "jobs": "-j"}
SUFFIXES = {"k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def reading(
    *,
    on_error: str = "fail",
    max_errors: str | None = None,
    max_line: int = 67_108_864,
) -> Reading:
    """Input: JSONL, plain or compressed, or Parquet; files or standard input.

    Args:
        on_error: what a bad line does: fail, skip, or quarantine=FILE, DIR/ for shards.
        max_errors: bad lines that skip and quarantine bear, N or P% [100 or 1%].
        max_line: longest line, in bytes.
    """
    policy, _, file = on_error.partition("=")
    if policy not in ("fail", "skip", "quarantine") or (policy[0] == "q") != bool(file):
        raise OptionError("--on-error", "fail, skip or quarantine=FILE", on_error)
    if max_line < 1:
        raise OptionError("--max-line", "at least 1", max_line)
    return Reading(policy == "fail", file or None, max_errors, max_line)


@dataclass(frozen=True)
class Reading:
    """How to read, and what becomes of bad lines."""

    fail: bool
    quarantine: str | None
    max_errors: str | None
    max_line: int

    def stream(self, paths: Sequence[str], *, again: bool = False) -> Stream:
        """The lines of the inputs."""
        return Stream(paths, max_line=self.max_line, again=again)

    def beside(self, shard: str) -> Reading:
        """The same for one of several shards, whose bad lines go to one folder."""
        if not self.quarantine:
            return self
        folder = Path(self.quarantine)
        if not self.quarantine.endswith("/"):
            msg = "with -o DIR/ each shard has a quarantine. Try: quarantine=BAD/"
            raise UsageError(msg)
        folder.mkdir(parents=True, exist_ok=True)
        name = shard.removesuffix(".gz").removesuffix(".zst")
        return replace(self, quarantine=str(folder / name))

    def rejects(self) -> Rejects:
        """Where bad lines go."""
        rejects = self.journaled(None)
        rejects.start()
        return rejects

    def journaled(self, key: str | None) -> Rejects:
        """The same, not started yet: a later run of the same key may go on with it."""
        keep = AtomicFile(Path(self.quarantine), key) if self.quarantine else None
        return Rejects(keep=keep, fail=self.fail, most=self.max_errors)


def writing(
    *, output: str | None = None, summary: str | None = None, quiet: bool = False
) -> Writing:
    """Output: data on standard output or in a file, all else on standard error.

    Args:
        output: FILE, put in place when whole; by its ending .gz, .zst or .parquet.
        summary: write what the closing line says to FILE, as JSON.
        quiet: say nothing but errors.
    """
    return Writing(None if output == STDOUT else output, summary, quiet)


@dataclass(frozen=True)
class Writing:
    """Where data and messages go."""

    output: str | None
    summary: str | None
    quiet: bool


def text(*, text: str | None = None) -> Finder | None:
    """Text.

    Args:
        text: field (text, meta.body, messages.0.content) or template ('{a} {b}').
    """
    return fields.chosen_text(text) if text else None


def jobs(*, jobs: int = 0) -> int:
    """Work.

    Args:
        jobs: processes; 0 is one for each core. The result is the same for any.
    """
    if jobs < 0:
        raise OptionError("--jobs", "at least 0", jobs)
    return jobs or local.cores()


@cache
def declared(module: str) -> catalog.Method:
    """The option groups of a module of this folder, read like a method."""
    return catalog.parse("", module, f"sel.cli.{module}", _source(module))


def _source(module: str) -> str:
    path = Path(__file__).parent.joinpath(*module.split("."))
    return path.with_suffix(".py").read_text()


def group(name: str, module: str = "options") -> tuple[catalog.Option, ...]:
    """The options of one group."""
    return tuple(o for o in declared(module).options if o.function == name)


def count(value: str | int) -> int:
    """A whole number; 10k, 1M, 2G and 1T are understood."""
    if isinstance(value, int):
        return value
    factor = SUFFIXES.get(value[-1:], 1)
    digits = value[:-1] if factor > 1 else value
    try:
        number = float(digits.replace("_", "")) * factor
        if number != int(number):
            raise ValueError
    except (ValueError, OverflowError):
        msg = f"{value!r} is no whole number. Try: 1500, 10k or 1M"
        raise UsageError(msg) from None
    return int(number)


def typer_type(option: catalog.Option) -> Any:
    """The annotation that Typer makes an option of."""
    import typer

    flags = [option.flag, *filter(None, [SHORT.get(option.name)])]
    if option.name in SHORT and len(option.name) == 1:
        flags = [SHORT[option.name]]
    kind = option.type.removesuffix(" | None")
    more: dict[str, Any] = {"help": option.help}
    plain: Any = {"int": int, "float": float, "bool": bool, "list[str]": list[str]}.get(
        kind, str
    )
    if option.choices:
        plain = Literal[option.choices]
    if kind == "int":
        more["parser"] = count
    if kind == "bool":
        flags = [f"{option.flag}/--no-{option.flag[2:]}"] if option.default else flags
    return Annotated[plain | None, typer.Option(*flags, **more)]


def heading(name: str, module: str) -> str:
    """The title of a group: the first sentence of its docstring."""
    tree = ast.parse(_source(module))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return (ast.get_docstring(node) or "").partition("\n")[0]
    raise KeyError(name)


TEXTS = [
    ("options", "text"),
    ("options", "jobs"),
    ("options", "reading"),
    ("options", "writing"),
]
"""The groups of what reads the texts of a stream."""

RECORDS = "[FILE]...", "records, JSONL; standard input if there is none, or for -"
"""How the help calls records."""


def resuming(*, resume: bool = False) -> bool:
    """Resuming.

    Args:
        resume: go on where an interrupted run with the same -o stopped.
    """
    return resume


def seed(*, seed: int = 0) -> int:
    """Chance.

    Args:
        seed: another number draws others.
    """
    return seed


def chance(*, seed: int = 0, key: str | None = None) -> Chance:
    """Chance.

    Args:
        seed: another number gives another choice, the same number the same.
        key: field that chance knows a record by, instead of its place.
    """
    return Chance(seed, fields.value(key) if key else None)


@dataclass(frozen=True)
class Chance:
    """Where randomness comes from."""

    seed: int
    key: Finder | None
