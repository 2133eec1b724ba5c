"""Per query the best of a stream: what `pick turns` chooses from."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import DataError, UsageError
from sel.maths.ranking.topk import TopK
from sel.options.declare import Share
from sel.options.scores import By, Size
from sel.records import computed
from sel.records.store import Held, Store
from sel.runs import pool
from sel.runs.picks.arranging import arranged, by_score

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.records.projection import Part
    from sel.request import Request
    from sel.streams.lines import Stream


class Turns:
    """Reads a stream once, and holds for each query its best records.

    Args:
        request: fields that are each a number, or a list of them.
    """

    row = False

    def __init__(self, request: Request) -> None:
        by, self._request = request[By], request
        self._module, self._own = request.method.load(), request.own["pick"]
        self._k, self._sign, self._names = request[Size].k, by.sign, by.names
        self.twice = isinstance(self._k, Share)
        self.wanted: dict[str, Any] = {
            f"by {i}": computed.numbers(name) for i, name in enumerate(by.names)
        }
        self._best: list[TopK] = []
        self._store = Store()
        self.without = Counter[str]()

    def prepare(self, stream: Stream) -> None:
        """The first pass: how many records a share of them is."""
        if isinstance(self._k, Share):
            self._k = self._k.of(pool.count(self._request, stream))

    def take(self, part: Part) -> None:
        """Offer the records of a block to every query."""
        if not len(part):
            return
        scores = self._sign * self._scores(part)
        if not self._best:
            self._best = [TopK(self._k) for _ in range(scores.shape[1])]
        if scores.shape[1] != len(self._best):
            msg = (
                f"{part.block.file}: a record has {scores.shape[1]} scores and those"
                f" before it {len(self._best)}. Try: one sel score rds for all records"
            )
            raise DataError(msg)
        self._refuse_single()
        floors = np.array([best.floor for best in self._best])
        items: dict[int, Any] = {}
        for i, query in np.argwhere(scores > floors).tolist():
            best = self._best[query]
            if scores[i, query] > best.floor:
                if i not in items:
                    items[i] = self._item(part, i)
                best.add(float(scores[i, query]), 0.0, items[i])

    def _item(self, part: Part, i: int) -> Any:
        return part.places[i], self._store.put(part.lines[i])

    def _scores(self, part: Part) -> Any:
        """Shape (n, queries); NaN where there is none."""
        columns = [part[name] for name in self.wanted]
        rows = [list(chain(*values)) for values in zip(*columns, strict=True)]
        if len(set(map(len, rows))) > 1:
            msg = (
                f"{part.block.file}: the fields of --by are lists of unlike length."
                " Try: sel score rds, or one field for each task"
            )
            raise DataError(msg)
        scores = np.array(rows, np.float64).reshape(len(rows), -1)
        self.without["score"] += int(np.isnan(scores).all(axis=1).sum())
        return scores

    def _refuse_single(self) -> None:
        """One score for each record leaves nobody to take turns with."""
        if len(self._best) == 1 and len(self._names) == 1:
            msg = (
                f"field {self._names[0]!r} holds one score, so there are no turns to"
                " take. Try: sel pick top, or sel score rds --reduce each"
            )
            raise UsageError(msg)

    def chosen(self) -> Iterator[bytes]:
        """The lines that are kept, in the order of the input or of the turns."""
        lists = []
        lines: dict[int, Held] = {}
        for best in self._best:
            places = best.chosen()
            lists.append([(best.keys[at], best.items[at][0]) for at in places])
            lines.update(best.items[at] for at in places)
        rows = self._module.pick(lists, self._k, **self._own)
        order = list(rows) if by_score(self._request) else sorted(rows)
        order = arranged(self._request, order)
        return (self._store.get(lines[row]) for row in order)

    def facts(self) -> dict[str, Any]:
        """See Choice."""
        return {"queries": len(self._best)}
