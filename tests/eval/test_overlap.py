import random

import pytest

from sel.eval._overlap import Windows, folded, merged

WORDS = ["the", "Cat", "sat", "ON", "mat", "İstanbul", "café", "x_1", "3"]


def random_text(rng, n):
    return "".join(
        rng.choice(WORDS) + rng.choice([" ", ", ", "\n", "... "]) for _ in range(n)
    )


def reference(text, item, letters, size, least):
    """Whether a text has a window of an item, by comparing all with all."""
    if letters:
        ours, theirs = ([c for c in folded(t) if c.isalnum()] for t in (text, item))
    else:
        ours, theirs = (
            "".join(c if c.isalnum() or c == "_" else " " for c in folded(t)).split()
            for t in (text, item)
        )
    size = min(size, len(theirs))
    if size < least:
        return False
    runs = {tuple(theirs[i : i + size]) for i in range(len(theirs) - size + 1)}
    return any(tuple(ours[i : i + size]) in runs for i in range(len(ours) - size + 1))


@pytest.mark.parametrize(
    "letters,size,least", [(False, 4, 3), (False, 3, 3), (True, 12, 6)]
)
def test_finds_what_a_comparison_of_all_finds(letters, size, least):
    rng = random.Random(3)
    items = [random_text(rng, rng.randrange(9)) for _ in range(40)]
    texts = [random_text(rng, rng.randrange(60)) for _ in range(60)]
    windows = Windows.of(items, letters=letters, size=size, least=least)
    close = dict(windows.matches(texts))
    hits = 0
    for i, text in enumerate(texts):
        found = {item for _, _, item, _, _ in close.get(i, [])}
        wanted = {
            j
            for j, item in enumerate(items)
            if reference(text, item, letters, size, least)
        }
        assert found == wanted
        hits += len(wanted)
    assert 10 < hits < 2400


def test_spans_are_those_of_the_text():
    item, text = "one two three", "İ! Say: One,  TWO (three) four"
    windows = Windows.of([item], letters=False, size=3, least=3)
    ((_, [(start, end, *where)]),) = windows.matches([text])
    assert text[start:end] == "One,  TWO (three" and where == [0, 0, 1]


def test_windows_that_follow_one_another_are_one_run():
    windows = Windows.of(["a b c d e", "c d e f"], letters=False, size=3, least=3)
    ((_, found),) = windows.matches(["x b c d e f"])
    assert sorted(found) == [(2, 9, 0, 1, 2), (4, 11, 1, 0, 2)]


def test_a_window_does_not_cross_from_text_to_text():
    for letters, size in ((False, 3), (True, 9)):
        windows = Windows.of(["abc def ghi"], letters=letters, size=size, least=3)
        assert [i for i, _ in windows.matches(["x abc def ghi", "x"])] == [0]
        assert not list(windows.matches(["x abc def", "ghi x"]))


def test_items_too_short_are_not_looked_for():
    windows = Windows.of(["a b", "", "c d e"], letters=False, size=9, least=3)
    assert windows.totals == [0, 0, 1]
    assert [i for i, _ in windows.matches(["a b", "x c d e"])] == [1]
    none = Windows.of([""], letters=False, size=9, least=3)
    assert not list(none.matches(["a b"]))


def test_a_sign_without_a_letter_is_passed_over():
    """A Thai sign behind a Latin letter is neither a word nor a part of one."""
    sign = "\u0e34"
    windows = Windows.of(["a b c"], letters=False, size=3, least=3)
    assert dict(windows.matches([f"x a b c {sign}", f"{sign} {sign} a b c"])) == {
        0: [(2, 7, 0, 0, 1)],
        1: [(4, 9, 0, 0, 1)],
    }


def test_a_window_that_goes_on_in_the_next_text_is_none():
    item = " ".join(f"w{i}" for i in range(30))
    windows = Windows.of([item], letters=False, size=13, least=8)
    first, second = item[:81], item[82:]  # 23 words and 7
    ((i, found),) = windows.matches([f"so {first}", f"{second} x"])
    assert i == 0 and {place for *_, place, _ in found} == set(range(11))
    assert merged([(start, end) for start, end, *_ in found]) == [(3, 84)]


def test_many_words_go_piece_by_piece():
    words = [f"w{i}" for i in range(200_000)]
    items = [" ".join(words[i : i + 13]) for i in (0, 65_530, 131_060, 199_987)]
    windows = Windows.of(items, letters=False, size=13, least=8)
    text = " ".join(words)
    ((_, found),) = windows.matches([text])
    assert [item for _, _, item, _, _ in found] == [0, 1, 2, 3]
    for item in items:
        assert dict(windows.matches(["x " * 70_000 + item])).keys() == {0}


def test_spans_that_touch_are_one():
    assert merged([(5, 9), (0, 3), (3, 4), (8, 12)]) == [(0, 4), (5, 12)]
