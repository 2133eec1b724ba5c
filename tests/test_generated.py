"""Files made from the catalog are those that the catalog makes now."""

import shutil
import subprocess

import pytest

from sel.cli import completion, generate
from sel.cli import help as pages

FILES = dict(generate.files())
COMPLETIONS = [
    FILES[generate.ROOT / "completions" / name] for name in ("sel.bash", "_sel")
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_is_what_make_docs_writes(path):
    assert path.read_text() == FILES[path], "run make docs"


@pytest.mark.parametrize(
    "method,options", list(completion.methods()), ids=lambda x: getattr(x, "module", "")
)
def test_every_option_can_be_completed(method, options):
    shown = pages.page(method)
    for text in COMPLETIONS:
        case = next(
            row
            for row in text.splitlines()
            if f"{method.command}.{method.name})" in row
        )
        for option in options:
            for flag in completion.flags(option):
                assert f"{flag} " in case
                assert flag in shown


def test_bash_offers_methods_and_choices():
    script = "source completions/sel.bash; COMP_WORDS=({}); COMP_CWORD=$((${{#COMP_WORDS[@]}}-1)); _sel; echo ${{COMPREPLY[@]}}"

    def offered(words):
        return subprocess.run(
            ["bash", "-c", script.format(words)],
            cwd=generate.ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()

    assert offered("sel score ds") == ["dsir"]
    assert offered("sel help sc") == ["score"]
    assert offered("sel help score ds") == ["dsir"]
    assert offered("sel pick top --ord") == ["--order"]
    assert offered("sel score dsir --hash s") == ["sha256"]


@pytest.mark.skipif(not shutil.which("mandoc"), reason="mandoc is not installed")
@pytest.mark.parametrize(
    "page", sorted((generate.ROOT / "man").glob("*.1")), ids=lambda p: p.name
)
def test_man_pages_are_clean(page):
    done = subprocess.run(
        ["mandoc", "-Tlint", "-Wwarning", page],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ""
