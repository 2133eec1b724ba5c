"""The usual shapes of records: where texts, chats and pairs stand in them.

A shape fits a record that has its fields; one that is null is not there. The first that
fits is read, with what stands beside it: an earlier part of the chat, pictures, and
answers that are preferred or refused.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from sel.maths.text.chat import ANSWERS
from sel.records import turns
from sel.records.faults import BadRecord, Odd, Record
from sel.records.fields import (
    MAYBE,
    ROW,
    STRING,
    Place,
    Wanted,
    chosen_text,
    missing,
)
from sel.records.hints import kind_of
from sel.records.turns import Chat
from sel.values import value

if TYPE_CHECKING:
    from collections.abc import Sequence

ALPACA = (
    "Below is an instruction that describes a task{}. "
    "Write a response that appropriately completes the request.\n\n"
    "### Instruction:\n{}\n\n{}### Response:"
)
INPUT = ", paired with an input that provides further context"

Words = Callable[[str, str], str]
"""Puts an instruction and its input into words."""


@value
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


@value
class InFile:
    """What is found with the help of the file that a record stands in."""

    of: Callable[[str], Wanted]


def text(choice: str | None) -> Wanted | Usual:
    """The text of a record: where --text says, or in a usual place."""
    return chosen_text(choice) if choice else Usual(_usual_text)


def chat(choice: str | None, *, answered: bool = False) -> Wanted | Usual:
    """The turns of a record; of one that is not a chat, one turn without a speaker.

    Args:
        choice: the field of a text, if one was chosen.
        answered: what was asked and what was answered in other fields are turns too.
    """
    if choice:
        return chosen_text(choice).then(_unspoken)
    return Usual(_usual_answered if answered else _usual_chat)


def pair(
    prompt: str | None, response: str | None, *, plain: bool = False
) -> Wanted | Usual:
    """What was asked, in Alpaca's words or in plain lines, and what was answered."""
    words = _plain if plain else _alpaca
    if prompt and response:
        asked, answered = chosen_text(prompt), chosen_text(response)
        return Wanted(
            lambda record: (
                words(asked.find(record), _input(asked.field, record)),
                answered.find(record),
            )
        )
    return Usual(partial(_usual_pair, words))


@value
class Shape:
    """A shape of records."""

    name: str
    """As messages and closing lines have it."""
    needs: tuple[str, ...]
    """Fields that a record of this shape has."""
    reads: tuple[str, ...]
    """All fields that are read where they are there, in the order of the text."""

    def fits(self, record: Record) -> bool:
        """Whether a record has what is needed."""
        return all(record.get(key) is not None for key in self.needs)

    def text(self, record: Record) -> str:
        """All that a record says."""
        return turns.lines(_said(key, record.get(key)) for key in self.reads)

    def is_chat(self, record: Record) -> bool:
        """Whether some of what is needed are turns."""
        return any(_are_turns(record[key]) for key in self.needs)

    def chat(self, record: Record) -> Chat:
        """The turns of a chat, with what stands beside them; not a refused answer."""
        setting = turns.lines(_said(key, record.get(key)) for key in _SETTING)
        shown = turns.lines(_said(key, record.get(key)) for key in _SHOWN)
        found = turns.history(record.get("history"))
        for key in self.reads:
            if key not in _BESIDE and record.get(key) is not None:
                more = _chat(key, record[key])
                # A preferred answer may repeat the chat before it.
                again = key == "chosen" and any(who != ANSWERS for who, _ in more)
                found = more if again else found + more
        if shown:
            found.insert(0, ("user", shown))
        return [("system", setting), *found] if setting else found

    def pair(self, words: Words, record: Record) -> tuple[str, str]:
        """What was asked, in words, and what was answered.

        Raises:
            BadRecord: nobody answers.
        """
        if self.is_chat(record):
            return _asked(self.name, self.chat(record), words)
        first, *_, last = self.needs
        before = turns.lines(_said(key, record.get(key)) for key in _BEFORE)
        asked = turns.lines((before, _said(first, record[first])))
        return words(asked, _input(first, record)), _said(last, record[last])


