"""The forms of records that trainers read, and one made of another without loss.

`messages` is that of TRL, axolotl and OpenAI; `sharegpt` and `alpaca` are those of
LLaMA-Factory; `prompt-completion` is that of TRL, as lists of turns; `text` is a text.
A record goes by way of messages, and what is made of it must lead back to the same
messages: what does not is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from sel.records.faults import BadRecord, Record
from sel.streams.json import written

FORMS = ("messages", "sharegpt", "alpaca", "prompt-completion", "text")
Turn = dict[str, Any]

_SPEAKERS = {
    "human": "user",
    "gpt": "assistant",
    "observation": "tool",
    "system": "system",
}
_ROLES = {role: speaker for speaker, role in _SPEAKERS.items()}
_CALL = "function_call"


def formed(record: Record, form: str) -> Record:
    """A record in another form; fields that belong to no form stay as they are.

    Args:
        record: in any of the forms.
        form: one of FORMS.

    Raises:
        BadRecord: the form cannot hold it, or it is in no form.
    """
    source, fields = _form_of(record)
    rest = {key: value for key, value in record.items() if key not in fields}
    if form == source == "text":
        return record
    if "text" in (form, source):
        there = "a chat" if form == "text" else "a text without turns"
        raise _refused(form, f"it is {there}")
    turns, tools = _READ[source]({key: record.get(key) for key in fields})
    _check(turns)
    made = _WRITE[form](turns, tools)
    if taken := rest.keys() & made.keys():
        raise _refused(form, f"it has a field {min(taken)!r} already")
    back = _READ[form]({key: made.get(key) for key in _FIELDS[form]})
    if back != (turns, tools):
        raise _refused(form, "its turns would not come back the same")
    if source == form != "prompt-completion" and fields == _FIELDS[form]:
        return record  # with its input apart, and whatever else it has
    return made | rest


def _form_of(record: Record) -> tuple[str, tuple[str, ...]]:
    """The form of a record, and which fields belong to it."""
    for form, keys in _NEEDED.items():
        if all(record.get(key) is not None for key in keys):
            if form in ("messages", "sharegpt"):
                (key,) = keys
                form = _style(record[key], key)
                return form, (key, "system", "tools")
            return form, _FIELDS[form]
    there = ", ".join(map(repr, list(record)[:8]))
    msg = f"it is in no form of a trainer, with {there}"
    raise BadRecord("field-missing", msg)


def _style(turns: Any, key: str) -> str:
    """How the turns of a list are written."""
    listed = turns and _are_objects(turns)
    for form, keys in (("messages", {"role"}), ("sharegpt", {"from", "value"})):
        if listed and all(keys <= one.keys() for one in turns):
            return form
    msg = f"field {key!r} is not a list of turns, each with a role, or with from/value"
    raise BadRecord("field-type", msg)


def _check(turns: Any) -> None:
    """See that turns are messages.

    Raises:
        BadRecord: they are not.
    """
    good = type(turns) is list and all(
        type(turn) is dict
        and type(turn.get("role")) is str
        and _are_objects(turn.get("tool_calls") or [])
        for turn in turns
    )
    if not good:
        msg = "a turn is not an object with a role and, perhaps, a list of calls"
        raise BadRecord("field-type", msg)


def _are_objects(values: Any) -> bool:
    return type(values) is list and all(type(value) is dict for value in values)


def _from_messages(fields: Record) -> tuple[list[Turn], Any]:
    *lists, system, tools = fields.values()
    return [*_system(system), *lists[0]], tools


def _from_sharegpt(fields: Record) -> tuple[list[Turn], Any]:
    *lists, system, tools = fields.values()
    turns = [_heard(turn) for turn in lists[0]]
    if isinstance(tools, str):
        tools = _parsed(tools, "tools")
    return [*_system(system), *turns], tools


def _from_alpaca(fields: Record) -> tuple[list[Turn], Any]:
    turns = _system(fields["system"])
    history = fields["history"] or []
    for pair in history if type(history) is list else [history]:
        if type(pair) is not list or len(pair) != 2:
            msg = "an element of 'history' is not a question and an answer"
            raise BadRecord("field-type", msg)
        turns += _exchange(*pair)
    asked = [fields["instruction"], fields["input"] or ""]
    asked = [part for part in asked if part != ""] or [""]
    if any(type(part) is not str for part in asked):
        raise BadRecord("field-type", "field 'instruction' or 'input' is not a string")
    return [*turns, *_exchange("\n".join(asked), fields["output"])], None


def _from_prompt(fields: Record) -> tuple[list[Turn], Any]:
    asked, answered = fields["prompt"], fields["completion"]
    turns: list[Turn] = []
    for part, role in ((asked, "user"), (answered, "assistant")):
        said = part if type(part) is list else [part]
        turns += [_turn(one, role) for one in said]
    return turns, fields["tools"]


def _turn(said: Any, role: str) -> Any:
    return {"role": role, "content": said} if type(said) is str else said


def _system(said: Any) -> list[Turn]:
    return [{"role": "system", "content": said}] if said else []


def _exchange(asked: Any, answered: Any) -> list[Turn]:
    return [
        {"role": "user", "content": asked},
        {"role": "assistant", "content": answered},
    ]


def _heard(turn: Turn) -> Turn:
    """A turn with from and value as a message."""
    speaker, value = turn["from"], turn["value"]
    more = {key: said for key, said in turn.items() if key not in ("from", "value")}
    if speaker == _CALL:
        calls = _parsed(value, "a call")
        calls = calls if type(calls) is list else [calls]
        made = [{"type": "function", "function": call} for call in calls]
        return {"role": "assistant", "tool_calls": made, **more}
    if type(speaker) is not str or speaker not in _SPEAKERS:
        raise BadRecord("field-type", f"no speaker is called {speaker!r}")
    return {"role": _SPEAKERS[speaker], "content": value, **more}


def _parsed(value: Any, what: str) -> Any:
    try:
        return orjson.loads(value)
    except (orjson.JSONDecodeError, TypeError):
        raise BadRecord("field-type", f"{what} is not JSON") from None


def _as_messages(turns: list[Turn], tools: Any) -> Record:
    return {"messages": turns} | _given(tools=tools)


def _as_sharegpt(turns: list[Turn], tools: Any) -> Record:
    system, turns = _apart(turns, "sharegpt")
    for i, turn in enumerate(turns):
        if (turn["role"] == "assistant") != i % 2:
            raise _refused("sharegpt", "questions and answers do not take turns")
    said = [_told(turn) for turn in turns]
    packed = None if tools is None else written(tools).decode()
    return {"conversations": said} | _given(system=system, tools=packed)


def _as_alpaca(turns: list[Turn], tools: Any) -> Record:
    if tools is not None:
        raise _refused("alpaca", "it has tools")
    system, turns = _apart(turns, "alpaca")
    for i, turn in enumerate(turns):
        _only_text(turn, "alpaca")
        if turn["role"] != ("user", "assistant")[i % 2]:
            raise _refused("alpaca", "user and assistant do not take turns")
    said = [turn["content"] for turn in turns]
    before = [list(pair) for pair in zip(said[:-2:2], said[1:-2:2], strict=True)]
    asked, answered = said[-2:]
    whole = {"instruction": asked, "input": "", "output": answered}
    return whole | _given(system=system, history=before or None)


def _as_prompt(turns: list[Turn], tools: Any) -> Record:
    if len(turns) < 2 or turns[-1]["role"] != "assistant":
        raise _refused("prompt-completion", "its last turn is not an answer")
    return {"prompt": turns[:-1], "completion": turns[-1:]} | _given(tools=tools)


def _apart(turns: list[Turn], form: str) -> tuple[str | None, list[Turn]]:
    """What the system says first, and the turns after it, which end with an answer."""
    system = None
    if turns and turns[0]["role"] == "system":
        first, *turns = turns
        _only_text(first, form)
        system = first["content"]
    if any(turn["role"] == "system" for turn in turns):
        raise _refused(form, "the system speaks in the middle of it")
    if len(turns) < 2 or turns[-1]["role"] != "assistant":
        raise _refused(form, "its last turn is not an answer")
    return system, turns


def _told(turn: Turn) -> Turn:
    """A message as a turn with from and value."""
    more = {key: said for key, said in turn.items() if key not in _MESSAGE}
    if calls := turn.get("tool_calls"):
        plain = [call.get("function") for call in calls]
        value = written(plain[0] if len(plain) == 1 else plain).decode()
        return {"from": _CALL, "value": value, **more}
    _only_text(turn, "sharegpt", allowed=tuple(more))
    return {"from": _ROLES[turn["role"]], "value": turn["content"], **more}


_MESSAGE = ("role", "content", "tool_calls")


def _only_text(turn: Turn, form: str, allowed: tuple[str, ...] = ()) -> None:
    """Refuse a turn that has more than a string that is said."""
    if turn["role"] not in _ROLES:
        raise _refused(form, f"no turn is of the role {turn['role']!r} there")
    if type(turn.get("content")) is not str:
        raise _refused(form, "a turn has content that is not a string")
    if more := turn.keys() - {"role", "content", *allowed}:
        raise _refused(form, f"a turn has a field {min(more)!r}")


def _given(**fields: Any) -> Record:
    return {key: value for key, value in fields.items() if value is not None}


def _refused(form: str, why: str) -> BadRecord:
    return BadRecord("form", f"the form {form!r} cannot hold it: {why}")


_NEEDED = {
    "messages": ("messages",),
    "sharegpt": ("conversations",),
    "alpaca": ("instruction", "output"),
    "prompt-completion": ("prompt", "completion"),
    "text": ("text",),
}
_FIELDS = {
    "messages": ("messages", "system", "tools"),
    "sharegpt": ("conversations", "system", "tools"),
    "alpaca": ("instruction", "input", "output", "system", "history"),
    "prompt-completion": ("prompt", "completion", "tools"),
    "text": ("text",),
}
FIELDS = {name for names in _FIELDS.values() for name in names}
"""All fields that belong to a form."""
_READ: dict[str, Callable[[Record], tuple[list[Turn], Any]]] = {
    "messages": _from_messages,
    "sharegpt": _from_sharegpt,
    "alpaca": _from_alpaca,
    "prompt-completion": _from_prompt,
}
_WRITE: dict[str, Callable[[list[Turn], Any], Record]] = {
    "messages": _as_messages,
    "sharegpt": _as_sharegpt,
    "alpaca": _as_alpaca,
    "prompt-completion": _as_prompt,
}
