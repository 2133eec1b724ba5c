"""Numbered files of a folder, and the manifest that makes it whole."""

import gzip
import hashlib
import json
import os

import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest

import sel as library
from sel.errors import DataError, MachineError, OptionError
from sel.options.writing import Sharding
from sel.streams import landing, manifest, parts, shards, swap
from tests.conftest import lines

RECORDS = [
    {"id": i, "text": f"é text {i} " * (i % 7 + 1), "big": 2**60 + i, "q": None}
    for i in range(100)
]
DATA = lines(RECORDS)


@pytest.fixture
def place(tmp_path):
    (tmp_path / "pool.jsonl").write_bytes(DATA)
    return tmp_path


def said(folder):
    return json.loads((folder / "_sel.json").read_bytes())


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def written(folder, data, records=None, size=None, ending=".jsonl", cut=1):
    """The lines as they come out in files, given in pieces of `cut` lines."""
    found = data.splitlines(keepends=True)
    with landing.together():
        out = shards.Plan(f"{folder}/", ending, records, size).open((), None)
        for at in range(0, len(found), cut):
            out.write(b"".join(found[at : at + cut]))
        out.commit()
        out.finish({})
    return [(folder / one["name"]).read_bytes() for one in said(folder)["shards"]]


@pytest.mark.parametrize("cut", [1, 7, 100])
def test_files_hold_so_many_records_however_they_come(tmp_path, cut):
    found = written(tmp_path / "o", DATA, records=30, cut=cut)
    assert b"".join(found) == DATA
    assert [one.count(b"\n") for one in found] == [30, 30, 30, 10]


@pytest.mark.parametrize("cut", [1, 7, 100])
def test_files_hold_so_many_bytes_or_one_record(tmp_path, cut):
    found = written(tmp_path / "o", DATA, size=200, cut=cut)
    assert b"".join(found) == DATA
    assert max(one.count(b"\n") for one in found) > 1
    for one, after in zip(found, [*found[1:], b""], strict=True):
        assert len(one) <= 200 or one.count(b"\n") == 1
        assert not after or len(one) + len(after.splitlines()[0]) + 1 > 200


def test_without_a_record_there_is_one_file(tmp_path, sel):
    assert written(tmp_path / "o", b"", records=3) == [b""]
    assert sel("pick where true o").out == b""


@pytest.mark.parametrize(
    ("size", "records", "most"),
    [
        ("100k", 100_000, None),
        ("5", 5, None),
        ("512MB", None, 512_000_000),
        ("1.5KiB", None, 1536),
        ("7B", None, 7),
        ("1GB", None, 10**9),
    ],
)
def test_a_size_is_of_records_or_of_bytes(size, records, most):
    assert Sharding(shard_size=size).limits == (records, most)


@pytest.mark.parametrize("size", ["0", "0MB", "-5", "x", "5%", "1mb", "1e400", "MB"])
def test_other_sizes_are_refused(size):
    with pytest.raises(OptionError, match="shard-size must be a number of records"):
        Sharding(shard_size=size)


ENDINGS = [".jsonl", ".jsonl.zst", ".jsonl.gz", ".json", ".json.gz", ".csv", ".tsv.zst"]


@pytest.mark.parametrize("ending", [*ENDINGS, ".parquet", ".arrow"])
def test_what_was_written_is_read_in_order(sel, place, ending):
    sel(["score", "length", "pool.jsonl", "-o", f"o/*{ending}", "--shard-size", "4kB"])
    names = [one["name"] for one in said(place / "o")["shards"]]
    assert len(names) > 2
    assert names == [f"part-{i:05}{ending}" for i in range(len(names))]
    expected = sel("score length pool.jsonl").records
    assert sel("pick where true o").records == expected


def test_the_manifest_says_what_was_done(sel, place):
    (place / "b.csv.gz").write_bytes(gzip.compress(b"id,text\n1,a\n2,b\n"))
    sel("pick random -k 60 --seed 3 pool.jsonl b.csv.gz -o o/ --shard-size 25")
    found = said(place / "o")
    assert found["version"] == library.__version__
    assert found["command"].startswith("sel pick random -k 60 ")
    assert found["command"].endswith("--output o/ pool.jsonl b.csv.gz")
    assert (found["seed"], found["options"]["k"]) == (3, 60)
    assert found["counts"] == {
        "read": 102,
        "kept": 60,
        "dropped": 42,
        "rejected": 0,
        "blank": 0,
    }
    for one in found["inputs"]:
        data = (place / one["name"]).read_bytes()
        assert one["bytes"] == len(data)
        assert one["sha256"] == hashlib.sha256(data).hexdigest()
    assert found["records"] == 60
    assert [one["records"] for one in found["shards"]] == [25, 25, 10]
    assert found["bytes"] == sum(one["bytes"] for one in found["shards"])
    for one in found["shards"]:
        data = (place / "o" / one["name"]).read_bytes()
        assert one["sha256"] == hashlib.sha256(data).hexdigest()
        assert one["bytes"] == len(data)


