import random

import pytest

from sel.maths.ranking.topk import TopK


def plain(rows, k, budget, over):
    order = sorted(range(len(rows)), key=lambda i: (-rows[i][0], i))[:k]
    if budget is None:
        return order
    if not budget:
        return []
    total, kept = 0.0, []
    for i in order:
        crossed = total + rows[i][1] > budget
        if total >= budget:
            break
        if crossed and (
            over == "under"
            or (over == "nearest" and budget - total <= total + rows[i][1] - budget)
        ):
            break
        kept.append(i)
        total += rows[i][1]
    return kept


@pytest.mark.parametrize("seed", range(60))
def test_agrees_with_a_sort(seed):
    rng = random.Random(seed)
    rows = [
        (rng.choice([rng.random(), 0.5]), rng.randrange(5))
        for _ in range(rng.choice([0, 1, 10, 9000, 60_000]))
    ]
    k = rng.choice([None, 0, 1, 7, 3000])
    budget = rng.choice([None, 0, 1, 10, 500, 10**9])
    over = rng.choice(["under", "over", "nearest"])
    best = TopK(k, budget)
    for i, (key, cost) in enumerate(rows):
        if key > best.floor:
            best.add(key, cost, i)
    assert [best.items[place] for place in best.chosen(over)] == plain(
        rows, k, budget, over
    )
