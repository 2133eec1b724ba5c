"""The usual shapes of records: where texts, chats and pairs stand in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sel.records.faults import BadRecord, Odd, Record
from sel.records.fields import ANY, MAYBE, ROW, STRING, Place, Wanted, chosen_text
from sel.records.fields import missing as missing_words
from sel.records.fields import text as text_at

Chat = list[tuple[str, str]]

ALPACA = (
    "Below is an instruction that describes a task{}. "
    "Write a response that appropriately completes the request.\n\n"
    "### Instruction:\n{}\n\n{}### Response:"
)
INPUT = ", paired with an input that provides further context"


@dataclass(frozen=True)
class Usual:
    """What is found in one of several usual places, by the first record of a block."""

    of: Callable[[Record], tuple[str, Wanted]]
    """The name of the first shape that fits a record, and what finds the value there;
    BadRecord if none does."""

    def then(self, change: Callable[[Any], Any]) -> Usual:
        """The same, changed; see Wanted."""

        def of(record: Record) -> tuple[str, Wanted]:
            shape, wanted = self.of(record)
            return shape, wanted.then(change)

        return Usual(of)


@dataclass(frozen=True)
class InFile:
    """What is found with the help of the file that a record stands in."""

    of: Callable[[str], Wanted]


def text(choice: str | None) -> Wanted | Usual:
    """The text of a record: where --text says, or in a usual place."""
    return chosen_text(choice) if choice else Usual(_usual_text)


def chat(choice: str | None) -> Wanted | Usual:
    """The turns of a record; of one that is not a chat, one turn without a speaker."""
    return _spoken(chosen_text(choice)) if choice else Usual(_usual_chat)


def pair(prompt: str | None, response: str | None) -> Wanted | Usual:
    """What was asked, in Alpaca's words, and what was answered."""
    if prompt and response:
        return _asked(chosen_text(prompt), chosen_text(response))
    return Usual(_usual_pair)


def _usual_text(record: Record) -> tuple[str, Wanted]:
    for shape, (keys, wanted) in _SHAPES.items():
        if all(key in record for key in keys):
            return shape, wanted
    there = ", ".join(map(repr, list(record)[:8]))
    thin = ", or sel pick rows for whole records" if ROW in record else ""
    msg = f"none of the usual text fields is there, only {there}. Try: --text FIELD"
    msg += thin
    raise BadRecord("field-missing", msg)


def _usual_chat(record: Record) -> tuple[str, Wanted]:
    for key, (role, content, names) in _CHATS.items():
        if key in record:
            return f"{key} with roles", _turns_of(key, role, content, names)
    shape, wanted = _usual_text(record)
    return shape, _spoken(wanted)


def _usual_pair(record: Record) -> tuple[str, Wanted]:
    for prompt, response in _PAIRS:
        if prompt in record and response in record:
            found = _asked(text_at(prompt), text_at(response))
            return f"{prompt}/{response}", found
    there = ", ".join(map(repr, list(record)[:8]))
    msg = f"no usual prompt and response, only {there}. Try: --prompt F --response F"
    raise BadRecord("field-missing", msg)


def _spoken(wanted: Wanted) -> Wanted:
    return Wanted(lambda record: [("", wanted.find(record))])


def _asked(prompt: Wanted, response: Wanted) -> Wanted:
    return Wanted(
        lambda record: (_alpaca(prompt.find(record), record), response.find(record))
    )


def _alpaca(prompt: str, record: Record) -> str:
    """The prompt as Alpaca puts it, with the field `input` where there is one."""
    more: Any = record.get("input") if prompt is record.get("instruction") else None
    if not isinstance(more, str) or not more:
        return ALPACA.format("", prompt, "")
    return ALPACA.format(INPUT, prompt, f"### Input:\n{more}\n\n")


def _joined(*keys: str) -> Wanted:
    """Strings with a line break between those that are not empty."""
    finders = [text_at(key).find for key in keys]

    def find(record: Record) -> str:
        return "\n".join(part for find in finders if (part := find(record)))

    def build(*columns: list[str]) -> list[str]:
        return ["\n".join(filter(None, parts)) for parts in zip(*columns, strict=True)]

    return Wanted(find, tuple(Place((key,), STRING) for key in keys), build)


def _alpaca_text() -> Wanted:
    with_, without = (
        _joined("instruction", "input", "output"),
        _joined("instruction", "output"),
    )

    def find(record: Record) -> str:
        said: str = (with_ if record.get("input") else without).find(record)
        return said

    def build(instructions: list[str], inputs: list[Any], outputs: list[str]) -> Any:
        if any(type(text) is not str for text in inputs if text):
            raise Odd
        rows = zip(instructions, inputs, outputs, strict=True)
        return ["\n".join(filter(None, parts)) for parts in rows]

    places = (
        Place(("instruction",), STRING),
        Place(("input",), MAYBE),
        Place(("output",), STRING),
    )
    return Wanted(find, places, build)


def _turns(key: str, content: str) -> Wanted:
    """What is said in all turns, a line break between them."""

    def said(turns: Any) -> str:
        return "\n".join(filter(None, (_said(key, turn, content) for turn in turns)))

    return _listed(key, said)


def _turns_of(key: str, role: str, content: str, names: dict[str, str]) -> Wanted:
    """The turns, each with who speaks."""

    def spoken(turns: list[Any]) -> Chat:
        texts = [_said(key, turn, content) for turn in turns]
        roles = [str(turn.get(role, "")) for turn in turns]
        return [(names.get(r, r), said) for r, said in zip(roles, texts, strict=True)]

    return _listed(key, spoken)


def _listed(key: str, of: Callable[[list[Any]], Any]) -> Wanted:
    """What is made of a list of turns."""

    def find(record: Record) -> Any:
        turns = record.get(key)
        if not isinstance(turns, list):
            raise BadRecord("field-missing", missing_words(key, record))
        return of(turns)

    def build(column: list[Any]) -> list[Any]:
        if set(map(type, column)) - {list}:
            raise Odd
        try:
            return list(map(of, column))
        except BadRecord:
            raise Odd from None

    return Wanted(find, (Place((key,), ANY),), build)


def _said(key: str, turn: Any, content: str) -> str:
    said: Any = turn.get(content) if isinstance(turn, dict) else None
    if isinstance(said, list):  # the parts of a message with pictures
        parts = [part.get("text") for part in said if isinstance(part, dict)]
        said = "\n".join(part for part in parts if isinstance(part, str))
    if said is None and isinstance(turn, dict):  # a call of a tool says nothing
        return ""
    if not isinstance(said, str):
        msg = f"an element of {key!r} has no string {content!r}"
        raise BadRecord("field-type", msg)
    return said


_CHATS: dict[str, tuple[str, str, dict[str, str]]] = {
    "messages": ("role", "content", {}),
    "conversations": ("from", "value", {"human": "user", "gpt": "assistant"}),
}

_SHAPES: dict[str, tuple[tuple[str, ...], Wanted]] = {
    "text": (("text",), text_at("text")),
    "messages": (("messages",), _turns("messages", "content")),
    "conversations": (("conversations",), _turns("conversations", "value")),
    "instruction/input/output": (("instruction", "output"), _alpaca_text()),
    "prompt/completion": (
        ("prompt", "completion"),
        _joined("prompt", "completion"),
    ),
    "question/answer": (("question", "answer"), _joined("question", "answer")),
    "content": (("content",), text_at("content")),
}

_PAIRS = (
    ("instruction", "output"),
    ("instruction", "response"),
    ("prompt", "completion"),
    ("prompt", "response"),
    ("question", "answer"),
)
