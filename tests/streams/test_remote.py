"""Remote files: a store in memory, a server of HTTP with faults, and one of S3."""

import gzip
import io
import json
import os
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sel as library
from sel.errors import DataError, MachineError, UsageError, shown
from sel.streams import landing, remote
from sel.streams.blocks import BLOCK
from sel.streams.lines import Stream
from sel.streams.output import finished, open_output
from tests.conftest import lines
from tests.harness import stores

RECORDS = [{"text": "word " * (i % 9 + 1), "n": i} for i in range(20_000)]
DATA = lines(RECORDS)


@pytest.fixture
def memory():
    store = fsspec.filesystem("memory")
    store.store.clear()
    yield store
    store.store.clear()


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr("sel.streams.stores.WAITS", (0, 0, 0))


class Server(ThreadingHTTPServer):
    """Gives `files`; cuts the first `cuts` answers with data in the middle."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.ranges, self.cuts, self.sent, self.etag = {}, True, 0, 0, "1"
        self.status = 0

    def url(self, name):
        return f"http://127.0.0.1:{self.server_port}/{name}"


class Handler(BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.answer(False)

    def do_GET(self):
        self.answer(True)

    def answer(self, body):
        server = self.server
        data = server.files.get(self.path.partition("?")[0].lstrip("/"))
        if data is None or server.status:
            self.send_error(server.status or 404)
            return
        found = re.match(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        total = len(data)
        if found and server.ranges:
            start, end = int(found[1]), min(int(found[2]), total - 1)
            data = data[start : end + 1]
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{end}/{total}")
        else:
            self.send_response(200)
        self.send_header("ETag", server.etag)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if not body:
            return
        if server.cuts and len(data) > 1000:
            server.cuts -= 1
            data = data[: len(data) // 2]
            self.close_connection = True
        server.sent += len(data)
        try:
            self.wfile.write(data)
        except OSError:
            pass

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    with Server() as one:
        thread = threading.Thread(target=one.serve_forever)
        thread.start()
        yield one
        one.shutdown()
        thread.join()


def content(stream):
    return b"".join(block.data for block in stream.blocks())


def test_files_of_a_store_are_read_like_others(memory, tmp_path):
    import zstandard

    packed = zstandard.ZstdCompressor().compress(DATA)
    memory.pipe({"/d/b.jsonl.zst": packed, "/d/a.jsonl": DATA, "/d/c.txt": b"no"})
    (tmp_path / "in.jsonl").write_bytes(DATA)
    here = library.score("length", str(tmp_path / "in.jsonl")).to_list()
    assert library.score("length", "memory://d/a.jsonl").to_list() == here
    assert library.score("length", ["memory://d/b.jsonl.zst"]).to_list() == here
    assert library.score("length", "memory://d/*.jsonl*").to_list() == here + here


def test_a_fit_reads_twice_without_a_copy(memory, monkeypatch):
    memory.pipe({"/pool.jsonl": DATA, "/t/1.jsonl": DATA[: DATA.find(b"\n") + 1]})
    from sel.streams import lines as module

    monkeypatch.delattr(module, "_Spool")
    scored = library.score("dsir", "memory://pool.jsonl", target=["memory://t/*.jsonl"])
    assert len(scored.to_list()) == len(RECORDS)


def test_parquet_is_read_and_written(memory):
    memory.pipe("/a.jsonl", DATA)
    library.score("length", "memory://a.jsonl").write("memory://o/b.parquet")
    again = library.score("length", "memory://o/b.parquet", as_="m").to_list()
    assert [(r["n"], r["length"]) for r in again] == [
        (r["n"], r["m"]) for r in again
    ] and len(again) == len(RECORDS)


def test_an_upload_appears_whole_or_not_at_all(memory):
    memory.pipe("/o.jsonl", b"old")
    with (
        pytest.raises(ZeroDivisionError),
        finished(open_output("memory://o.jsonl")) as o,
    ):
        o.write(DATA)
        1 / 0  # noqa: B018
    assert memory.cat("/o.jsonl") == b"old"
    with finished(open_output("memory://o.jsonl")) as output:
        output.write(DATA)
        assert memory.cat("/o.jsonl") == b"old"
    assert memory.cat("/o.jsonl") == DATA


def test_an_upload_appears_with_the_other_files(memory, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    from sel.streams.atomic import AtomicFile

    with pytest.raises(OSError), landing.together(str(gone / "a")):
        upload, file = open_output("memory://new.jsonl"), AtomicFile(gone / "a")
        file.start(0)
        upload.commit()
        file.commit()
        for part in gone.iterdir():
            part.unlink()
    assert not memory.exists("/new.jsonl")


def test_a_pattern_without_files(memory):
    with pytest.raises(DataError, match="no file has such a name"):
        library.score("length", "memory://none/*.jsonl").to_list()
    memory.pipe({"/x/a.jsonl": DATA, "/x/b.jsonl": DATA})
    with pytest.raises(UsageError, match="pool must be one file"):
        library.evaluate("compare", "memory://x/a.jsonl", pool="memory://x/*.jsonl")


def test_brackets_may_be_part_of_a_name(memory):
    memory.pipe({"/x/a[1].jsonl": DATA, "/x/a1.jsonl": b""})
    assert remote.expanded("memory://x/a[1].jsonl") == ["memory://x/a[1].jsonl"]
    assert remote.expanded("memory://x/a?.jsonl") == ["memory://x/a1.jsonl"]


def test_an_object_that_changes(memory):
    memory.pipe("/a.jsonl", DATA)
    with landing.together():
        blocks = Stream(["memory://a.jsonl"], block=1000).blocks()
        next(blocks)
        memory.pipe("/a.jsonl", DATA + DATA)
        with pytest.raises(DataError, match="while it was read"):
            list(blocks)


def test_an_output_that_is_an_input(memory):
    memory.pipe("/a.jsonl", DATA)
    with pytest.raises(UsageError, match="would be written over an input"):
        library.score("length", "memory://a.jsonl").write("memory:///a.jsonl")
    assert memory.cat("/a.jsonl") == DATA


def test_empty_and_missing(memory):
    memory.pipe("/a.jsonl.gz", b"")
    with pytest.raises(DataError, match="is empty, and such a file never is"):
        library.score("length", "memory://a.jsonl.gz").to_list()
    with pytest.raises(OSError, match=r"memory://no\.jsonl"):
        library.score("length", "memory://no.jsonl").to_list()


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("cuts", [0, 1, 3])
def test_an_answer_that_is_cut_is_asked_for_again(server, quick, ranges, cuts):
    server.files["a.jsonl"], server.ranges, server.cuts = DATA, ranges, cuts
    stream = Stream([server.url("a.jsonl")], again=True)
    assert content(stream) == DATA == content(stream)
    assert server.cuts == 0


@pytest.mark.parametrize("ranges", [True, False])
def test_parquet_of_a_server(server, quick, ranges):
    file = io.BytesIO()
    pq.write_table(pa.table({"n": range(50_000)}), file)
    server.files["a.parquet"], server.ranges, server.cuts = file.getvalue(), ranges, 2
    stream = Stream([server.url("a.parquet") + "?sig=1"])
    assert content(stream) == b"".join(b'{"n":%d}\n' % n for n in range(50_000))
    server.cuts = 1000
    with pytest.raises(MachineError, match=r"a\.parquet: "):
        content(stream)


def test_in_the_end_it_is_given_up(server, quick, sel):
    server.files["a.jsonl"], server.cuts = DATA, 1000
    with pytest.raises(MachineError, match=r"a\.jsonl"):
        content(Stream([server.url("a.jsonl")]))


@pytest.mark.parametrize(("status", "tries"), [(403, 1), (503, 4), (429, 4)])
def test_a_refusal_is_final(server, quick, monkeypatch, status, tries):
    server.files["a.jsonl"], server.status = DATA, status
    asked = []
    error = Handler.send_error
    monkeypatch.setattr(Handler, "send_error", lambda *a: asked.append(1) or error(*a))
    with pytest.raises(MachineError, match=str(status)):
        remote.identity(server.url("a.jsonl"))
    assert len(asked) == 2 * tries  # HEAD and GET


def test_a_file_that_is_cut_short_by_its_writer(server, quick):
    server.files["a.jsonl"] = DATA * 4
    with landing.together():
        blocks = Stream([server.url("a.jsonl")], block=1000).blocks()
        next(blocks)
        server.files["a.jsonl"], server.etag = DATA[:2000], "2"
        with pytest.raises(DataError, match=r"went from [\d,]+ to 2,000 bytes"):
            list(blocks)


def test_no_more_is_fetched_than_is_read(server):
    server.files["a.jsonl"] = DATA * 20
    file = remote.Reader(server.url("a.jsonl"))
    assert file.read(1000) == DATA[:1000]
    assert server.sent <= remote.LEAST + 1
    assert file.seek(-1000, os.SEEK_END) and file.read() == DATA[-1000:]
    assert server.sent <= 2 * remote.LEAST + 1


def test_the_command_line(server, sel):
    server.files["a.jsonl"] = DATA
    url = server.url("a.jsonl").replace("//", "//me:secret@") + "?sig=secret"
    run = sel(["score", "length", "-j", "2", url, "--summary", "s.json"])
    assert [r["n"] for r in run.records] == [r["n"] for r in RECORDS]
    assert "secret" not in run.err
    server.files["a.jsonl"] = DATA + b"[1]\n"
    run = sel(["score", "length", url], code=3)
    assert "secret" not in run.err and "/a.jsonl:20001" in run.err
    server.files.clear()
    run = sel(["score", "length", url], code=4)
    assert "secret" not in run.err and "/a.jsonl" in run.err


def test_what_cannot_be_written(server, sel):
    run = sel(f"score length -o {server.url('o.jsonl')}", DATA, code=2)
    assert "nothing can be written there" in run.err
    run = sel("score length --summary s3://bucket/s.json", DATA, code=2)
    assert "only a file of records is written to a URL" in run.err


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("s3://bucket/k.jsonl", "s3://bucket/k.jsonl"),
        ("s3://bucket/k-?.jsonl", "s3://bucket/k-?.jsonl"),
        ("https://u:p@ss@h/a?X-Sig=1&b=2 x", "https://h/a x"),
        ("https://h/a?token", "https://h/a"),
        ("https://h/a?k=v: no. Try: b", "https://h/a: no. Try: b"),
        ("s3://key:secret@b/k?versionId=1", "s3://b/k"),
        ("zip://a.csv::ftp://u:p@h/z.zip", "zip://a.csv::ftp://h/z.zip"),
        ("me@example.org", "me@example.org"),
    ],
)
def test_what_is_shown_of_a_url(text, seen):
    assert shown(text) == seen
    assert str(DataError(text)) == seen


def test_without_the_extra():
    code = (
        "import sys; sys.modules['fsspec'] = None; from sel.cli.app import main; main()"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, "score", "length", "s3://bucket/k"],
        capture_output=True,
    )
    assert run.returncode == 4 and b"sel-toolkit[remote]" in run.stderr


@pytest.fixture
def bucket(monkeypatch):
    """A server of S3 on this machine, with credentials for it."""
    with stores.s3(monkeypatch) as store:
        yield store


def test_s3(bucket, sel):
    bucket.files |= {"bucket/in/1.jsonl": DATA, "bucket/in/2.jsonl": DATA}
    bucket.files["bucket/in/no.txt"] = b"no"
    run = sel("score length s3://bucket/in/*.jsonl -o s3://bucket/out.jsonl.gz")
    assert "40,000 read" in run.err
    out = gzip.decompress(bucket.files.pop("bucket/out.jsonl.gz")).splitlines()
    assert [json.loads(r)["n"] for r in out] == 2 * [r["n"] for r in RECORDS]
    assert len(bucket.files) == 3 and not bucket.uploads
    assert not bucket.read("bucket/in/no.txt")


def test_s3_after_an_error(bucket, sel):
    bucket.files["bucket/in.jsonl"] = DATA * 20 + b"[1]\n"
    run = sel("score length s3://bucket/in.jsonl -o s3://bucket/out.jsonl", code=3)
    assert "s3://bucket/in.jsonl:400001" in run.err
    assert list(bucket.files) == ["bucket/in.jsonl"] and not bucket.uploads


@pytest.mark.parametrize("ending", ["jsonl", "parquet"])
def test_a_cut_answer_of_s3_is_asked_for_from_its_beginning(bucket, sel, ending):
    sel(f"pick where true -o s3://bucket/a.{ending}", DATA)
    wanted = sel(f"pick where true s3://bucket/a.{ending}").out
    before, bucket.asked[:] = bucket.read(f"bucket/a.{ending}"), []
    bucket.cuts = 2
    assert sel(f"pick where true s3://bucket/a.{ending}").out == wanted
    again = bucket.read(f"bucket/a.{ending}")
    assert bucket.cuts == 0 and len(again) > len(before)
    assert list(dict.fromkeys(again)) == before  # the same ranges, in their order


def test_no_more_is_asked_of_s3_than_is_needed(bucket, sel):
    bucket.files |= {"b/1.jsonl": DATA * 9, "b/2.jsonl": DATA}
    run = sel("pick where true --limit 1 s3://b/1.jsonl s3://b/2.jsonl")
    assert run.records == RECORDS[:1]
    assert bucket.read("b/1.jsonl") == [f"bytes=0-{BLOCK - 1}"]
    assert not bucket.read("b/2.jsonl")
    kinds = {verb for verb, *_ in bucket.asked}
    assert kinds <= {"GET", "HEAD"} and len(bucket.asked) < 20


def test_credentials_are_told_nowhere(bucket, server, sel, tmp_path):
    server.files["a.jsonl"] = bucket.files["b/a.jsonl"] = DATA
    url = server.url("a.jsonl").replace("//", "//me:secret@") + "?sig=secret"
    notes = ["--log", "log.jsonl", "--summary", "summary.json"]
    told = [
        sel(["score", "length", url, "s3://b/a.jsonl", "-o", "o.csv", *notes]).err,
        sel(["score", "length", url, "-o", "s3://gone/x.jsonl", *notes]).err,
        sel(["score", "length", "s3://b/none.jsonl", *notes], code=4).err,
        sel(["pick", "where", "true", "s3://key:secret@b/a.jsonl"], code=4).err,
        sel(["score", "length", url + "&more=secret", "-o", "p.parquet"]).err,
        sel(["score", "length", url, "-o", "many/", "--shard-size", "9k"]).err,
    ]
    server.files["a.jsonl"] = DATA + b"{"
    told.append(sel(["score", "length", url, *notes], code=3).err)
    server.status = 403
    told.append(sel(["score", "length", url, *notes], code=4).err)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {
        *("log.jsonl", "summary.json", "p.parquet", "_sel.json")
    }
    for content in [*told, *(path.read_bytes().decode("latin-1") for path in files)]:
        for secret in ("secret", "AKIAKNOWN", "hidden"):
            assert secret not in content, content


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A hub on this machine, with two files of a data set."""
    with stores.running(stores.Hub) as store:
        for i in range(2):
            rows = {"text": [f"text {n} " * 9 for n in range(9000)]}
            rows["quality"] = [(n * 7919 % 9001) / 9001 + i / 10 for n in range(9000)]
            file = io.BytesIO()
            pq.write_table(pa.table(rows), file)
            store.files[f"datasets/me/nice/data/{i}.parquet"] = file.getvalue()
        store.files["datasets/me/nice/README.md"] = b"no"
        monkeypatch.setenv("HF_ENDPOINT", store.url)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
        monkeypatch.setenv("HF_TOKEN", "hf_hidden")
        yield store


