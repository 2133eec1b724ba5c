import numpy as np
import orjson
import pytest

from sel.pick import lookup
from tests.conftest import GOLDEN, lines

SELECT = orjson.loads((GOLDEN / "select/golden.json").read_bytes())
SEEDS = SELECT["lookup"]["seeds"]
SUBSETS = SELECT["digits"]["subsets"]


@pytest.fixture
def digits(tmp_path):
    """The digits, those that may be found, and their labels."""
    from sklearn import datasets

    data = datasets.load_digits()
    pixels = data.data / np.linalg.norm(data.data, axis=1, keepdims=True)
    np.save(tmp_path / "all.npy", pixels.astype("f4"))
    free = [i for i in SELECT["digits"]["pool"] if i not in set(SEEDS)]
    (tmp_path / "pool.jsonl").write_bytes(lines([{"_row": i} for i in free]))
    return pixels, data.target


def ask(tmp_path, vectors, labels):
    np.save(tmp_path / "q.npy", vectors.astype("f4"))
    (tmp_path / "q.jsonl").write_bytes(lines([{"digit": int(x)} for x in labels]))


COMMAND = (
    "pick lookup --vectors all.npy --queries q.npy --query-records q.jsonl"
    " --label digit --order score pool.jsonl"
)


def test_image_to_image(sel, tmp_path, digits):
    pixels, target = digits
    ask(tmp_path, pixels[SEEDS], target[SEEDS])
    found = sel(f"{COMMAND} -k 2").records
    golden = SUBSETS["lookup_i2i_100_true_labels"]["indices"]
    assert [record["_row"] for record in found] == golden
    labels = [record["lookup_label"] for record in found]
    assert labels == SELECT["lookup"]["i2i_inherited_labels"]
    assert np.mean(labels == target[golden]) == SELECT["lookup"]["i2i_label_agreement"]


def test_prototypes(sel, tmp_path, digits):
    pixels, target = digits
    seeds, own = pixels[SEEDS], target[SEEDS]
    ask(
        tmp_path, np.stack([seeds[own == c].mean(axis=0) for c in range(10)]), range(10)
    )
    golden = SUBSETS["lookup_prototype_top10_true_labels"]["indices"]
    for rule in ("turns", "nearest", "drop"):  # no row is near to two of them
        found = sel(f"{COMMAND} -k 10 --rule {rule}").records
        found.sort(key=lambda record: (record["_query"], -record["_cosine"]))
        assert [record["_row"] for record in found] == golden
    agreement = np.mean([r["lookup_label"] == target[r["_row"]] for r in found])
    assert agreement == SELECT["lookup"]["prototype_label_agreement"]


def by_hand(cosines, labels, k, least, rule):
    near = [sorted((-c, i) for i, c in enumerate(row) if c >= least) for row in cosines]
    if rule == "turns":
        found, taken = [], set()
        for _ in range(k):
            for query, one in enumerate(near):
                row = next((i for _, i in one if i not in taken), None)
                if row is not None:
                    taken.add(row)
                    found.append((row, query))
        return found
    claims = {}
    for query, one in enumerate(near):
        for c, i in one[:k]:
            claims.setdefault(i, []).append((c, query))
    return sorted(
        (i, min(of)[1])
        for i, of in claims.items()
        if rule == "nearest" or len({labels[query] for _, query in of}) == 1
    )


@pytest.mark.parametrize("rule", ["turns", "nearest", "drop"])
@pytest.mark.parametrize("seed", range(8))
def test_against_brute_force(rule, seed):
    rng = np.random.default_rng(seed)
    pool, asked = (rng.normal(size=(n, 3)).astype("f4") for n in (90, 7))
    labels = rng.integers(0, 3, 7).tolist()
    k, least = int(rng.integers(1, 30)), float(rng.uniform(-1, 0.9))
    found = lookup.pick(pool, asked, labels, k=k, threshold=least, rule=rule)
    sizes = [np.linalg.norm(x, axis=1, keepdims=True) for x in (asked, pool)]
    cosines = (asked / sizes[0]) @ (pool / sizes[1]).T
    pairs = [(row, query) for row, query, _ in found]
    if rule != "turns":
        pairs.sort()
    assert pairs == by_hand(cosines, labels, k, least, rule)


def test_a_threshold_alone_takes_all_above(sel, tmp_path):
    angles = np.linspace(0, 3, 300)
    np.save(tmp_path / "all.npy", np.c_[np.cos(angles), np.sin(angles)].astype("f4"))
    np.save(tmp_path / "q.npy", np.array([[1, 0]], "f4"))
    pool = [{"i": i} for i in range(300)]
    run = sel(
        "pick lookup --vectors all.npy --queries q.npy --threshold 0.5 --as c --report r",
        pool,
    )
    near = np.flatnonzero(np.cos(angles) >= 0.5).tolist()
    assert [record["i"] for record in run.records] == near
    assert {record["c"] for record in run.records} == {0}
    report = orjson.loads((tmp_path / "r").read_bytes())
    assert (report["kept"], report["pool"]) == (len(near), 300)


def test_what_cannot_be(sel, tmp_path):
    np.save(tmp_path / "p.npy", np.eye(2, dtype="f4"))
    base = "pick lookup --vectors p.npy --queries p.npy"
    pool = [{"i": 0}, {"i": 1}]
    assert "say how many" in sel(base, pool, code=2).err
    assert "--query-records" in sel(f"{base} -k 1 --label x", pool, code=2).err
    assert "already" in sel(f"{base} -k 1 --as i", pool, code=3).err
    (tmp_path / "q.jsonl").write_bytes(lines([{"x": 1}]))
    run = sel(f"{base} -k 1 --label x --query-records q.jsonl", pool, code=3)
    assert "a record for each of the 2 rows" in run.err
    assert sel(f"{base} -k 9", pool).records[1] == {
        "i": 1, "lookup_label": 1, "_query": 1, "_row": 1, "_cosine": 1.0,
    }  # fmt: skip
