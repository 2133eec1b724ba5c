from collections import Counter


def test_every_record_is_equally_likely(sel):
    taken = Counter()
    records = [{"i": i} for i in range(20)]
    for seed in range(40):
        taken.update(
            r["i"] for r in sel(f"pick random -k 10 --seed {seed}", records).records
        )
    assert sum(taken.values()) == 400
    assert max(taken.values()) < 36 and min(taken.values()) > 6


def test_the_same_seed_draws_the_same(sel):
    records = [{"i": i} for i in range(100)]
    assert (
        sel("pick random -k 10", records).out == sel("pick random -k 10", records).out
    )
