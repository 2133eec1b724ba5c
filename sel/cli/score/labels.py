"""Targets with a label each: the vectors of records that a person has judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.cli.common import matrices
from sel.cli.common.inside import Inside
from sel.errors import DataError
from sel.streams import fields, npy
from sel.streams.records import parse

if TYPE_CHECKING:
    from sel.cli.call import Call
    from sel.streams.records import Parsed
    from sel.types import Labels, Vectors

KINDS = {str, int, float, bool}


def labelled(*, target_vectors: str, target: str, label: str = "label") -> Labelled:
    """Labelled targets.

    Args:
        target_vectors: matrix of the targets (.npy), by _row or place; or @FIELD.
        target: records of the targets.
        label: field of theirs that holds the label.
    """
    return Labelled(target_vectors, target, label)


@dataclass(frozen=True)
class Labelled:
    """Where targets and their labels are."""

    vectors: str
    target: str
    label: str

    @property
    def files(self) -> list[str]:
        """What is read."""
        return [*matrices.files(self.vectors), self.target]


def references(*, references: list[str] | None = None) -> list[str]:
    """References.

    Args:
        references: matrix of rows that are surely near enough (.npy): each record is
            compared with the farthest of them; several give a field each.
    """
    return list(references or ())


def read(call: Call, ours: npy.Matrix | Inside) -> tuple[Vectors, Labels]:
    """The targets' rows, shape (t, d), and their labels.

    Raises:
        DataError: they are unlike ours, or one has no label or no vector.
    """
    asked: Labelled = call.groups["labelled"]
    source = matrices.read(asked.vectors)
    find = fields.value(asked.label)
    parts: list[Any] = []
    labels: list[Any] = []
    shapes = set()
    for block in call.reading.stream([asked.target]).blocks():
        parsed = parse(block, call.reading.max_line)
        rows, shape = matrices.rows_of(parsed, source)
        found = parsed.column(find)
        _check(parsed, found, asked.label)
        shapes.add(shape or matrices.BY_PLACE)
        parts.append(np.asarray(rows, np.float32))
        labels += found
    if len(shapes) > 1:
        msg = f"{asked.target}: some records have a _row and some have none"
        raise DataError(msg)
    if shapes:
        matrices.check_count(source, shapes.pop(), len(labels))
    if not parts:
        msg = f"{asked.target} holds no records to be like"
        raise DataError(msg)
    known = {} if isinstance(source, Inside) else source.card
    theirs = npy.Matrix(source.name, np.concatenate(parts), known)
    rows = matrices.target(theirs, ours, check=call.groups["checking"])
    return rows, labels


def _check(parsed: Parsed, labels: list[Any], field: str) -> None:
    """Refuse targets that cannot be used: none may be left out in silence."""
    if parsed.rejects:
        first = parsed.rejects[0]
        msg = f"{first.file}:{first.line}: {first.message}"
        raise DataError(msg)
    if set(map(type, labels)) - KINDS:
        bad = next(i for i, label in enumerate(labels) if type(label) not in KINDS)
        place = f"{parsed.file}:{parsed.numbers[bad]}"
        msg = f"{place}: {field!r} is no label. Try: a string, a number, true or false"
        raise DataError(msg)
