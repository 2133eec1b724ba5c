"""What is installed without the checkout: program, manuals, completions, pages, demo."""

import os
import subprocess
import sys
import zipfile

import pytest

from tests.conftest import HERE

ROOT = HERE.parent


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """The wheel, unpacked as pip would."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    files = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    for name in filter(None, files.split("\0")):
        if name.split("/")[0] not in ("tests", "bench", "recipes", "examples"):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).symlink_to(ROOT / name)
    script = "import setuptools.build_meta as b; print(b.build_wheel('..'))"
    built = subprocess.run(
        [sys.executable, "-c", script],
        cwd=source,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    with zipfile.ZipFile(folder / built.stdout.split()[-1]) as wheel:
        wheel.extractall(folder / "there")
    return folder / "there"


def test_manuals_completions_and_pages_are_in_it(place):
    (data,) = place.glob("*.data/data/share")
    for folder, kind in (("man", "man/man1"), ("docs", "doc/sel")):
        for path in (ROOT / folder).rglob("*.[1m]*"):
            if path.suffix in (".md", ".1"):
                there = data / kind / path.relative_to(ROOT / folder)
                if there.name != "README.md":
                    assert there.read_bytes() == path.read_bytes(), path
    assert (data / "bash-completion/completions/sel.bash").is_file()
    assert (data / "zsh/site-functions/_sel").is_file()
    assert (data / "fish/vendor_completions.d/sel.fish").is_file()


def test_it_runs_without_the_checkout(place, tmp_path):
    def sel(*words):
        done = subprocess.run(
            [sys.executable, "-m", "sel", *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(place)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = "import sel; print(sel.__file__)"
    found = subprocess.run(
        [sys.executable, "-c", where],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(place)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.startswith(str(place))
    sel("demo", "here")
    sel("embed", "static", "here/wiki.jsonl", "-o", "wiki.npy", "-q")
    assert "sel pick top" in sel("man", "pick", "top")
    assert sel("completion", "fish").startswith("# Completions")
    assert "Examples:" in sel("pick", "top", "--help")
    sel("score", "length", "here/pool.jsonl.zst", "-o", "n.jsonl", "-q")
