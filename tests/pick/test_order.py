"""The order in which what is chosen is written."""

import random

import numpy as np
import orjson
import pytest

from tests.conftest import GOLDEN, lines
from tests.pick.test_sample import EXPECTED, documents

POOL = [
    {"i": i, "s": s} for i, s in enumerate(random.Random(1).sample(range(900), 300))
]
BEST = sorted(POOL, key=lambda one: -one["s"])


def ordered(sel, order, pool=POOL, method="top --by s"):
    return sel(f"pick {method} -k 200 --order {order}", pool).records


@pytest.mark.parametrize(
    "name,order", [("high_to_low", "score"), ("low_to_high", "reverse")]
)
def test_curricula_of_qurating(sel, tmp_path, name, order):
    np.save(tmp_path / "noise.npy", np.load(GOLDEN / "qurating/gumbel_noise.npy"))
    command = (
        f"pick sample --noise noise.npy --temperature 2 --by z -k 80 --order {order}"
    )
    found = [record["id"] for record in sel(command, documents()).records]
    assert found == EXPECTED[f"curriculum_{name}_tau2"]


def test_the_best_first_or_last(sel):
    assert ordered(sel, "score") == BEST[:200]
    assert ordered(sel, "reverse") == BEST[:200][::-1]


def test_shuffled(sel):
    found = ordered(sel, "shuffle")
    kept = ordered(sel, "input")
    assert found != kept
    assert sorted(found, key=lambda one: one["i"]) == kept
    assert ordered(sel, "shuffle --seed 0") == found
    assert ordered(sel, "shuffle --seed 1") != found


@pytest.mark.parametrize("window", [1, 7, 64, 1000])
def test_shuffled_within_windows_of_the_best(sel, window):
    found = ordered(sel, f"shuffle-in-windows --window {window}")
    assert (found == BEST[:200]) == (window == 1)
    for at in range(0, 200, window):
        inside = sorted(found[at : at + window], key=lambda one: -one["s"])
        assert inside == BEST[:200][at : at + window]


@pytest.mark.parametrize("method", ["random", "fuse --rank s", "sample --by s --key i"])
def test_other_picks(sel, method):
    best, last = (ordered(sel, order, method=method) for order in ("score", "reverse"))
    assert best == last[::-1]
    some = ordered(sel, "shuffle-in-windows --window 50", method=method)
    assert sorted(map(orjson.dumps, some)) == sorted(map(orjson.dumps, best))
    assert some[:50] != best[:50]


def test_several_fields_and_turns(sel):
    pool = [{"i": i, "a": i % 7, "b": -i} for i in range(50)]
    for command in ("top --by a,b -k 20", "turns --by a,b -k 20"):
        best, last, some = (
            sel(f"pick {command} --order {order}", pool).records
            for order in ("score", "reverse", "shuffle")
        )
        assert best == last[::-1]
        assert sorted(one["i"] for one in some) == sorted(one["i"] for one in best)


def test_lines_that_are_held_in_a_file(sel, monkeypatch):
    """More than are held in memory, so that they come back from a temporary file."""
    from sel.records import store

    monkeypatch.setattr(store, "HELD", 100)
    from sel.library import functions

    chosen = functions.pick("top", POOL, by="s", k=50, order="reverse")
    assert list(chosen) == BEST[:50][::-1]


def test_limits_are_of_what_is_written(sel):
    assert ordered(sel, "reverse --limit 3") == BEST[:200][::-1][:3]


def test_bad_windows(sel):
    sel(
        "pick top --by s -k 1 --order shuffle-in-windows --window 0",
        lines(POOL),
        code=2,
    )


def test_normalized_scores_are_drawn_as_those_of_qurating(sel, tmp_path):
    np.save(tmp_path / "noise.npy", np.load(GOLDEN / "qurating/gumbel_noise.npy"))
    command = (
        "pick sample --noise noise.npy --temperature 2 --normalize --by raw"
        f" --budget {EXPECTED['budget_tokens']} --cost length --over over --order score"
    )
    found = [record["id"] for record in sel(command, documents()).records]
    wanted = EXPECTED["selections_on_educational_value"]["sample_tau2"]
    assert found == wanted["ids_in_pick_order"]
    half = sel(f"{command} --per domain --shares proportional", documents())
    per = EXPECTED["selections_on_educational_value"]["sample_tau2_per_domain"]
    assert {one["id"] for one in half.records} == set(per["ids_in_pick_order"])


def test_what_cannot_be_normalized(sel):
    sel("pick sample --by s,i -k 9 --normalize", lines(POOL), code=2)
    sel(
        "pick sample --by s -k 9 --normalize --weights proportional",
        lines(POOL),
        code=2,
    )
    same = [{"s": 1}, {"s": 1}, {"s": None}]
    assert len(sel("pick sample --by s -k 9 --normalize", same).records) == 2