def test_sums_are_those_of_what_was_read_whole(sel, place):
    table = pa.table({"text": [f"t {i}" for i in range(50)]})
    pq.write_table(table, place / "t.parquet")
    command = "score dsir --target t.parquet --shard-size 50 -o o/"
    sel(f"{command} - pool.jsonl", DATA)
    found = {one["name"]: one for one in said(place / "o")["inputs"]}
    parquet = (place / "t.parquet").read_bytes()
    assert found["t.parquet"]["sha256"] == hashlib.sha256(parquet).hexdigest()
    assert found["standard input"] == {
        "name": "standard input",
        "bytes": len(DATA),
        "sha256": hashlib.sha256(DATA).hexdigest(),
    }
    (place / "big.jsonl").write_bytes(DATA * 200)
    sel("pick where true big.jsonl --limit 1 --shard-size 50 -o o/")
    (one,) = said(place / "o")["inputs"]
    assert one == {"name": "big.jsonl", "bytes": 200 * len(DATA), "sha256": None}


def test_tables_of_a_folder_have_the_same_columns(sel, place):
    records = [{"a": i, "x": None} for i in range(20)] + [{"a": 0.5, "x": "s"}]
    (place / "in.jsonl").write_bytes(lines(records))
    sel(["pick", "where", "true", "in.jsonl", "-o", "o/*.parquet", "--shard-size", "5"])
    schemas = {str(pq.read_schema(one)) for one in (place / "o").glob("*.parquet")}
    assert len(schemas) == 1
    assert pa.dataset.dataset(place / "o").to_table()["x"].to_pylist()[-1] == "s"
    sel(["pick", "where", "true", "in.jsonl", "-o", "o/*.csv", "--shard-size", "5"])
    assert {one.read_bytes()[:4] for one in (place / "o").glob("*.csv")} == {b"a,x\n"}


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("p.parquet", ".parquet"),
        ("p.jsonl.gz", ".jsonl.gz"),
        ("p.json", ".json"),
        ("p.ndjson", ".ndjson"),
        ("p.txt", ".jsonl"),
        ("p", ".jsonl"),
        ("-", ".jsonl"),
        ("p.csv.zst", ".csv.zst"),
        ("https://a/p.jsonl.zst?t=.gz", ".jsonl.zst"),
    ],
)
def test_files_end_as_the_first_input(name, ending):
    assert shards.planned("o/", 5, None, name).ending == ending
    assert shards.planned("a/o/*.csv", 5, None, name).ending == ".csv"


@pytest.mark.parametrize("output", ["o", "o/x.jsonl", "*.csv"])
def test_an_output_that_is_no_folder_is_refused(sel, place, output):
    words = ["pick", "where", "true", "pool.jsonl", "--shard-size", "5"]
    for more in ([], ["-o", output]):
        assert "--shard-size goes with -o DIR/" in sel([*words, *more], code=2).err
    assert "or --shard-size 512MB" in sel([*words[:-2], "-o", "o/"], code=2).err
    assert ".xml cannot be" in sel([*words, "-o", "o/*.xml"], code=2).err
    assert not (place / "o").exists()


def test_a_folder_of_an_older_run_is_replaced_as_a_whole(sel, place):
    sel("pick where true pool.jsonl -o o/ --shard-size 10 -q")
    (place / "o/notes.txt").write_text("mine")
    (place / "o/.keep").write_text("")
    sel("score length pool.jsonl -o o/ --shard-size 60 -q")
    names = [".keep", "_sel.json", "notes.txt", "part-00000.jsonl", "part-00001.jsonl"]
    assert sorted(os.listdir(place / "o")) == names
    assert len(sel("pick where length>0 o").records) == 100


def test_what_is_not_ours_stays(sel, place):
    command = "pick where true pool.jsonl -o o/ --shard-size 10 -q"
    (place / "o").mkdir()
    (place / "o/part-00000.jsonl").write_text("mine")
    assert "holds part-00000.jsonl" in sel(command, code=4).err
    (place / "o/part-00000.jsonl").unlink()
    sel(command)
    sel("pick where id<10 pool.jsonl -o o/ --shard-size 10 -q")
    (place / "o/part-00001.jsonl").write_text("mine")
    before = files(place / "o")
    assert "part-00001.jsonl is in the way" in sel(command, code=4).err
    assert files(place / "o") == before
    (place / "o/part-00000.jsonl").write_text("changed")
    assert "was changed since" in sel(command, code=4).err
    (place / "o/_sel.json").write_text(
        '{"shards":[{"name":"../pool.jsonl","bytes":1}]}'
    )
    assert "does not list the files" in sel(command, code=3).err
    assert (place / "pool.jsonl").read_bytes() == DATA


