"""Regular expressions in conditions: the same answers, in a time that is bounded."""

import random
import re
import time

import pytest

from sel.errors import UsageError
from sel.maths.expression import Unjudged, parsed
from sel.maths.expression.automaton import MOST, Automaton, Irregular

_parser = re._parser
PIECES = ["a", "b", ".", "[ab]", "[^a]", r"\w", r"\b", r"\B", "^", "$", r"\d", r"\s"]
PIECES += ["\n", r"\A", r"\Z", "é", "A", "", "[^\\W\\d]"]
OFTEN = ["*", "+", "?", "{2}", "{1,3}", "{2,}", "*?", "+?"]
FLAGS = ["", "", "", "(?i)", "(?m)", "(?a)", "(?s)", "(?im)"]


def grown(rng, depth):
    how = rng.randrange(14)
    if depth <= 0 or how < 5:
        return rng.choice(PIECES)
    if how < 8:
        return grown(rng, depth - 1) + grown(rng, depth - 1)
    if how < 10:
        return f"(?:{grown(rng, depth - 1)}|{grown(rng, depth - 1)})"
    if how < 13:
        return f"(?:{grown(rng, depth - 1)}){rng.choice(OFTEN)}"
    return rng.choice(["(?i:", "(?s:", "(?-i:", "("]) + grown(rng, depth - 1) + ")"


def test_the_automaton_finds_what_python_finds():
    rng = random.Random(1)
    until = time.process_time() + 1.5
    while time.process_time() < until:
        pattern = rng.choice(FLAGS) + grown(rng, 4)
        native = re.compile(pattern)
        automaton = Automaton(_parser.parse(pattern), native.flags)
        for _ in range(15):
            text = "".join(rng.choices("aabA\n é1_", k=rng.randrange(9)))
            found = native.search(text) is not None
            assert automaton.search(text) is found, (pattern, text)


def matches(pattern, text):
    found = parsed(f"matches(s, {pattern!r})").judge({("s",): [text]}, 1)
    if found.why:
        raise found.why[0]
    return found.holds[0]


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a|aa)+$",
        "(a*)*b",
        "(.*)(.*)(.*)(.*)x",
        "a*a*a*a*a*b",
        "a?" * 40 + "a" * 40 + "b",
        r"(\w+\s?)*:",
        "(?:(?:a?){3}){20}b",
        "([a-z]+)+[0-9]",
        "(?:){500}b",
    ],
)
def test_no_text_makes_it_run_for_ever(pattern):
    began = time.process_time()
    assert matches(pattern, "a" * 50_000 + "!") is False
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "pattern", [r"(a+)+\1b", "(?=(a+)+b)", "(?>(a|aa)+)b", "(?:){4000000000}", "(?<!(a"]
)
def test_patterns_that_might_run_for_ever_are_refused(pattern):
    with pytest.raises(UsageError, match="bad pattern"):
        parsed(f"matches(s, {pattern!r})")


@pytest.mark.parametrize(
    "pattern,text,found",
    [
        (r"(?=.*foo)(?=.*bar)", "x" * 3000 + "bar foo", True),
        (r"(?<!\w)foo\b", "a foo", True),
        (r"(a|b)\1", "aba", False),
        (r"^\s+|\s+$", " " * 30_000 + "a", True),
        (r"\d+ euro", "1" * 20_000 + " euro", True),
        (r"(?i)STRASSE|straße", "x" * 20_000 + "STRAßE", True),
        (r"foo.*bar.*baz", "foo bar\nbaz" * 1000, False),
        (r"\Aa.*b$", "a" + "-" * 20_000 + "b\n", True),
        (r".{1000,}", "x" * 999, False),
    ],
)
def test_usual_patterns(pattern, text, found):
    assert matches(pattern, text) is found


def test_a_text_that_is_too_long_cannot_be_judged():
    with pytest.raises(Unjudged, match="200,000 characters is too long") as error:
        matches(r"(a).*\1.*b", "a" * 200_000)
    assert error.value.reason == "field-type"
    columns = {("s",): ["ab", "a" * 200_000, "aab"]}
    found = parsed(r"matches(s, '(a).*\\1.*b')").judge(columns, 3)
    assert (found.holds, list(found.why)) == ([False, False, True], [1])


def test_an_automaton_forgets(monkeypatch):
    monkeypatch.setattr("sel.maths.expression.automaton.KNOWN", 50)
    pattern = "[ab]*a[ab]{6}c"
    automaton = Automaton(_parser.parse(pattern), re.compile(pattern).flags)
    text = "".join(random.Random(2).choices("ab", k=3000))
    assert not automaton.search(text)
    assert automaton.search(text + "abbbbbbc")


def test_an_automaton_is_not_too_large():
    pattern = f"(?:a{{{MOST}}}){{{MOST}}}"
    with pytest.raises(Irregular):
        Automaton(_parser.parse(pattern), 0)
