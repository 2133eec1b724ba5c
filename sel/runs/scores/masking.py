"""Lines with other texts, where a score tells what in them is to be replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.errors import UsageError
from sel.options.writing import Fields, Masking
from sel.records import splice
from sel.runs.texts import plain_field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sel.records.projection import Part
    from sel.request import Request


def masked(request: Request, module: Any, columns: list[str]) -> Any:
    """What puts other texts into lines, where that is asked for."""
    asked = request.get(Masking)
    if not asked or not asked.mask:
        return None
    if request[Fields].thin:
        msg = "--mask writes the text, which --thin leaves out. Try: one of them"
        raise UsageError(msg)
    spans = columns.index("spans")

    def mask(part: Part, values: Sequence[Any]) -> list[bytes]:
        name, texts = plain_field(request, part.shape), part["texts"]
        masked = module.mask(texts, values[spans])
        return [
            splice.extended(line, {name: new}) if new != old else line
            for line, new, old in zip(part.lines, masked, texts, strict=True)
        ]

    return mask
