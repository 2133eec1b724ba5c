"""Per query the best of a stream: what `pick turns` chooses from."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.cli.pick.ranking import Line, Store
from sel.errors import DataError, OptionError, UsageError
from sel.maths.ranking.topk import TopK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.cli.call import Call
    from sel.streams.records import Finder, Parsed


def size(*, k: int) -> int:
    """How many.

    Args:
        k: records to keep: 1500, 10k, 1M.
    """
    if k < 0:
        raise OptionError("-k", "at least 0", k)
    return k


class Turns:
    """Reads a stream once, and holds for each query its best records.

    Args:
        call: says how many.
        finds: what finds the fields; each a number, or a list of them.
        lowest: the lowest score is the best.
    """

    def __init__(self, call: Call, finds: list[Finder], *, lowest: bool) -> None:
        self._module = call.method.load()
        self._own = call.own["pick"]
        self._k: int = call.groups["size"]
        self._finds = finds
        self._sign = -1.0 if lowest else 1.0
        self._best: list[TopK] = []
        self._store = Store()
        self.nulls = 0

    def take(self, parsed: Parsed) -> None:
        """Offer the records of a block to every query."""
        scores = self._sign * self._scores(parsed)
        if not self._best:
            self._best = [TopK(self._k) for _ in range(scores.shape[1])]
        if scores.shape[1] != len(self._best):
            msg = (
                f"{parsed.file}: a record has {scores.shape[1]} scores and those before"
                f" it {len(self._best)}. Try: one sel score rds for all records"
            )
            raise DataError(msg)
        floors = np.array([best.floor for best in self._best])
        items: dict[int, tuple[int, Line]] = {}
        for i, query in np.argwhere(scores > floors).tolist():
            best = self._best[query]
            if scores[i, query] > best.floor:
                if i not in items:
                    items[i] = parsed.rows[i], self._store.put(parsed.lines[i])
                best.add(float(scores[i, query]), 0.0, items[i])

    def _scores(self, parsed: Parsed) -> Any:
        """Shape (n, queries); NaN where there is none."""
        while True:
            before = len(parsed.records)
            columns = [parsed.column(find) for find in self._finds]
            if len(parsed.records) == before:
                break
        rows = [
            [x for value in found for x in (value if type(value) is list else [value])]
            for found in zip(*columns, strict=True)
        ]
        kinds = set(map(type, chain.from_iterable(rows)))
        if kinds - {int, float, type(None)} or len(set(map(len, rows))) > 1:
            msg = (
                f"{parsed.file}: the fields of --by are no numbers, or lists of unlike"
                " length. Try: sel score rds, or one field for each task"
            )
            raise DataError(msg)
        scores = np.array(rows, np.float64).reshape(len(rows), -1)
        self.nulls += int(np.isnan(scores).any(axis=1).sum())
        return scores

    @property
    def queries(self) -> int:
        """How many take turns."""
        return len(self._best)

    def chosen(self, *, by_score: bool) -> Iterator[bytes]:
        """The lines that are kept, in the order of the input or of the turns."""
        lists = []
        lines: dict[int, Line] = {}
        for best in self._best:
            places = best.chosen()
            lists.append([(best.keys[at], best.items[at][0]) for at in places])
            lines.update(best.items[at] for at in places)
        rows = self._module.pick(lists, self._k, **self._own)
        return (
            self._store.get(lines[row]) for row in (rows if by_score else sorted(rows))
        )


def refuse_single(names: list[str], queries: int) -> None:
    """One score for each record leaves nobody to take turns with."""
    if queries == 1 and len(names) == 1:
        msg = (
            f"field {names[0]!r} holds one score, so there are no turns to take."
            " Try: sel pick top, or sel score rds --reduce each"
        )
        raise UsageError(msg)
