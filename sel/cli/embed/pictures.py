"""Images of records: paths beside the records, base64, or lists of numbers."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.streams.records import BadRecord, Finder

if TYPE_CHECKING:
    from sel.streams.fields import Field
    from sel.streams.records import Parsed, Record


def found(parsed: Parsed, field: Field, size: int) -> list[Any]:
    """The image of each record; records without one are set aside.

    Args:
        parsed: records of one file.
        field: where the image is; a path is relative to the folder of the file.
        size: pixels a side of what is read from files; 0 leaves it as it is.
    """
    folder = Path(parsed.file).parent

    def find(record: Record) -> Any:
        value = field(record)
        if isinstance(value, list):
            return _array(value, field.path)
        if not isinstance(value, str) or not value:
            msg = f"field {field.path!r} is no path, base64 or list of numbers"
            raise BadRecord("field-type", msg)
        from sel.models import images

        data = _data(value, folder)
        image = images.decoded(data, size)
        if image is None:
            msg = f"field {field.path!r}: {value[:80]!r} is no image that can be read"
            raise BadRecord("field-type", msg)
        return image

    return parsed.column(Finder(find))


def _array(value: list[Any], path: str) -> Any:
    try:
        array: Any = np.array(value, np.float32)
    except (ValueError, TypeError):
        array = np.empty(0, np.float32)
    if not array.size or array.ndim > 3:
        msg = f"field {path!r} is no list of numbers, nor lists of equal length"
        raise BadRecord("field-type", msg)
    return array


def _data(value: str, folder: Path) -> bytes:
    """The bytes of an image file, by its path or from base64."""
    try:
        return (folder / value).read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
    head, comma, rest = value.partition(";base64,")
    try:
        return base64.b64decode(
            rest if comma and head[:5] == "data:" else value, None, True
        )
    except (binascii.Error, ValueError):
        msg = f"image {value[:80]!r}: {why}"
        raise BadRecord("field-missing", msg) from None
