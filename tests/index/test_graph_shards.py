"""The graph of many shards is that of one run, byte by byte."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from sel.errors import DataError, UsageError
from sel.index import build
from sel.library.requests import Prepared
from sel.runs.shards import engines
from sel.runs.vectors import graphs
from sel.streams import share
from tests.index.test_build import clusters

ROWS = 4_500  # five blocks of rows


@pytest.fixture(scope="module")
def rows():
    made = clusters(ROWS)
    made[7], made[3000] = 0, np.nan
    made[4000:4010] = made[0]
    return made


@pytest.fixture
def here(rows, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("v.npy", rows)
    return tmp_path


def did(output=None, *parts, **options):
    given = {"vectors": "v.npy", "k": 8, **options}
    return Prepared("index", "graph", list(parts), given).run(output=output)


def left(path):
    """A matrix with its card, and the closing line."""
    said = json.loads(Path("said.json").read_bytes())
    del said["seconds"]
    return Path(path).read_bytes(), Path(f"{path}.json").read_bytes(), said


def one_run(**options):
    did("one.npy", summary="said.json", **options)
    return left("one.npy")


def in_shards(of, **options):
    parts = [f"{i}-of-{of}.npy" for i in range(1, of + 1)]
    for i, part in enumerate(parts, 1):
        did(part, shard=f"{i}/{of}", **options)
    did("merged.npy", *parts[::-1], merge=True, summary="said.json", **options)
    return left("merged.npy")


def by_engine(**options):
    did("engine.npy", engine="local", summary="said.json", **options)
    assert not [name for name in os.listdir() if ".sel-parts" in name]
    return left("engine.npy")


def test_rows_of_shards_are_those_of_one_run(here):
    whole = one_run()
    assert whole[2]["dropped"] == 2
    for of in (1, 2, 7):
        assert in_shards(of) == whole
    assert by_engine() == whole


def test_an_index_is_built_once_and_searched_by_all(here, sel):
    sel("index build --vectors v.npy --kind ivf -o v.faiss")
    whole = one_run(index="v.faiss")
    assert 0.9 < whole[2]["recall@10"] <= 1
    assert in_shards(7, index="v.faiss") == whole
    near = np.load("one.npy")
    did("flat.npy")
    assert 0.9 < (near == np.load("flat.npy")).mean() < 1


def test_beyond_what_is_compared_one_by_one(here, monkeypatch):
    did("flat.npy")
    monkeypatch.setattr(build, "EXACT", 1000)
    whole = one_run()
    assert whole[2]["recall@8"] < 1
    assert in_shards(2) == whole
    monkeypatch.setattr(engines, "EACH", 1)
    assert by_engine() == whole
    assert one_run(exact=True)[2]["recall@8"] == 1
    assert (np.load("one.npy") == np.load("flat.npy")).mean() > 0.999
    assert in_shards(2, exact=True)[0] == Path("one.npy").read_bytes()


def test_a_worker_that_is_killed_costs_nothing_but_time(here, monkeypatch):
    whole = one_run()
    monkeypatch.setattr(engines, "SHARD", "tests.harness.tasks:dying_shard")
    assert by_engine() == whole


@pytest.mark.parametrize("most", [50_000, 1_000])
def test_parts_are_there_after_the_driver_was_ended(here, monkeypatch, most):
    monkeypatch.setattr(build, "EXACT", most)
    monkeypatch.setattr(engines, "EACH", 2)
    whole = one_run()

    def ended(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("sel.runs.shards.merging.together", ended)
        did("engine.npy", engine="local")
    parts = Path(".engine.npy.sel-parts")
    (parts / "part-00001.npy").unlink()
    before = {p.name: p.stat().st_ino for p in parts.glob("part-*.npy")}
    seen = {}

    def looked(shape, request, found, **more):
        seen.update({Path(p).name: os.stat(p).st_ino for p, _ in found})
        return together(shape, request, found, **more)

    together = engines.merging.together
    monkeypatch.setattr("sel.runs.shards.merging.together", looked)
    assert by_engine(resume=True) == whole
    assert before.items() < seen.items()


def test_a_run_that_was_ended_goes_on(here, monkeypatch):
    whole = one_run()
    monkeypatch.setattr("sel.runs.resuming.EVERY", 1)
    search, asked = graphs.build.faiss_index.search, []

    def failing(index, queries, k):
        asked.append(len(queries))
        if len(asked) == 4:
            raise KeyboardInterrupt
        return search(index, queries, k)

    monkeypatch.setattr("sel.maths.neighbours.faiss_index.search", failing)
    with pytest.raises(KeyboardInterrupt):
        did("new.npy")
    assert not Path("new.npy").exists()
    did("new.npy", resume=True, summary="said.json")
    assert left("new.npy") == whole
    assert len(asked) == 4 + 2  # three blocks were safe


def test_parts_are_refused_by_what_they_are(here):
    for i in (1, 2):
        did(f"{i}.npy", shard=f"{i}/2")
    np.save("3.npy", np.load("2.npy")[:-1])
    shares = Path(share.beside("2.npy")).read_bytes()
    Path(share.beside("3.npy")).write_bytes(shares)
    with pytest.raises(DataError, match="is not the matrix that its shard has written"):
        did("x.npy", "1.npy", "3.npy", merge=True)
    with pytest.raises(DataError, match=r"shard 2 of 2 is missing"):
        did("x.npy", "1.npy", merge=True)
    did("8.npy", shard="2/2", k=5)
    with pytest.raises(DataError, match="are not parts of one run"):
        did("x.npy", "1.npy", "8.npy", merge=True)


def test_what_cannot_be_is_refused(here, sel):
    for more, why in (
        ({"shard": "1/2"}, "takes no file but vectors"),
        ({"engine": "local"}, "takes no file but vectors"),
        ({}, "takes no file but vectors"),
    ):
        with pytest.raises(UsageError, match=why):
            did("x.npy", "v.npy", **more)
    with pytest.raises(UsageError, match="two ways to search"):
        did("x.npy", index="v.faiss", exact=True)
    with pytest.raises(UsageError, match="a matrix is one file"):
        did("x/")
    np.save("other.npy", clusters(50))
    sel("index build --vectors other.npy -o other.faiss")
    with pytest.raises(DataError, match=r"other\.faiss is of 50 rows of 16 columns"):
        did("x.npy", index="other.faiss")
