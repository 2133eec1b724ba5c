"""`sel eval check`: rules held against a profile and the results of other measures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from sel import catalog
from sel.errors import DataError, UsageError, valid
from sel.eval import _rules as _rules_
from sel.options.declare import options
from sel.options.evaluation import Judging
from sel.records.ledger import added
from sel.report.checks import FORMATS
from sel.runs import shapes
from sel.runs.measures.summed import measured
from sel.runs.names import stem
from sel.streams.json import written
from sel.streams.lines import name
from sel.streams.output import finished, open_output

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.ledger import Ledger
    from sel.request import Request


def run(request: Request) -> int:
    """Exit status 0 if all rules hold, else 1."""
    return _judged(request, None, None)


def merged(request: Request, shares: list[dict[str, Any]], ledger: Ledger) -> int:
    """Hold the rules against what shards have summed; see sel.runs.scores.rows."""
    return _judged(request, shares, ledger)


def _judged(
    request: Request, shares: list[dict[str, Any]] | None, ledger: Ledger | None
) -> int:
    asked = request[Judging]
    if not request.sources:
        msg = "give a file of rules. Try: sel eval check rules.toml data.jsonl"
        raise UsageError(msg)
    path, *sources = request.sources
    results = {stem(file) for file in asked.results or ()}
    wanted, how = _rules(str(path), results)
    baseline = _tree(asked.baseline) if asked.baseline else None
    measures, law = _profile(request, sources, how, shares)
    if request.share:
        return 0
    law = ledger.law() if ledger else law
    for file in asked.results or ():
        if stem(file) in measures:
            msg = f"--results: there are other numbers called {stem(file)!r}."
            raise UsageError(msg + " Try: another name")
        measures[stem(file)] = _results(file)
    outcomes = request.method.load().measure(measures, baseline, wanted)
    if asked.save:
        _write(open_output(asked.save), written(measures).decode() + "\n")
    shown = [(FORMATS[one](outcomes), file) for one, file in asked.formats]
    for words, file in shown:
        if file:
            _write(open_output(file), words)
    _write(request.output(), "".join(words for words, file in shown if not file))
    bad = sum(one.fails for one in outcomes)
    request.close(law, rules=len(wanted), failed=bad)
    return 1 if bad else 0


def _rules(path: str, known: set[str]) -> tuple[list[_rules_.Rule], dict[str, Any]]:
    """The rules of a file, and how it wants the records profiled.

    Raises:
        UsageError: the file is not what it should be.
    """
    try:
        words = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        msg = f"{path}: {error.strerror}. Try: sel eval check rules.toml data.jsonl"
        raise UsageError(msg) from None
    except UnicodeDecodeError as error:
        raise UsageError(_rules_.no_toml(path, error)) from None
    return _rules_.parsed(path, words, known)


def _profile(
    request: Request,
    sources: list[Any],
    how: dict[str, Any],
    shares: list[dict[str, Any]] | None,
) -> tuple[dict[str, Any], Mapping[str, int]]:
    """The profile of the records; without any, nothing but the results is judged."""
    if not sources and request[Judging].results:
        return {}, added([])
    method = catalog.describe("eval", "profile")
    takes = shapes.shape(method).takes
    values = {one.name: one.default for group in takes for one in options(group)}
    values |= {one.name: one.default for one in method.options}
    values |= {name: v for name, v in request.values.items() if name in values}
    given = {name: v for name, v in how.items() if name != "text" or not values["text"]}
    profile = replace(
        request, method=method, sources=sources, values=values | given, takes=takes
    )
    try:
        rows, law = measured(profile, shares)
    except OSError as error:
        if error.filename not in sources:
            raise
        raise _unread(error) from None
    return rows[0] if rows else {}, law


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
        msg = f"{name(path)} is not a baseline. Try: what --save wrote"
        raise DataError(msg)
    return rows[0]


def _lines(path: str) -> list[dict[str, Any]]:
    try:
        data = Path(path).read_bytes()
        lines = data.splitlines()
        rows = (
            orjson.loads(data) if data[:1] == b"[" else list(map(orjson.loads, lines))
        )
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


def _write(output: Any, words: str) -> None:
    with finished(output):
        output.write(valid(words).encode())
