"""Chats as one text, by hand."""

from sel.maths.text.chat import plain, tulu

TURNS = [("user", " Hi there \n"), ("assistant", "Hello."), ("user", "Bye")]


def test_what_is_said():
    assert plain([("user", "a"), ("assistant", "b")]) == "a\nb"
    assert plain([]) == ""


def test_the_template_of_tulu():
    said = "<|user|>\nHi there\n<|assistant|>\nHello.</s>\n<|user|>\nBye"
    assert tulu(TURNS, "</s>") == said


def test_a_text_without_a_speaker_stays():
    assert tulu([("", " as it is ")], "</s>") == " as it is "
