"""Summaries as plain values and arrays, and back: dataclasses of sel, never code."""

from __future__ import annotations

import importlib
from collections import Counter
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from sel.errors import DataError

_FEW = 1 << 63
"""A whole number below it, and from minus it on, is written as it is."""
_SEVERAL = {"list": list, "tuple": tuple}
_PAIRS = {"dict": dict, "counter": Counter}


def packed(value: Any) -> Any:
    """A value as None, truth, numbers, strings, arrays and lists of these."""
    if isinstance(value, np.generic):
        value = value.item()
    if type(value) is int and not -_FEW <= value < _FEW:
        return ["int", hex(value)]
    if value is None or isinstance(value, bool | int | float | str | np.ndarray):
        return value
    for name, kind in _SEVERAL.items():
        if type(value) is kind:
            return [name, list(map(packed, value))]
    for name, kind in _PAIRS.items():
        if type(value) is kind:
            return [name, [[packed(k), packed(v)] for k, v in value.items()]]
    if is_dataclass(value) and not isinstance(value, type):
        kind = type(value)
        own = {one.name: packed(getattr(value, one.name)) for one in fields(value)}
        return ["class", f"{kind.__module__}:{kind.__qualname__}", own]
    msg = f"a {type(value).__name__} cannot be part of a summary"
    raise TypeError(msg)


def unpacked(plain: Any) -> Any:
    """The value that was packed.

    Raises:
        DataError: it is not what `packed` gives.
    """
    if not isinstance(plain, list):
        return plain
    try:
        name, *rest = plain
        if name == "int":
            return int(rest[0], 16)
        if name in _SEVERAL:
            return _SEVERAL[name](map(unpacked, rest[0]))
        if name in _PAIRS:
            return _PAIRS[name]({unpacked(k): unpacked(v) for k, v in rest[0]})
        made, own = rest
        return _class(made)(**{part: unpacked(one) for part, one in own.items()})
    except (ValueError, TypeError, AttributeError, KeyError, IndexError):
        msg = "what a shard has summed is damaged. Try: its run again"
        raise DataError(msg) from None


def _class(name: str) -> Any:
    """A dataclass of sel."""
    module, _, path = name.partition(":")
    if module.partition(".")[0] != "sel" or not path.isidentifier():
        raise ValueError(name)
    try:
        found = getattr(importlib.import_module(module), path)
    except ImportError:
        raise ValueError(name) from None
    if not (isinstance(found, type) and is_dataclass(found)):
        raise ValueError(name)
    return found
