"""Recipes say what records lack, and stop there."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SEL

UP, DOWN, NONE = [1.0, 1.1, 0.9], [-1.0, -1.1, -0.9], [1.0, -1.0, 0.1]

ROOT = Path(__file__).parents[1]
BAD = "bad.jsonl"
LACKING = {
    "betr": ([BAD], {"words": "a b"}, "domain"),
    "coverage": ([BAD, BAD], {"question": "a b"}, "answer"),
    "craig": ([BAD], {"text": "a b"}, "domain"),
    "dp4tl": ([BAD, BAD], {"words": "a b"}, "text"),
    "dsir": (["."], {"words": "a b"}, "text"),
    "forget": ([BAD, "domain"], {"words": "a b"}, "text"),
    "gateau": ([BAD], {"text": "a b", "question": "a"}, "answer"),
    "ifd": ([BAD], {"instruction": "a b"}, "output"),
    "judge": (["."], {"words": "a b"}, "text"),
    "mixture": ([BAD, BAD], {"text": "a b"}, "domain"),
    "rds": ([BAD], {"text": "a b"}, "domain"),
    "route": ([BAD, BAD], {"words": "a b"}, "prompt"),
    "s2l": ([BAD, BAD], {"question": "a b"}, "answer"),
    "s3ft": ([BAD], {"gold": "1", "own": "1"}, "own_ok"),
    "select2reason": ([BAD], {"problem": "a b"}, "level"),
    "votek": ([BAD], {"text": "a b"}, "domain"),
}
"""For each recipe that reads files: its arguments, a record, and a field that it lacks."""


def test_every_recipe_that_reads_files_is_here():
    names = {path.stem for path in (ROOT / "recipes").glob("*.sh")}
    assert names - {"common", "less", "targets"} == LACKING.keys()


@pytest.mark.parametrize("name", LACKING)
def test_a_field_that_is_not_there_ends_a_recipe_with_one_line(name, tmp_path):
    words, record, field = LACKING[name]
    lines = [json.dumps({"id": i, **record}) + "\n" for i in range(300)]
    (tmp_path / BAD).write_text("".join(lines))
    for file in ("pool", "wiki") if words == ["."] else ():
        where = ["pick", "where", "true", "-q", BAD, "-o", f"{file}.jsonl.zst"]
        subprocess.run([*SEL, *where], cwd=tmp_path, check=True)
    command = tmp_path / "bin" / "sel"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.join(SEL)} "$@"\n')
    command.chmod(0o755)
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash", str(ROOT / f"recipes/{name}.sh"), *words],
        cwd=tmp_path,
        env=os.environ | {"PATH": path, "PYTHON": sys.executable, "SEEDS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 3
    (said,) = ran.stderr.splitlines()
    assert field in said


@pytest.fixture
def evidence(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "recipes")
    import evidence

    return evidence


def test_losses_to_random_are_counted_and_what_is_no_contest_is_not(evidence):
    some = {"recipe": "some", "rows": [{"task": "t", "method": "m", "gains": UP}]}
    sizes = [("1%", 50, DOWN), ("2%", 50, DOWN), ("1%", 5, NONE)]
    of = [
        {"task": "u", "method": method, "size": size, "pool": pool, "gains": gains}
        for method, there in (("m", sizes), ("n", sizes[2:]))
        for size, pool, gains in there
    ]
    told = [{"task": "v", "method": "m", "gains": DOWN}]
    done = {
        "some": some,
        "frame": {"recipe": "frame", "rows": of},
        "told": {"recipe": "told", "rows": told},
    }
    asked = {
        "run": {"some": {}, "frame": {}, "told": {"note": "neither"}},
        "method": {name: {"source": "a paper"} for name in "nm"},
    }
    table = evidence.losses(asked, done).splitlines()
    assert table[2:] == [
        "| m | 1 | 1 | 2 | frame, u 1%, 2% of 50 |",
        "| n | 0 | 1 | 0 |  |",
    ]
    asked["method"]["m"]["source"] = "no paper"
    assert len(evidence.losses(asked, done).splitlines()) == 3


def test_methods_are_held_against_one_another_seed_by_seed(evidence):
    rows = [
        {"task": "t", "method": "a", "gains": [1.0, 2.0, 3.0]},
        {"task": "t", "method": "b", "gains": [0.5, 1.4, 2.6]},
        {"task": "u", "method": "b", "gains": [9.0, 9.0, 9.0]},
    ]
    asked = {"method": {"a": {"beside": ["b"]}, "b": {}}}
    told = evidence.beside(asked, {"r": {"recipe": "r", "rows": rows}})
    assert told.splitlines()[2:] == ["| r, t | a | b | **+0.500 (+0.252 to +0.748)** |"]
