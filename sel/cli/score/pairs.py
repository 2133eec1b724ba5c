"""What was asked and what was answered: pairs of texts in records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sel.errors import UsageError
from sel.streams import fields
from sel.streams.records import BadRecord, Finder

if TYPE_CHECKING:
    from sel.streams.records import Parsed, Record

ALPACA = (
    "Below is an instruction that describes a task{}. "
    "Write a response that appropriately completes the request.\n\n"
    "### Instruction:\n{}\n\n{}### Response:"
)
INPUT = ", paired with an input that provides further context"
SHAPES = (
    ("instruction", "output"),
    ("instruction", "response"),
    ("prompt", "completion"),
    ("prompt", "response"),
    ("question", "answer"),
)


def answering(*, prompt: str | None = None, response: str | None = None) -> Answering:
    """Texts: what is asked and what is answered; by default the usual fields.

    Args:
        prompt: field or template of the instruction; needs --response.
        response: field or template of the answer.
    """
    if (prompt is None) != (response is None):
        msg = "--prompt and --response go together"
        raise UsageError(msg)
    if prompt and response:
        return Answering(fields.chosen_text(prompt), fields.chosen_text(response))
    return Answering(None, None)


@dataclass(frozen=True)
class Answering:
    """What finds prompts and responses; None for the usual fields."""

    prompt: Finder | None
    response: Finder | None


def pairs(parsed: Parsed, asked: Answering) -> tuple[list[tuple[str, str]], str]:
    """Instructions in Alpaca's words and their answers, and where they were found."""
    shape, find = "", asked
    if find.prompt is None:
        while parsed.records and not shape:
            shape, find = _usual(parsed)
        if not parsed.records:
            return [], ""
    assert find.prompt and find.response
    ask, answer = find.prompt.find, find.response.find
    whole = Finder(lambda record: (_alpaca(ask(record), record), answer(record)))
    return parsed.column(whole), shape


def _usual(parsed: Parsed) -> tuple[str, Answering]:
    """The pair of fields that fits the first record; one that has none is set aside."""
    record = parsed.records[0]
    for names in SHAPES:
        if all(name in record for name in names):
            return "/".join(names), Answering(*map(fields.text, names))
    there = ", ".join(map(repr, list(record)[:8]))
    msg = f"no usual prompt and response, only {there}. Try: --prompt F --response F"
    parsed.reject([(0, BadRecord("field-missing", msg))])
    return "", Answering(None, None)


def _alpaca(prompt: str, record: Record) -> str:
    """The prompt as Alpaca puts it, with the field `input` where there is one."""
    more: Any = record.get("input") if prompt is record.get("instruction") else None
    if not isinstance(more, str) or not more:
        return ALPACA.format("", prompt, "")
    return ALPACA.format(INPUT, prompt, f"### Input:\n{more}\n\n")
