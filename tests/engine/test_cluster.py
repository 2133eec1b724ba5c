"""With Ray comes what one run and processes of this machine give, byte by byte."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import orjson
import pytest
import zstandard

from sel.engine.cluster import Cluster
from sel.engine.crews import AHEAD, ordered
from sel.engine.processes import Processes
from sel.errors import DataError, MachineError
from sel.runs.shards import engines
from sel.streams import share
from tests.harness import PATIENCE, stores
from tests.harness.cluster import CPUS
from tests.runs.sharded import call, pieces

TASKS = "tests.harness.tasks"
DRIVER = f"""
import sel.runs.shards.engines
sel.runs.shards.engines.SHARD = "{TASKS}:slow_shard"
from sel.cli.app import main
main()
"""
FILES = ["in-0.jsonl", "in-1.jsonl", "in-2.jsonl.zst", "in-3.jsonl"]
ROWS = 4_500  # five blocks of rows
COMMANDS = [
    "score length --thin",
    "score random",
    "score dsir --target wiki.jsonl --min-length 20",
    "score dsir --target wiki.jsonl --tokens-to-fit 3000 --text text",
    "score classifier --pos wiki.jsonl --neg old.jsonl",
    "embed ngrams --dim 16",
    "pick sample -k 50 --by s --seed 3",
    "pick top --by s --budget 900 --cost n --per lang",
    "pick random --fraction 0.3 --key id",
    "pick fuse --rank s:0.3,n:0.7 -k 60",
    "pick where 'n > 3 and s < 0.9'",
    "pick where --percentile 's >= 60'",
    "pick rows --from rows.jsonl",
    "pick mix mix.json -k 90 --per lang",
    "diversify exact",
    "diversify minhash --threshold 0.6 --ngrams 2 --permutations 32",
    "diversify against --old old.jsonl --threshold 0.6 --ngrams 2 --permutations 32",
    "eval profile --by lang",
    "eval leak --against tests.jsonl --rule 8-gram",
    "eval check --format json rules.toml",
    "eval match --pool pool.jsonl --target tests.jsonl --seeds 3",
]


def records(n, seed):
    rng = random.Random(seed)
    words = [f"word{i}" for i in range(80)]
    made = []
    for i in range(n):
        text = " ".join(rng.choices(words, k=rng.randint(8, 30)))
        made.append(
            {"id": i, "text": text, "s": rng.random(), "n": i % 9, "lang": "en"}
        )
        if i % 7 == 0:
            made[-1] |= {"text": made[i // 2]["text"], "lang": "de"}
    return made


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Some files, of which one is empty and one is compressed, and what goes with them."""
    folder = tmp_path_factory.mktemp("place")
    made = records(300, 4)
    for name, some in {
        "wiki": records(40, 5)[:30],
        "old": made[::11],
        "tests": made[::9],
        "pool": [*made, *records(60, 6)],
        "rows": [{"_row": i} for i in range(0, 299, 7)],
    }.items():
        (folder / f"{name}.jsonl").write_bytes(b"".join(map(line, some)))
    (folder / "mix.json").write_text('{"en": 0.5, "de": 0.5}')
    (folder / "rules.toml").write_text('rules = ["records >= 100", "lang.de >= 0.1"]\n')
    made[13] = b"\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert pieces(made, [0, 41, 150], packed=(2,)) == FILES
        yield folder


@pytest.fixture
def files(place, tmp_path, monkeypatch):
    """The files in a folder of their own."""
    for path in place.iterdir():
        shutil.copy(path, tmp_path)
    monkeypatch.chdir(tmp_path)
    return FILES


class Kept(Processes):
    """Processes that stay when a run ends, for the next one."""

    def close(self):
        pass


@pytest.fixture(scope="module")
def two(place):
    """Two processes in the folder of the files."""
    crew = Kept(2)
    yield crew
    Processes.close(crew)


def line(record):
    return orjson.dumps(record) + b"\n"


def done(command, files, name, more):
    """What a command writes, and what it says at its end."""
    command = f"{command} -q --summary said.json -o {name}"
    call(f"{command} {more} {' '.join(files)}")
    said = json.loads(Path("said.json").read_bytes())
    return Path(name).read_bytes(), said | {"seconds": 0}


@pytest.mark.parametrize("command", COMMANDS)
def test_all_engines_write_the_same(ray, place, two, monkeypatch, command):
    monkeypatch.chdir(place)
    monkeypatch.setattr("sel.engine.processes.Processes", lambda _: two)
    end = {"eval": ".json", "embed": ".npy"}.get(command.split()[0], ".jsonl")
    files = (
        FILES[1:] if "match" in command else FILES
    )  # which takes none without records
    whole = done(command, files, f"one{end}", "")

    for engine in ("local", "ray"):
        assert done(command, files, f"{engine}{end}", f"--engine {engine}") == whole

    assert len(whole[0]) > 100
    assert not [name for name in os.listdir() if ".sel-parts" in name]


