"""What is said in a turn."""

import pytest

from sel.records import turns

CALL = {"name": "book", "arguments": {"seats": 2, "place": "Oak Room", "note": None}}
PNG = "data:image/png;base64,iVBORw0KGgo="


def said(**turn):
    return turns.said("messages", {"role": "assistant", **turn})


def test_a_string_or_parts():
    assert said(content="a") == said(value="a") == said(text="a", content=None) == "a"
    parts = [{"type": "text", "text": "a"}, "b", {"type": "text", "text": None}, None]
    assert said(content=parts) == said(parts=parts) == "a\nb"
    assert said(content={"type": "text", "text": "a"}) == "a"
    assert said(content=None) == said(content="") == said(content=[]) == said() == ""


@pytest.mark.parametrize("key", turns.REASONING)
def test_reasoning_comes_first(key):
    assert said(content="No.", **{key: "7 times 13."}) == "7 times 13.\nNo."
    assert said(content=[{"type": "thinking", key: "Hm.", "signature": "x"}]) == "Hm."
    assert said(content="No.", **{key: None}) == said(content="No.", **{key: True})


def test_calls_are_read_without_their_ids():
    line = '{"arguments":{"place":"Oak Room","seats":2},"name":"book"}'
    calls = [{"id": "x1", "type": "function", "function": CALL}, CALL]
    assert said(content=None, tool_calls=calls) == f"{line}\n{line}"
    assert said(content="Wait.", function_call=CALL) == f"Wait.\n{line}"
    assert said(tool_calls=[{"function": {"name": "f", "arguments": '{"a":1}'}}]) == (
        '{"arguments":"{\\"a\\":1}","name":"f"}'
    )
    used = {"type": "tool_use", "id": "x", "name": "book", "input": {"seats": 2}}
    assert said(content=[used]) == '{"input":{"seats":2},"name":"book"}'
    got = {"type": "tool_result", "tool_use_id": "x", "content": [{"text": "ok"}]}
    assert said(content=[got]) == "ok"


@pytest.mark.parametrize(
    "part,line",
    [
        ({"type": "image", "image": "a.png", "text": None}, "<image a.png>"),
        ({"type": "image", "image": "a.png", "text": ""}, "<image a.png>"),
        (
            {"type": "image_url", "image_url": {"url": "http://a/b"}},
            "<image http://a/b>",
        ),
        ({"type": "image", "path": "a.png"}, "<image a.png>"),
        ({"type": "audio", "audio_url": "a.wav"}, "<audio a.wav>"),
        (
            {"type": "video", "video": ["1.png", "2.png"]},
            "<video 1.png>\n<video 2.png>",
        ),
        ({"type": "image"}, "<image>"),
        ({"type": "image", "text": "Look:", "image": "a.png"}, "Look:\n<image a.png>"),
    ],
)
def test_pictures_and_sounds_are_told_by_what_identifies_them(part, line):
    assert said(content=[part]) == line


def test_an_embedded_picture_is_told_by_its_hash():
    one, two = (
        said(content=[{"image_url": PNG}]),
        said(content=[{"image_url": PNG[:-1]}]),
    )
    assert one != two
    assert len(one) == len(two) == len("<image >") + 32
    sound = {"type": "input_audio", "input_audio": {"data": "A" * 999, "format": "wav"}}
    assert said(content=[sound]).startswith("<audio ")
    assert said(content="a", images=["b" * 999]) != said(
        content="a", images=["c" * 999]
    )


def test_a_turn_that_says_something_else_is_its_json():
    assert said(content=None, refusal="No.") == '{"refusal":"No."}'
    assert said(content="a", refusal="No.") == "a"


def test_speakers_have_the_same_names_in_all_styles():
    spoken = [
        {"from": "human", "value": "a"},
        {"from": "function_call", "value": "f()"},
        {"from": "observation", "value": "1"},
        {"from": "gpt", "value": "b"},
        {"role": "model", "content": "c"},
    ]
    assert turns.chat("conversations", spoken) == [
        ("user", "a"),
        ("assistant", "f()"),
        ("tool", "1"),
        ("assistant", "b"),
        ("assistant", "c"),
    ]
