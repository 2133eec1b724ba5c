"""Chats as text: what is said in each turn, in one rendering for all methods.

A turn is an object: who speaks (`role` or `from`), and what is said. Of a turn are
read, each on lines of its own: its reasoning; its content, a string or a list of parts;
its pictures, sounds and files, as `<image a.png>`, where what is long or embedded is
told by a hash; and its calls of tools, as JSON with sorted keys and without their ids.
What is null is not there.
"""

from __future__ import annotations

from typing import Any

from sel.maths.text.chat import ANSWERS
from sel.records.faults import BadRecord
from sel.records.hints import kind_of
from sel.streams.json import SORTED, written

Chat = list[tuple[str, str]]

CONTENT = ("content", "value", "text", "parts")
REASONING = ("reasoning_content", "reasoning", "thinking")
MEDIA = ("image", "images", "image_url", "audio", "audios", "video", "videos", "file")
CALLS = ("function_call", "tool_calls")
_SPEAKERS = {
    "human": "user",
    "gpt": ANSWERS,
    "model": ANSWERS,
    "bot": ANSWERS,
    "function_call": ANSWERS,
    "observation": "tool",
}
_ASIDE = frozenset(
    {"id", "type", "role", "from", "name", "index", "tool_call_id", "tool_use_id"}
    | {"weight", "train", "detail", "signature", "cache_control"}
)
"""Fields of a turn, a part or a call that say nothing."""
_LONGEST = 200
"""Characters of what identifies a picture; what is longer is told by a hash."""


def text(name: str, turns: list[Any]) -> str:
    """What is said in all turns of a field, with a line break between them.

    Raises:
        BadRecord: one of them cannot be read.
    """
    return "\n".join([one for turn in turns if (one := said(name, turn))])


def chat(name: str, turns: list[Any]) -> Chat:
    """Who speaks and what is said in each turn of a field; BadRecord as above."""
    texts = [said(name, turn) for turn in turns]
    speakers = [str(turn.get("role") or turn.get("from") or "") for turn in turns]
    return [(_SPEAKERS.get(s, s), t) for s, t in zip(speakers, texts, strict=True)]


def said(name: str, turn: Any) -> str:
    """The text of one turn of a field; BadRecord as above."""
    if type(turn) is not dict:
        msg = f"an element of {name!r} is {kind_of(turn)}, not a turn"
        raise BadRecord("field-type", msg)
    if len(turn) == 2 and ("role" in turn or "from" in turn):  # as nearly all are
        plain = turn.get("content") or turn.get("value")
        if type(plain) is str:
            return plain
    found = _spoken(name, turn)
    found += [media(key, turn[key]) for key in MEDIA if key in turn]
    found += [_call(one) for key in CALLS for one in _listed(turn.get(key))]
    if not any(found):
        rest = _bare({k: v for k, v in turn.items() if k not in _READ})
        if rest and not any(key in turn for key in CONTENT):
            msg = f"a turn of {name!r} has no 'content' and no 'value', only "
            raise BadRecord("field-type", msg + ", ".join(map(repr, turn)))
        return as_json(rest) if rest else ""
    return lines(found)


def is_turn(value: Any) -> bool:
    """Whether a value is an object that somebody says."""
    return isinstance(value, dict) and ("role" in value or "from" in value)


def history(value: Any) -> Chat:
    """Earlier turns: pairs of what was asked and answered, or turns."""
    found: Chat = []
    for one in _listed(value):
        if is_turn(one):
            found += chat("history", [one])
        else:
            pair = zip(("user", ANSWERS), _listed(one), strict=False)
            found += [(who, as_json(said)) for who, said in pair if said is not None]
    return found


def media(kind: str, value: Any) -> str:
    """What stands for pictures, sounds and files: a line for each."""
    kind = kind.removeprefix("input_").removesuffix("_url")
    if isinstance(value, list):
        return lines(media(kind.removesuffix("s"), one) for one in value)
    value = _bare(value)
    while isinstance(value, dict) and len(value) == 1:
        (value,) = value.values()
    if value in (None, "", {}):
        return ""
    name = as_json(value)
    if len(name) > _LONGEST or name.startswith("data:"):
        from hashlib import blake2b  # OpenSSL comes with it

        data = name.encode("utf-8", "surrogatepass")
        name = blake2b(data, digest_size=16).hexdigest()
    return f"<{kind} {name}>"


def as_json(value: Any) -> str:
    """A string as it is; anything else as JSON with sorted keys, nulls left out."""
    if isinstance(value, str):
        return value
    return written(_bare(value), SORTED).decode()


def lines(texts: Any) -> str:
    """Texts with a line break between those that are not empty."""
    return "\n".join(filter(None, texts))


_READ = frozenset({*_ASIDE, *CONTENT, *REASONING, *MEDIA, *CALLS})


def _spoken(name: str, turn: dict[str, Any]) -> list[str]:
    """The reasoning and the content of a turn or a part."""
    thought = [turn[key] for key in REASONING if isinstance(turn.get(key), str | list)]
    return [_content(name, one) for one in (*thought, *map(turn.get, CONTENT))]


def _content(name: str, value: Any) -> str:
    """A string, or the parts of a message."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, dict):
        return _part(name, value)
    if isinstance(value, list):
        return lines(_part(name, part) for part in value)
    msg = f"a turn of {name!r} says {kind_of(value)}, not a string or a list of parts"
    raise BadRecord("field-type", msg)


def _part(name: str, part: Any) -> str:
    """A part of a message: text, or whatever else it holds."""
    if part is None or isinstance(part, str):
        return part or ""
    if not isinstance(part, dict):
        msg = f"a part of a turn of {name!r} is {kind_of(part)}, not an object"
        raise BadRecord("field-type", msg)
    kind = str(part.get("type") or "")
    found = _spoken(name, part)
    rest = {k: v for k, v in _bare(part).items() if k not in _ASIDE or k == "name"}
    pictures = {key: rest[key] for key in MEDIA if rest.get(key)}
    if pictures:
        return lines([*found, *(media(k, value) for k, value in pictures.items())])
    if any(found) or kind.endswith("text"):
        return lines(found)
    rest = {k: v for k, v in rest.items() if v != ""}
    if any(word in kind for word in ("image", "audio", "video", "file", "document")):
        return media(kind, rest) or f"<{kind}>"
    return as_json(rest) if rest else ""


def _call(call: Any) -> str:
    """The call of a tool, without the ids that differ from run to run."""
    if isinstance(call, dict):
        call = call.get("function") or call
    if isinstance(call, dict):
        call = {k: v for k, v in call.items() if k not in _ASIDE or k == "name"}
    return as_json(call)


def _listed(value: Any) -> list[Any]:
    """A list as it is, and anything else as a list of one; nothing of null."""
    if value is None or isinstance(value, list):
        return value or []
    return [value]


def _bare(value: Any) -> Any:
    """A value without its nulls, with which a table fills what a record lacks."""
    if isinstance(value, dict):
        return {k: _bare(v) for k, v in value.items() if v is not None}
    return [_bare(v) for v in value] if isinstance(value, list) else value
