"""Manual pages, in the roff of man(7), from the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sel import catalog
from sel.cli import help as pages
from sel.version import RELEASED

if TYPE_CHECKING:
    from collections.abc import Sequence


def top(text: str, version: str) -> str:
    """sel(1): the short help as a page."""
    see = ", ".join(f"sel-{command}(1)" for command in catalog.commands())
    return "\n".join(
        [
            *_head(
                "SEL", version, "sel", "choose which data a model should learn from"
            ),
            ".SH SYNOPSIS",
            ".B sel",
            r"\fICOMMAND METHOD\fR [\fIOPTION\fR]... [\fIFILE\fR]...",
            ".SH DESCRIPTION",
            ".nf",
            _safe("\n".join(text.splitlines()[2:])),
            ".fi",
            *_endings(),
            ".SH SEE ALSO",
            _safe(see),
            "",
        ]
    )


def page(command: str, version: str, names: Sequence[str] = ()) -> str:
    """sel-COMMAND(1): each method with its options, or those of some alone."""
    title = f"sel-{command}"
    summary = catalog.summary(command).rstrip(".")
    lines = _head(title.upper(), version, title, summary[0].lower() + summary[1:])
    lines += [".SH SYNOPSIS"]
    if names:
        methods = [catalog.describe(command, name) for name in names]
    else:
        methods = list(catalog.methods(command))
    for method in methods:
        lines += [".nf", _safe(pages.usage(method)), ".fi"]
    lines.append(".SH DESCRIPTION")
    lines.append("Each method is a subcommand with options of its own.")
    for method in methods:
        lines += [f".SS {_safe(f'sel {command} {method.name}')}", *_flowing(method.doc)]
        for heading, options in pages.sections(method):
            lines += [".PP", rf"\fI{_safe(heading)}\fR"]
            for option in options:
                lines += [".TP", rf"\fB{_safe(pages.term(option))}\fR"]
                lines.append(_safe(pages.words(option)))
        if shown := pages.examples(method):
            lines += [".PP", r"\fIExamples\fR", ".PP", ".nf"]
            lines += [*map(_safe, shown), ".fi"]
    return "\n".join([*lines, *_endings(), ".SH SEE ALSO", "sel(1)", ""])


def _flowing(text: str) -> list[str]:
    """Paragraphs that are as wide as the terminal; indented ones stay as they are."""
    lines: list[str] = []
    for i, paragraph in enumerate(text.split("\n\n")):
        lines += [".PP"] if i else []
        inner = paragraph.split("\n")
        fixed = any(line[:1] == " " for line in inner)
        shown = [_safe(line) for line in inner]
        lines += [".nf", *shown, ".fi"] if fixed else shown
    return lines


def _head(title: str, version: str, name: str, summary: str) -> list[str]:
    return [
        f'.TH {_safe(title)} 1 "{RELEASED}" "sel {version}" "User Commands"',
        ".SH NAME",
        rf"{_safe(name)} \- {_safe(summary)}",
    ]


def _endings() -> list[str]:
    lines = [".SH EXIT STATUS"]
    for line in pages.ENDINGS.splitlines():
        code, _, words = line.partition("  ")
        lines += [".TP", code, _safe(words)]
    return lines


def _safe(text: str) -> str:
    """Text that roff takes as it stands."""
    text = text.replace("\\", r"\e").replace("-", r"\-")
    return "\n".join(
        r"\&" + line if line.startswith((".", "'")) else line
        for line in text.split("\n")
    )
