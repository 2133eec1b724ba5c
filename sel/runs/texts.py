"""Texts that are written back into the records that they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sel.errors import UsageError
from sel.options.text import Text
from sel.records import fields

if TYPE_CHECKING:
    from sel.request import Request


def plain_field(request: Request, shape: str) -> str:
    """The field that holds the text, where the text can be written back into it."""
    choice = request[Text].text
    name = shape if shape in ("text", "content") else None
    if choice:
        name = fields.chosen_text(choice).field
    if name is None:
        msg = "a text that changes must stand in one plain field. Try: --text FIELD"
        raise UsageError(msg)
    return name
