"""Scores over all records: they are read twice, and held are the numbers alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import UsageError
from sel.options.writing import Resuming
from sel.records.ledger import Ledger
from sel.records.projection import Projection
from sel.runs.scores.scorers import Scorer, name_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sel.inputs import Input
    from sel.request import Request


def scorer(request: Request, given: Sequence[Input]) -> Scorer:
    """Score all records, and what hands out the columns that `finish` made of that.

    Args:
        request: has the method, with --norm.
        given: what its `score` is handed.
    """
    module = request.method.load()
    refuse_resume(request, "--norm")
    stream, own, name = request.stream(again=True), request.own, name_of(request)
    found = Scorer(request, stream, module.score, [], list(given))
    ledger = Ledger(request.reader.policy, "100%")  # counted in the second pass
    parts: list[dict[str, Any]] = [module.score(*[[] for _ in given], **own["score"])]
    want = Projection(found.wanted, row=found.row)
    for part in request.reader.parts(stream, want, ledger, "scoring"):
        some = [kind.give(part) for kind in given]
        parts.append(module.score(*some, **own["score"]))
    whole = {column: _joined([one[column] for one in parts]) for column in parts[0]}
    columns = module.finish(whole, own["score"])
    found.names = ["_".join(filter(None, (name, column))) for column in columns]
    found.scores = Dealt(list(columns.values()))
    return found


def refuse_resume(request: Request, what: str) -> None:
    """Refuse to go on with numbers that depend on all records."""
    if request[Resuming].resume:
        msg = f"{what} and --resume do not go together. Try: without --resume"
        raise UsageError(msg)


def _joined(parts: list[Any]) -> Any:
    """A column of all blocks."""
    if isinstance(parts[0], list):
        return [one for part in parts for one in part]
    return np.concatenate(parts)


class Dealt:
    """Hands out columns that are known, block by block."""

    def __init__(self, columns: list[Any]) -> None:
        self._columns, self._at = columns, 0

    def __call__(self, first: Sequence[Any], *rest: Any) -> list[Any]:
        """What belongs to the next records; `first` is of each of them."""
        del rest
        start, self._at = self._at, self._at + len(first)
        return [column[start : self._at] for column in self._columns]
