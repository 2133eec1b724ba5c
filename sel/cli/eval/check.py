"""Rules held against a profile and against the results of other measures."""

from __future__ import annotations

import inspect
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from sel import catalog
from sel.cli import options
from sel.cli.eval.profile import counted, looking
from sel.errors import DataError, OptionError, SelError, UsageError
from sel.eval._rules import Rule
from sel.report.checks import FORMATS
from sel.streams.fields import chosen_text
from sel.streams.lines import name
from sel.streams.output import open_output

if TYPE_CHECKING:
    from sel.catalog import Method
    from sel.cli.call import Call

TABLES = {"rule", "profile"}


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    del method
    return [
        ("eval.check", "judging"),
        *options.TEXTS,
    ]


def operands(method: Method) -> tuple[str, str]:
    """How the help calls the inputs."""
    del method
    return "RULES [FILE]...", "rules, TOML; records, JSONL, - for standard input"


def judging(
    *,
    baseline: str | None = None,
    results: list[str] | None = None,
    save: str | None = None,
    format: str = "text",  # noqa: A002 (the option's name)
) -> Judging:
    """Rules.

    Args:
        baseline: what an earlier run saved, or a profile, as JSON.
        results: lines of another sel eval; its file's name is the first of its paths.
        save: write all numbers to FILE, for the next run's --baseline.
        format: text, json, junit, github, markdown, with commas; NAME=FILE to a file.
    """
    formats = [one.partition("=") for one in format.split(",")]
    for one, equals, file in formats:
        if one not in FORMATS or bool(equals) != bool(file):
            rule = f"of {', '.join(FORMATS)}, each alone or with =FILE"
            raise OptionError("--format", rule, format)
    pairs = [(one, file) for one, _, file in formats]
    return Judging(baseline, list(results or []), save, pairs)


@dataclass(frozen=True)
class Judging:
    """What is judged beside the records, and where the answer goes."""

    baseline: str | None
    results: list[str]
    save: str | None
    formats: list[tuple[str, str]]


def run(call: Call) -> int:
    """Exit status 0 if all rules hold, else 1."""
    asked: Judging = call.groups["judging"]
    if not call.files:
        msg = "give a file of rules. Try: sel eval check rules.toml data.jsonl"
        raise UsageError(msg)
    path, *files = call.files
    rules, how = _rules(path)
    baseline = _tree(asked.baseline) if asked.baseline else None
    measures, law = _profile(call, files, how)
    for file in asked.results:
        _add(measures, _stem(file), _results(file))
    outcomes = call.method.load().measure(measures, baseline, rules)
    if asked.save:
        _write(asked.save, orjson.dumps(measures).decode() + "\n")
    shown = [(FORMATS[one](outcomes), file) for one, file in asked.formats]
    for words, file in shown:
        if file:
            _write(file, words)
    plain = "".join(words for words, file in shown if not file)
    _write(call.writing.output, plain)
    bad = sum(one.fails for one in outcomes)
    call.close(law, rules=len(rules), failed=bad)
    return 1 if bad else 0


def _rules(path: str) -> tuple[list[Rule], dict[str, Any]]:
    """The rules of a file, and how it wants the records profiled.

    Raises:
        UsageError: the file is not what it should be.
    """
    try:
        raw = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        msg = f"{path} is no TOML: {error}. Try: the rules first, then the records"
        raise UsageError(msg) from None
    except OSError as error:
        msg = f"{path}: {error.strerror}. Try: sel eval check rules.toml data.jsonl"
        raise UsageError(msg) from None
    if strange := sorted(set(raw) - TABLES):
        msg = f"{path}: {strange[0]!r} is unknown. There are [profile] and [[rule]]"
        raise UsageError(msg)
    tables = raw.get("rule", [])
    if not isinstance(tables, list) or not tables:
        msg = f'{path} has no rules. Try: [[rule]], measure = "records", min = 1'
        raise UsageError(msg)
    try:
        rules = [Rule.read(i, table) for i, table in enumerate(tables, 1)]
        return rules, _profiling(raw.get("profile", {}))
    except UsageError as error:
        msg = f"{path}: {error}"
        raise UsageError(msg) from None


