"""The outcomes of rules as JUnit XML, GitHub annotations, Markdown, JSON or text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from sel.errors import printable
from sel.streams.json import written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sel.eval._rules import Outcome

    Outcomes = Sequence[Outcome]

_MARKS = {"holds": "ok", "fails": "FAILS", "skipped": "skipped"}
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(outcomes: Outcomes) -> str:
    """A line for each outcome."""
    return "".join(
        f"{_MARKS[one.status]:8}{printable(one.rule)}: {printable(one.message)}\n"
        if one.rule != one.measure
        else f"{_MARKS[one.status]:8}{printable(one.message)}\n"
        for one in outcomes
    )


def markdown(outcomes: Outcomes) -> str:
    """A table, the rules that do not hold first."""
    bad = sum(one.fails for one in outcomes)
    head = f"{bad} of {len(outcomes)} checks fail" if bad else "All checks hold"
    lines = [f"### {head}", "", "| | rule | outcome |", "| --- | --- | --- |"]
    for one in sorted(outcomes, key=lambda one: not one.fails):
        mark = f"**{_MARKS['fails']}**" if one.fails else _MARKS[one.status]
        lines.append(f"| {mark} | {_cell(one.rule)} | {_cell(one.message)} |")
    return "\n".join(lines) + "\n"


def github(outcomes: Outcomes) -> str:
    """Workflow commands: an error for each rule that does not hold."""
    levels = {"fails": "error", "skipped": "notice"}
    return "".join(
        f"::{levels[one.status]} title={_property(one.rule)}::{_data(one.message)}\n"
        for one in outcomes
        if one.status in levels
    )


def junit(outcomes: Outcomes) -> str:
    """A test suite with a case for each outcome."""
    bad = sum(one.fails for one in outcomes)
    skipped = sum(one.status == "skipped" for one in outcomes)
    counts = f'tests="{len(outcomes)}" failures="{bad}" errors="0" skipped="{skipped}"'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites {counts}>"]
    lines.append(f'<testsuite name="sel eval check" {counts}>')
    lines += [_case(one) for one in outcomes]
    return "\n".join([*lines, "</testsuite>", "</testsuites>"]) + "\n"


def json(outcomes: Outcomes) -> str:
    """One object: whether all hold, and each outcome."""
    rows = [
        {
            "rule": one.rule,
            "measure": one.measure,
            "limit": one.limit,
            "value": one.value,
            "baseline": one.baseline,
            "status": one.status,
            "message": one.message,
        }
        for one in outcomes
    ]
    holds = not any(one.fails for one in outcomes)
    return written({"holds": holds, "checks": rows}).decode() + "\n"


FORMATS: dict[str, Callable[[Outcomes], str]] = {
    "text": text,
    "json": json,
    "junit": junit,
    "github": github,
    "markdown": markdown,
}


def _case(one: Outcome) -> str:
    name = _attribute(f"{one.rule}: {one.measure} {one.limit}".strip())
    head = f'<testcase classname="sel.eval.check" name={name}'
    if one.status == "holds":
        return head + "/>"
    inner = (
        f"<failure message={_attribute(one.message)}>{_xml(one.message)}</failure>"
        if one.fails
        else f"<skipped message={_attribute(one.message)}/>"
    )
    return f"{head}>{inner}</testcase>"


def _xml(words: str) -> str:
    return escape(_NO_XML.sub("\ufffd", words))


def _attribute(words: str) -> str:
    return quoteattr(_NO_XML.sub("\ufffd", words))


def _cell(words: str) -> str:
    return printable(words).replace("|", "\\|").replace("<", "&lt;")


def _data(words: str) -> str:
    plain = words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return printable(plain)


def _property(words: str) -> str:
    return _data(words).replace(":", "%3A").replace(",", "%2C")
