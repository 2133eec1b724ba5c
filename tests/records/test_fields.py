"""Paths, templates and names."""

import pytest

from sel.records import fields
from sel.records.faults import BadRecord

RECORD = {
    "text": "t",
    "meta": {"q": 0.5},
    "a.b": {"c": 1},
    "l": [{"x": "y"}],
    "n": None,
}


@pytest.mark.parametrize(
    "path,expected",
    [
        ("text", "t"),
        ("meta.q", 0.5),
        ("l.0.x", "y"),
        ("l[0].x", "y"),
        ("l[-1].x", "y"),
        ('"a.b".c', 1),
        ("/a.b/c", 1),
        ("n", None),
    ],
)
def test_paths(path, expected):
    assert fields.field(path)(RECORD) == expected


def test_a_missing_field_names_the_nearest():
    with pytest.raises(BadRecord, match=r"'txet' is missing; did you mean 'text'\?"):
        fields.field("txet")(RECORD)


def test_templates():
    assert fields.template("{text}: {meta.q}\\n").find(RECORD) == "t: 0.5\n"


MISSING = [
    ("messages", {"messages": None}, "field 'messages' is null"),
    ("a", {"a": [1]}, "field 'a' is a list"),
    ("meta.lang", {"meta": None}, "field 'meta.lang' is missing ('meta' is null)"),
    ("a.b.c", {"a": {"b": 1}}, "field 'a.b.c' is missing ('a.b' is a number)"),
    ("turns.2", {"turns": [1]}, "field 'turns.2' is missing ('turns' has 1 elements)"),
    (
        "meta.lagn",
        {"meta": {"lang": "en", "x": 1}},
        "field 'meta.lagn' is missing; did you mean 'meta.lang'?"
        " (there are 'lang', 'x' in 'meta')",
    ),
    (
        "a.b",
        {"a.b": 1},
        "field 'a.b' is missing; did you mean \"a.b\", a name with dots?",
    ),
    ("x", {}, "field 'x' is missing (there are none)"),
]


@pytest.mark.parametrize(("path", "record", "words"), MISSING)
def test_what_is_said_of_a_field_that_is_not_there(path, record, words):
    assert fields.missing(path, record) == words
