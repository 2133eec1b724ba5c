import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sel.errors import UsageError
from sel.maths.expression import Unjudged, compiled

RECORD = {
    "lang": "de",
    "n": 3,
    "q": 0.5,
    "none": None,
    "yes": True,
    "m": {"q": 2, "l": ["a", "b"]},
    "a b": 1,
}


@pytest.mark.parametrize(
    "text,expected",
    [
        ('lang == "de"', True),
        ("n > 2 and q < 1", True),
        ("n > 2 and not q < 1", False),
        ("1 < n <= 3", True),
        ('lang in ["en", "de"]', True),
        ('"d" in lang', True),
        ('"c" not in m.l', True),
        ("m.q == 2", True),
        ('m.l[0] == "a"', True),
        ('field("a b") == 1', True),
        ("n * 2 + 1 == 7", True),
        ("-n < 0", True),
        ("n // 2 == 1 and n % 2 == 1 and n / 2 == 1.5", True),
        ("none == null", True),
        ("n == null", False),
        ("yes == 1", False),
        ("yes", True),
        ("has(zzz)", False),
        ("get(zzz, 5) == 5", True),
        ("has(m.q) and len(m.l) == 2", True),
        ('matches(lang, "^D") or matches(lang, "e$")', True),
        (
            'startswith(lower(lang), "d") and endswith(lang, "e") and contains(lang, "d")',
            True,
        ),
        (
            "max(n, 5) == 5 and min(n, 5) == 3 and abs(-1) == 1 and round(q + 1) == 2",
            True,
        ),
    ],
)
def test_holds(text, expected):
    assert compiled(text)(RECORD) is expected


@pytest.mark.parametrize(
    "text,reason",
    [
        ("zzz == 1", "field-missing"),
        ("lang > 1", "field-type"),
        ("yes > 0", "field-type"),
        ("none < 1", "field-type"),
        ("n and yes", "field-type"),
        ("n", "field-type"),
        ("n / 0 > 1", "field-type"),
        ("lang * 3 == lang", "field-type"),
    ],
)
def test_cannot_be_judged(text, reason):
    with pytest.raises(Unjudged) as error:
        compiled(text)(RECORD)
    assert error.value.reason == reason


@pytest.mark.parametrize(
    "text,said",
    [
        ("n = 1", "=="),
        ("a && b", "and, or, not"),
        ("!a", "and, or, not"),
        ("lenn(a) > 1", "did you mean len"),
        ("().__class__", "not a field"),
        ("lambda: 1", "not understood"),
        ("[x for x in y]", "not understood"),
        ("f'{a}'", "not understood"),
        ("(a := 1)", "not understood"),
        ("2 ** 9", "not understood"),
        ("a.b()", "no known function"),
        ("(" * 5000 + ")" * 5000, "cannot be read at column 201"),
        ("a" * 20_000, "longer"),
        ("", "cannot be read at column 1"),
        ("matches(a, '(')", "bad pattern"),
        ("n is 1", "not understood"),
    ],
)
def test_is_refused_with_advice(text, said):
    with pytest.raises(UsageError, match=said.replace("(", r"\(")):
        compiled(text)


PIECES = st.sampled_from(
    [
        "n",
        "lang",
        "m.q",
        "(",
        ")",
        "==",
        "<",
        "and",
        "or",
        "not",
        "in",
        "[",
        "]",
        ",",
        "'x'",
        "1",
        "len(",
        ".",
        "+",
        "**",
        "lambda",
        "\0",
        "é",
    ]
)


@settings(max_examples=2000, deadline=None)
@given(st.lists(PIECES, max_size=12).map(" ".join) | st.text(max_size=30))
def test_nothing_else_ever_comes_out(text):
    try:
        assert compiled(text)(RECORD) in (True, False)
    except (UsageError, Unjudged):
        pass
