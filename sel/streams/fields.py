"""Which part of a record is meant: paths, templates, and the usual shapes of text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sel.errors import UsageError
from sel.streams.records import BadRecord, Finder, Record

if TYPE_CHECKING:
    from collections.abc import Callable

_PART = re.compile(r"""\[(-?\d+)\]|"([^"]+)"|([^.\[\]"]+)""")


@dataclass(frozen=True)
class Field:
    """A value in a record: `lang`, `meta.quality`, `messages.0.content`, `/a.b/c`."""

    path: str
    parts: tuple[str | int, ...]

    def __call__(self, record: Record) -> Any:
        """The value; BadRecord if it is not there."""
        value: Any = record
        for part in self.parts:
            try:
                value = value[int(part) if type(value) is list else part]
            except (KeyError, IndexError, TypeError, ValueError):
                raise BadRecord("field-missing", _missing(self.path, record)) from None
        return value

    def get(self, record: Record) -> Any:
        """The value, or None if it is not there."""
        try:
            return self(record)
        except BadRecord:
            return None


def field(path: str) -> Field:
    """Read a path: names with dots, `[0]`, `"a.b"`; or a JSON pointer, `/a.b/0`."""
    if path.startswith("/"):
        parts = [p.replace("~1", "/").replace("~0", "~") for p in path[1:].split("/")]
        return Field(path, tuple(parts))
    parts = []
    rest = path
    while rest:
        found = _PART.match(rest)
        if not found:
            msg = f"{path!r} is no field path. Try: name, meta.name, list.0 or /a.b"
            raise UsageError(msg)
        parts.append(found[1] or found[2] or found[3])
        rest = rest[found.end() :]
        rest = rest[1:] if rest[:1] == "." and len(rest) > 1 else rest
    if not parts:
        msg = "a field path is empty"
        raise UsageError(msg)
    return Field(path, tuple(parts))


def text(path: str) -> Finder:
    """What finds a string by its path."""
    return _typed(path, {str}, "a string")


def number(path: str) -> Finder:
    """What finds a number by its path; None where the field is null."""
    return _typed(path, {int, float}, "a number", nullable=True)


def value(path: str) -> Finder:
    """What finds any value by its path."""
    return Finder(field(path))


def _typed(path: str, types: set[type], word: str, *, nullable: bool = False) -> Finder:
    get = field(path)

    def find(record: Record) -> Any:
        found = get(record)
        if type(found) in types or (nullable and found is None):
            return found
        msg = f"field {path!r} is {_kind(found)}, not {word}"
        raise BadRecord("field-type", msg)

    plain = get.parts[0] if len(get.parts) == 1 else None
    return Finder(find, plain if isinstance(plain, str) else None, frozenset(types))


def template(pattern: str) -> Finder:
    r"""What fills `{instruction}\n{output}` with a record's strings and numbers."""
    plain = pattern.replace("\\n", "\n").replace("\\t", "\t")
    pieces = re.split(r"\{([^{}]+)\}", plain)
    finders = [field(path) for path in pieces[1::2]]

    def fill(record: Record) -> str:
        filled = list(pieces)
        for i, find in enumerate(finders):
            found = find(record)
            if isinstance(found, dict | list | bool) or found is None:
                msg = f"field {find.path!r} is {_kind(found)}, not a string"
                raise BadRecord("field-type", msg)
            filled[2 * i + 1] = str(found)
        return "".join(filled)

    return Finder(fill)


def chosen_text(choice: str) -> Finder:
    """What finds the text that `--text` names: a path or a template."""
    return template(choice) if "{" in choice else text(choice)


def usual_text(record: Record) -> tuple[str, Finder]:
    """The first usual shape that fits a record: its name, and what finds the text.

    Raises:
        BadRecord: no usual shape fits.
    """
    for shape, (keys, find) in _SHAPES.items():
        if all(key in record for key in keys):
            return shape, find
    there = ", ".join(map(repr, list(record)[:8]))
    msg = f"none of the usual text fields is there, only {there}. Try: --text FIELD"
    raise BadRecord("field-missing", msg)


def _joined(*keys: str) -> Callable[[Record], str]:
    finders = [text(key).find for key in keys]

    def find(record: Record) -> str:
        return "\n".join(part for find in finders if (part := find(record)))

    return find


def _alpaca(record: Record) -> str:
    whole = record if record.get("input") else {**record, "input": ""}
    return _joined("instruction", "input", "output")(whole)


def _turns(key: str, content: str) -> Callable[[Record], str]:
    def find(record: Record) -> str:
        turns = record.get(key)
        if not isinstance(turns, list):
            raise BadRecord("field-missing", _missing(key, record))
        return "\n".join(filter(None, (_said(key, turn, content) for turn in turns)))

    return find


def _said(key: str, turn: Any, content: str) -> str:
    said = turn.get(content) if isinstance(turn, dict) else None
    if isinstance(said, list):  # the parts of a message with pictures
        said = "\n".join(p["text"] for p in said if isinstance(p, dict) and "text" in p)
    if said is None and isinstance(turn, dict):  # a call of a tool says nothing
        return ""
    if not isinstance(said, str):
        msg = f"an element of {key!r} has no string {content!r}"
        raise BadRecord("field-type", msg)
    return said


def is_chat(record: Record) -> bool:
    """Whether a record holds turns."""
    return any(key in record for key in _CHATS)


def usual_chat(record: Record) -> tuple[str, Finder]:
    """The first shape of a chat that fits a record: its name, and what finds it."""
    key = next(key for key in _CHATS if key in record)
    role, content, names = _CHATS[key]

    def find(record: Record) -> list[tuple[str, str]]:
        turns = record.get(key)
        if not isinstance(turns, list):
            raise BadRecord("field-missing", _missing(key, record))
        said = [_said(key, turn, content) for turn in turns]
        roles = [str(turn.get(role, "")) for turn in turns]
        return [(names.get(r, r), text) for r, text in zip(roles, said, strict=True)]

    return f"{key} with roles", Finder(find)


_CHATS: dict[str, tuple[str, str, dict[str, str]]] = {
    "messages": ("role", "content", {}),
    "conversations": ("from", "value", {"human": "user", "gpt": "assistant"}),
}

_SHAPES: dict[str, tuple[tuple[str, ...], Finder]] = {
    "text": (("text",), text("text")),
    "messages": (("messages",), Finder(_turns("messages", "content"))),
    "conversations": (("conversations",), Finder(_turns("conversations", "value"))),
    "instruction/input/output": (("instruction", "output"), Finder(_alpaca)),
    "prompt/completion": (
        ("prompt", "completion"),
        Finder(_joined("prompt", "completion")),
    ),
    "question/answer": (("question", "answer"), Finder(_joined("question", "answer"))),
    "content": (("content",), text("content")),
}


def _missing(path: str, record: Record) -> str:
    from difflib import get_close_matches

    near = get_close_matches(path, map(str, record), 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    there = ", ".join(map(repr, list(record)[:8]))
    return f"field {path!r} is missing{hint} (there are {there})"


def _kind(found: Any) -> str:
    kinds = {bool: "true or false", str: "a string", list: "a list", dict: "an object"}
    return kinds.get(type(found), "null" if found is None else "a number")