@pytest.mark.parametrize("command", ["score length", "diversify exact"])
def test_what_is_compressed_has_the_same_content(ray, files, command):
    whole, said = done(command, files, "one.jsonl", "")

    packed, found = done(command, files, "two.jsonl.zst", "--engine ray")

    assert zstandard.ZstdDecompressor().stream_reader(packed).read() == whole
    assert {**found, "output": said.get("output")} == {
        **said,
        "output": said.get("output"),
    }


def test_matrices(ray, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = np.random.default_rng(2).normal(size=(ROWS, 8)).astype(np.float32)
    np.save("v.npy", rows)
    np.save("few.npy", rows[:300])
    ids = pieces([{"id": i} for i in range(300)], [0, 90, 200], packed=(1,))
    graph = "index graph --vectors v.npy -k 8"
    choice = "diversify facility -k 9 --vectors few.npy"

    whole = done(graph, [], "one.npy", "")
    assert done(graph, [], "two.npy", "--engine ray") == whole
    known = done(choice, ids, "local.jsonl", "--engine local")
    assert done(choice, ids, "ray.jsonl", "--engine ray") == known
    assert len(known[0].splitlines()) == 9


class Counting(Cluster):
    """Counts the tasks that are on their way."""

    flying = most = submitted = 0

    def submit(self, name, shared, task):
        self.flying += 1
        self.submitted += 1
        self.most = max(self.most, self.flying)
        return super().submit(name, shared, task)

    def result(self, handle):
        self.flying -= 1
        return super().result(handle)


@pytest.fixture
def crew(ray):
    made = Counting(None, print, 1)
    yield made
    made.close()
    assert ray.is_initialized()  # whoever started it ends it


def test_it_was_started_and_that_was_said(ray, started):
    assert started["said"] == ["there is no cluster of Ray: one was started here"]


def test_results_come_in_order_and_errors_as_they_were(crew):
    results = ordered(crew, f"{TASKS}:late", 100, range(9))
    assert list(results) == [100 + 2 * i for i in range(9)]
    results = ordered(crew, f"{TASKS}:failing", {3, 4}, range(9))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(DataError) as caught:
        next(results)
    assert str(caught.value) == "pool.jsonl:3:1: not JSON"


@pytest.mark.parametrize("window", [None, 1, 3])
def test_no_more_than_a_window_is_on_its_way(crew, window):
    most, taken = window or AHEAD * CPUS, []

    def tasks():
        for i in range(20):
            taken.append(i)
            yield i

    results = ordered(crew, f"{TASKS}:doubled", 0, tasks(), window)
    assert next(results) == 0
    assert len(taken) == most + 1
    assert list(results) == [2 * i for i in range(1, 20)]
    assert crew.most == most


@pytest.fixture
def many(files):
    """As many files as there are shards for so many workers, where there are more."""
    names = [f"x-{i}.jsonl" for i in range(engines.EACH * CPUS + 2)]
    for name in names:
        shutil.copy("pool.jsonl", name)
    return names


def test_a_run_keeps_to_the_window(ray, many, monkeypatch):
    made = []

    def counting(*words):
        made.append(Counting(*words))
        return made[0]

    monkeypatch.setattr("sel.engine.cluster.Cluster", counting)
    whole = done("score length", many, "one.jsonl", "")
    assert done("score length", many, "two.jsonl", "--engine ray") == whole
    assert made[0].submitted == engines.EACH * CPUS
    assert made[0].most == AHEAD * CPUS


def test_the_task_of_a_lost_worker_is_done_again(crew, tmp_path):
    known = str(tmp_path), 1
    assert list(ordered(crew, f"{TASKS}:dying", known, range(4))) == [0, 1, 2, 3]
    assert (tmp_path / "died-0").exists()
    known = str(tmp_path), 9
    with pytest.raises(MachineError, match="task 3 lost its worker 3 times"):
        list(ordered(crew, f"{TASKS}:dying", known, range(4)))


def test_a_shard_whose_worker_dies_is_done_again(ray, files, monkeypatch):
    whole = done("score length", files, "one.jsonl", "")
    monkeypatch.setattr(engines, "SHARD", f"{TASKS}:dying_shard")
    remove = engines.shared.remove
    died = []

    def watched(folder):
        died.extend(Path(folder).glob(".died-2"))
        remove(folder)

    monkeypatch.setattr(engines.shared, "remove", watched)
    assert done("score length", files, "two.jsonl", "--engine ray") == whole
    assert died


@pytest.mark.parametrize("command", ["score length", "diversify exact"])
def test_a_bad_line_is_told_as_in_one_run(ray, files, command, capsys):
    bad = Path(files[-1]).read_bytes().splitlines(keepends=True)
    bad[11], bad[20] = b"{bad\n", b"worse\n"
    Path(files[-1]).write_bytes(b"".join(bad))
    said = []
    for more in ("", "--engine ray"):
        call(f"{command} {more} -o out.jsonl {' '.join(files)}", 3)
        said.append(capsys.readouterr().err.splitlines()[-1])
        assert not Path("out.jsonl").exists()
    assert f"{files[-1]}:12:" in said[0]
    assert said == [said[0]] * 2
    skip = "--on-error quarantine=bad.jsonl"
    whole = done(command, files, "one.jsonl", skip)
    aside = Path("bad.jsonl").read_bytes()
    Path("bad.jsonl").unlink()
    assert done(command, files, "two.jsonl", f"{skip} --engine ray") == whole
    assert Path("bad.jsonl").read_bytes() == aside
    assert len(aside.splitlines()) == 2


FIRST = "part-00000.jsonl", "part-00001.jsonl"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_driver_that_ends_is_gone_on_with(ray, many, monkeypatch, number):
    whole, _ = done("score length", many, "one.jsonl", "")
    words = ["score", "length", "--engine", "ray", "-q", "-o", "two.jsonl", *many]
    run = subprocess.Popen([sys.executable, "-c", DRIVER, *words], stderr=-1)
    parts = Path(".two.jsonl.sel-parts")
    end = time.monotonic() + PATIENCE
    while not all((parts / share.beside(name)).exists() for name in FIRST):
        assert time.monotonic() < end and run.poll() is None
        time.sleep(0.02)
    run.send_signal(number)
    _, said = run.communicate(timeout=PATIENCE)
    assert (run.returncode, said) == (-number, b"")
    assert not Path("two.jsonl").exists()
    made = {name: (parts / name).stat().st_ino for name in FIRST}
    kept, submit = {}, Cluster.submit

    def watching(self, name, shared, task):
        if task[0] > AHEAD * CPUS + len(FIRST):  # so that these are done
            kept.update({name: (parts / name).stat().st_ino for name in FIRST})
        return submit(self, name, shared, task)

    monkeypatch.setattr(Cluster, "submit", watching)
    found, _ = done("score length", many, "two.jsonl", "--engine ray --resume")
    assert found == whole
    assert kept == made
    assert not parts.exists()


def test_from_bucket_to_bucket(ray, files, monkeypatch):
    whole, _ = done("score dsir --target wiki.jsonl", files, "one.jsonl", "")
    with stores.s3(monkeypatch) as store:
        store.files = {f"dump/{name}": Path(name).read_bytes() for name in files}
        store.cuts = store.drops = 1
        call(
            "score dsir --target wiki.jsonl --engine ray -q "
            "s3://dump/*.jsonl* -o s3://scored/"
        )
        assert not store.cuts and not store.drops and not store.uploads
        listed = json.loads(store.files["scored/_sel.json"])
        names = [f"scored/{one['name']}" for one in listed["shards"]]
        assert b"".join(store.files[name] for name in names) == whole
        assert not [name for name in store.files if "/." in name]


CONNECT = """
import sys
from sel.engine.cluster import Cluster
from sel.errors import MachineError

for address in sys.argv[1:]:
    try:
        print(Cluster(address or None, print, 1).workers, "processors")
    except MachineError as error:
        print(error)
"""


def connected(*addresses):
    """What is said of clusters at some addresses, line by line."""
    words = [sys.executable, "-c", CONNECT, *addresses]
    run = subprocess.run(words, capture_output=True, check=True, timeout=PATIENCE)
    assert run.stderr == b""
    return run.stdout.decode().splitlines()


def test_a_cluster_that_does_not_answer(started, monkeypatch):
    monkeypatch.delenv("RAY_AUTH_MODE", raising=False)
    dead, wrong, shut = connected("127.0.0.1:1", "nowhere", started["address"])
    refused = "(Connection refused). Try: ray status"
    assert dead == f"no cluster of Ray answers at 127.0.0.1:1 {refused}"
    assert wrong.startswith("no cluster of Ray answers at nowhere (ValueError: ")
    assert shut.endswith("asks for a token. Try: export RAY_AUTH_MODE=token")


def test_the_cluster_that_ray_start_has_left_is_found(started, tmp_path, monkeypatch):
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    for name, value in started["env"].items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    (tmp_path / "ray").mkdir()
    (tmp_path / "ray" / "ray_current_cluster").write_text(started["address"])
    assert connected("") == [f"{CPUS} processors"]


def test_without_ray(files, sel):
    Path("ray.py").write_text("raise ImportError")  # found before the package

    run = sel("score length pool.jsonl --engine ray -o out.jsonl", code=4)

    assert "Try: pip install 'sel-toolkit[ray]'" in run.err
