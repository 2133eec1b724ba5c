"""Ray as a crew: started once, here; without the package the run says what to install."""

import random
from importlib.util import find_spec
from pathlib import Path

import pytest

from sel.engine.crews import ordered
from sel.errors import DataError, MachineError
from sel.library.requests import Prepared
from tests.conftest import lines

TASKS = "tests.harness.tasks"


def test_a_cluster_does_what_processes_do(sel, tmp_path, monkeypatch):
    rng = random.Random(3)
    some = [f"word{i}" for i in range(50)]
    texts = [" ".join(rng.choices(some, k=rng.randint(1, 300))) for _ in range(900)]
    pool = [{"id": i, "text": text} for i, text in enumerate(texts)]
    (tmp_path / "pool.jsonl").write_bytes(lines(pool))
    (tmp_path / "target.jsonl").write_bytes(lines(pool[:50]))
    monkeypatch.chdir(tmp_path)
    if not find_spec("ray"):
        run = sel("score length pool.jsonl --engine ray -o out.jsonl", code=4)
        assert "Try: pip install 'sel-toolkit[ray]'" in run.err
        return
    import ray

    from sel.engine.cluster import Cluster

    said = []
    root = str(Path(__file__).parents[2])
    monkeypatch.setenv("PYTHONPATH", root)
    cluster = Cluster(None, said.append, 2)
    try:
        assert said == ["there is no cluster of Ray: one is started here"]
        results = ordered(cluster, f"{TASKS}:late", 100, range(9))
        assert list(results) == [100 + 2 * i for i in range(9)]
        with pytest.raises(DataError) as caught:
            list(ordered(cluster, f"{TASKS}:failing", {3, 4}, range(9)))
        assert str(caught.value) == "pool.jsonl:3:1: not JSON"
        known = str(tmp_path), 1
        assert list(ordered(cluster, f"{TASKS}:dying", known, range(4))) == [0, 1, 2, 3]
        known = str(tmp_path), 9
        with pytest.raises(MachineError, match="task 3 lost its worker 3 times"):
            list(ordered(cluster, f"{TASKS}:dying", known, range(4)))
        fit = {"target": ["target.jsonl"], "min_length": 20}
        for engine, output in ((None, "one.jsonl"), ("ray", "two.jsonl")):
            asked = Prepared("score", "dsir", ["pool.jsonl"], {**fit, "engine": engine})
            asked.run(output=output)
        assert Path("one.jsonl").read_bytes() == Path("two.jsonl").read_bytes()
        assert ray.is_initialized()  # whoever started it ends it
    finally:
        cluster.close()
    assert not ray.is_initialized()
