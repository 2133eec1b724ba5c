"""Gathers the pages of the site: `python site/pages.py OUT`.

The README comes first. Whatever file of the checkout a page links to, a recipe, an
example, a picture, comes along; a text that is not Markdown is shown as it stands. The
page of a method ends with its options, in the words of `sel man`, and that of the
evidence begins with plots. OUT/mkdocs.yml has the tree of the pages.
"""

from __future__ import annotations

import json
import posixpath
import re
import sys
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from plots import plots

from sel import catalog
from sel.cli import help as helped

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
LINK = re.compile(r"\]\(([^)\s#:]+)(#[^)\s]*)?\)")
GUIDE = {
    "Start": "index.md",
    "Texts": "texts.md",
    "Files": "files.md",
    "Trainers": "trainers.md",
    "Models": "models.md",
    "Python": "python.md",
    "Quality": "score/quality.md",
    "Evidence": "evidence.md",
    "Every night": "nightly.md",
    "Many machines": "distributed.md",
    "Choices from many machines": "distributed-picks.md",
    "Cost at scale": "scale.md",
}
PROJECT = {
    "Architecture": "architecture.md",
    "Contributing": "CONTRIBUTING.md",
    "Changes": "CHANGELOG.md",
}
WIDE = "---\nhide: [navigation, toc]\n---\n"
"""What leaves room for tables."""
API = """\
# Python API

The functions are those of the command line: [Python](python.md) shows them at work.

::: sel.library.functions

::: sel.errors.SelError
"""


def main(out: Path) -> None:
    """Write all pages below OUT, and the tree of them."""
    pages = out / "pages"
    waiting = [ROOT / "README.md", *DOCS.rglob("*.md"), *_recipes()]
    waiting += [ROOT / page for page in PROJECT.values() if not (DOCS / page).exists()]
    done: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in done and path != DOCS / "README.md":
            done.add(path)
            waiting += [target for target, _ in _links(path)]
            _write(pages / _page(path), _content(path))
    _write(pages / "api.md", API.encode())
    config = {"INHERIT": str(ROOT / "site" / "mkdocs.yml"), "docs_dir": "pages"}
    config |= {"site_dir": "html", "nav": _tree()}
    _write(out / "mkdocs.yml", json.dumps(config, indent=1).encode())


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _recipes() -> list[Path]:
    return sorted((ROOT / "recipes").glob("*.sh"))


def _tree() -> list[dict[str, object]]:
    """The tree of the pages, with the methods from the catalog."""
    commands = [
        {command: [{name: f"{command}/{name}.md"} for name in catalog.names(command)]}
        for command in catalog.commands()
    ]
    return [
        {"Guide": [{title: page} for title, page in GUIDE.items()]},
        {"Methods": commands},
        {"Python API": ["api.md"]},
        {"Recipes": [{path.stem: _page(path)} for path in _recipes()]},
        {"Project": [{title: page} for title, page in PROJECT.items()]},
    ]


def _page(path: Path) -> str:
    """The page that shows a file of the checkout."""
    if path in {ROOT / "README.md", DOCS / "README.md"}:
        return "index.md"
    page = path.relative_to(DOCS if path.is_relative_to(DOCS) else ROOT).as_posix()
    return page if path.suffix in {".md", ".png"} else f"{page}.md"


def _links(path: Path) -> Iterator[tuple[Path, re.Match[str]]]:
    """Files of the checkout that a page links to, and where."""
    if path.suffix == ".md":
        for link in LINK.finditer(path.read_text()):
            target = (path.parent / link[1]).resolve()
            if target.exists():
                yield target, link


def _content(path: Path) -> bytes:
    """A page: links as the site has them, and the options of a method at its end."""
    if path.suffix == ".png":
        return path.read_bytes()
    if path.suffix != ".md":
        shown = sorted(path.iterdir()) if path.is_dir() else [path]
        return "\n".join([f"# {path.name}\n", *map(_shown, shown)]).encode()
    text, here, parts, end = path.read_text(), posixpath.dirname(_page(path)), [], 0
    for target, link in _links(path):
        to = posixpath.relpath(_page(target), here or ".")
        parts += [text[end : link.start()], f"]({to}{link[2] or ''})"]
        end = link.end()
    parts.append(text[end:])
    command, name = path.parent.name, path.stem
    if path.parent.parent == DOCS and name in catalog.names(command):
        parts += _options(command, name)
    page = "".join(parts)
    if path == DOCS / "evidence.md":
        glance = "\n\n".join(["\n## At a glance", *plots(), "## "])
        page = WIDE + page.replace("\n## ", glance, 1)
    return page.encode()


def _shown(path: Path) -> str:
    kind = path.suffix.lstrip(".") or "text"
    return f"`{path.relative_to(ROOT)}`\n\n~~~~{kind}\n{path.read_text()}~~~~\n"


def _options(command: str, name: str) -> Iterator[str]:
    """The options of a method, as `sel man` has them."""
    method = catalog.describe(command, name)
    yield f"\n## Options\n\n    {helped.usage(method)}\n"
    for heading, options in helped.sections(method):
        yield f"\n**{heading}**\n"
        for option in options:
            yield f"\n`{helped.term(option)}`\n:   {escape(helped.words(option))}\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
