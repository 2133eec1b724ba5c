import numpy as np
import orjson

from sel.eval import match
from tests.conftest import DATA, GOLDEN, texts

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
