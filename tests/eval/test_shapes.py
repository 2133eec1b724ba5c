"""A measure is one file: what its parameters are called says what it is handed."""

import importlib

import numpy as np
import pytest

from sel import catalog
from sel.options.declare import options
from sel.request import Request
from sel.runs import shapes
from tests.conftest import lines


class Sink:
    """Takes what a run writes."""

    def write(self, data):
        """Nothing is kept: rows are seen in the request."""

    def commit(self):
        """Nothing."""

    def abort(self, *, keep=True):
        """Nothing."""


@pytest.fixture
def measure(tmp_path, monkeypatch):
    """`measure(code, *files, option=value)` gives rows and the closing line."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    records = [{"text": "a" * i, "_row": i, "x": i} for i in range(9)]
    (tmp_path / "pool.jsonl").write_bytes(lines(records))
    (tmp_path / "some.jsonl").write_bytes(lines(records[3:5]))
    np.save(tmp_path / "pool.npy", np.eye(9, 4, dtype="f4") + 1)

    def run(code, *files, **given):
        name = f"measure_{tmp_path.name}"
        (tmp_path / f"{name}.py").write_text(f'"""A measure."""\n{code}')
        importlib.invalidate_caches()
        method = catalog.parse("eval", "new", name, f'"""A measure."""\n{code}')
        shape = shapes.shape(method)
        known = (one for group in shape.takes for one in options(group))
        values = {one.name: one.default for one in (*method.options, *known)}
        request = Request(method, list(files), {**values, **given}, shape.takes)
        request.sink = Sink()
        assert shape.run(request) == 0
        return request.rows, request.summary

    return run


def test_of_the_records_of_a_stream(measure):
    code = "def measure(texts): return {'longest': max(map(len, texts))}"
    rows, said = measure(code, "some.jsonl", "pool.jsonl")
    assert rows == [{"longest": 8}]
    assert (said["read"], said["kept"]) == (11, 11)


def test_of_several_kinds_of_input(measure):
    code = (
        "def measure(vectors, features, *, add: int = 1):\n"
        "    return [{'rows': len(vectors), 'sum': float(features.sum()) + add}]"
    )
    files = {"vectors": "pool.npy", "features": "x"}
    assert measure(code, "pool.jsonl", add=2, **files)[0] == [{"rows": 9, "sum": 38.0}]


def test_of_a_matrix_alone(measure):
    code = "def measure(vectors, rng): return {'columns': vectors.shape[1]}"
    rows, said = measure(code, vectors="pool.npy")
    assert rows == [{"columns": 4}] and said["read"] == 9


def test_collected_block_by_block(measure):
    code = (
        "def collect(texts): return sum(map(len, texts))\n"
        "def measure(total): return {'characters': total}"
    )
    assert measure(code, "pool.jsonl")[0] == [{"characters": 36}]


def test_of_selections_by_rows(measure):
    code = (
        "def measure(vectors, chosen, randoms, rng):\n"
        "    pairs = zip(chosen, randoms, strict=True)\n"
        "    return [{'rows': list(map(int, a)), 'n': len(b)} for a, b in pairs]"
    )
    rows, said = measure(code, "some.jsonl", vectors="pool.npy", seeds=3)
    assert rows == [{"selection": "some.jsonl", "rows": [3, 4], "n": 3}]
    assert said["pool"] == 9


def test_of_selections_by_what_they_hold(measure):
    code = (
        "def measure(chosen_texts, random_texts, target_texts):\n"
        "    pairs = zip(chosen_texts, random_texts, strict=True)\n"
        "    return [\n"
        "        {'own': a, 'random': list(map(len, b)), 'target': len(target_texts)}\n"
        "        for a, b in pairs\n"
        "    ]"
    )
    files = {"pool": "pool.jsonl", "target": ["pool.jsonl", "some.jsonl"]}
    rows, said = measure(code, "some.jsonl", seeds=2, **files)
    own = ["aaa", "aaaa"]
    assert rows == [
        {"selection": "some.jsonl", "own": own, "random": [2, 2], "target": 11}
    ]
    assert said["read"] == 2 + 9 + 11


def test_of_selections_by_their_summaries(measure):
    code = (
        "def collect(texts): return sum(map(len, texts))\n"
        "def measure(chosen, pool, targets, baselines):\n"
        "    return {'all': [chosen, pool, targets, len(baselines)]}"
    )
    files = {"pool": "pool.jsonl", "target": ["some.jsonl"]}
    rows, _ = measure(code, "some.jsonl", seeds=4, **files)
    assert rows == [{"selection": "some.jsonl", "all": [7, 36, [7], 4]}]


def test_bad_lines_of_all_files_are_set_aside_together(sel, tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b'{"text":"a"}\n{]\n')
    (tmp_path / "b.jsonl").write_bytes(b'{"text":"a"}\n{"a":1}\n')
    command = "eval utility --target a.jsonl b.jsonl --on-error quarantine=bad"
    assert "2 rejected" in sel(command).err
    files = [line[:15] for line in (tmp_path / "bad").read_bytes().splitlines()]
    assert files == [b'{"file":"b.json', b'{"file":"a.json']
