"""The forms in which texts are compared, and the places of their characters."""

from unicodedata import normalize

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sel.maths.text import characters, ngrams
from sel.maths.text.normal import composed, folded, placed

TEXT = st.text(st.characters(), max_size=20) | st.text(
    st.sampled_from(
        " aeE\u0301\u0302ﬁﬀ\uff21\uff11\u1100\u1161\u11a8가ßǅ\u0345かｶ\uff9e\u3099½İ"
    )
)


def test_forms():
    assert composed("E\u0301te\u0301") == "\xc9t\xe9"
    assert folded("\uff21\uff22\uff23 ﬁne Straße E\u0301") == "abc fine strasse \xe9"
    assert composed("\uff21\uff22\uff23") == "\uff21\uff22\uff23"
    assert folded("Plain") == "plain"


@pytest.mark.parametrize("form", [composed, folded])
@settings(max_examples=300, deadline=None)
@given(TEXT)
@example("\xdf\u0301")
def test_every_character_comes_from_where_it_says(form, text):
    made, starts, ends = placed(text, form)
    assert len(made) == len(starts) == len(ends)
    assert (starts[1:] >= starts[:-1]).all()
    whole = {(a, b) for a, b in zip(starts.tolist(), ends.tolist())}
    parts = [form(text[a:b]) for a, b in sorted(whole)]
    assert "".join(parts) == made


def test_a_place_is_that_of_the_whole_character():
    _, starts, ends = placed("a e\u0301 ﬁ", folded)
    assert starts.tolist() == [0, 1, 2, 4, 5, 5]
    assert ends.tolist() == [1, 2, 4, 5, 6, 6]


@pytest.mark.parametrize(
    "text,words",
    [
        ("to be, or not", 4),
        ("雨雪风云", 4),
        ("漢字かな交じり文。", 9),
        ("ABCは文字", 4),
        ("ภาษาไทย", 7),
        ("ที่นี่", 2),
        ("ខ្មែរ", 3),
        ("한국어 텍스트", 2),
        ("naïve \u2019quoted\u2019", 2),
        ("", 0),
    ],
)
def test_words_between_blanks_and_letters_without(text, words):
    assert characters.words([text]) == [words]


def test_a_letter_keeps_its_signs():
    one, two = ngrams.words(["ที่"])[0], ngrams.words(["ทุ"])[0]
    assert len(one) == len(two) == 1
    assert one != two


@pytest.mark.parametrize(
    "text", ["Ete\u0301", "Cafe\u0301 noe\u0308l", "\u1112\u1161\u11ab"]
)
def test_composed_and_decomposed_texts_have_the_same_words(text):
    twin = normalize("NFC", text)
    assert ngrams.every([text])[0].tolist() == ngrams.every([twin])[0].tolist()
    assert ngrams.words([text])[0].tolist() == ngrams.words([twin])[0].tolist()
    literal = [ngrams.words([one], literal=True)[0].tolist() for one in (text, twin)]
    assert literal[0] != literal[1]
