"""Nights: one after the other as all at once, killed and begun again, and refused.

NIGHTS=30 python -m pytest tests/test_nightly.py takes that many nights of made dumps.
"""

import json
import os
import random
import shlex
import signal
import subprocess
import time
from pathlib import Path

import pytest
import zstandard

from tests.conftest import DATA, SEL, lines

ROOT = Path(__file__).parent.parent
NIGHTS = int(os.environ.get("NIGHTS", 0))
SETTINGS = {"FIRST": "30", "TOTAL": "60", "GROUP": "title", "SEED": "3"}


def made(folder, nights):
    """Dumps of small texts that come, change, go and come again, some of them twice."""
    rng = random.Random(7)
    words = [f"word{i}" for i in range(300)]

    def text():
        return " ".join(rng.choices(words, k=120))

    known, old, paths = {}, [], []
    for night in range(nights):
        for _ in range(12):
            known[f"{night} {len(known)} {rng.random()}"] = text()
        for name in rng.sample(sorted(known), 5):
            old.append(known.pop(name))
        for name in rng.sample(sorted(known), 4):
            known[name] = rng.choice([rng.choice(old), known[name] + " more", text()])
        some = [
            {"id": name, "title": f"t{len(name) % 3}", "text": known[name]}
            for name in sorted(known)
        ]
        paths.append(folder / f"{night:03}.jsonl")
        paths[-1].write_bytes(lines(some + some[:2]))
    return paths


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nightly")
    command = folder / "bin" / "sel"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.join(SEL)} "$@"\n')
    command.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def dumps(place):
    four = [DATA / f"dumps/dump{i}.jsonl.zst" for i in (1, 2, 3, 4)]
    return made(place, NIGHTS) if NIGHTS else four


