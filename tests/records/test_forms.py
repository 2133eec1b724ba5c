"""Records in the forms of trainers: from each to each, or refused."""

import pytest

from sel.records.faults import BadRecord
from sel.records.forms import FORMS, formed

CHAT = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "One?"},
    {"role": "assistant", "content": "1"},
    {"role": "user", "content": "Two?"},
    {"role": "assistant", "content": "2"},
]
SAME = {
    "messages": {"messages": CHAT},
    "sharegpt": {
        "conversations": [
            {"from": "human", "value": "One?"},
            {"from": "gpt", "value": "1"},
            {"from": "human", "value": "Two?"},
            {"from": "gpt", "value": "2"},
        ],
        "system": "Be brief.",
    },
    "alpaca": {
        "instruction": "Two?",
        "input": "",
        "output": "2",
        "system": "Be brief.",
        "history": [["One?", "1"]],
    },
    "prompt-completion": {"prompt": CHAT[:-1], "completion": CHAT[-1:]},
}
CALLS = [
    {"from": "human", "value": "Weather?"},
    {"from": "function_call", "value": '{"name":"sky","arguments":{"at":"Oslo"}}'},
    {"from": "observation", "value": "rain"},
    {"from": "gpt", "value": "It rains."},
]


@pytest.mark.parametrize("source", SAME)
@pytest.mark.parametrize("form", SAME)
def test_each_form_from_each(source, form):
    record = {"id": 7, **SAME[source], "score": 0.5}
    assert formed(record, form) == {"id": 7, **SAME[form], "score": 0.5}


def test_the_input_of_an_instruction_follows_it():
    record = {"instruction": "Add.", "input": "1 and 2", "output": "3"}
    said = [turn["content"] for turn in formed(record, "messages")["messages"]]
    assert said == ["Add.\n1 and 2", "3"]


def test_strings_become_turns():
    made = formed({"prompt": "a", "completion": "b"}, "prompt-completion")
    assert made == {
        "prompt": [{"role": "user", "content": "a"}],
        "completion": [{"role": "assistant", "content": "b"}],
    }


def test_turns_in_the_other_style():
    record = {"conversations": CHAT[1:3]}
    assert formed(record, "messages") == {"messages": CHAT[1:3]}
    record = {
        "messages": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]
    }
    assert formed(record, "alpaca")["output"] == "b"


def test_calls_and_tools_go_to_messages_and_back():
    record = {"conversations": CALLS, "tools": '[{"name":"sky"}]'}
    there = formed(record, "messages")
    assert there["tools"] == [{"name": "sky"}]
    assert there["messages"][1] == {
        "role": "assistant",
        "tool_calls": [
            {
                "type": "function",
                "function": {"name": "sky", "arguments": {"at": "Oslo"}},
            }
        ],
    }
    assert formed(there, "sharegpt") == record


@pytest.mark.parametrize("form", ["messages", "sharegpt", "alpaca"])
def test_a_record_in_the_form_already_stays_as_it_is(form):
    record = {**SAME[form], "id": 1}
    assert formed(record, form) is record
    asked = {"instruction": "a", "input": "b", "output": "c"}
    assert formed(asked, "alpaca") is asked


def test_text_stays_text():
    assert formed({"text": "a", "id": 1}, "text") == {"text": "a", "id": 1}


@pytest.mark.parametrize(
    "record,form,why",
    [
        ({"messages": CHAT}, "text", "it is a chat"),
        ({"text": "a"}, "messages", "without turns"),
        ({"messages": CHAT[:-1]}, "alpaca", "last turn is not an answer"),
        ({"messages": CHAT[:2] * 2 + CHAT[2:3]}, "sharegpt", "in the middle"),
        ({"messages": [CHAT[1], *CHAT[1:]]}, "sharegpt", "do not take turns"),
        ({"messages": [CHAT[1], *CHAT[1:]]}, "alpaca", "do not take turns"),
        ({"conversations": CALLS}, "alpaca", "not a string"),
        ({"conversations": CALLS, "tools": "[]"}, "alpaca", "tools"),
        (
            {"messages": [CHAT[1], {"role": "assistant", "content": [{"text": "a"}]}]},
            "sharegpt",
            "not a string",
        ),
        (
            {"messages": [CHAT[1], {**CHAT[2], "name": "x"}]},
            "alpaca",
            "a field 'name'",
        ),
        (
            {
                "messages": [
                    CHAT[1],
                    {
                        "role": "assistant",
                        "content": None,
                        "tool_calls": [
                            {"id": "1", "function": {"name": "f", "arguments": "{}"}}
                        ],
                    },
                ]
            },
            "sharegpt",
            "would not come back",
        ),
        (
            {"messages": [{**CHAT[1], "role": "judge"}, CHAT[2]]},
            "alpaca",
            "role 'judge'",
        ),
        ({"messages": CHAT, "output": 3}, "alpaca", "a field 'output' already"),
    ],
)
def test_what_a_form_cannot_hold(record, form, why):
    with pytest.raises(BadRecord, match=why):
        formed(record, form)


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"a": 1},
        {"messages": "x"},
        {"messages": []},
        {"messages": [1]},
        {"messages": [{"content": "a"}]},
        {"conversations": [{"from": "judge", "value": "a"}]},
        {"conversations": [{"from": "function_call", "value": "{"}]},
        {"instruction": 1, "output": 2},
        {"instruction": "a", "output": "b", "history": ["x"]},
        {"prompt": 1, "completion": "a"},
        {"prompt": [1], "completion": "a"},
        {"messages": [{"role": None, "content": None}] * 2},
        {"messages": [{"role": [], "content": "a"}] * 2},
        {"messages": [{"role": "assistant", "tool_calls": 3}] * 2},
        {"conversations": [{"from": [], "value": None}] * 2},
        {"conversations": CALLS, "tools": "{"},
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_whatever_a_record_holds_it_is_refused_in_words(record, form):
    try:
        formed(record, form)
    except BadRecord as error:
        assert str(error)
