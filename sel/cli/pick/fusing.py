"""What `pick fuse` knows before it picks: the ranks of all records."""

from __future__ import annotations

import io
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.cli.pick import committee, ranking, rates
from sel.streams import fields, splice
from sel.streams.rejects import Rejects

if TYPE_CHECKING:
    from sel.cli.call import Call
    from sel.streams.lines import Stream
    from sel.streams.records import Parsed


class Fused:
    """Reads the columns of a stream, and ranks its records by all of them.

    Args:
        call: says by which.
    """

    def __init__(self, call: Call) -> None:
        self._call = call
        self._voters: committee.Voters = call.groups["voters"]
        self._finds = [fields.number(name) for name in self._voters.names]
        per = call.groups["quota"].per
        self._named = [per] if per and call.groups["reporting"] else []

    def read(self, stream: Stream) -> None:
        """The first pass: the columns of all records."""
        call = self._call
        counts = dict.fromkeys(("read", "kept", "rejected", "blank"), 0)
        bad = Rejects(fail=call.reading.fail, most="100%")  # counted in the next pass
        self._table = committee.columns(call, stream, self._named, counts, bad)
        self.scores = call.method.load().rank(
            self._table.scores, self._voters.weights, **call.own["rank"]
        )

    def rank(self, parsed: Parsed) -> tuple[Any, Any]:
        """A block's scores, twice: as they are, and what its records are ranked by."""
        scores = self.scores[self._places(parsed)].tolist()
        return scores, ranking.finite(scores)

    def prepare(self, parsed: Parsed) -> None:
        """Set aside what has no scores; tell the others their rank, if asked to."""
        rates.columns(parsed, self._finds)
        if not self._call.groups["telling"].ranked or not parsed.records:
            return
        places = self._places(parsed)
        told: list[tuple[str, Any]] = [
            ("_rank", self._ranks[places].tolist()),
            ("_gain", self.scores[places]),
        ]
        lines = splice.splice(parsed, told, overwrite=True)
        parsed.lines = io.BytesIO(lines).readlines()

    def _places(self, parsed: Parsed) -> Any:
        return np.searchsorted(self._table.places, np.array(parsed.rows, np.int64))

    @cached_property
    def _ranks(self) -> Any:
        """Place of each record in the order of all, from 1."""
        order = np.argsort(-self.scores, kind="stable")
        found = np.empty(len(order), np.int64)
        found[order] = np.arange(1, len(order) + 1)
        return found

    def close(self, ranked: ranking.Ranking) -> None:
        """Report, and say why a record was taken or left."""
        kept: list[int] = []
        lasts = []
        for best in ranked.best.values():
            places = best.chosen(ranked.amount.over)
            kept += [best.items[place][0] for place in places]
            lasts += [best.keys[places[-1]]] if places else []
        if self._named:
            report = rates.Rates(self._call.groups["reporting"])
            words = list(self._table.values[0])
            column = self._table.groups[:, 0]
            chosen = column[np.searchsorted(self._table.places, kept)].tolist()
            pool = [words[i] for i in column.tolist()]
            report.add(self._named[0], pool, [words[i] for i in chosen])
            report.write()
        row = self._call.groups["telling"].row
        if row is not None:
            self._call.say(self._reason(row, kept, min(lasts, default=0.0)))

    def _reason(self, row: int, kept: list[int], last: float) -> str:
        place, stand = committee.standing(self._table, self._voters, row)
        said = f"score {self.scores[place]:.6g}, the last taken {last:.6g}"
        taken = "taken" if int(self._table.places[place]) in kept else "left"
        return f"row {row:,} {taken}: {stand}; {said}"
