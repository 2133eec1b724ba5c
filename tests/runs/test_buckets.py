"""Shards whose inputs, parts and states are in a bucket: the bytes of one run."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import fsspec
import pytest
import zstandard

from sel.errors import DataError, UsageError
from sel.runs.shards import engines
from tests.conftest import lines
from tests.harness import stores
from tests.harness.kill import killed_once
from tests.runs.test_shards import did, summary

NAMES = [f"s3://dump/{name}" for name in ("a.jsonl", "b.jsonl.zst", "c.jsonl")]
HERE = ["a.jsonl", "b.jsonl.zst", "c.jsonl"]
ROOT = Path(__file__).parents[2]
FIT = {"target": ["wiki.jsonl"], "min_length": 20}


def records(count, some, seed):
    rng = random.Random(seed)
    words = [f"word{i}" for i in range(some)]
    return [
        {"id": i, "text": " ".join(rng.choices(words, k=rng.randint(1, 300)))}
        for i in range(count)
    ]


POOL = records(1700, 900, 7)
for copy, one in zip(POOL[1500:1560], POOL, strict=False):
    copy["text"] = one["text"]
DUMP = {
    "dump/a.jsonl": lines(POOL[:1400]),
    "dump/b.jsonl.zst": zstandard.compress(lines(POOL[1400:1600])),
    "dump/c.jsonl": lines(POOL[1600:]),
}


@pytest.fixture(scope="module")
def server():
    with pytest.MonkeyPatch.context() as patch, stores.s3(patch) as store:
        yield store


@pytest.fixture
def bucket(server, monkeypatch, tmp_path):
    """A bucket with a dump, of which there is a copy here."""
    monkeypatch.chdir(tmp_path)
    Path("rows.jsonl").write_bytes(lines([{"_row": i} for i in range(1700)]))
    Path("wiki.jsonl").write_bytes(lines(records(200, 300, 8)))
    for name, data in DUMP.items():
        Path(Path(name).name).write_bytes(data)
    server.files, server.uploads, server.cuts, server.drops = {**DUMP}, {}, 0, 0
    return server


def written(store, folder="scored"):
    """The content of a folder in its bucket, which must be whole."""
    listed = json.loads(store.files[f"{folder}/_sel.json"])
    names = {f"{folder}/{one['name']}" for one in listed["shards"]}
    there = {name for name in store.files if name.startswith(f"{folder}/p")}
    assert names == there
    return b"".join(store.files[name] for name in sorted(names))


def whole(path="one.jsonl"):
    return Path(path).read_bytes()


def test_an_engine_scores_from_bucket_to_bucket(bucket, sel):
    did("score", "dsir", HERE, "one.jsonl", summary="one.json", **FIT)
    bucket.files["scored/mine.txt"] = b"no"
    command = "score dsir --target wiki.jsonl --min-length 20 -j 2 --engine local "
    command += "s3://dump/*.jsonl* -o s3://scored/ --summary two.json"
    run = sel(command, code=4)
    assert "s3://scored/ holds mine.txt, and is replaced as a whole" in run.err
    del bucket.files["scored/mine.txt"]
    bucket.files["scored/_sel.json"] = b'{"whole":false}'
    bucket.cuts = bucket.drops = 2
    run = sel(command)
    assert not bucket.cuts and not bucket.drops and not bucket.uploads
    assert written(bucket) == whole()
    assert summary("one.json") == summary("two.json") | {"text": "text"}
    assert not [name for name in bucket.files if "/." in name]
    told = [run.err, *map(str, bucket.files.values()), Path("two.json").read_text()]
    assert not any("hidden" in one or "AKIAKNOWN" in one for one in told)


def test_a_folder_is_replaced_when_all_is_done(bucket, monkeypatch):
    for i in range(9):
        bucket.files[f"scored/part-0000{i}.jsonl"] = b"{}\n"
    listed = [{"name": f"part-0000{i}.jsonl", "bytes": 3} for i in range(9)]
    old = json.dumps({"shards": listed}).encode()
    bucket.files["scored/_sel.json"] = old
    before = dict(bucket.files)
    bucket.files["dump/c.jsonl"] = b"{}\n"
    more = {"engine": "local", "jobs": 1}
    with pytest.raises(DataError, match=r"s3://dump/c\.jsonl:1:"):
        did("score", "length", NAMES, "s3://scored/", **more)
    bucket.files["dump/c.jsonl"] = before["dump/c.jsonl"]
    assert bucket.files == before
    monkeypatch.setattr(engines, "SHARD", "tests.harness.tasks:dying_upload")
    did("score", "length", NAMES, "s3://scored/", **more)
    assert Path(".died-2").exists()  # a worker that had sent its part, and was killed
    did("score", "length", HERE, "one.jsonl")
    assert written(bucket) == whole()


@pytest.mark.parametrize("place", ["s3://", "memory://"])
def test_shards_with_no_engine(bucket, place, monkeypatch):
    names, folder = NAMES, f"{place}scored/"
    if place == "memory://":
        store = fsspec.filesystem("memory")
        monkeypatch.setattr(type(store), "store", {})
        store.pipe({f"/{name}": data for name, data in DUMP.items()})
        names = [name.replace("s3", "memory") for name in names]
    did("score", "length", HERE, "one.jsonl", summary="one.json")
    bucket.cuts = bucket.drops = 2
    for i in (1, 2, 3):
        did("score", "length", names, folder, shard=f"{i}/3")
        with pytest.raises(DataError, match="is not whole"):
            did("pick", "where", [folder], "all.jsonl")
        if i < 3:
            with pytest.raises(DataError, match=f"shards? {i + 1}.* missing"):
                did("score", "length", [folder], folder, merge=True)
    did("score", "length", [folder], "two.jsonl", merge=True, summary="two.json")
    assert whole() == whole("two.jsonl")
    assert summary("one.json") == summary("two.json")
    did("score", "length", [folder], folder, merge=True)
    did("pick", "rows", [folder], "two.jsonl", from_="rows.jsonl")
    assert whole() == whole("two.jsonl")
    did("score", "length", names, folder, shard="2/3", resume=True)  # it is there
    if place == "s3://":
        assert written(bucket) == whole()
        assert not bucket.cuts and not bucket.drops and not bucket.uploads


def test_half_a_part_is_not_taken_for_whole(bucket):
    for i in (1, 2):
        did("score", "length", NAMES, "s3://scored/", shard=f"{i}/2")
    there = dict(bucket.files)
    part = bucket.files["scored/part-00001.jsonl"]
    bucket.files["scored/part-00001.jsonl"] = part[:-9]
    for output in ("s3://scored/", "one.jsonl"):
        with pytest.raises(DataError, match=r"part-00001\.jsonl is not what"):
            did("score", "length", ["s3://scored/"], output, merge=True)
    did("score", "length", NAMES, "s3://scored/", shard="2/2", resume=True)
    assert bucket.files == there
    del bucket.files["scored/.part-00001.jsonl.shard"]  # its machine died just before
    with pytest.raises(DataError, match="is not what shard has written"):
        did("score", "length", ["s3://scored/"], "s3://scored/", merge=True)
    did("score", "length", NAMES, "s3://scored/", shard="2/2", resume=True)
    assert bucket.files == there


@pytest.mark.parametrize("method", ["random", "minhash"])
def test_rounds_whose_states_are_in_a_bucket(bucket, method):
    command = "pick" if method == "random" else "diversify"
    given = {"k": 300} if method == "random" else {}
    did(command, method, HERE, "one.jsonl", **given)
    for _ in range(9):
        left = [f"{i}.jsonl" for i in (1, 2) if not Path(f"{i}.jsonl").exists()]
        for name in left:
            meeting = {"shard": f"{name[0]}/2", "rounds": "s3://states/"}
            did(command, method, NAMES, name, **meeting, **given)
    did(command, method, ["1.jsonl", "2.jsonl"], "two.jsonl", merge=True, **given)
    assert whole() == whole("two.jsonl") and len(whole().splitlines()) < 1700
    assert any(name.startswith("states/round-2-000002") for name in bucket.files)


def test_an_engine_chooses_from_a_bucket(bucket):
    for source, output in (("c.jsonl", "one.jsonl"), (NAMES[2], "s3://o/x.jsonl")):
        more = {"engine": "local"} if output[:2] == "s3" else {}
        did("pick", "random", [source], output, k=30, **more)
    assert bucket.files.pop("o/x.jsonl") == whole()
    assert set(bucket.files) == set(DUMP)


def test_a_driver_that_is_killed_goes_on(bucket, monkeypatch):
    did("score", "length", HERE, "one.jsonl")
    slow = "import sel.runs.shards.engines as e; e.SHARD = 'tests.harness.tasks:slow_shard'"
    code = f"{slow}; from sel.cli.app import main; main()"
    words = ["score", "length", *NAMES, "--engine", "local", "-j", "1"]
    run = subprocess.Popen(
        [sys.executable, "-c", code, *words, "-o", "s3://scored/", "-q"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    second = "scored/.sel-parts/.part-00001.jsonl.shard"
    killed_once(lambda: second in bucket.files, run)
    assert "scored/_sel.json" not in bucket.files
    bucket.asked.clear()
    did("score", "length", NAMES, "s3://scored/", engine="local", jobs=1, resume=True)
    assert written(bucket) == whole()
    put = {path for verb, path, _ in bucket.asked if verb == "PUT"}
    assert "scored/.sel-parts/part-00000.jsonl" not in put
    assert "scored/.sel-parts/part-00003.jsonl" in put


def test_what_a_shard_leaves_has_no_credentials(bucket):
    url = f"{bucket.url}/dump/c.jsonl?sig=secret".replace("//", "//me:secret@")
    did("score", "length", ["c.jsonl"], "one.jsonl")
    for i in (1, 2):
        did("score", "length", [url], "s3://scored/", shard=f"{i}/2")
        fit = {**FIT, "shard": f"{i}/2", "save": f"s3://scored/{i}.shard"}
        did("score", "dsir", [url], **fit)
    did("score", "length", ["s3://scored/"], "s3://scored/", merge=True)
    assert written(bucket) == whole()
    fit = {**FIT, "tokens_to_fit": "9000"}
    did("score", "dsir", ["c.jsonl"], "one.jsonl", **fit)
    did("score", "dsir", [url], "s3://again/", engine="local", jobs=1, **fit)
    assert written(bucket, "again") == whole()
    content = b"".join(bucket.files.values())
    assert b"/dump/c.jsonl" in content
    for secret in (b"secret", b"AKIAKNOWN", b"hidden"):
        assert secret not in content


def test_what_workers_cannot_have(bucket):
    for names, output in ((["memory://a.jsonl"], "x.jsonl"), (HERE, "memory://o/")):
        with pytest.raises(UsageError, match="only this process has that"):
            did("score", "length", names, output, engine="local")