@pytest.mark.parametrize("cuts", [0, 1])
def test_a_data_set_of_a_hub(hub, sel, cuts):
    hub.cuts = cuts
    url = "hf://datasets/me/nice/data/*.parquet"
    run = sel(["pick", "top", "-k", "3", "--by", "quality", url])
    best = [round((9000 - n) / 9001 + 0.1, 6) for n in range(3)]
    assert sorted([round(r["quality"], 6) for r in run.records])[::-1] == best
    assert "18,000 read, 3 kept" in run.err and len(run.err.splitlines()) == 1
    assert "hf_hidden" not in run.err
    asked = {path for _, path, _ in hub.asked}
    assert not any("README" in path or "harness" in path for path in asked)
    size = sum(len(data) for name, data in hub.files.items() if "data/" in name)
    spans = [r.removeprefix("bytes=").split("-") for _, _, r in hub.asked if r]
    fetched = sum(int(end) - int(start) + 1 for start, end in spans)
    assert fetched <= size + (2 + 2 * cuts) * max(size // 2, remote.LEAST)


def test_a_data_set_that_is_not_there(hub, sel):
    run = sel("pick where true hf://datasets/me/none/a.jsonl", code=4)
    assert "hf://datasets/me/none/a.jsonl" in run.err and "hf_hidden" not in run.err
    run = sel("pick where true hf://datasets/me/nice/data/*.jsonl", code=3)
    assert "no file has such a name" in run.err


# Numbered files in a folder


def chosen(url, k, size="7000", **more):
    source = [dict(one) for one in RECORDS]
    library.pick("random", source, k=k, shard_size=size, **more).write(url)


def test_numbered_files(memory):
    chosen("memory://o/*.jsonl.gz", 20_000)
    names = [f"/o/part-0000{i}.jsonl.gz" for i in range(3)]
    assert sorted(memory.store) == ["/o/_sel.json", *names]
    said = json.loads(memory.cat("/o/_sel.json"))
    assert [one["bytes"] for one in said["shards"]] == [*map(memory.size, names)]
    assert [one["records"] for one in said["shards"]] == [7000, 7000, 6000]
    found = library.pick("where", "memory://o/", condition="true").to_list()
    assert found == RECORDS
    chosen("memory://o/*.jsonl", 50)
    assert sorted(memory.store) == ["/o/_sel.json", "/o/part-00000.jsonl"]


def test_a_folder_that_is_not_whole_or_not_ours(memory):
    memory.pipe("/o/mine.jsonl", b"{}\n")
    with pytest.raises(MachineError, match=r"holds mine\.jsonl"):
        chosen("memory://o/", 5)
    with pytest.raises(DataError, match=r"there is no such file.*Try: memory://o/\*"):
        library.pick("where", "memory://o/", condition="true").to_list()
    memory.rm("/o/mine.jsonl")
    chosen("memory://o/", 20_000)
    memory.pipe("/o/part-00001.jsonl", b"{}\n")
    with pytest.raises(DataError, match=r"part-00001\.jsonl has 3 bytes"):
        library.pick("where", "memory://o/", condition="true").to_list()
    memory.rm("/o/part-00001.jsonl")
    with pytest.raises(DataError, match=r"part-00001\.jsonl is missing"):
        library.pick("where", "memory://o/", condition="true").to_list()
    memory.pipe("/o/_sel.json", b'{"whole":false}')
    with pytest.raises(DataError, match="is not whole"):
        library.pick("where", "memory://o/", condition="true").to_list()
    chosen("memory://o/", 20_000)  # what was begun is done anew
    assert library.pick("where", "memory://o/", condition="true").to_list() == RECORDS


@pytest.mark.parametrize("before", [0, 20_000])
def test_an_error_leaves_a_folder_as_it_was(memory, before):
    if before:
        chosen("memory://o/", before)
    there = {name: memory.cat(name) for name in memory.store}
    records = [*RECORDS, {"n": "\ud800"}]
    with pytest.raises(DataError):
        library.score("length", records, shard_size="900").write("memory://o/")
    assert {name: memory.cat(name) for name in memory.store} == there


def test_the_manifest_appears_last(memory, monkeypatch):
    chosen("memory://o/*.json", 20_000)
    put, seen = type(memory).pipe_file, []

    def pipe_file(self, path, data, *more, **named):
        said = json.loads(data)
        seen.append(len(memory.glob("/o/part-*.jsonl")) if "shards" in said else said)
        return put(self, path, data, *more, **named)

    monkeypatch.setattr(type(memory), "pipe_file", pipe_file)
    chosen("memory://o/*.jsonl", 20_000)
    assert seen == [{"whole": False}, 3]
    assert len(memory.glob("/o/part-*")) == 3


def test_numbered_files_on_s3(bucket, sel):
    bucket.files |= {"bucket/in/1.jsonl": DATA, "bucket/in/2.jsonl": DATA}
    command = "score length s3://bucket/in/*.jsonl -o s3://bucket/o/ --shard-size "
    for size, count in (("9k", 5), ("25k", 2)):
        sel(command + size)
        names = [f"bucket/o/part-0000{i}.jsonl" for i in range(count)]
        there = sorted(name for name in bucket.files if "/o/" in name)
        assert there == ["bucket/o/_sel.json", *names]
        said = bucket.files["bucket/o/_sel.json"].decode()
        assert "hidden" not in said and len(json.loads(said)["inputs"]) == 2
        out = b"".join(bucket.files[name] for name in names).splitlines()
        assert [json.loads(r)["n"] for r in out] == 2 * [r["n"] for r in RECORDS]
    assert not bucket.uploads
    bucket.files["bucket/in/2.jsonl"] = DATA + b"[1]\n"
    sel(command + "9k", code=3)
    assert b"".join(bucket.files[name] for name in names).splitlines() == out
    assert bucket.files["bucket/o/_sel.json"].decode() == said
    assert not bucket.uploads
