"""The usual places of texts."""

import pytest

from sel.records import shapes


@pytest.mark.parametrize(
    "record,shape,text",
    [
        ({"text": "a", "content": "b"}, "text", "a"),
        (
            {
                "messages": [
                    {"role": "user", "content": "a"},
                    {"role": "assistant", "content": [{"type": "text", "text": "b"}]},
                ]
            },
            "messages",
            "a\nb",
        ),
        ({"conversations": [{"from": "human", "value": "a"}]}, "conversations", "a"),
        (
            {"instruction": "a", "input": "", "output": "c"},
            "instruction/input/output",
            "a\nc",
        ),
        ({"instruction": "a", "output": "c"}, "instruction/input/output", "a\nc"),
        ({"prompt": "a", "completion": "b"}, "prompt/completion", "a\nb"),
        ({"question": "a", "answer": "b"}, "question/answer", "a\nb"),
        ({"content": "a"}, "content", "a"),
    ],
)
def test_usual_shapes(record, shape, text):
    name, finder = shapes.text(None).of(record)
    assert (name, finder.find(record)) == (shape, text)
