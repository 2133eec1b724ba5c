"""`sel pick route`: an option for each query, when all of them are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.inputs import shared
from sel.inputs.vectors import Kind as Rows
from sel.maths.random import noise
from sel.options.routes import Runs
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


class _Queries(Rows):
    """What is asked of each query, in both passes, so that the same ones are good."""

    @property
    def wanted(self) -> dict[str, Any]:
        """See Input."""
        asked = self.request[Runs]
        known = {**super().wanted, "query": fields.json(asked.on)}
        return known | ({"hard": fields.number(asked.hard)} if asked.hard else {})

    def give(self, part: Part) -> Any:
        """Shape (n,), what shows how many there are."""
        return part["query"]


def scorer(request: Request) -> Scorer:
    """Route all queries, and what hands out their options in a second pass."""
    normed.refuse_resume(request, request.method.name)
    table = shared(request, "runs")
    refuse_twice(request, *beside.files(request[Vectors].vectors), *table.files)
    stream, asked = request.stream(again=True), _Queries(request)
    ledger = Ledger(request.reader.policy, "100%")  # counted in the second pass
    ledger.strict_rows = True
    vectors: list[Any] = []
    queries: list[str] = []
    hard: list[float | None] = []
    want = Projection(asked.wanted, row=True)
    for part in request.reader.parts(stream, want, ledger, "reading"):
        vectors.append(asked.source.rows(part))
        queries += part["query"]
        hard += part["hard"] if request[Runs].hard else []
    asked.check(ledger)
    keys = [noise.key(name.encode()) for name in queries]
    columns, facts = request.method.load().pick(
        np.concatenate(vectors) if vectors else np.empty((0, 1), np.float32),
        table.tried(queries),
        np.array(hard, np.float64) if request[Runs].hard else None,
        np.array(keys, np.uint64),
        shared(request, "rng").whole(),
        **request.own["pick"],
    )
    name = name_of(request)
    names = [f"{name}_{column}" if column else name for column in columns]
    dealt = normed.Dealt(list(columns.values()))
    more = [*table.files]
    return Scorer(request, stream, dealt, names, [asked], facts, asked.source, more)
