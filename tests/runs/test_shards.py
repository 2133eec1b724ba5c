"""A run in shards leaves the bytes, the summary and the errors of one run."""

import json
import os
import random
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import zstandard

from sel.engine.processes import Processes
from sel.errors import DataError, UsageError
from sel.library.requests import Prepared
from sel.runs.shards import engines
from sel.streams import ranges, share
from sel.streams.blocks import BLOCK
from tests.conftest import HERE, lines
from tests.harness.kill import killed_once

NAMES = ["a.jsonl", "b.jsonl.zst", "c.jsonl"]
CASES = {
    "length": ("score", "length", {}, "out.jsonl"),
    "thin": ("score", "length", {"thin": True}, "out.jsonl"),
    "random": ("score", "random", {}, "out.jsonl"),
    "rds": (
        "score",
        "rds",
        {"vectors": "all.npy", "target_vectors": "t.npy", "reduce": "mean"},
        "out.jsonl",
    ),
    "tsds": (
        "score",
        "tsds",
        {"vectors": "all.npy", "target_vectors": "t.npy"},
        "out.jsonl",
    ),
    "ngrams": ("embed", "ngrams", {"dim": 16}, "out.npy"),
    "static": ("embed", "static", {}, "out.npy"),
    "where": ("pick", "where", {}, "out.jsonl"),
    "rows": ("pick", "rows", {"from_": "rows.jsonl"}, "out.jsonl"),
}
WHERE = "id % 3 == 0 and len(text) > 500"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Two plain files, one of several blocks, and one that is compressed."""
    folder, rng = tmp_path_factory.mktemp("shards"), random.Random(7)
    words = [f"word{i}" for i in range(900)]

    def records(count, some=900):
        return [
            {
                "id": i,
                "text": " ".join(rng.choices(words[:some], k=rng.randint(1, 300))),
            }
            for i in range(count)
        ]

    pool = records(1700)
    pool[900]["text"] = "long " * (BLOCK // 3)  # more than three blocks
    (folder / "a.jsonl").write_bytes(b"\xef\xbb\xbf" + lines(pool[:1400]))
    packed = zstandard.compress(lines(pool[1400:1600]) + b"\n  \n")
    (folder / "b.jsonl.zst").write_bytes(packed)
    (folder / "c.jsonl").write_bytes(lines(pool[1600:])[:-1])  # without its end
    (folder / "target.jsonl").write_bytes(lines(records(200, 300)))
    (folder / "rows.jsonl").write_bytes(lines([{"_row": i} for i in range(0, 1700, 7)]))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        did("embed", "ngrams", NAMES, "all.npy", dim=16)
        did("embed", "ngrams", ["target.jsonl"], "t.npy", dim=16)
    return folder


@pytest.fixture
def here(place, tmp_path, monkeypatch):
    for path in place.iterdir():
        (tmp_path / path.name).symlink_to(path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def did(command, method, sources, output=None, **options):
    if method == "where" and not options.get("merge"):
        sources = [WHERE, *sources]
    return Prepared(command, method, list(sources), options).run(output=output)


def summary(path):
    return {
        k: v for k, v in json.loads(Path(path).read_bytes()).items() if k != "seconds"
    }


@pytest.mark.parametrize("of", [1, 2, 7])
@pytest.mark.parametrize("case", CASES)
def test_parts_are_merged_to_what_one_run_writes(here, case, of):
    command, method, options, output = CASES[case]
    did(command, method, NAMES, output, summary="one.json", **options)
    parts = [f"{i}-{output}" for i in range(1, of + 1)]
    for i, part in enumerate(parts, 1):
        did(command, method, NAMES, part, shard=f"{i}/{of}", **options)
    more = {"merge": True, "summary": "merged.json", **options}
    did(command, method, parts[::-1], f"merged-{output}", **more)
    one, merged = Path(output), Path(f"merged-{output}")
    assert one.read_bytes() == merged.read_bytes()
    assert summary("one.json") == summary("merged.json")
    if output.endswith(".npy"):
        cards = [json.loads(Path(f"{p}.json").read_bytes()) for p in (one, merged)]
        assert cards[0] == cards[1]


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("case", ["length", "random", "tsds", "ngrams", "where"])
def test_an_engine_writes_what_one_run_writes(here, case, jobs):
    command, method, options, output = CASES[case]
    given = {"jobs": jobs, **options} if method != "rows" else options
    did(command, method, NAMES, output, summary="one.json", **given)
    more = {"engine": "local", "summary": "merged.json", **given}
    did(command, method, NAMES, f"merged-{output}", **more)
    assert Path(output).read_bytes() == Path(f"merged-{output}").read_bytes()
    assert summary("one.json") == summary("merged.json")
    assert not [name for name in os.listdir() if ".sel-parts" in name]


@pytest.mark.parametrize("enough", ["auto", "60000", "200000"])
def test_a_fit_in_two_steps_is_that_of_one_run(here, enough):
    fit = {"target": ["target.jsonl"], "tokens_to_fit": enough, "min_length": 20}
    more = {"save": "one.npz", "summary": "one.json"}
    did("score", "dsir", NAMES, "one.jsonl", **fit, **more)
    for i in (1, 2, 3):
        did("score", "dsir", NAMES, shard=f"{i}/3", save=f"{i}.shard", **fit)
    sums = ["1.shard", "2.shard", "3.shard"]
    did("score", "dsir", sums, merge=True, save="merged.npz", **fit)
    assert Path("one.npz").read_bytes() == Path("merged.npz").read_bytes()
    given = {"load": "merged.npz", "min_length": 20}
    for i in (1, 2, 3):
        did("score", "dsir", NAMES, f"{i}.jsonl", shard=f"{i}/3", **given)
    parts, given = (
        ["1.jsonl", "2.jsonl", "3.jsonl"],
        {"summary": "merged.json", **given},
    )
    did("score", "dsir", parts, "merged.jsonl", merge=True, **given)
    assert Path("one.jsonl").read_bytes() == Path("merged.jsonl").read_bytes()
    assert summary("one.json") == summary("merged.json")
    more = {"save": "engine.npz", "summary": "engine.json", "engine": "local"}
    did("score", "dsir", NAMES, "engine.jsonl", **fit, **more)
    assert Path("one.npz").read_bytes() == Path("engine.npz").read_bytes()
    assert Path("one.jsonl").read_bytes() == Path("engine.jsonl").read_bytes()
    assert summary("one.json") == summary("engine.json")


def test_the_whole_input_is_read_once_by_any_number_of_shards(here):
    for of in (1, 2, 3, 50):
        cut = ranges.Division(NAMES)
        found = [r for i in range(of) for r in cut.shard(i + 1, of)]
        found = [(str(r), r.first, r.last) for r in found if not r.empty]
        for name in NAMES:
            pieces = [(first, last) for path, first, last in found if path == name]
            assert pieces[0][0] == 0 and pieces[-1][1] is None
            assert all(a[1] == b[0] for a, b in pairwise(pieces))


@pytest.mark.parametrize("engine", [{}, {"engine": "local"}])
@pytest.mark.parametrize("thin", [False, True])
def test_a_bad_line_is_told_as_in_one_run(here, sel, engine, thin):
    bad = Path("a.jsonl").read_bytes().splitlines(keepends=True)
    bad[1200] = b"{bad\n"
    bad[1300] = b"worse\n"
    Path("bad.jsonl").write_bytes(b"".join(bad))
    with pytest.raises(DataError, match=r"bad\.jsonl:1201:") as one:
        did("score", "length", ["bad.jsonl"], "out.jsonl", thin=thin)
    more = engine or {"shard": "3/3"}
    with pytest.raises(DataError) as caught:
        did("score", "length", ["bad.jsonl"], "out.jsonl", thin=thin, **more)
    assert str(caught.value) == str(one.value)
    assert not Path("out.jsonl").exists()
    skipped = {"on_error": "skip", "thin": thin}
    did("score", "length", ["bad.jsonl"], "one.jsonl", summary="1.json", **skipped)
    given = {"summary": "2.json", "engine": "local", **skipped}
    did("score", "length", ["bad.jsonl"], "two.jsonl", **given)
    assert Path("one.jsonl").read_bytes() == Path("two.jsonl").read_bytes()
    assert summary("1.json") == summary("2.json")
    with pytest.raises(DataError, match="more than max_errors 1 bad lines"):
        did("score", "length", ["bad.jsonl"], "out.jsonl", max_errors="1", **given)


@pytest.mark.parametrize("engine", [None, "local"])
@pytest.mark.parametrize(
    "run",
    [
        ("score", "length", "out.jsonl", {"thin": True}),
        ("embed", "ngrams", "out.npy", {"dim": 8}),
        ("pick", "where", "out.jsonl", {}),
        ("pick", "random", "out.jsonl", {"k": 99, "text": None}),
        ("diversify", "exact", "out.jsonl", {}),
        ("eval", "profile", "out.json", {}),
    ],
    ids=lambda run: " ".join(run[:2]),
)
def test_bad_lines_are_kept_by_each_shard(here, run, engine):
    command, method, output, options = run
    options = {name: value for name, value in options.items() if value}
    bad = Path("a.jsonl").read_bytes().splitlines(keepends=True)
    bad[3], bad[1200], bad[1300] = b"{bad\n", b"worse\n", b'{"id": 1, "text": 2}\n'
    Path("bad.jsonl").write_bytes(b"".join(bad))
    files = ["bad.jsonl", *NAMES[1:]]
    options |= {"on_error": "quarantine=set-aside.jsonl"}
    did(command, method, files, output, **options)
    whole, aside = Path(output).read_bytes(), Path("set-aside.jsonl").read_bytes()
    assert len(aside.splitlines()) >= 2
    for path in (output, "set-aside.jsonl"):
        Path(path).unlink()
    if engine:
        did(command, method, files, output, engine=engine, **options)
    else:
        end = output if command != "eval" else "out.shard"
        parts = [f"{i}-{end}" for i in (1, 2, 3)]
        meets = {"rounds": "states"} if method in ("random", "exact") else {}
        for _ in range(5 if meets else 1):
            for i, part in enumerate(parts, 1):
                if not Path(part).exists():
                    did(
                        command, method, files, part, shard=f"{i}/3", **meets, **options
                    )
        did(command, method, parts, output, merge=True, **options)
        assert Path("set-aside.jsonl").read_bytes() == aside
        Path(share.bad(parts[0])).write_bytes(b"")
        with pytest.raises(DataError, match="does not have its bad lines"):
            did(command, method, parts, output, merge=True, **options)
    assert Path(output).read_bytes() == whole
    assert Path("set-aside.jsonl").read_bytes() == aside


def test_parts_are_refused_by_name(here):
    for i in (1, 2, 3):
        did("score", "length", NAMES, f"{i}.jsonl", shard=f"{i}/3")
    did("score", "length", NAMES[:2], "other.jsonl", shard="3/3")
    did("score", "length", NAMES, "unit.jsonl", shard="3/3", thin=True)
    did("pick", "where", NAMES, "where.jsonl", shard="3/3")
    Path("half.jsonl").write_bytes(Path("3.jsonl").read_bytes()[:-9])
    shares = {n: Path(share.beside(n)) for n in ("3.jsonl", "half.jsonl", "odd.jsonl")}
    shares["half.jsonl"].write_bytes(shares["3.jsonl"].read_bytes())
    Path("odd.jsonl").write_bytes(Path("3.jsonl").read_bytes())
    shares["odd.jsonl"].write_bytes(shares["3.jsonl"].read_bytes()[:-1] + b"x")
    Path("alone.jsonl").write_bytes(Path("3.jsonl").read_bytes())
    for last, why in [
        (None, "shard 3 of 3 is missing"),
        ("2.jsonl", r"shard 2 is there twice: 2\.jsonl and 2\.jsonl"),
        ("other.jsonl", "are not parts of one run"),
        ("unit.jsonl", "are not parts of one run"),
        ("where.jsonl", "a part of 'sel pick where', not of 'sel score length'"),
        ("half.jsonl", r"half\.jsonl is not what its shard has written"),
        ("odd.jsonl", "is damaged"),
        ("alone.jsonl", "is not what shard has written"),
    ]:
        parts = ["1.jsonl", "2.jsonl", *([last] if last else [])]
        with pytest.raises(DataError, match=why):
            did("score", "length", parts, "merged.jsonl", merge=True)
        assert not Path("merged.jsonl").exists()


@pytest.mark.parametrize(
    ("method", "shards", "merge", "why"),
    [
        ("length", {"thin": True}, {}, "1.jsonl was made with thin"),
        ("length", {}, {"thin": True}, "1.jsonl was made without thin"),
        ("length", {"unit": "words"}, {"unit": "tokens"}, "was made with unit words"),
        ("length", {"on_error": "skip"}, {}, "was made with on_error skip"),
        ("where", {}, {"sources": ["id > 9"]}, "was made with another condition"),
        ("dsir", {}, {"target": "rows.jsonl"}, "was made with another target"),
    ],
)
def test_a_merge_has_the_options_of_the_shards(here, method, shards, merge, why):
    command, output = "pick" if method == "where" else "score", "out.jsonl"
    condition, parts = merge.pop("sources", []), ["1.jsonl", "2.jsonl"]
    if method == "dsir":
        parts, output = ["1.shard", "2.shard"], None
        shards, merge = {"target": "target.jsonl"}, {"save": "fit.npz", **merge}
    for i, part in enumerate(parts, 1):
        out = {"save": part} if method == "dsir" else {"output": part}
        did(command, method, NAMES, **out, shard=f"{i}/2", **shards)
    with pytest.raises(DataError, match=why):
        did(command, method, [*condition, *parts], output, merge=True, **merge)
    right = {**merge, **dict.fromkeys(merge.keys() - {"save"}), **shards}
    right = {name: value for name, value in right.items() if value is not None}
    did(command, method, parts, output, merge=True, **right)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"shard": "0/3"}, "shard must be I/N"),
        ({"shard": "4/3"}, "shard must be I/N"),
        ({"shard": "1/3", "engine": "local"}, "shard does not go with engine"),
        ({"shard": "1/3", "shard_size": "9"}, "shard_size goes with o DIR/"),
        ({"engine": "local", "address": "x"}, "address goes with engine ray"),
    ],
)
def test_what_cannot_be_is_refused(here, more, why):
    with pytest.raises(UsageError, match=why):
        did("score", "length", NAMES, "out.jsonl", **more)


@pytest.mark.parametrize("how", [{"shard": "1/2"}, {"engine": "local"}])
def test_vectors_that_must_all_be_there_are_not_split(here, how):
    how |= {"vectors": "@v", "target_vectors": "t.npy"}
    with pytest.raises(UsageError, match="numbers are about all vectors"):
        did("score", "tsds", NAMES, "out.jsonl", **how)


def test_standard_input_cannot_be_split(here):
    with pytest.raises(UsageError, match="standard input cannot be split"):
        did("score", "length", ["-"], "out.jsonl", shard="1/2")


def test_a_part_is_made_again_only_where_it_is_lost(here):
    did("score", "length", NAMES, "1.jsonl", shard="1/2")
    before = os.stat("1.jsonl").st_ino
    did("score", "length", NAMES, "1.jsonl", shard="1/2", resume=True)
    assert os.stat("1.jsonl").st_ino == before
    data = Path("1.jsonl").read_bytes()
    Path("1.jsonl").write_bytes(data[:-1])
    did("score", "length", NAMES, "1.jsonl", shard="1/2", resume=True)
    assert Path("1.jsonl").read_bytes() == data
    Path("1.jsonl").unlink()
    did("score", "length", NAMES, "1.jsonl", shard="1/2", resume=True)
    assert Path("1.jsonl").read_bytes() == data
    did("score", "length", NAMES, "1.jsonl", shard="2/2", resume=True)
    assert Path("1.jsonl").read_bytes() != data


def test_a_folder_is_not_whole_before_it_is_merged(here):
    did("score", "length", NAMES, "one.jsonl")
    for i in (1, 2, 3):
        did("score", "length", NAMES, "out/", shard=f"{i}/3")
        with pytest.raises(DataError, match="is not whole"):
            did("pick", "where", ["out/"], "all.jsonl")
    did("score", "length", ["out/"], "out/", merge=True)
    ours = [p for p in sorted(Path("out").iterdir()) if p.name[0] == "p"]
    whole = b"".join(path.read_bytes() for path in ours)
    assert whole == Path("one.jsonl").read_bytes()
    listed = json.loads(Path("out/_sel.json").read_bytes())
    assert [one["name"] for one in listed["shards"]] == [path.name for path in ours]
    assert listed["records"] == 1700 and listed["bytes"] == len(whole)
    did("score", "length", NAMES, "out/", engine="local")  # replaced as a whole
    did("score", "length", NAMES, "new/", engine="local")
    for folder in ("out", "new"):
        parts = sorted(Path(folder).glob("part-*.jsonl"))
        assert b"".join(p.read_bytes() for p in parts) == whole
        assert len(parts) == len(
            json.loads(Path(folder, "_sel.json").read_bytes())["shards"]
        )


def test_a_worker_that_is_killed_costs_nothing_but_time(here, monkeypatch):
    monkeypatch.setattr(engines, "SHARD", "tests.harness.tasks:dying_shard")
    did("score", "length", NAMES, "one.jsonl", summary="one.json")
    more = {"engine": "local", "jobs": 2, "summary": "two.json"}
    did("score", "length", NAMES, "two.jsonl", **more)
    assert Path("one.jsonl").read_bytes() == Path("two.jsonl").read_bytes()
    assert summary("one.json") == summary("two.json")


def test_a_driver_that_is_killed_is_gone_on_with(here):
    did("score", "length", NAMES, "one.jsonl")
    slow = "import sel.runs.shards.engines as e; e.SHARD = 'tests.harness.tasks:slow_shard'"
    code = f"{slow}; from sel.cli.app import main; main()"
    words = ["score", "length", *NAMES, "--engine", "local", "-j", "1"]
    run = subprocess.Popen(
        [sys.executable, "-c", code, *words, "-o", "two.jsonl", "-q"],
        env={**os.environ, "PYTHONPATH": str(HERE.parent)},
    )
    parts = Path(".two.jsonl.sel-parts")
    second = parts / share.beside("part-00001.jsonl")
    killed_once(second.exists, run)
    assert not Path("two.jsonl").exists()
    made = {p.name: p.stat().st_ino for p in parts.glob("part-*")}
    assert len(made) >= 2
    kept = {}
    submit = Processes.submit

    def watching(self, name, shared, task):
        kept.update({p.name: p.stat().st_ino for p in parts.glob("part-*")})
        return submit(self, name, shared, task)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Processes, "submit", watching)
        did("score", "length", NAMES, "two.jsonl", engine="local", jobs=1, resume=True)
    assert Path("one.jsonl").read_bytes() == Path("two.jsonl").read_bytes()
    assert {name: kept[name] for name in list(made)[:2]} == {
        name: made[name] for name in list(made)[:2]
    }
    assert not parts.exists()