def test_a_file_that_is_missing_or_of_another_size_is_named(sel, place):
    sel("pick where true pool.jsonl -o o/ --shard-size 40 -q")
    (place / "o/extra.jsonl").write_bytes(b"{}\n")
    assert sel("pick where true o").out == DATA
    assert sel("pick where true .").out.count(b"\n") == 200
    os.truncate(place / "o/part-00001.jsonl", 9)
    assert "o/part-00001.jsonl has 9 bytes" in sel("pick where true o", code=3).err
    (place / "o/part-00001.jsonl").unlink()
    for folder in ("o", "."):
        run = sel(f"pick where true {folder}", code=3)
        assert "part-00001.jsonl is missing, and _sel.json lists it" in run.err


def test_an_error_leaves_what_was_there(sel, place):
    (place / "bad.jsonl").write_bytes(DATA + b"{\n")
    for command in ("pick where true", "score length"):
        sel(f"{command} bad.jsonl -o new/deep/ --shard-size 10", code=3)
        assert not (place / "new/deep").exists()
    sel("pick where true pool.jsonl -o o/ --shard-size 10 -q")
    before = files(place / "o")
    sel("score length bad.jsonl -o o/ --shard-size 10", code=3)
    assert files(place / "o") == before


def test_inputs_and_other_outputs_are_not_in_the_folder(sel, place):
    sel("pick where true pool.jsonl -o o/ --shard-size 10 -q")
    for more in ("o", "o/part-00003.jsonl", "pool.jsonl --summary o/s.json"):
        run = sel(f"score length {more} -o o/ --shard-size 10", code=2)
        assert "Try: another name" in run.err


def test_chosen_records_in_another_form(sel, place):
    command = "diversify exact pool.jsonl --form messages -o o/ --shard-size 30"
    (place / "pool.jsonl").write_bytes(
        lines([{"prompt": f"p{i}", "completion": "c"} for i in range(50)])
    )
    sel(command)
    found = sel("pick where true o").records
    assert len(found) == 50 and set(found[0]) == {"messages"}
    run = sel(f"{command} --dataset-info i.json", code=2)
    assert "--dataset-info goes with -o FILE" in run.err


def test_the_library_reads_what_it_wrote(place):
    chosen = library.pick("random", str(place / "pool.jsonl"), k=50, shard_size="20")
    chosen.write(place / "o")
    assert len(list(chosen)) == 50
    assert len(chosen.summary) and len(files(place / "o")) == 4
    assert library.read(place / "o").to_list() == list(chosen)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"5", b'"shards"', b"{}", b'{"shards":[]}', b"\xff"]
    + [b'{"shards":%b}' % shards for shards in (b"5", b"[5]", b"{}", b"null")]
    + [
        b'{"shards":[{"name":%b,"bytes":%b}]}' % one
        for one in (
            (b"5", b"1"),
            (b'"part-00000.jsonl"', b'"x"'),
            (b'"part-00000.jsonl"', b"[]"),
            (b'"part-00000.jsonl"', b"1e999"),
            (b'"/etc/passwd"', b"1"),
            (b'"part-00000/../../x"', b"1"),
            (b'"part-00000.jsonl\\n"', b"1"),
            (b"[]", b"1"),
        )
    ],
)
def test_a_manifest_that_is_none_is_refused(place, data):
    (place / "_sel.json").write_bytes(data)
    for ask in (manifest.files, manifest.check_free):
        with pytest.raises(DataError, match="does not list the files of a folder"):
            ask(f"{place}/")


# Runs that die


def killed(place, moves):
    """A run that replaces a folder, killed after so many moves of its files."""
    folder = place / "o"
    written(folder, DATA, records=40)
    before = files(folder)
    out = shards.Plan(f"{folder}/", ".jsonl", 60, None).open((), None)
    out.write(lines(RECORDS[::-1]))
    out.commit()
    renamed, rename = [], os.rename

    def move(*names):
        if len(renamed) == moves:
            raise KeyboardInterrupt
        renamed.append(names)
        rename(*names)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "rename", move)
        patch.setattr(swap, "back", lambda part: None)  # the dead undo nothing
        try:
            out.finish({})
            whole = True
        except KeyboardInterrupt:
            whole = False
    file = out._place.manifest
    if not whole:
        os.close(file._fd)  # and with it the lock
    return before, whole


