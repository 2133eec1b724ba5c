"""Fitted states in files: `.npz` without pickle, with a card inside."""

from __future__ import annotations

import io
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import orjson

from sel import __version__
from sel.errors import DataError
from sel.streams.output import AtomicFile

State = TypeVar("State")
CARD = "card"


def save(path: str, state: Any, made_by: str, facts: dict[str, Any]) -> None:
    """Write a frozen dataclass of arrays and plain values, and say what made it."""
    arrays: dict[str, Any] = {}
    plain: dict[str, Any] = {}
    for part in fields(state):
        value = getattr(state, part.name)
        (arrays if isinstance(value, np.ndarray) else plain)[part.name] = value
    card = {"sel": __version__, "made_by": made_by, **facts, "values": plain}
    arrays[CARD] = np.frombuffer(orjson.dumps(card), np.uint8)
    content = io.BytesIO()
    np.savez(content, **arrays)
    file = AtomicFile(Path(path))
    file.start(0)
    file.write(content.getvalue())
    file.commit()


def load(path: str, kind: type[State], made_by: str) -> tuple[State, dict[str, Any]]:
    """Read a state back, with its card.

    Raises:
        DataError: the file is no state, or one of another method.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        card = orjson.loads(arrays.pop(CARD).tobytes())
        if card["made_by"] != made_by:
            msg = f"{path} was saved by {card['made_by']!r}, not by {made_by!r}"
            raise DataError(msg)
        return kind(**arrays, **card["values"]), card
    except (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        msg = f"{path} is no state of {made_by!r}. Try: --save to make one"
        raise DataError(msg) from None
