"""`sel score complexity`."""

import json
from pathlib import Path

import pytest

from sel.score import complexity
from sel.score._code import measured

GOLDEN = Path(__file__).parents[1] / "golden" / "complexity"


def rows(name):
    return [json.loads(line) for line in (GOLDEN / name).read_text().splitlines()]


CODE = {row["id"]: row["code"] for row in rows("functions.jsonl")}


@pytest.mark.parametrize("row", rows("expected.jsonl"), ids=lambda row: row["id"])
def test_the_numbers_of_radon_and_cognitive_complexity(row):
    found = measured(CODE[row["id"]])
    if "error" in row:
        assert found is None
        return
    assert found.line == row["line"]
    assert found.cyclomatic == pytest.approx(row["cyclomatic_mean"], rel=1e-12)
    assert found.halstead == row["halstead_vocabulary"]
    assert found.maintainability == pytest.approx(row["mi_complexity"], rel=1e-12)
    assert found.cognitive == row["cognitive_first_def"]
    assert found.total == pytest.approx(row["total"], rel=1e-12)


@pytest.mark.parametrize(
    ("code", "logical"),
    [
        ("a = 1; b = 2", 2),
        ("if a: b = 1; c = 2", 3),
        ("if a: b; c = 2", 2),  # one token behind the colon does not count
        ("if a: b(1); c = 2;", 3),
        ("x = {1: 2}", 2),
        ("# a", 0),
        ("x = f(  # why\n    1,\n\n    2)", 1),
        ('s = """a\n;:\n"""', 1),
        ("x = 1 + \\\n    2", 1),
        ("x: int = 3; # :", 2),
    ],
)
def test_logical_lines_are_those_of_radon(code, logical):
    from sel.score._code import _lines

    assert _lines(code).logical == logical


def test_the_mean_of_the_authors_divides_easy_from_hard():
    made = json.loads((GOLDEN / "pet_select.json").read_text())
    ids = [*made["hard"], *made["easy"]]
    totals = complexity.score([CODE[one] for one in ids])[""]
    hard = [one for one, x in zip(ids, totals, strict=True) if x >= made["threshold"]]
    assert hard == made["hard"]


def test_what_is_not_python_has_no_numbers(sel):
    texts = [
        "def f(:\n",
        "to be or not to be",
        "\0",
        "x = " + "-" * 20_000 + "1",
        "(" * 300 + ")" * 300,
        "x = '\\d'\n",  # a warning that nobody should see
        "",
    ]
    run = sel("score complexity", [{"text": text} for text in texts])
    found = run.records
    assert [row["complexity"] is None for row in found] == [True] * 5 + [False] * 2
    assert found[-1]["complexity_line"] == 0
    assert "Warning" not in run.err


def test_deep_code_ends():
    deep = "".join(" " * i + "if a:\n" for i in range(90)) + " " * 90 + "a\n"
    assert measured(deep).cyclomatic == 0
    chain = "x = " + " + ".join(["a"] * 2_000)
    found = measured(chain)
    assert found is None or found.halstead > 1_900
