"""`sel score aflite`: vectors and labels of all records, before any gets its number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.inputs import shared
from sel.inputs.keys import Kind as Keys
from sel.inputs.vectors import Kind as Rows
from sel.maths.learning.classifiers import Labelled
from sel.maths.matrices.vectors import usable
from sel.options.groups import Labels
from sel.options.vectors import Vectors
from sel.records import beside, fields
from sel.records.ledger import Ledger
from sel.records.projection import Projection
from sel.request import refuse_twice
from sel.runs.scores import normed
from sel.runs.scores.scorers import Scorer, name_of

if TYPE_CHECKING:
    from sel.records.projection import Part
    from sel.request import Request


class _Records(Rows):
    """What is asked of each record, in both passes, so that the same ones are good."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.keys = Keys(request)

    @property
    def wanted(self) -> dict[str, Any]:
        """See Input."""
        label = fields.group(self.request[Labels].label)
        return {**super().wanted, **self.keys.wanted, "label": label}

    def give(self, part: Part) -> Any:
        """Shape (n,), what shows how many there are."""
        return part["label"]


def scorer(request: Request) -> Scorer:
    """Score all records, and what hands out their columns in a second pass."""
    normed.refuse_resume(request, request.method.name)
    refuse_twice(request, *beside.files(request[Vectors].vectors))
    stream, asked = request.stream(again=True), _Records(request)
    ledger = Ledger(request.reader.policy, "100%")  # counted in the second pass
    ledger.strict_rows = True
    vectors: list[Any] = []
    keys: list[Any] = [np.empty(0, np.uint64)]
    labels: list[str | None] = []
    want = Projection(asked.wanted, row=True)
    for part in request.reader.parts(stream, want, ledger, "reading"):
        vectors.append(asked.source.rows(part))
        keys.append(asked.keys.give(part))
        labels += part["label"]
    asked.check(ledger)
    columns, facts = _scored(request, vectors, labels, np.concatenate(keys))
    name = name_of(request)
    names = [f"{name}_{column}" if column else name for column in columns]
    dealt = normed.Dealt(list(columns.values()))
    return Scorer(request, stream, dealt, names, [asked], facts)


def _scored(
    request: Request, parts: list[Any], labels: list[str | None], keys: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns of all records, and what there is to say of them."""
    names = sorted({label for label in labels if label is not None})
    codes: dict[str | None, int] = {name: code for code, name in enumerate(names)}
    classes = np.array([codes.get(label, -1) for label in labels], np.int64)
    vectors = np.concatenate(parts) if parts else np.empty((0, 1), np.float32)
    good = np.flatnonzero(usable(vectors) & (classes >= 0))
    labelled = Labelled(np.asarray(vectors[good], np.float32), classes[good])
    noise = shared(request, "rng").whole()
    own = request.own["score"]
    found = request.method.load().score(labelled, keys[good], noise, **own)
    facts = {"classes": len(names)}
    return {name: _spread(one, good, len(labels)) for name, one in found.items()}, facts


def _spread(column: Any, places: Any, count: int) -> Any:
    """A column with nothing for the records that could not be used."""
    if isinstance(column, list):
        spread: list[Any] = [None] * count
        for place, value in zip(places.tolist(), column, strict=True):
            spread[place] = value
        return spread
    numbers = np.full(count, np.nan)
    numbers[places] = column
    return numbers