def begun(place, *words, **settings):
    env = {
        **os.environ,
        "PATH": f"{place}/bin:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "TARGET": str(DATA / "wiki.jsonl.zst"),
        **SETTINGS,
        **settings,
    }
    return subprocess.Popen(
        ["bash", ROOT / "examples/nightly.sh", *map(str, words)],
        cwd=place,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def night(place, *words, code=0, **settings):
    run = begun(place, *words, **settings)
    out, err = run.communicate()
    assert run.returncode == code, err
    assert "Traceback" not in err
    return out or err


def files(folder):
    """Every file of a folder, the lock aside, by its name."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in found
        if path.name != ".lock"
    }


def unpacked(path):
    return zstandard.ZstdDecompressor().stream_reader(path.open("rb"), True).read()


SOME = NIGHTS or 2
"""Nights that are killed."""


@pytest.fixture(scope="module")
def undisturbed(place, dumps):
    """What the nights leave that nobody kills, what they said, and what some left."""
    said = [night(place, "nights", dump) for dump in dumps[:SOME]]
    some = files(place / "nights")
    said += [night(place, "nights", dump) for dump in dumps[SOME:]]
    return place / "nights", said, some


@pytest.fixture
def nights(undisturbed):
    return undisturbed[:2]


def test_each_night_says_what_became_of_its_dump(nights, dumps):
    folder, said = nights
    before, spent = {}, 0
    for number, dump in enumerate(dumps, 1):
        data = unpacked(dump) if dump.suffix == ".zst" else dump.read_bytes()
        now = {r["id"]: r for r in map(json.loads, data.splitlines())}
        left = folder / f"{number:06}"
        report = json.loads((left / "report.json").read_bytes())
        both = now.keys() & before.keys()
        changed = {i for i in both if now[i]["text"] != before[i]["text"]}
        kinds = {
            "new": now.keys() - before.keys(),
            "changed": changed,
            "gone": before.keys() - now.keys(),
            "kept": both - changed,
        }
        title = {i: r["title"] for i, r in [*before.items(), *now.items()]}
        groups = {title[i]: dict.fromkeys(kinds, 0) for s in kinds.values() for i in s}
        for kind, names in kinds.items():
            assert report[kind] == len(names), kind
            for name in names:
                groups[title[name]][kind] += 1
        assert report["groups"] == groups
        keep = unpacked(left / "keep.jsonl.zst").splitlines()
        spent += len(keep)
        assert (report["chosen"], report["spent"]) == (len(keep), spent)
        assert report["left"] == 60 - spent >= 0
        line = (left / "line.txt").read_text()
        assert said[number - 1] == line
        assert f"{len(kinds['new'])} new, {len(changed)} changed" in line
        table = (left / "report.md").read_text()
        assert "| all | " + " | ".join(str(report[kind]) for kind in kinds) in table
        before = now


def test_nights_choose_what_is_chosen_at_once(nights, dumps, place):
    """All dumps together, with the fit and the bar of the first night."""
    state = nights[0] / f"{len(dumps):06}/state"
    quoted = " ".join(shlex.quote(str(dump)) for dump in dumps)
    script = (
        f"sel diversify exact -q {quoted} | sel diversify against -q"
        f" | sel score dsir -q --load {state}/fit.npz"
        f" | sel pick sample -q --by dsir --key id --seed 3 --cut $(cat {state}/cut)"
    )
    env = {**os.environ, "PATH": f"{place}/bin:{os.environ['PATH']}"}
    once = subprocess.run(
        ["bash", "-c", script], env=env | {"PYTHONPATH": str(ROOT)}, capture_output=True
    )
    some = sorted(nights[0].glob("0*/keep.jsonl.zst"))
    chosen = b"".join(map(unpacked, some)).splitlines(True)
    once = once.stdout.splitlines(True)
    if NIGHTS > 4:  # made nights reach the total
        assert len(chosen) == 60 and once[:50] == chosen[:50]
    else:
        assert once == chosen


def test_a_night_run_twice_changes_nothing(nights, dumps, place):
    before = files(nights[0])
    assert "has this dump already" in night(place, "nights", dumps[-1])
    assert files(nights[0]) == before


@pytest.mark.parametrize(
    "settings,why",
    [
        ({"SEED": "4"}, "seed 3, id id, text text, and this is"),
        ({"TEXT": "body"}, "and this is"),
    ],
)
def test_a_state_of_other_settings_is_refused(nights, dumps, place, settings, why):
    before = files(nights[0])
    said = night(place, "nights", dumps[0], code=2, **settings)
    assert why in said and said.count("\n") == 1
    assert files(nights[0]) == before


def test_a_state_of_another_version_is_refused(nights, dumps, place, tmp_path):
    copy = tmp_path / "nights"
    subprocess.run(["cp", "-r", nights[0], copy], check=True)
    kept = copy / f"{len(dumps):06}/state/settings"
    kept.write_text(kept.read_text().replace("sel ", "sel 9."))
    said = night(place, copy, dumps[0], code=2)
    assert "was made by sel 9." in said and said.count("\n") == 1


def piped(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def emptied(tmp_path):
    (tmp_path / "empty.jsonl").touch()
    return tmp_path / "empty.jsonl"


@pytest.mark.parametrize(
    "made,code,why",
    [
        (lambda place: place / "nowhere.jsonl", 4, "nowhere.jsonl: no such file"),
        (piped, 2, "pipe is not a file, and is read several times"),
        (emptied, 3, "the dump has no records"),
    ],
)
def test_what_is_no_dump_is_not_a_night(nights, place, tmp_path, made, code, why):
    before = kept(nights[0])
    said = night(place, "nights", made(tmp_path), code=code)
    assert why in said and said.count("\n") == 1
    assert kept(nights[0]) == before


def test_a_state_that_is_not_whole_is_refused(nights, dumps, place, tmp_path):
    copy = tmp_path / "nights"
    subprocess.run(["cp", "-r", nights[0], copy], check=True)
    (copy / f"{len(dumps):06}/state/cut").unlink()
    said = night(place, copy, dumps[0], code=3)
    assert "state/cut is not there. Try: remove" in said and said.count("\n") == 1


@pytest.mark.parametrize(
    "settings,why",
    [
        ({"FIRST": "61"}, "FIRST, 61, is more than TOTAL, 60"),
        ({"FIRST": "5%"}, "FIRST must be a whole number, got '5%'"),
        ({"TOTAL": "1k"}, "TOTAL must be a whole number, got '1k'"),
    ],
)
def test_numbers_of_records_are_looked_at_first(place, dumps, settings, why):
    assert why in night(place, "none", dumps[0], code=2, **settings)


def test_what_is_not_drift_is_not_called_so(nights, dumps, place, tmp_path):
    copy = tmp_path / "nights"
    subprocess.run(["cp", "-r", nights[0], copy], check=True)
    (copy / f"{len(dumps):06}/state/drift.npz").write_bytes(b"cut")
    said = night(place, copy, other(tmp_path), code=3)
    assert "drift.npz" in said and "the records have drifted" not in said


def test_bad_lines_are_counted(place, dumps):
    data = [unpacked(d) if d.suffix == ".zst" else d.read_bytes() for d in dumps]
    (place / "some.jsonl").write_bytes(b"".join(data) + b"no\n" * 2)
    said = night(place, "bad", "some.jsonl")
    assert "read, 2 bad, " in said
    report = json.loads((place / "bad/000001/report.json").read_bytes())
    assert report["bad"] == 2
    assert len((place / "bad/000001/bad.jsonl").read_bytes().splitlines()) == 2


def test_the_first_night_needs_a_target(place, dumps):
    assert "TARGET=" in night(place, "none", dumps[0], code=2, TARGET="")


def kept(place):
    """The state without what a night that was not taken leaves to look at."""
    return {k: v for k, v in files(place).items() if not k.startswith(".night/")}


def other(tmp_path):
    """A dump unlike those of the nights."""
    words = [f"zq{i} xv{i * 7}" for i in range(400)]
    texts = [" ".join(words[i : i + 90]) for i in range(300)]
    made = [{"id": f"n{i}", "title": "usc17", "text": t} for i, t in enumerate(texts)]
    (tmp_path / "strange.jsonl").write_bytes(lines(made))
    return tmp_path / "strange.jsonl"


@pytest.mark.skipif(NIGHTS > 0, reason="made nights are too small to know drift")
def test_a_night_that_drifts_is_not_taken(nights, dumps, place, tmp_path):
    before, strange = kept(nights[0]), other(tmp_path)
    said = night(place, "nights", strange, code=1, MAX_DRIFT="0.5")
    assert "the records have drifted: {" in said
    again = night(place, "nights", strange, code=1, MAX_DRIFT="0.5")
    assert again == said
    assert kept(nights[0]) == before


def test_nights_that_are_killed_leave_what_they_leave_otherwise(
    undisturbed, dumps, place
):
    rng = random.Random(5)
    kills = 0
    for dump in dumps[:SOME]:
        for _ in range(2):
            run = begun(place, "killed", dump)
            time.sleep(rng.uniform(0.05, 1.5))
            if run.poll() is None:
                os.killpg(run.pid, rng.choice([signal.SIGKILL, signal.SIGTERM]))
                kills += 1
            run.communicate()
        night(place, "killed", dump)
    assert kills
    assert files(place / "killed") == undisturbed[2]
