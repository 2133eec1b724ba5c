"""Several fields that share a choice."""

import pytest

RECORDS = [{"i": i, "a": -i, "b": i % 7, "c": None if i % 2 else i} for i in range(40)]


def test_the_first_field_has_first_choice(sel):
    run = sel("pick top -k 7 --by a,b --shares a=1,b=2", RECORDS)
    # a takes 0 and 1; b takes the sixes, 6, 13, 20, 27, 34.
    assert [r["i"] for r in run.records] == [0, 1, 6, 13, 20, 27, 34]
    assert "groups a 2, b 5" in run.err


def test_a_null_is_not_chosen_for_that_field(sel):
    run = sel("pick top -k 30 --by c,a --shares c=29,a=1", RECORDS)
    assert [r["i"] for r in run.records] == sorted([*range(0, 40, 2), 1])


def test_each_field_has_noise_of_its_own(sel):
    flat = [{"i": i, "a": 0, "b": 0} for i in range(200)]
    alone = {r["i"] for r in sel("pick sample -k 50 --by a", flat).records}
    both = {r["i"] for r in sel("pick sample -k 100 --by a,b", flat).records}
    assert alone < both
    assert len(both) == 100


def test_a_fraction_counts_first(sel):
    assert len(sel("pick top --fraction 0.5 --by a,b", RECORDS).records) == 20


@pytest.mark.parametrize(
    "options",
    [
        "-k 2 --per i",
        "--threshold 3",
        "--budget 3 --cost b",
        "-k 2 --shares a=1",
        "-k 2 --shares each",
    ],
)
def test_what_does_not_go_together_is_refused(sel, tmp_path, options):
    sel(f"pick top --by a,b {options} -o out", RECORDS, code=2)
    assert not list(tmp_path.iterdir())


def test_shares_are_not_cut_by_rounding(sel):
    flat = [{"i": i, "a": -i, "b": i} for i in range(200)]
    run = sel("pick top -k 100 --by a,b --shares a=0.29,b=0.71", flat)
    assert "a 29, b 71" in run.err
