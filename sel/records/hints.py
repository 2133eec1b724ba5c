"""What is said of a value that is not there, or is another."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sel.streams.json import written


def there(path: str, outer: tuple[str, ...], part: str, inner: Any) -> str:
    """What is there in place of a field: its name, in what, and what that is."""
    of = f"{'.'.join(outer)!r}"
    if isinstance(inner, list):
        return f" ({of} has {len(inner):,} elements)"
    if not isinstance(inner, dict):
        return f" ({of} is {kind_of(inner)})"
    if path in inner:
        return f"; did you mean {written(path).decode()}, a name with dots?"
    near = _nearest(part, tuple(inner))
    hint = f"; did you mean {'.'.join((*outer, near))!r}?" if near else ""
    names = ", ".join(map(repr, list(inner)[:8])) or "none"
    return f"{hint} (there are {names}{f' in {of}' if outer else ''})"


@lru_cache
def _nearest(name: str, names: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, names, 1)), "")


def kind_of(found: Any) -> str:
    """What a value is, in words."""
    kinds = {bool: "true or false", str: "a string", list: "a list", dict: "an object"}
    return kinds.get(type(found), "null" if found is None else "a number")
