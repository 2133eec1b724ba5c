"""A mixture of shards is that of one run, byte by byte."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from tests.runs.sharded import call, pieces
from tests.runs.test_cutting import records


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    mixture = {"de": 0.5, "en": 0.3, "fr": 0.1, "nn": 0.1}
    Path("mix.json").write_bytes(orjson.dumps(mixture))
    Path("few.json").write_bytes(orjson.dumps({"de": 0.5, "xx": 0.5}))
    return pieces(records(levels=4), [0, 50, 51, 51, 200, 320], packed=(2, 4))


def whole_of(command, files):
    """What one run writes, and says."""
    call(f"{command} -q --summary said.json -o whole.jsonl {' '.join(files)}")
    return Path("whole.jsonl").read_bytes(), said()


def said():
    return orjson.loads(Path("said.json").read_bytes()) | {"seconds": 0}


@pytest.mark.parametrize(
    "options",
    [
        "mix.json -k 90",
        "mix.json -k 90 --by s",
        "mix.json -k 60 --by s --lowest",
        "mix.json --fraction 0.3 --key id --seed 3",
        "few.json -k 100 --partial",
        "mix.json -k 1000",
        "mix.json -k 0",
        "--alpha 0.3 -k 120",
        "--unimax 1 -k 120 --by s",
    ],
)
def test_shards_mix_as_one_run_does(files, options):
    operand, _, rest = options.rpartition("json ")
    operand = f"{operand}json" if operand else ""
    command = f"pick mix {rest} --per lang"
    whole, facts = whole_of(command, [operand, *files])
    parts = [Path(f"part-{i}.jsonl") for i in range(7)]
    while not all(part.exists() for part in parts):
        for i, part in enumerate(parts):
            meeting = f"--shard {i + 1}/7 --rounds states -o {part}"
            call(f"{command} -q {meeting} {operand} {' '.join(files)}")
    names = " ".join(map(str, parts))
    call(f"{command} -q --merge --summary said.json -o all.jsonl {names}")
    assert Path("all.jsonl").read_bytes() == whole
    assert said() == facts


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ("--budget 100 --cost tokens", "--budget"),
        ("-k 10 --counted", "--counted"),
        ("-k 900 --max-repeats 4", "records that come again"),
    ],
)
def test_what_has_no_form_says_so(files, capsys, options, word):
    command = f"pick mix {options} --per lang --shard 1/1 --rounds r -o x.jsonl"
    call(f"{command} mix.json {' '.join(files)}", 2)
    assert word in capsys.readouterr().err


def test_a_domain_without_a_weight_is_refused_as_in_one_run(files, capsys):
    command = f"pick mix few.json -k 9 --per lang -q -o x.jsonl {' '.join(files)}"
    call(command, 2)
    wanted = capsys.readouterr().err
    call(f"{command} --shard 1/1 --rounds r", 2)
    assert capsys.readouterr().err == wanted


def test_an_engine_holds_the_rounds(files):
    command, names = "pick mix -k 90 --per lang -q", " ".join(files)
    call(f"{command} -o whole.jsonl mix.json {names}")
    call(f"{command} --engine local -o engine.jsonl mix.json {names}")
    assert Path("engine.jsonl").read_bytes() == Path("whole.jsonl").read_bytes()
