"""The image of each record: a path beside the records, base64, or lists of numbers."""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sel.inputs import Input
from sel.options.models import Encoder, Images

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.fields import Field
    from sel.records.projection import Part
    from sel.records.shapes import InFile


class Kind(Input):
    """Pixels, or whatever numbers an image is given as."""

    options = (Images, Encoder)

    @property
    def wanted(self) -> Mapping[str, InFile]:  # type: ignore[override]
        """See Input; a path is relative to the folder of the file."""
        from sel.records import fields
        from sel.records.fields import Wanted
        from sel.records.shapes import InFile

        asked = self.request[Images]
        field = fields.field(asked.image)
        size = 0 if self.request[Encoder].model else asked.size

        def of(file: str) -> Wanted:
            folder = Path(file).parent
            return Wanted(lambda record: _image(field(record), field, folder, size))

        return {"images": InFile(of)}

    def give(self, part: Part) -> Any:
        """Arrays, float32."""
        return part["images"]


def _image(value: Any, field: Field, folder: Path, size: int) -> Any:
    """An image.

    Args:
        value: what the field holds.
        field: is named in what is said of it.
        folder: paths are relative to it.
        size: pixels a side of what is read from files; 0 leaves it as it is.
    """
    from sel.models import images
    from sel.records.faults import BadRecord

    if isinstance(value, list):
        return _array(value, field.path)
    if not isinstance(value, str) or not value:
        msg = f"field {field.path!r} is not a path, base64 or list of numbers"
        raise BadRecord("field-type", msg)
    image = images.decoded(_data(value, folder), size)
    if image is None:
        msg = f"field {field.path!r}: {value[:80]!r} is not an image that can be read"
        raise BadRecord("field-type", msg)
    return image


def _array(value: list[Any], path: str) -> Any:
    import numpy as np

    from sel.records.faults import BadRecord

    try:
        array: Any = np.array(value, np.float32)
    except (ValueError, TypeError):
        array = np.empty(0, np.float32)
    if not array.size or array.ndim > 3:
        msg = f"field {path!r} is not a list of numbers, nor lists of equal length"
        raise BadRecord("field-type", msg)
    return array


def _data(value: str, folder: Path) -> bytes:
    """The bytes of an image file, by its path or from base64."""
    from sel.records.faults import BadRecord

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
