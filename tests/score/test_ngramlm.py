"""N-gram models of a target: like and unlike, saved, and from a shell."""

import numpy as np
import pytest

from sel.models import tokens
from sel.score import _units, ngramlm
from tests.conftest import DATA, GOLDEN, lines

WIKI = f"--target {DATA}/wiki.jsonl.zst"
TOKENIZER = GOLDEN / "rds/tiny_model/tokenizer.json"
CATS = ["the cat sat on the mat", "the dog sat on the log", "a cat is not a dog"]
CODE = ["for i in range(9): print(i)", "import numpy as np", "x = [i for i in y]"]


def fitted(target, against=(), order=3, **options):
    collected = [ngramlm.collect(some, None, **options) for some in (target, against)]
    return ngramlm.fit(collected[:1], collected[1:] if against else [], order=order)


@pytest.mark.parametrize("unit", ["words", "bytes"])
def test_low_is_like_the_target(unit):
    state = fitted(CATS, unit=unit)
    like, unlike = ngramlm.score(
        ["the cat sat on the log", "zork qux plugh"], None, state
    )
    assert 1 < like < unlike / 2


def test_one_unit_by_hand():
    # Of "a a a a": counts of counts say nothing, so that 0.9 is taken of 4.
    state = fitted(["a a a a"], order=1)
    # a 4, end 1: 0.9 and 0.5 are left to 3 kinds: a, the end, what is not known.
    rest = 1.4 / 5 / 3
    a, end = 3.1 / 5 + rest, 0.5 / 5 + rest
    found = ngramlm.score(["a", "b"], None, state)
    assert found == pytest.approx([(a * end) ** -0.5, (rest * end) ** -0.5], rel=1e-6)


def test_the_difference_is_that_of_two_models_of_the_same_words():
    both = fitted(CATS, CODE)
    like, unlike = ngramlm.score(["the cat sat", "import numpy"], None, both)
    assert like < 0 < unlike
    turned = fitted(CODE, CATS)
    assert ngramlm.score(["the cat sat"], None, turned) == pytest.approx([-like])
    same = fitted(CATS, CATS)
    assert ngramlm.score([*CATS, "zork"], None, same).tolist() == [0] * 4


def test_batches_never_change_a_bit():
    pool = [*CATS, "", "Größe 東京 ok", *CODE] * 3
    for options in ({"unit": "words"}, {"unit": "bytes"}):
        state = fitted(CATS + CODE, **options)
        whole = ngramlm.score(pool, None, state)
        alone = [ngramlm.score([text], None, state)[0] for text in pool]
        np.testing.assert_array_equal(whole, alone)


def test_parts_of_a_target_add_up():
    parts = [ngramlm.collect([text], None) for text in CATS]
    joined = ngramlm.fit([parts[0] + parts[1] + parts[2]], [], order=3)
    apart = ngramlm.fit(parts, [], order=3)
    for found in (joined, apart):
        again = ngramlm.score(CODE, None, found)
        np.testing.assert_array_equal(again, ngramlm.score(CODE, None, fitted(CATS)))


def test_texts_are_prepared_as_those_of_ccnet():
    given = [" Le 14 Été…\n«N\xb0 3»\0—", "A1\tB", "", "٣４ “x”"]
    wanted = ['le 00 ete... "n\xb0 0" - ', "a0 b", "", '00 "x"']
    assert _units.prepared(given, "ccnet") == wanted
    assert _units.prepared(given, "none") is given
    state = fitted(["Été 1999", "été 2004"], prepare="ccnet")
    a, b = ngramlm.score(["ETE 0000", "été 1789"], None, state)
    assert a == b
    assert ngramlm.score(["hiver 1789"], None, state) > b


def test_pieces():
    tokenizer = tokens.load(str(TOKENIZER))
    some = ngramlm.collect(CATS, tokenizer, unit="pieces")
    state = ngramlm.fit([some], [], order=3)
    assert state.tokenizer == tokenizer.digest
    found = ngramlm.score(["the cat sat on the log", "zork qux"], tokenizer, state)
    assert found[0] < found[1]


@pytest.mark.parametrize("unit", ["words", "bytes"])
def test_texts_without_a_unit_and_odd_ones(unit):
    state = fitted(CATS, unit=unit)
    odd = ["", "\0", "?!", "مرحبا بالعالم", "a" * 100_000, "\ud800 x"]
    found = ngramlm.score(odd, None, state)
    assert np.isnan(found[0])
    assert np.isfinite(found[1:]).all()


def test_of_real_texts_wikipedia_is_most_like_wikipedia(sel, tmp_path):
    scored = sel(
        f"score ngramlm {WIKI} --save lm.npz --thin --carry domain {DATA}/pool.jsonl.zst"
    )
    found = {}
    for one in scored.records:
        found.setdefault(one["domain"], []).append(one["ngramlm"])
    middles = {domain: np.median(some) for domain, some in found.items()}
    assert min(middles, key=middles.get) == "wikipedia"
    assert middles["code"] > 4 * middles["wikipedia"]

    command = f"score ngramlm --load lm.npz --thin --carry domain {DATA}/pool.jsonl.zst"
    assert sel(f"{command} --jobs 2").out == scored.out
    assert sel("score ngramlm --load lm.npz", lines([{"text": ""}])).records == [
        {"text": "", "ngramlm": None}
    ]


def test_against(sel, tmp_path):
    (tmp_path / "cats.jsonl").write_bytes(lines([{"text": text} for text in CATS]))
    (tmp_path / "code.jsonl").write_bytes(lines([{"text": text} for text in CODE]))
    pool = lines([{"text": "the cat"}, {"text": "print(x)"}])
    command = "score ngramlm --target cats.jsonl --against code.jsonl --save s.npz"
    found = sel(command, pool).records
    assert found[0]["ngramlm"] < 0 < found[1]["ngramlm"]
    assert sel("score ngramlm --load s.npz", pool).records == found
    for command in (
        "score ngramlm",
        "score ngramlm --against code.jsonl",
        "score ngramlm --load s.npz --against code.jsonl",
        "score ngramlm --target cats.jsonl --order 0",
        "score ngramlm --target cats.jsonl --unit pieces",
    ):
        sel(command, pool, code=2)


def test_pieces_from_a_shell(sel, tmp_path):
    (tmp_path / "cats.jsonl").write_bytes(lines([{"text": text} for text in CATS]))
    pool = lines([{"text": "the cat"}])
    with_ = f"--tokenizer {TOKENIZER}"
    made = sel(
        f"score ngramlm --target cats.jsonl --unit pieces {with_} --save s.npz", pool
    )
    assert sel(f"score ngramlm --load s.npz {with_}", pool).out == made.out
    run = sel("score ngramlm --load s.npz", pool, code=2)
    assert "--tokenizer" in run.err


def test_damaged_states_are_refused():
    state = fitted(CATS, CODE)
    assert state.sound()
    arrays = {name: getattr(state, name) for name in ngramlm.Models.__annotations__}
    for name, wrong in (
        ("unit", "letters"),
        ("prepare", "some"),
        ("logs", state.logs[1:]),
        ("keys", state.keys[1:]),
        ("sizes", state.sizes + 1),
        ("unknown", state.unknown[:1]),
    ):
        assert not ngramlm.Models(**{**arrays, name: wrong}).sound()


def test_long_targets_are_refused(monkeypatch):
    monkeypatch.setattr(ngramlm, "MOST", 4)
    with pytest.raises(Exception, match="at most 4 units"):
        fitted(CATS)
