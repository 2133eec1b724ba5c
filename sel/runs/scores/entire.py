"""`sel score` by all rows of a matrix at once: a record takes the number of its row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import UsageError
from sel.inputs.vectors import Kind as Rows
from sel.options.vectors import Cards, TargetVectors, Vectors
from sel.options.writing import Fields
from sel.records import beside
from sel.records.passes import none_there
from sel.request import refuse_twice
from sel.runs.names import file_names
from sel.runs.scores.scorers import Scorer

if TYPE_CHECKING:
    from sel.records.projection import Part
    from sel.request import Request


class _Places(Rows):
    """Which row of the matrix each record is."""

    def give(self, part: Part) -> Any:
        """Shape (n,)."""
        assert self.pool_matrix is not None
        beside.check_within(part, self.pool_matrix)
        return np.array(part.rows, np.int64)


def scorer(request: Request) -> Scorer:
    """What takes the numbers of all rows, found before any record is read."""
    paths = list(request[TargetVectors].target_vectors or ())
    if not paths:
        msg = "give --target-vectors FILE.npy, the vectors to be like"
        raise UsageError(msg)
    refuse_twice(request, *beside.files(request[Vectors].vectors), *paths)
    stream = request.pool = request.stream(again=True)
    rows, own = _Places(request), request.own["score"]
    matrix, module = rows.pool_matrix, request.method.load()
    assert matrix is not None
    if not len(matrix):
        raise none_there(stream)
    targets = beside.targets(paths, rows.source, check=request[Cards].card_check)
    found = [module.score(matrix.rows, target, **own) for target in targets]
    names = [name := request[Fields].as_ or request.method.name]
    if len(paths) > 1:
        names = [f"{name}_{target}" for target in file_names(paths)]
    likely = [int((chances > 0).sum()) for chances in found]
    facts = {"above_0": dict(zip(names, likely, strict=True))}

    def scores(places: Any) -> list[Any]:
        return [chances[places] for chances in found]

    return Scorer(request, stream, scores, names, [rows], facts, rows.source, paths)
