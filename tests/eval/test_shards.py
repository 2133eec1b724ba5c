"""Measures of shards are those of one run, byte by byte."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson
import pytest

from tests.runs.sharded import call, pieces

RULES = """
rules = ["records >= 100", "preset gopher-dolma keeps >= 0.5"]
[[rule]]
measure = "fields.q.mean"
min = 0.9
"""


def records(n=300, seed=4):
    rng = np.random.default_rng(seed)
    words = [f"word{i}" for i in range(80)]
    made = []
    for i in range(n):
        text = " ".join(rng.choice(words, int(rng.integers(1, 30))).tolist())
        made.append({"id": i, "text": text, "q": float(rng.random()), "lang": "en"})
        if i % 7 == 0:
            made[-1] |= {"text": made[i // 2]["text"], "lang": "de", "q": None}
    made[13] = b"\n"
    made[44]["deep"] = {"a": 1e300, "b": [1]}
    return made


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("rules.toml").write_text(RULES)
    Path("sound.toml").write_text('rules = ["records >= 100", "lang.de >= 0.1"]\n')
    sets = [{"text": one["text"]} for one in records()[::9] if isinstance(one, dict)]
    Path("tests.jsonl").write_bytes(b"".join(orjson.dumps(s) + b"\n" for s in sets))
    return pieces(records(), [0, 40, 41, 41, 150, 260], packed=(2, 4))


def in_shards(command, operand, files, shards, code=0):
    """What is measured of shards."""
    parts = [f"{shards}-{i}.shard" for i in range(shards)]
    inputs = " ".join(files)
    for i, part in enumerate(parts):
        call(f"{command} -q --shard {i + 1}/{shards} -o {part} {operand} {inputs}")
    ending = f"--summary said-{shards}.json -o out-{shards}.json"
    call(f"{command} -q --merge {ending} {operand} {' '.join(parts)}", code)
    said = orjson.loads(Path(f"said-{shards}.json").read_bytes())
    return Path(f"out-{shards}.json").read_bytes(), said | {"seconds": 0}


@pytest.mark.parametrize(
    ("command", "operand", "code"),
    [
        ("profile --by lang --tail 5", "", 0),
        ("profile --rules gopher-dolma --where 'q>0.5'", "", 0),
        ("leak --against tests.jsonl --rule 8-gram", "", 0),
        ("check --format json", "sound.toml", 0),
        ("check --format json", "rules.toml", 1),
    ],
)
def test_measures_of_shards_add_up(files, command, operand, code):
    command = f"eval {command}"
    summary = "--summary said.json -o out.json"
    call(f"{command} -q {summary} {operand} {' '.join(files)}", code)
    whole = Path("out.json").read_bytes()
    said = orjson.loads(Path("said.json").read_bytes()) | {"seconds": 0}
    for shards in (1, 7):
        found = in_shards(command, operand, files, shards, code)
        assert found == (whole, said)
    assert len(whole) > 100


@pytest.mark.parametrize("options", ["", "--seeds 0", "--seeds 3 --seed 4 --ngrams 1"])
def test_a_match_of_shards_is_that_of_one_run(files, options):
    made = [one for one in records() if isinstance(one, dict)]
    Path("odd.jsonl").write_bytes(b"no\n" + _lines(made[1::2]))
    Path("few.jsonl").write_bytes(_lines(made[5:25]))
    Path("pool.jsonl").write_bytes(_lines(made[:80]) + b"bad\n" + _lines(made[80:]))
    command = "eval match --pool pool.jsonl --target tests.jsonl --target few.jsonl"
    command = f"{command} --on-error skip -q {options}"
    chosen = "odd.jsonl few.jsonl"
    call(f"{command} --summary said.json -o out.json {chosen}")
    said = orjson.loads(Path("said.json").read_bytes()) | {"seconds": 0}
    assert len(orjson.loads(Path("out.json").read_bytes())) == 2
    for shards in (1, 2, 7):
        parts = [f"{shards}-{i}.shard" for i in range(shards)]
        for i, part in (list(enumerate(parts, 1)) * 5)[: 5 * shards]:
            if not Path(part).exists():
                meeting = f"--shard {i}/{shards} --rounds states-{shards} -o {part}"
                call(f"{command} {meeting} {chosen}")
        call(f"{command} --merge --summary s.json -o again.json {' '.join(parts)}")
        assert Path("again.json").read_bytes() == Path("out.json").read_bytes()
        assert orjson.loads(Path("s.json").read_bytes()) | {"seconds": 0} == said
    call(f"{command} --engine local -j 2 -o engine.json {chosen}")
    assert Path("engine.json").read_bytes() == Path("out.json").read_bytes()
    call(f"{command} --per lang --shard 1/2 -o x.shard {chosen}", 2)
    call(f"{command} --seeds 0 --shard 1/1 -o x.shard few.jsonl few.jsonl")
    call(f"{command} --seeds 0 --merge x.shard", 2)


def _lines(made):
    return b"".join(orjson.dumps(one) + b"\n" for one in made)


def test_a_part_of_a_measure_is_no_result(files, capsys):
    inputs = " ".join(files)
    call(f"eval profile --shard 1/2 -o out.json {inputs}", 2)
    assert "-o SUMS.shard" in capsys.readouterr().err
    call(f"eval profile -o out.shard {inputs}", 2)


def test_shards_without_records(files, capsys):
    Path("none.jsonl").write_bytes(b"\n\n")
    for i in (1, 2):
        call(f"eval profile -q --shard {i}/2 -o {i}.shard none.jsonl")
    call("eval profile -q --merge 1.shard 2.shard", 3)
    assert "there are no records" in capsys.readouterr().err


def test_hits_are_written_by_each_shard(files, capsys):
    command, inputs = (
        "eval leak --against tests.jsonl -q --rule 8-gram",
        " ".join(files),
    )
    call(f"{command} --hits all.jsonl -o out.json {inputs}")
    for i in (1, 2, 3):
        call(f"{command} --hits {i}.jsonl --shard {i}/3 -o {i}.shard {inputs}")
    found = b"".join(Path(f"{i}.jsonl").read_bytes() for i in (1, 2, 3))
    assert found == Path("all.jsonl").read_bytes() != b""
    call(f"{command} --merge -o again.json 1.shard 2.shard 3.shard")
    assert Path("again.json").read_bytes() == Path("out.json").read_bytes()
    call(f"{command} --hits x.jsonl --merge -o again.json 1.shard 2.shard 3.shard", 2)


def test_an_engine_sums_shards(files):
    command, inputs = "eval profile --by lang", " ".join(files)
    call(f"{command} -q -o out.json {inputs}")
    call(f"{command} -q -j 2 --engine local -o engine.json {inputs}")
    assert Path("engine.json").read_bytes() == Path("out.json").read_bytes()


def test_an_engine_has_no_hits(files, capsys):
    command = "eval leak --against tests.jsonl --hits x.jsonl --engine local -o o.json"
    call(f"{command} {' '.join(files)}", 2)
    assert "Try: without --engine" in capsys.readouterr().err
