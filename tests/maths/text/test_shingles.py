"""Shingles: against runs of words and characters taken one by one."""

import numpy as np
import pytest

from sel.maths.text.shingles import (
    Shingling,
    jaccard,
    normalised,
    sets,
    shingles,
    squeezed,
)

TEXTS = [
    "One two three two three",
    "",
    "  ",
    "one",
    "Two THREE\ttwo",
    "one, two; three!",
]


def words(text):
    return "".join(c if c.isalnum() or c == "_" else " " for c in text.lower()).split()


def plain(text, how):
    units = words(text) if how.unit == "words" else list(squeezed(text))
    if not units:
        return []
    size = min(how.ngrams, len(units))
    return [tuple(units[i : i + size]) for i in range(len(units) - size + 1)]


@pytest.mark.parametrize("unit", ["words", "chars"])
@pytest.mark.parametrize("order", [1, 2, 3, 8])
def test_equal_runs_have_equal_hashes_and_others_do_not(unit, order):
    how = Shingling(order, unit)
    wanted = [plain(text, how) for text in TEXTS]
    hashes, sizes = shingles(TEXTS, how)
    assert sizes.tolist() == [len(runs) for runs in wanted]
    names = {}
    for run, one in zip(
        [run for runs in wanted for run in runs], hashes.tolist(), strict=True
    ):
        assert names.setdefault(run, one) == one
    assert len(set(names.values())) == len(names)


@pytest.mark.parametrize("unit", ["words", "chars"])
def test_a_text_has_its_shingles_whatever_stands_beside_it(unit):
    how = Shingling(2, unit)
    alone = [sets([text], how)[0].tolist() for text in TEXTS]
    assert [one.tolist() for one in sets(TEXTS, how)] == alone


def test_jaccard_is_that_of_the_sets():
    how = Shingling(1, "words")
    made = sets(TEXTS, how)
    for a, one in zip(TEXTS, made, strict=True):
        for b, two in zip(TEXTS, made, strict=True):
            ours, theirs = set(words(a)), set(words(b))
            either = ours | theirs
            wanted = len(ours & theirs) / len(either) if ours and theirs else 0
            assert jaccard(one, two) == wanted
    assert jaccard(np.empty(0, np.uint64), np.empty(0, np.uint64)) == 0


def test_texts_with_spaces_and_cases_made_even():
    assert squeezed(" A\n\tb  C ") == "a b c"
    assert normalised("  E\u0301t\xe9 ") == "\xe9t\xe9"
