"""Everything that is written from the catalog: short help, man pages, completions.

`python -m sel.cli.generate` writes the files anew; a test compares them.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from sel import catalog
from sel.cli import completion, man
from sel.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).parent
ROOT = PACKAGE.parent.parent


def files() -> Iterator[tuple[Path, str]]:
    """Each generated file and its content."""
    commands = catalog.commands()
    lines = []
    for command in commands:
        lines.append(f"  {command:11}{catalog.summary(command)}")
        names, indent = ", ".join(catalog.names(command)), " " * 13
        lines.append(textwrap.indent(textwrap.fill(names, 67), indent))
    top = (PACKAGE / "top.txt.in").read_text().replace("@commands@", "\n".join(lines))
    yield PACKAGE / "top.txt", top
    yield PACKAGE / "examples.txt", _examples()
    yield ROOT / "docs" / "README.md", _index()
    yield ROOT / "man" / "sel.1", man.top(top, VERSION)
    for command in commands:
        yield ROOT / "man" / f"sel-{command}.1", man.page(command, VERSION)
    yield ROOT / "completions" / "sel.bash", completion.bash()
    yield ROOT / "completions" / "_sel", completion.zsh()
    yield ROOT / "completions" / "sel.fish", completion.fish()


def _examples() -> str:
    """Two commands for each method, from its page or else from others."""
    others = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*/*.md"))]
    text = "\n".join(page.read_text() for page in others)
    lines = []
    for command in catalog.commands():
        for name in catalog.names(command):
            page = (ROOT / "docs" / command / f"{name}.md").read_text()
            shown = re.findall(
                rf"^\$ (.*\bsel {command} {name}\b.*)$", f"{page}\n{text}", re.M
            )
            two = list(dict.fromkeys(shown))[:2]
            lines += [f"{command} {name}\t{line}\n" for line in two]
    return "".join(lines)


def _index() -> str:
    """The page that leads to the others."""
    rows = []
    for command in catalog.commands():
        pages = [f"[{name}]({command}/{name}.md)" for name in catalog.names(command)]
        rows.append(f"| `sel {command}` | {', '.join(pages)} |")
    return _INDEX.replace("@methods@", "\n".join(rows))


_INDEX = """\
# Documentation

- [Texts](texts.md): what is read of a record, and how texts are compared
- [Trainers](trainers.md): records in the form that a trainer reads
- [Python](python.md): the six commands as functions, in a script or a notebook
- [Files](files.md): when outputs appear and what they may be called; inputs that change
- [Many machines](distributed.md): shards, engines, and [the cost at scale](scale.md)
- [Models](models.md): how language models are run, and what that takes
- [Architecture](architecture.md): the rooms of the house, and how something is added
- [Quality](score/quality.md): what signals are worth, on pages that people judged
- [Evidence](evidence.md): every method beside random, and what its paper says

| command | pages |
| --- | --- |
@methods@

Each method explains itself, too: `sel pick top --help`, or `sel man pick top`.
"""


if __name__ == "__main__":
    for path, content in files():
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
