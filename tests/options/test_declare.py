"""Numbers of things, and what is read of a group of options."""

import pytest

from sel.errors import UsageError
from sel.options import declare
from sel.options.reading import Reading
from sel.options.vectors import Cards, Shaping


@pytest.mark.parametrize(
    "text,number",
    [("7", 7), ("10k", 10_000), ("10K", 10_000), ("1M", 10**6), ("1e6", 10**6)],
)
def test_numbers(text, number):
    assert declare.number(text) == number


@pytest.mark.parametrize("text", ["", "x", "1.5", "1e400", "-", "0%", "101%", "x%"])
def test_what_is_not_a_number(text):
    with pytest.raises(UsageError, match="is not a"):
        declare.number(text)


def test_shares_are_of_all_and_rounded_up():
    share = declare.number("5%")
    assert [share.of(n) for n in (0, 1, 20, 21, 100)] == [0, 1, 1, 2, 5]
    assert repr(share) == "5%"


def test_what_the_help_needs_is_in_the_declaration():
    (cards,) = declare.options(Cards)
    assert (cards.flag, cards.negation, cards.value) == (
        "--card-check",
        "--no-card-check",
        "",
    )
    dtype = declare.options(Shaping)[0]
    assert dtype.value == "float32|float16"
    values = [one.value for one in declare.options(Reading)]
    assert values == ["POLICY", "N|P%", "PATTERN", "N"]
    assert declare.title(Cards) == "Cards"


@pytest.mark.parametrize(
    "text,value",
    [("9007199254740993", 2**53 + 1), ("-5", -5), ("9_000", 9000), ("1.5k", 1500)],
)
def test_whole_numbers_are_exact(text, value):
    assert declare.number(text) == value


@pytest.mark.parametrize("text", ["1e19", "9223372036854775808", "nan", "-inf", "1.5"])
def test_what_is_no_whole_number(text):
    with pytest.raises(UsageError, match="is not a whole number"):
        declare.number(text)
