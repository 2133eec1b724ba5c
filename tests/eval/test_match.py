import numpy as np
import orjson
import pytest
import scipy.linalg

from sel.eval import match
from sel.maths.statistics import distances
from tests.conftest import DATA, GOLDEN, lines, texts

FOLDER = GOLDEN / "dsir"


def counts(texts_, **options):
    return match.collect(texts_, **options)


def test_divergence_of_the_golden_pool():
    raw, target = (
        counts(texts(FOLDER / f"{n}.jsonl"), hash="sha256") for n in ("raw", "target")
    )
    recorded = orjson.loads((FOLDER / "summary.json").read_bytes())["kl_target_raw"]
    np.testing.assert_allclose(
        match.measure(raw, raw, [target], [])["kl_pool"], recorded, rtol=1e-9
    )


def test_the_pool_itself_reduces_nothing():
    pool, target = counts(["a b c", "d"]), counts(["a b"])
    assert match.measure(pool, pool, [target], [])["kl_reduction"] == 0


def test_the_target_reduces_all():
    pool, target = counts(["a b c", "d"]), counts(["a b"])
    found = match.measure(target, pool, [target], [])
    assert abs(found["kl"]) < 1e-6 and found["kl_reduction"] > 0


def test_the_range_of_random_selections():
    pool, target = counts(["a b", "c d"]), counts(["a b"])
    found = match.measure(target, pool, [target], [pool, pool, pool])
    assert (
        found["random_low"] == found["random_high"] == found["random_kl_reduction"] == 0
    )
    assert found["seeds"] == 3


def test_a_choice_is_set_beside_random_ones(sel, tmp_path):
    pool, wiki = DATA / "pool.jsonl.zst", DATA / "wiki.jsonl.zst"
    scored = sel(f"score dsir --target {wiki} {pool}")
    (tmp_path / "chosen").write_bytes(sel("pick top -k 300 --by dsir", scored.out).out)
    one = sel(f"eval match --target {wiki} --pool {pool} chosen").records[0]
    two = sel(f"eval match --target {wiki} --pool {pool} -j 2 chosen").records[0]
    assert one == two
    assert one["kl_reduction"] > one["random_high"]


def vectors(tmp_path):
    rng = np.random.RandomState(0)
    pool = rng.normal(size=(400, 6)) + np.eye(6)[0]
    pool[:100, 1] += 4
    target = rng.normal(size=(80, 6)) + np.eye(6)[0] + 4 * np.eye(6)[1]
    np.save(tmp_path / "pool.npy", pool.astype("f4"))
    np.save(tmp_path / "t.npy", target.astype("f4"))
    records = [
        {"text": f"w{i}", "d": "near" if i < 100 else "far", "_row": i}
        for i in range(400)
    ]
    (tmp_path / "pool.jsonl").write_bytes(lines(records))
    (tmp_path / "good.jsonl").write_bytes(lines(records[:50]))
    (tmp_path / "bad.jsonl").write_bytes(lines(records[350:]))
    (tmp_path / "t.jsonl").write_bytes(lines([{"text": "w1", "d": "near"}] * 80))


def test_vectors_and_domains_beside_texts(sel, tmp_path):
    vectors(tmp_path)
    command = "eval match --target t.jsonl --pool pool.jsonl --seeds 4 --per d"
    command += " --vectors pool.npy --target-vectors t.npy good.jsonl bad.jsonl"
    good, bad = sel(command).records
    for name in ("frechet", "mmd", "domain_tv", "domain_js"):
        assert good[name] < good[f"{name}_low"] <= good[f"{name}_high"] < bad[name]
    assert (good["domain_tv"], bad["domain_tv"]) == (0, 1)
    assert bad["domain_js"] == pytest.approx(np.log(2))
    assert good["domain_tv_pool"] == 0.75


def test_distances_without_all_they_need(sel, tmp_path):
    vectors(tmp_path)
    command = "eval match --target t.jsonl --pool pool.jsonl"
    assert "go together" in sel(f"{command} --vectors pool.npy good.jsonl", code=2).err
    both = f"{command} --vectors pool.npy --target-vectors t.npy"
    assert "not a pipe" in sel(both, [{"text": "w1", "_row": 1}], code=2).err
    assert "'e'" in sel(f"{command} --per e good.jsonl", code=3).err
    (tmp_path / "one.jsonl").write_bytes(lines([{"text": "w1", "_row": 1}]))
    assert sel(f"{both} one.jsonl").records[0]["mmd"] is None


def test_frechet_distance_by_hand():
    # Independent columns: the sum of (m - n)^2 + (s - t)^2 over them.
    a = np.array([1.0, 2.0]), np.diag([4.0, 9.0])
    b = np.array([0.0, 0.0]), np.diag([1.0, 1.0])
    assert distances.frechet(a, b) == pytest.approx(1 + 4 + 1 + 4)
    assert distances.frechet(a, a) == pytest.approx(0, abs=1e-9)


def test_frechet_distance_against_a_square_root_of_scipy():
    rows = [
        np.random.RandomState(i).normal(size=(50, 4)) @ np.diag([1, 2, 3, i + 1])
        for i in (0, 1)
    ]
    a, b = map(distances.mean_and_covariance, rows)
    root = scipy.linalg.sqrtm(a[1] @ b[1]).real
    by_hand = ((a[0] - b[0]) ** 2).sum() + np.trace(a[1] + b[1] - 2 * root)
    assert distances.frechet(a, b) == pytest.approx(by_hand)


def test_mmd_pair_by_pair(monkeypatch):
    a, b = (np.random.RandomState(i).normal(size=(7, 3)) + i for i in (0, 1))

    def kernel(x, y):
        return np.exp(-((x - y) ** 2).sum() / (2 * 1.5**2))

    within = [
        np.mean(
            [kernel(x, y) for i, x in enumerate(s) for j, y in enumerate(s) if i != j]
        )
        for s in (a, b)
    ]
    across = np.mean([kernel(x, y) for x in a for y in b])
    by_hand = sum(within) - 2 * across
    assert distances.mmd(a, b, 1.5) == pytest.approx(by_hand)
    monkeypatch.setattr(distances, "BLOCK", 2)
    assert distances.mmd(a, b, 1.5) == pytest.approx(by_hand)
