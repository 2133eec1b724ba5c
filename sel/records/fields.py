"""What a run asks of a record: fields by their paths, numbers, templates."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from itertools import repeat
from math import hypot
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from sel import values
from sel.errors import UsageError
from sel.records.faults import BadRecord, Odd, Record
from sel.records.hints import kind_of, there
from sel.streams.json import written

if TYPE_CHECKING:
    from collections.abc import Sequence

_PART = re.compile(r"""\[(-?\d+)\]|"([^"]+)"|([^.\[\]"]+)""")

ROW = "_row"
"""The field in which a record says which row of the dump it is."""
ROWS = 1 << 62
"""No row has a number like this."""

EXACT = 1 << 53
MODERATE = 1e100

NUMBER, STRING, ANY, MAYBE, NULL = "number", "string", "any", "maybe", "null"
"""How a value is decoded: float or null, str, as it is; MAYBE need not be there, and
NULL is not there, or null."""


@values.value
class Place:
    """Where in a record something is to be decoded, and as what."""

    names: tuple[str, ...]
    kind: str = ANY


@values.value
class Wanted:
    """A value that a run asks of each record.

    A block is decoded into the values at `places` alone, and `build` makes the values
    that are wanted of them. Where anything is odd, each record of the block is decoded
    as a whole and given to `find`; so is every block where there are no places.
    """

    find: Callable[[Record], Any]
    """Gives the value of a record, or raises BadRecord."""
    places: tuple[Place, ...] = ()
    build: Callable[..., Sequence[Any]] | None = None
    """From one list of values for each place to the values wanted; Odd if they do not
    fit. None where the value at the only place is what is wanted."""
    absent: tuple[str, ...] = ()
    """Fields that are null, or not there, in all records of a block that is decoded."""

    def then(self, change: Callable[[Any], Any]) -> Wanted:
        """The same, changed; BadRecord of `change` is that of the record."""
        inner, build = self.find, self.build

        def changed(*columns: Sequence[Any]) -> list[Any]:
            return list(map(change, build(*columns) if build else columns[0]))

        def find(record: Record) -> Any:
            return change(inner(record))

        return Wanted(find, self.places, changed, self.absent)

    @property
    def field(self) -> str | None:
        """The field of the record, where the value is simply that of a field."""
        plain = len(self.places) == 1 and self.build is None
        names = self.places[0].names if plain else ()
        return names[0] if len(names) == 1 else None


@values.value
class Field:
    """A value in a record: `lang`, `meta.quality`, `messages.0.content`, `/a.b/c`."""

    path: str
    parts: tuple[str, ...]

    def __call__(self, record: Record) -> Any:
        """The value; BadRecord if it is not there."""
        try:
            return _walked(record, self.parts)
        except (KeyError, IndexError, TypeError, ValueError):
            words = partial(missing, self.path, record)
            raise BadRecord("field-missing", words) from None

    def get(self, record: Record) -> Any:
        """The value, or None if it is not there."""
        try:
            return _walked(record, self.parts)
        except (KeyError, IndexError, TypeError, ValueError):
            return None

    def wanted(self, kind: str, find: Callable[[Record], Any]) -> Wanted:
        """The field as what is wanted.

        Args:
            kind: how it is decoded.
            find: gives the value of a record, or raises BadRecord.
        """
        names = self.parts
        for i, part in enumerate(names):
            if part.lstrip("-").isdigit():  # of a list, or a name: the value tells
                rest = names[i:]
                if not i:
                    return Wanted(find)
                return Wanted(find, (Place(names[:i]),), _inner(rest, kind))
        return Wanted(find, (Place(names, kind),))


def _walked(value: Any, parts: tuple[str, ...]) -> Any:
    for part in parts:
        value = value[int(part) if type(value) is list else part]
    return value


_TYPES: dict[str, set[type]] = {NUMBER: {int, float, type(None)}, STRING: {str}}


def _inner(parts: tuple[str, ...], kind: str) -> Callable[[Sequence[Any]], list[Any]]:
    """What takes values out of other values, all of one kind."""
    types = _TYPES.get(kind)

    def build(values: Sequence[Any]) -> list[Any]:
        try:
            inner = [_walked(value, parts) for value in values]
        except (KeyError, IndexError, TypeError, ValueError):
            raise Odd from None
        if types and not types.issuperset(map(type, inner)):
            raise Odd
        return settled(inner) if kind == NUMBER else inner

    return build


def field(path: str) -> Field:
    """Read a path: names with dots, `[0]`, `"a.b"`; or a JSON pointer, `/a.b/0`."""
    if path.startswith("/"):
        names = [p.replace("~1", "/").replace("~0", "~") for p in path[1:].split("/")]
        return Field(path, tuple(names))
    parts: list[str] = []
    rest = path
    while rest:
        match = _PART.match(rest)
        if not match:
            msg = f"{path!r} is not a field path. Try: name, meta.name, list.0 or /a.b"
            raise UsageError(msg)
        parts.append(match[1] or match[2] or match[3])
        rest = rest[match.end() :]
        rest = rest[1:] if rest[:1] == "." and len(rest) > 1 else rest
    if not parts:
        msg = "a field path is empty"
        raise UsageError(msg)
    return Field(path, tuple(parts))


def value(path: str) -> Wanted:
    """Any value, by its path."""
    get = field(path)
    return get.wanted(ANY, get)


def row() -> Wanted:
    """The row that a record names; a whole number."""

    def whole(found: Any) -> int:
        if type(found) is not int:
            raise _wrong(ROW, found, "a whole number")
        return found

    return value(ROW).then(whole)


def optional(path: str) -> Wanted:
    """Any value, by its path; None where there is none."""
    get = field(path)

    def build(values: Sequence[Any]) -> list[Any]:
        return [None if value is UNSET else value for value in values]

    wanted = get.wanted(MAYBE, get.get)
    if len(wanted.places) != 1 or wanted.build is not None:
        return Wanted(get.get)
    return Wanted(get.get, wanted.places, build)


def text(path: str) -> Wanted:
    """A string, by its path."""
    get = field(path)

    def find(record: Record) -> str:
        found = get(record)
        if type(found) is str:
            return found
        raise _wrong(path, found, "a string")

    return get.wanted(STRING, find)


def number(path: str) -> Wanted:
    """A number as a float, by its path; None where the field is null.

    A whole number that a float would round is a bad one, as it would tie with others.
    """
    get = field(path)
    return get.wanted(NUMBER, lambda record: floated(get(record), path))


def moderate(path: str) -> Wanted:
    """A number that can be squared and added up, by its path; None where it is null."""
    return number(path).then(partial(_moderate, path))


def outcome(path: str) -> Wanted:
    """The same of what came of a record; true is 1, and false 0."""

    def floats(found: Any) -> float | None:
        said = float(found) if type(found) is bool else floated(found, path)
        return _moderate(path, said)

    return value(path).then(floats)


def _moderate(path: str, value: float | None) -> float | None:
    if value is not None and abs(value) > MODERATE:
        msg = f"field {path!r} is {value:g}, which is too large to be reckoned with"
        raise BadRecord("number-range", f"{msg}. Try: a larger unit")
    return value


def cost(field: str) -> Wanted:
    """What a record costs; None where its cost is null."""

    def found(value: float | None) -> float | None:
        if value is not None and value < 0:
            raise BadRecord("field-type", f"the cost in field {field!r} is negative")
        return value

    return number(field).then(found)


def floated(found: Any, path: str) -> float | None:
    """A number as a float, or None for null.

    Raises:
        BadRecord: it is not a number, or is an integer that a float would round.
    """
    if found is None or type(found) is float:
        return found
    if type(found) is not int:
        raise _wrong(path, found, "a number")
    try:
        rounded = float(found)
    except OverflowError:
        raise BadRecord("number-range") from None
    if rounded != found:
        msg = f"field {path!r} is {found}, which is too large to be ranked exactly"
        raise BadRecord("number-range", f"{msg}. Try: a larger unit")
    return rounded


def settled(values: list[Any]) -> list[Any]:
    """Decoded numbers and nulls; Odd where one may be a whole number that was rounded.

    Floats hold whole numbers up to EXACT, and only some beyond.
    """
    known: Any = values
    try:
        try:
            farthest = hypot(*known)  # no value is farther from 0; the fastest way
        except TypeError:
            known = [value for value in values if value is not None]
            farthest = hypot(*known)
    except OverflowError:
        raise Odd from None
    if farthest >= EXACT and any(abs(value) >= EXACT for value in known):
        raise Odd
    return values


def name(path: str) -> Wanted:
    """A value as a name: a string as it is, anything else as JSON."""
    return value(path).then(named)


def group(path: str) -> Wanted:
    """A value as the name of a group; None where the field is null."""
    return value(path).then(lambda found: None if found is None else named(found))


def key(path: str) -> Wanted:
    """A value as JSON; None where the field is null."""
    return value(path).then(lambda found: None if found is None else json_text(found))


def json(path: str) -> Wanted:
    """A value as JSON."""
    return value(path).then(json_text)


def named(found: Any) -> str:
    """A value as a name: a string as it is, anything else as JSON."""
    return found if type(found) is str else json_text(found)


def json_text(found: Any) -> str:
    """A value as JSON."""
    return written(found).decode()


def _wrong(path: str, found: Any, word: str) -> BadRecord:
    def words() -> str:
        return f"field {path!r} is {kind_of(found)}, not {word}"

    return BadRecord("field-type", words)


def template(pattern: str) -> Wanted:
    r"""A record's strings and numbers in a pattern: `{instruction}\n{output}`."""
    plain = pattern.replace("\\n", "\n").replace("\\t", "\t")
    pieces = re.split(r"\{([^{}]+)\}", plain)
    finders = [field(path) for path in pieces[1::2]]

    def fill(record: Record) -> str:
        filled = list(pieces)
        for i, find in enumerate(finders):
            found = find(record)
            if isinstance(found, dict | list | bool) or found is None:
                raise _wrong(find.path, found, "a string")
            filled[2 * i + 1] = str(found)
        return "".join(filled)

    several = [find.wanted(ANY, find) for find in finders]
    if not all(len(one.places) == 1 and one.build is None for one in several):
        return Wanted(fill)

    def build(*columns: Sequence[Any]) -> list[str]:
        filled: list[Any] = [None] * len(pieces)
        for i, column in enumerate(columns):
            if {bool, type(None), list, dict} & set(map(type, column)):
                raise Odd
            filled[2 * i + 1] = map(str, column)
        filled[::2] = map(repeat, pieces[::2])
        return list(map("".join, zip(*filled)))

    return Wanted(fill, tuple(one.places[0] for one in several), build)


def chosen_text(choice: str) -> Wanted:
    """The text that `--text` names: a path or a template."""
    return template(choice) if "{" in choice else text(choice)


def missing(path: str, record: Record) -> str:
    """What is said of a field that is not there, or is not what it should be."""
    inner: Any = record
    parts = field(path).parts
    for i, part in enumerate(parts):
        try:
            inner = inner[int(part) if type(inner) is list else part]
        except (KeyError, IndexError, TypeError, ValueError):
            return f"field {path!r} is missing" + there(path, parts[:i], part, inner)
    return f"field {path!r} is {kind_of(inner)}"