def _usual_text(record: Record) -> tuple[str, Wanted]:
    found = _fitting(record, SHAPES)
    if found is None:
        msg = f"none of the usual text fields is there, only {_listed(record)}."
        thin = ", or sel pick rows for whole records" if ROW in record else ""
        raise BadRecord("field-missing", f"{msg} Try: --text FIELD{thin}")
    shape, keys, absent = found
    kinds = [_kind(key, record[key], shape) for key in keys]
    places = tuple(Place((key,), kind) for key, kind in zip(keys, kinds, strict=True))

    def build(*columns: list[Any]) -> list[str]:
        parts = list(map(_column, keys, kinds, columns))
        if len(parts) == 1:
            return parts[0]
        return ["\n".join(filter(None, row)) for row in zip(*parts, strict=True)]

    plain = kinds == [STRING]
    find = _only(shape, SHAPES, shape.text)
    return shape.name, Wanted(find, places, None if plain else build, absent)


def _usual_chat(record: Record) -> tuple[str, Wanted]:
    found = _fitting(record, SHAPES)
    if found is None or not found[0].is_chat(record):
        shape, wanted = _usual_text(record)
        return shape, wanted.then(_unspoken)
    chat, keys, absent = found
    places = tuple(Place((key,), MAYBE) for key in keys)

    def build(*columns: list[Any]) -> list[Chat]:
        rows = [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)]
        try:
            return [chat.chat(_there(row)) for row in rows]
        except BadRecord:
            raise Odd from None

    find = _only(chat, SHAPES, chat.chat)
    return f"{chat.name} with roles", Wanted(find, places, build, absent)


def _usual_answered(record: Record) -> tuple[str, Wanted]:
    found = _fitting(record, _PAIRS)
    if found is None or found[0].is_chat(record):
        return _usual_chat(record)
    shape = found[0]

    def of(record: Record) -> Chat:
        asked, answer = shape.pair(_plain, record)
        return [("user", asked), (ANSWERS, answer)]

    return "/".join(shape.needs), Wanted(_only(shape, _PAIRS, of))


def _usual_pair(words: Words, record: Record) -> tuple[str, Wanted]:
    found = _fitting(record, _PAIRS)
    if found is None:
        msg = f"no usual prompt and response, only {_listed(record)}."
        raise BadRecord("field-missing", f"{msg} Try: --prompt F --response F")
    shape = found[0]
    return "/".join(shape.needs), Wanted(
        _only(shape, _PAIRS, partial(shape.pair, words))
    )


def _only(
    shape: Shape, shapes: Sequence[Shape], of: Callable[[Record], Any]
) -> Callable[[Record], Any]:
    """What finds something in the records of a shape, and refuses the others."""

    def find(record: Record) -> Any:
        for key in shape.needs:
            if record.get(key) is None:
                msg = (
                    f"field {key!r} is null" if key in record else missing(key, record)
                )
                raise BadRecord("field-missing", msg)
        first = next(one for one in shapes if one.fits(record))
        if first is not shape:
            msg = f"the records change: {shape.name!r} first and {first.name!r} here"
            raise BadRecord("field-missing", msg)
        return of(record)

    return find


def _fitting(
    record: Record, shapes: Sequence[Shape]
) -> tuple[Shape, list[str], tuple[str, ...]] | None:
    """The first shape that fits a record, its fields that are read, and other fields.

    Those other fields are what records read in the same way do not have.
    """
    absent: dict[str, None] = {}
    for shape in shapes:
        lacking = [key for key in shape.needs if record.get(key) is None]
        if not lacking:
            here = [key for key in shape.reads if key in record and key not in absent]
            absent |= dict.fromkeys(key for key in shape.reads if key not in here)
            return shape, here, tuple(absent)
        absent[lacking[0]] = None
    return None


def _kind(key: str, value: Any, shape: Shape) -> str:
    """How a field is decoded that is like this in the first record."""
    plain = type(value) is str and key in shape.needs and key not in _CHATS
    return STRING if plain else MAYBE


def _there(row: Record) -> Record:
    return {key: value for key, value in row.items() if value is not UNSET}


def _listed(record: Record) -> str:
    """The first fields of a record, in words."""
    first = list(record.items())[:8]
    return ", ".join(f"{k!r}{' (null)' * (v is None)}" for k, v in first)


def _unspoken(text: str) -> Chat:
    return [("", text)]


