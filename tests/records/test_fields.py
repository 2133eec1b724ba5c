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