def test_killed_at_any_moment_a_folder_is_whole_or_said_not_to_be(sel, place):
    seen = set()
    for moves in range(20):
        folder = place / "o"
        before, whole = killed(place, moves)
        if whole:
            break
        if moves and not (folder / "_sel.json").exists():
            with pytest.raises(DataError, match="is not whole"):
                manifest.files(str(folder))
        else:
            assert len(manifest.files(str(folder))) == 3
        seen.add((folder / "_sel.json").exists())
        manifest.check_free(f"{folder}/")
        # The next run puts back what was there, and fails for another reason.
        again = shards.Plan(f"{folder}/", ".jsonl", 60, None).open((), None)
        again.abort(keep=False)
        assert files(folder) == before
        for path in folder.iterdir():
            path.unlink()
    assert seen == {True, False} and moves == 7


def test_a_parent_of_a_folder_that_is_not_whole_is_refused(sel, place):
    folder = place / "o"
    folder.mkdir()
    file, part = parts.locked(folder / "_sel.json", "", again=False)
    for name in ("o", "."):
        assert "is not whole" in sel(f"pick where true {name}", code=3).err
    os.close(file)
    assert "is not whole" in sel("pick where true .", code=3).err
    sel("pick where true pool.jsonl -o o/ --shard-size 60 -q")
    assert sel("pick where true o").out == DATA
    assert not part.exists()


def test_another_run_is_writing(sel, place):
    (place / "o").mkdir()
    file, part = parts.locked(place / "o/_sel.json", "", again=False)
    run = sel("pick where true pool.jsonl -o o/ --shard-size 60 -q", code=4)
    assert "another run is writing" in run.err
    os.close(file)
    parts.remove(part)


def test_too_many_files(tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "MOST", 3)
    with pytest.raises(MachineError, match="more than 3 files"):
        written(tmp_path / "o", DATA, records=1)
    assert not os.listdir(tmp_path)


def begun(folder, ending, key="k"):
    return shards.Plan(f"{folder}/", ending, 7, None).open((), key)


def given(out, first, last, *, every=5):
    """Blocks of some records, with a point after some."""
    for block in range(first, last):
        out.write(lines(RECORDS[block * 3 : block * 3 + 3]))
        if (block + 1) % every == 0:
            out.checkpoint(block + 1, {"kept": 3.0 * (block + 1)})


def died(folder, ending):
    out = begun(folder, ending)
    out.start(0)
    given(out, 0, 23)
    out._pass()
    out._place.manifest.abort(keep=True)
    return out._place.made


@pytest.mark.parametrize("ending", [".jsonl", ".jsonl.zst", ".jsonl.gz"])
@pytest.mark.parametrize("blocks", [0, 5, 10, 20])
def test_a_run_goes_on_after_any_point(tmp_path, ending, blocks):
    whole = begun(tmp_path / "whole", ending)
    whole.start(0)
    given(whole, 0, 33)
    whole.commit()
    whole.finish({"a": 1})
    made = died(tmp_path / "o", ending)
    assert len(list(made.glob("part-*"))) == 10
    with pytest.raises(DataError, match="is not whole"):
        manifest.files(str(tmp_path / "o"))

    out = begun(tmp_path / "o", ending)
    assert list(out.points()) == [5, 10, 15, 20]
    assert out.start(blocks).counts.get("kept", 0) == 3 * blocks
    given(out, blocks, 33)
    out.commit()
    out.finish({"a": 1})
    assert files(tmp_path / "o") == files(tmp_path / "whole")


@pytest.mark.parametrize("harm", ["first", "last", "gone", "entries", "key", "ending"])
def test_files_that_are_not_as_they_were_are_written_anew(tmp_path, harm):
    made = died(tmp_path / "o", ".jsonl")
    last = sorted(made.glob("part-*"))[8]  # of the last point
    path = {"first": made / "part-00000.jsonl", "last": last}.get(harm)
    if path:
        data = path.read_bytes()
        path.write_bytes(b"[" + data[1:])
    elif harm == "gone":
        last.unlink()
    elif harm == "entries":
        os.truncate(made / "entries", 300)
    key = "other" if harm == "key" else "k"
    out = begun(tmp_path / "o", ".json" if harm == "ending" else ".jsonl", key)
    assert out.points() == {}
    out.start(0)
    assert not list(out._place.made.iterdir())
    out.abort(keep=False)
    assert not (tmp_path / "o").exists() or not files(tmp_path / "o")


def test_only_lines_on_this_machine_can_be_gone_on_with(sel, place):
    for output in ("o/*.csv", "o/*.json", "memory://o/"):
        words = ["score", "length", "pool.jsonl", "-o", output, "--resume"]
        assert "no --resume" in sel([*words, "--shard-size", "5"], code=2).err