def _profiling(raw: Any) -> dict[str, Any]:
    """The options of `eval profile`, checked.

    Raises:
        UsageError: one is unknown or of the wrong type.
    """
    types = {
        "by": list,
        "languages": bool,
        "tokenizer": str,
        "text": str,
        "tail": int,
    }
    if not isinstance(raw, dict):
        msg = "[profile] is no table"
        raise UsageError(msg)
    for key, value in raw.items():
        if key not in types:
            msg = f"[profile]: {key!r} is unknown. There are {', '.join(types)}"
            raise UsageError(msg)
        if type(value) is not types[key]:
            msg = f"[profile]: {key} has a wrong value, {value!r}"
            raise UsageError(msg)
    if not all(isinstance(path, str) for path in raw.get("by", [])):
        msg = "[profile]: by is a list of fields"
        raise UsageError(msg)
    return dict(raw)


def _profile(
    call: Call, files: list[str], how: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, int]]:
    """The profile of the records; without any, nothing but the results is judged."""
    law = {"read": 0, "kept": 0, "dropped": 0, "rejected": 0, "blank": 0}
    asked: Judging = call.groups["judging"]
    if not files and asked.results:
        return {}, law
    if "text" in how and call.groups["text"] is None:
        call.groups["text"] = chosen_text(how["text"])
    module: Any = catalog.describe("eval", "profile").load()
    options = inspect.signature(looking).parameters
    looks = looking(**{key: value for key, value in how.items() if key in options})
    stream = call.reading.stream(files)
    try:
        profile, law = counted(call, stream, looks, module.collect)
    except OSError as error:
        if error.filename not in files:
            raise
        raise _unread(error) from None
    own = {"tail": how["tail"]} if "tail" in how else {}
    return module.measure(profile, **own), law


def _stem(path: str) -> str:
    return Path(path).name.partition(".")[0]


def _add(measures: dict[str, Any], stem: str, found: dict[str, Any]) -> None:
    if stem in measures:
        msg = f"--results: there are other numbers called {stem!r}. Try: another name"
        raise UsageError(msg)
    measures[stem] = found


def _results(path: str) -> dict[str, Any]:
    """The lines of a measure; several are told apart by their first value.

    Raises:
        DataError: they are not the lines of a measure.
    """
    rows = _lines(path)
    found: dict[str, Any] = {}
    for row in rows:
        first = next(iter(row.values()), None)
        if not isinstance(first, str):
            if len(rows) > 1:
                msg = f"{name(path)}: its lines do not begin with a name"
                raise DataError(msg)
            return row
        _, *rest = row.items()
        found[first] = dict(rest)
    return found


def _tree(path: str) -> dict[str, Any]:
    rows = _lines(path)
    if len(rows) != 1:
        msg = f"{name(path)} is no baseline. Try: what --save wrote"
        raise DataError(msg)
    return rows[0]


def _lines(path: str) -> list[dict[str, Any]]:
    try:
        rows = [orjson.loads(line) for line in Path(path).read_bytes().splitlines()]
    except ValueError:
        rows = []
    except OSError as error:
        raise _unread(error) from None
    if not rows or not all(isinstance(row, dict) for row in rows):
        msg = f"{name(path)} has no results as JSON lines. Try: sel eval ... -o {path}"
        raise DataError(msg)
    return rows


def _unread(error: OSError) -> DataError:
    return DataError(f"{error.filename} cannot be read: {error.strerror}")


def _write(path: str | None, words: str) -> None:
    output = open_output(path)
    try:
        output.write(words.encode("utf-8", "replace"))
        output.commit()
    except SelError:
        output.abort(keep=False)
        raise
