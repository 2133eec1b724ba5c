"""`sel man`, `sel completion` and `sel demo`."""

import shutil
import subprocess

import pytest

from tests.conftest import HERE


def test_the_manual_page_of_a_command_is_the_one_that_is_installed(sel):
    assert sel("man pick").out == (HERE.parent / "man/sel-pick.1").read_bytes()
    assert sel("man").out == (HERE.parent / "man/sel.1").read_bytes()


def test_the_manual_page_of_a_method_has_it_alone(sel):
    page = sel("man pick top").out.decode()
    assert r"sel pick top" in page
    assert "sel pick sample" not in page.partition("Examples")[0]


@pytest.mark.skipif(not shutil.which("mandoc"), reason="mandoc is not installed")
def test_the_manual_page_of_a_method_is_clean(sel):
    page = sel("man score dsir").out
    done = subprocess.run(
        ["mandoc", "-Tlint", "-Wwarning"], input=page, capture_output=True, check=False
    )
    assert done.stdout == b""


@pytest.mark.parametrize(
    "shell,file", [("bash", "sel.bash"), ("zsh", "_sel"), ("fish", "sel.fish")]
)
def test_completions_are_those_that_are_installed(sel, shell, file):
    path = HERE.parent / "completions" / file
    assert sel(f"completion {shell}").out == path.read_bytes()


@pytest.mark.parametrize(
    "words,usage",
    [
        ("man nothing", "Usage: sel man"),
        ("man pick nothing", "no pick method is called 'nothing'"),
        ("man pick top more", "Usage: sel man"),
        ("completion", "Usage: sel completion"),
        ("completion ksh", "Usage: sel completion"),
        ("demo", "Usage: sel demo"),
        ("demo a b", "Usage: sel demo"),
        ("demo --force", "Usage: sel demo"),
    ],
)
def test_other_words_are_refused(sel, words, usage):
    assert usage in sel(words, code=2).err


def test_the_demo_runs_where_it_is_put(sel, tmp_path):
    said = sel("demo here").out.decode()
    assert "sel score dsir --target wiki.jsonl" in said
    sel("score length here/pool.jsonl.zst here/dump/0.jsonl.zst -o n.jsonl")
    assert len((tmp_path / "n.jsonl").read_bytes().splitlines()) == 3207 + 1500


def test_the_demo_leaves_what_is_there(sel, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/file").write_text("x")
    assert "is there already" in sel("demo mine", code=2).err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["file"]
