"""What `pick fuse` knows before it picks: the ranks of all records."""

from __future__ import annotations

import io
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.options.writing import Explaining
from sel.records import splice
from sel.records.ledger import Ledger
from sel.runs.picks import voters
from sel.runs.picks.ranking import Ranking
from sel.runs.picks.ranks import Ranked, finite
from sel.values import changed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sel.records.projection import Part
    from sel.request import Request
    from sel.streams.lines import Stream


class Fused:
    """Reads the columns of a stream, and ranks its records by all of them.

    Args:
        request: says by which.
    """

    twice = True
    learns = False

    def __init__(self, request: Request) -> None:
        self._request = request
        self._row = voters.explained(request)
        self.row = self._row is not None
        self.wanted: dict[str, Any] = voters.wanted(request, [])
        self._ranking = Ranking(request, self)
        self.wanted |= self._ranking.wanted

    def prepare(self, stream: Stream) -> None:
        """The first pass: the columns of all records; a second one where groups share.

        Bad lines are counted in the last pass.
        """
        request = self._request
        policy = request.reader.policy
        ledger = Ledger(policy, "100%")
        self._ballots = voters.Ballots(request, stream, ledger, [])
        self.scores = request.method.load().rank(
            self._ballots.scores, self._ballots.weights, **request.own["rank"]
        )
        if self._ranking.twice:
            self._ranking.prepare(stream)

    @property
    def without(self) -> Mapping[str, int]:
        """See Choice."""
        return self._ranking.without

    def begin(self) -> None:
        """See Ranks."""

    def learn(self, part: Part) -> None:
        """See Ranks."""

    def of(self, part: Part) -> Ranked:
        """The records of a block, ranked."""
        scores = self.scores[self._at(part)]
        listed = scores.tolist()
        return Ranked(listed, finite(listed), int(np.isnan(scores).sum()))

    def take(self, part: Part) -> None:
        """Offer the records of a block; tell them their rank, if asked to."""
        if self._request[Explaining].ranked and len(part):
            at = self._at(part)
            lines = [splice.cut(line, ("_rank", "_gain")) for line in part.lines]
            told = [("_rank", self._places[at].tolist()), ("_gain", self.scores[at])]
            lines = io.BytesIO(splice.spliced(lines, told)).readlines()
            part = changed(part)
            vars(part)["lines"] = lines
        self._ranking.take(part)

    def _at(self, part: Part) -> Any:
        places = np.array(part.places, np.int64)
        return np.searchsorted(self._ballots.table.places, places)

    @cached_property
    def _places(self) -> Any:
        """Place of each record in the order of all, from 1."""
        order = np.argsort(-self.scores, kind="stable")
        places = np.empty(len(order), np.int64)
        places[order] = np.arange(1, len(order) + 1)
        return places

    def chosen(self) -> Iterator[bytes]:
        """See Choice."""
        return self._ranking.chosen()

    def facts(self) -> dict[str, Any]:
        """See Choice."""
        if self._row is not None:
            self._request.say(self._reason(self._row))
        return self._ranking.facts()

    def _reason(self, row: int) -> str:
        """Why a record was taken or left."""
        ranking, kept, last = self._ranking, set[int](), inf
        for group, places in ranking.taken.items():
            best = ranking.best[group]
            kept.update(best.items[place][0] for place in places)
            last = min([last, *(best.keys[place] for place in places[-1:])])
        place, stand = self._ballots.standing(row)
        last = last if kept else 0.0
        said = f"score {self.scores[place]:.6g}, the last taken {last:.6g}"
        there = int(self._ballots.table.places[place]) in kept
        taken = "taken" if there else "left"
        return f"row {row:,} {taken}: {stand}; {said}"
