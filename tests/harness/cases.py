"""The runs that the harness disturbs: their inputs, and what they give undisturbed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from sel.errors import DataError
from sel.streams import manifest
from tests.conftest import lines

ROOT = Path(__file__).parents[2]
ENV = {**os.environ, "PYTHONPATH": str(ROOT)}
OURS = re.compile(r"\..+\.[0-9a-f]{8}\.sel-(part|journal|old|shards)|\..+\.done")
"""What a run that was killed may leave beside its outputs."""
WORDS = ["the", "a", "of", "to", "red", "green", "cat", "dog", "house", "runs", "over"]


@dataclass(frozen=True)
class Case:
    """A run, and the files that it writes, the main one last."""

    name: str
    command: str
    outputs: tuple[str, ...]
    older: str = ""
    """A run whose outputs are there before, and are replaced."""

    @property
    def kept(self) -> bool:
        """Whether what it did is kept for --resume, if the machine fails."""
        return self.command.startswith(("score", "embed"))

    @property
    def argv(self) -> list[str]:
        """The words of the process."""
        return _argv(self.command)


def _argv(command: str) -> list[str]:
    return [sys.executable, "-m", "sel", *command.split(), "-q"]


SOME = "a.jsonl b.jsonl.gz"
KILLED = [
    Case("score", f"score length -j 2 {SOME} -o o.jsonl --resume", ("o.jsonl",)),
    Case(
        "quarantine",
        f"score length -j 2 {SOME} bad.jsonl -o o.jsonl.zst --resume"
        " --on-error quarantine=q.jsonl --max-errors 100%",
        ("q.jsonl", "o.jsonl.zst"),
    ),
    Case("score table", f"score length -j 2 {SOME} -o o.parquet", ("o.parquet",)),
    Case("embed", f"embed ngrams --dim 32 -j 2 {SOME} -o v.npy --resume", ("v.npy",)),
    Case(
        "shards",
        f"score length -j 2 {SOME} -o out/ --resume",
        ("out/a.jsonl", "out/b.jsonl.gz"),
    ),
    Case(
        "numbered",
        f"score length -j 2 {SOME} -o n/ --shard-size 300kB --resume",
        ("n/_sel.json",),
    ),
    Case(
        "packed",
        f"score length -j 2 {SOME} -o n/*.jsonl.zst --shard-size 5k --resume",
        ("n/_sel.json",),
    ),
    Case(
        "replaced",
        f"pick where s>0.01 {SOME} -o n/ --shard-size 3k",
        ("n/_sel.json",),
        older="pick where s>0.5 a.jsonl -o n/ --shard-size 1k",
    ),
    Case(
        "tables",
        f"pick top -k 5000 --by s {SOME} -o n/*.parquet --shard-size 700",
        ("n/_sel.json",),
    ),
    Case(
        "pick",
        f"pick top -k 500 --by s --per g --report r.jsonl {SOME} -o o.parquet",
        ("r.jsonl", "o.parquet"),
    ),
    Case(
        "diversify",
        f"diversify exact -j 2 --save s.npz --report r.jsonl {SOME} -o o.jsonl",
        ("r.jsonl", "o.jsonl", "s.npz"),
    ),
]
FAULTY = [
    Case(
        "dsir",
        "score dsir --target b.jsonl.gz a.jsonl -j 1 -o o.jsonl --save s.npz",
        ("o.jsonl", "s.npz"),
    ),
    Case(
        "static",
        "embed ngrams --dim 8 -j 1 a.jsonl -o v.npy",
        ("v.npy",),
    ),
    Case(
        "top",
        "pick top -k 50 --by s --per g --report r.jsonl a.jsonl -o o.jsonl.zst",
        ("r.jsonl", "o.jsonl.zst"),
    ),
    Case("table", "pick top -k 50 --by s a.jsonl -o o.parquet", ("o.parquet",)),
    Case(
        "numbered",
        "score length -j 1 a.jsonl -o n/ --shard-size 150 --resume",
        ("n/_sel.json",),
    ),
]


def inputs(folder: Path, count: int) -> dict[str, bytes]:
    """Write the inputs, `count` records in each; their bytes, by name."""
    import gzip
    import random

    rng = random.Random(5)
    texts = [" ".join(rng.choices(WORDS, k=30)) for _ in range(count // 2)]
    records = [
        {"text": rng.choice(texts), "s": rng.random(), "g": i % 3, "i": i}
        for i in range(2 * count)
    ]
    bad = lines(records[:count]).replace(b'"i":7', b'"i":NaN')
    files = {
        "a.jsonl": lines(records[:count]),
        "b.jsonl.gz": gzip.compress(lines(records[count:]), mtime=0),
        "bad.jsonl": bad,
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return files


def found(folder: Path) -> dict[str, bytes]:
    """All files of a folder and those below, by their names in it."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def whole(case: Case, folder: Path) -> dict[str, bytes]:
    """What the run gives undisturbed; it is taken away again."""
    before = set(found(folder))
    subprocess.run(case.argv, cwd=folder, env=ENV, check=True)
    given = {k: v for k, v in found(folder).items() if k not in before}
    clean(folder, before)
    return given


def clean(folder: Path, kept: set[str]) -> None:
    """Remove all but some files."""
    for path in folder.rglob("*"):
        if path.is_file() and str(path.relative_to(folder)) not in kept:
            path.unlink()


def older(case: Case, folder: Path) -> dict[str, bytes]:
    """Let the outputs of an older run be there; their bytes, by name."""
    if not case.older:
        return {}
    before = set(found(folder))
    subprocess.run(_argv(case.older), cwd=folder, env=ENV, check=True)
    return {k: v for k, v in found(folder).items() if k not in before}


def check(
    folder: Path,
    given: dict[str, bytes],
    expected: dict[str, bytes],
    old: dict[str, bytes] | None = None,
) -> None:
    """Inputs are untouched, and each output is whole, or is not there.

    Args:
        folder: where the run was.
        given: the inputs.
        expected: the outputs of an undisturbed run, and what stands beside them.
        old: those of an older run.

    Raises:
        AssertionError: what is wrong.
    """
    old = old or {}
    for place in {folder / name for name in expected if name.endswith(manifest.NAME)}:
        check_folder(place.parent, expected, old)
    there = found(folder)
    for name, data in given.items():
        assert there.pop(name) == data, f"the input {name} is not what it was"
    for name, data in there.items():
        if not any(map(OURS.fullmatch, Path(name).parts)):
            assert name in {**expected, **old}, f"{name} was left"
            whole = expected.get(name), old.get(name)
            assert data in whole, f"{name} is not whole"


def check_folder(
    folder: Path, expected: dict[str, bytes], old: dict[str, bytes]
) -> None:
    """A folder of numbered files is that of one run, empty, or refused if it is read."""
    try:
        files = manifest.files(str(folder)) if folder.exists() else None
    except DataError as error:
        assert "is not whole" in str(error), error
        return
    if files is None:
        assert not any(folder.glob("part-*")), f"{folder} is taken for whole"
        return
    name = f"{folder.name}/{manifest.NAME}"
    new = (folder / manifest.NAME).read_bytes() == expected[name]
    for path in map(Path, files):
        data = (expected if new else old)[f"{folder.name}/{path.name}"]
        assert path.read_bytes() == data, f"{path} is of another run"
