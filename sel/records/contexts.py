"""Long texts with what is asked of them: where the three parts stand in records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sel.maths.text.chat import ANSWERS
from sel.records.faults import BadRecord
from sel.records.fields import Wanted, chosen_text
from sel.records.shapes import SHAPES, Usual
from sel.records.turns import lines

if TYPE_CHECKING:
    from sel.records.faults import Record
    from sel.records.turns import Chat

Context = tuple[str, str, str]
"""A long text, what is asked of it, and the answer."""

ASKED = ("instruction", "question", "query", "prompt")
ANSWERED = ("response", "output", "answer", "completion")
LONG = ("context", "input", "document")


def context(
    long: str | None, prompt: str | None, response: str | None
) -> Wanted | Usual:
    """The parts in chosen fields, or in the usual ones."""
    if long and prompt and response:
        parts = [chosen_text(one).find for one in (long, prompt, response)]

        def find(record: Record) -> Context:
            first, second, third = (part(record) for part in parts)
            return first, second, third

        return Wanted(find)
    return Usual(_usual)


def _usual(record: Record) -> tuple[str, Wanted]:
    names = [_first(record, some) for some in (LONG, ASKED, ANSWERED)]
    if all(names):
        found = context(*names)
        assert isinstance(found, Wanted)
        return "/".join(name or "" for name in names), found
    _of_chat(record)  # says what is wrong with it
    return "chat", Wanted(_of_chat)


def _first(record: Record, names: tuple[str, ...]) -> str | None:
    return next((name for name in names if record.get(name) is not None), None)


def _of_chat(record: Record) -> Context:
    """The parts of a chat: its last answer, and the last paragraph before it."""
    shape = next((one for one in SHAPES if one.fits(record)), None)
    if shape is None or not shape.is_chat(record):
        msg = "no long text with a question and an answer."
        tries = "--context F --prompt F --response F"
        raise BadRecord("field-missing", f"{msg} Try: {tries}")
    chat = shape.chat(record)
    answers = [i for i, (who, _) in enumerate(chat) if who == ANSWERS]
    if not answers:
        msg = f"no turn of {shape.name!r} is an answer: none has the role {ANSWERS!r}"
        raise BadRecord("field-missing", msg)
    return _parted(chat[: answers[-1]], chat[answers[-1]][1])


def _parted(before: Chat, answer: str) -> Context:
    whole = lines(said for _, said in before).rstrip()
    long, _, asked = whole.rpartition("\n\n")
    return long, asked.strip(), answer
