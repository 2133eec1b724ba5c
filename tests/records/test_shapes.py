"""The usual places of texts, chats and pairs, in single records and in blocks."""

import json

import pytest

from sel.records import shapes
from sel.records.projection import Projection
from sel.streams.blocks import Block
from sel.streams.lines import MAX_LINE

USER, ANSWER = {"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}
HUMAN, GPT = {"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}


def read(*records, what=None):
    """Read as a block, and again line by line, which must give the same."""
    want = Projection({"it": what or shapes.text(None)})
    data = b"".join(json.dumps(record).encode() + b"\n" for record in records)
    block, odd = Block("f", 1, 0, data), Block("f", 1, 0, b"\n" + data)
    part = want.read(block, MAX_LINE)
    assert list(part["it"]) == list(want.read(odd, MAX_LINE)["it"])
    said = [one.message for one in want.rejects(block, MAX_LINE)]
    assert said == [one.message for one in want.rejects(odd, MAX_LINE)]
    return part, said


def texts(*records):
    part, said = read(*records)
    assert not said
    return list(part["it"])


@pytest.mark.parametrize(
    "record,shape,text",
    [
        ({"text": "a", "content": "b"}, "text", "a"),
        ({"messages": [USER, ANSWER]}, "messages", "a\nb"),
        ({"messages": [HUMAN, GPT]}, "messages", "a\nb"),
        ({"conversations": [HUMAN]}, "conversations", "a"),
        ({"conversations": [USER, ANSWER]}, "conversations", "a\nb"),
        (
            {"instruction": "a", "input": "", "output": "c"},
            "instruction/input/output",
            "a\nc",
        ),
        (
            {"instruction": "a", "input": "b", "output": "c"},
            "instruction/input/output",
            "a\nb\nc",
        ),
        ({"instruction": "a", "output": "c"}, "instruction/input/output", "a\nc"),
        ({"prompt": "a", "completion": "b"}, "prompt/completion", "a\nb"),
        ({"prompt": [USER], "completion": [ANSWER]}, "prompt/completion", "a\nb"),
        ({"question": "a", "answer": "b"}, "question/answer", "a\nb"),
        ({"content": "a"}, "content", "a"),
        ({"prompt": "a", "chosen": "b", "rejected": "c"}, "prompt/chosen", "a\nb\nc"),
        (
            {"chosen": [USER, ANSWER], "rejected": [USER]},
            "chosen/rejected",
            "a\nb\na",
        ),
        (
            {"conversations": [HUMAN], "chosen": GPT, "rejected": HUMAN},
            "conversations",
            "a\nb\na",
        ),
        ({"text": None, "messages": [USER], "content": None}, "messages", "a"),
        (
            {"messages": None, "instruction": "a", "output": "b"},
            "instruction/input/output",
            "a\nb",
        ),
        (
            {"instruction": "a", "context": "b", "response": "c"},
            "instruction/response",
            "a\nb\nc",
        ),
    ],
)
def test_usual_shapes(record, shape, text):
    part, _ = read(record, record)
    assert (part.shape, list(part["it"])) == (shape, [text, text])


def test_what_stands_beside_a_chat_belongs_to_it():
    history = [["Tell me of the sea.", "It is wide."]]
    record = {"system": "Be a pirate.", "instruction": "Go on.", "output": "Aye."}
    assert texts(record | {"history": history, "tools": [{"name": "sail"}]}) == [
        'Be a pirate.\n[{"name":"sail"}]\nTell me of the sea.\nIt is wide.\nGo on.\nAye.'
    ]
    assert texts({"messages": [USER], "images": ["a.png", {"path": "b.png"}]}) == [
        "<image a.png>\n<image b.png>\na"
    ]
    assert texts({"question": "a", "answer": "b", "image": {"bytes": "x" * 999}}) != (
        texts({"question": "a", "answer": "b", "image": {"bytes": "y" * 999}})
    )


def test_what_only_some_records_have_is_read():
    plain, more = {"messages": [USER]}, {"messages": [USER], "system": "s"}
    null = {"messages": [USER], "system": None}
    assert texts(plain, more, null) == ["a", "s\na", "a"]
    assert texts(more, plain, null) == ["s\na", "a", "a"]
    assert texts(null, more, plain) == ["a", "s\na", "a"]


def test_a_record_of_another_shape_is_a_bad_one():
    both = {"text": "t", "messages": [USER]}
    part, said = read({"text": None, "messages": [USER]}, both, {"text": "t"}, {"x": 1})
    assert list(part["it"]) == ["a"]
    assert said == [
        "the records change: 'messages' first and 'text' here",
        "field 'messages' is missing (there are 'text')",
        "field 'messages' is missing (there are 'x')",
    ]


@pytest.mark.parametrize(
    "record,message",
    [
        (
            {"messages": '[{"role":"user"}]'},
            "'messages' is a string, not a list of tur",
        ),
        ({"messages": ["a"]}, "an element of 'messages' is a string, not a turn"),
        ({"messages": [{"role": "user", "contnet": "a"}]}, "only 'role', 'contnet'"),
        ({"messages": [{"role": "user", "content": 3}]}, "says a number, not a string"),
        ({"messages": {"a": 1}}, "'messages' is an object, not a list of turns"),
        ({"text": None}, "none of the usual text fields is there, only 'text' (null)"),
        ({"instruction": "a", "output": ["b"]}, "'output' is a list, not a string"),
        ({"instruction": "a", "output": {"b": 1}}, "'output' is an object, not a st"),
        ({"text": ["a"]}, "field 'text' is a list, not a string"),
    ],
)
def test_what_cannot_be_read_is_said(record, message):
    _, (said,) = read(record)
    assert message in said


def test_chats():
    def chat(record):
        (one,) = read(record, what=shapes.chat(None))[0]["it"]
        return one

    spoken = [("user", "a"), ("assistant", "b")]
    assert chat({"messages": [HUMAN, GPT]}) == spoken
    assert chat({"conversations": [USER, ANSWER]}) == spoken
    assert chat({"prompt": [USER], "completion": [ANSWER]}) == spoken
    assert chat({"prompt": "a", "chosen": [ANSWER], "rejected": [GPT]}) == spoken
    assert chat({"prompt": "a", "chosen": [USER, ANSWER]}) == spoken
    assert chat({"prompt": "a", "completion": "b"}) == [("", "a\nb")]
    assert chat({"conversations": [HUMAN], "system": "s", "images": ["i"]}) == [
        ("system", "s"),
        ("user", "<image i>"),
        ("user", "a"),
    ]


@pytest.mark.parametrize(
    "record,asked,answer",
    [
        ({"messages": [USER, ANSWER]}, "a", "b"),
        ({"messages": [USER, ANSWER, HUMAN, GPT, USER]}, "a\nb\na", "b"),
        ({"conversations": [HUMAN, GPT], "system": "s"}, "s\na", "b"),
        ({"prompt": [USER], "completion": [ANSWER]}, "a", "b"),
        ({"chosen": [USER, ANSWER], "rejected": [USER, GPT]}, "a", "b"),
        ({"prompt": "a", "completion": "b"}, "a", "b"),
        ({"instruction": "a", "output": "b", "history": [["x", "y"]]}, "x\ny\na", "b"),
    ],
)
def test_pairs(record, asked, answer):
    (one,) = read(record, what=shapes.pair(None, None))[0]["it"]
    assert one == (shapes.ALPACA.format("", asked, ""), answer)


def test_a_chat_that_nobody_answers_is_no_pair():
    _, (said,) = read({"messages": [USER]}, what=shapes.pair(None, None))
    assert said == ("no turn of 'messages' is an answer: none has the role 'assistant'")