def _column(key: str, kind: str, values: list[Any]) -> list[str]:
    """What is said in a field of each record."""
    kinds = {str} if kind == STRING else set(map(type, values))
    if kinds == {str} and key not in _CHATS:
        return values
    try:
        if kinds == {list} and key in _CHATS:
            return [turns.text(key, value) for value in values]
        return [_said(key, value) for value in values]
    except BadRecord:
        raise Odd from None


def _said(key: str, value: Any) -> str:
    """What is said in a field; nothing where it is null or not there."""
    if value is None or value is UNSET or (key == "input" and not value):
        return ""
    if key in _AS_JSON:
        return turns.as_json(value)
    if key in _SHOWN:
        return turns.media(key, value)
    if key == "history":
        return turns.lines(said for _, said in turns.history(value))
    if type(value) is list and (key in _CHATS or _are_turns(value)):
        return turns.text(key, value)
    if key in _CHATS:
        msg = f"field {key!r} is {kind_of(value)}, not a list of turns"
        raise BadRecord("field-type", msg)
    if turns.is_turn(value):
        return turns.said(key, value)
    if type(value) is not str:
        msg = f"field {key!r} is {kind_of(value)}, not a string"
        raise BadRecord("field-type", msg)
    return value


def _are_turns(value: Any) -> bool:
    if type(value) is list:
        return all(type(one) is dict for one in value)
    return turns.is_turn(value)


def _chat(key: str, value: Any) -> Chat:
    """Turns; a string is a turn of who speaks in such a field."""
    if type(value) is str and key not in _CHATS:
        return [("user" if key in _ASKED else ANSWERS, value)]
    _said(key, value)  # says what is wrong with it
    return turns.chat(key, value if type(value) is list else [value])


def _asked(name: str, chat: Chat, words: Words) -> tuple[str, str]:
    """All before the last answer of a chat, in words, and that answer."""
    answers = [i for i, (who, _) in enumerate(chat) if who == ANSWERS]
    if not answers:
        msg = f"no turn of {name!r} is an answer: none has the role {ANSWERS!r}"
        raise BadRecord("field-missing", msg)
    asked = turns.lines(said for _, said in chat[: answers[-1]])
    return words(asked, ""), chat[answers[-1]][1]


def _plain(prompt: str, more: str) -> str:
    """The prompt in lines, with its input where there is one."""
    return "".join(f"{line}\n" for line in (prompt, more) if line)


def _alpaca(prompt: str, more: str) -> str:
    """The prompt as Alpaca puts it, with its input where there is one."""
    if not more:
        return ALPACA.format("", prompt, "")
    return ALPACA.format(INPUT, prompt, f"### Input:\n{more}\n\n")


def _input(prompt: str | None, record: Record) -> str:
    """What goes with the field of an instruction."""
    more = record.get("input") or record.get("context")
    return more if prompt == "instruction" and isinstance(more, str) else ""


_CHATS = ("messages", "conversations")
_ASKED = ("instruction", "prompt", "question")
_AS_JSON = _SETTING = ("system", "tools")
_SHOWN = ("image", "images", "audio", "audios", "video", "videos")
_BEFORE = (*_SETTING, "history", *_SHOWN)
_BESIDE = (*_BEFORE, "rejected")


def _shape(name: str, needs: str, reads: str = "") -> Shape:
    body = (reads or needs).split()
    return Shape(name, tuple(needs.split()), (*_BEFORE, *body, "chosen", "rejected"))


SHAPES = (
    Shape("text", ("text",), ("text",)),
    _shape("messages", "messages"),
    _shape("conversations", "conversations"),
    _shape(
        "instruction/input/output", "instruction output", "instruction input output"
    ),
    _shape("prompt/completion", "prompt completion"),
    _shape("question/answer", "question answer", "context question answer"),
    Shape("content", ("content",), ("content",)),
    _shape(
        "instruction/response",
        "instruction response",
        "instruction input context response",
    ),
    _shape("prompt/response", "prompt response"),
    _shape("prompt/chosen", "prompt chosen", "prompt"),
    _shape("instruction/chosen", "instruction chosen", "instruction input"),
    _shape("question/chosen", "question chosen", "question"),
    _shape("chosen/rejected", "chosen rejected", " "),
)
"""The usual shapes; the first that fits is read."""
_PAIRS = [one for one in SHAPES if one.reads != one.needs]
