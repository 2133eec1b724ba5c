"""Conditions over percentiles: `sel pick where --percentile`, in two passes."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import UsageError
from sel.maths.expression import parsed
from sel.maths.ranking.ranks import percentiles
from sel.options.groups import Percentiles
from sel.records import fields
from sel.records.ledger import SKIP, Ledger
from sel.runs import pool

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sel.maths.expression import Path
    from sel.records.projection import Part
    from sel.request import Request
    from sel.runs.shards.rounds import Round, States
    from sel.types import Indices, Scores


class Judging:
    """Reads a stream to learn the values of each group; then a second time to judge.

    What is held is a number of 8 bytes for each record and field.

    Args:
        request: has the condition, and the field of the groups.
    """

    def __init__(self, request: Request) -> None:
        asked = request[Percentiles]
        self._condition = parsed(asked.percentile or "")
        self._per = asked.per
        self._paths = self._condition.paths
        if not self._paths:
            msg = f"--percentile {asked.percentile!r} names no field"
            raise UsageError(msg)
        self._columns = [f"of {i}" for i in range(len(self._paths))]
        numbers = [fields.number(_text(path)) for path in self._paths]
        self.wanted: dict[str, Any] = dict(zip(self._columns, numbers, strict=True))
        if asked.per:
            self.wanted["per"] = fields.group(asked.per)
        self.without = Counter(score=0, group=0)
        self._known: dict[str, list[Scores]] = {}
        self.facts: dict[str, Any] = {}
        self._standing: Any = None
        if request.share:
            self._meet(request)
            return
        self.stream = request.stream(again=True)
        self._known = self._read(request)
        self.facts |= {"groups": len(self._known)} if asked.per else {}

    def _meet(self, request: Request) -> None:
        """Learn what percentiles the values of this shard are among those of all."""
        from sel.runs.picks.standing import Standing
        from sel.runs.shards.cutting import Beginning
        from sel.runs.shards.rounds import Rounds

        if self._per:
            msg = "--per has no form for --shard: each group has ranks of its own"
            raise UsageError(f"{msg}. Try: a run for each group")
        rounds = Rounds(request)
        self._beginning = Beginning(request, rounds)
        self._standing = Standing(
            request,
            rounds,
            self._beginning,
            wanted=self.wanted,
            fields=len(self._columns),
            columns=self._values,
            worth=_percentiles,
        )
        if rounds.ready(self):
            self.stream = rounds.stream(self._beginning.first)
            self._standing.begin()

    def asked(self, known: list[States]) -> Round | None:
        """See Form of sel.runs.shards.rounds."""
        lacking, rest = self._beginning.asked(known)
        return lacking or self._standing.asked(rest)

    def _values(self, part: Part) -> Any:
        return np.stack(self._numbers(part), axis=1)

    def _read(self, request: Request) -> dict[str, list[Scores]]:
        """The values of each field in each group, rising."""
        paths = self._paths
        held: dict[str, list[list[Scores]]] = defaultdict(lambda: [[] for _ in paths])
        ledger = Ledger(SKIP, "100%")  # bad lines are dealt with in the next pass
        parts = pool.parts(request, self.stream, self.wanted, ledger, "counting")
        for part in parts:
            columns = self._numbers(part)
            for group, rows in self._groups(part):
                for own, column in zip(held[group], columns, strict=True):
                    own.append(column[rows])
        known: dict[str, list[Scores]] = {}
        for group in list(held):
            whole = map(np.concatenate, held.pop(group))
            known[group] = [np.sort(values[~np.isnan(values)]) for values in whole]
        return known

    def _numbers(self, part: Part) -> list[Scores]:
        """The values of each field, NaN where there is none."""
        return [np.array(part[name], np.float64) for name in self._columns]

    def _groups(self, part: Part) -> Iterator[tuple[str, Indices]]:
        """The groups in a block, and the records of each."""
        if not self._per:
            yield "", np.arange(len(part))
            return
        rows: dict[str, list[int]] = defaultdict(list)
        for row, group in enumerate(part["per"]):
            if group is not None:
                rows[group].append(row)
        for group, some in rows.items():
            yield group, np.array(some)

    def work(self, part: Part) -> tuple[list[bytes], bytes]:
        """The lines of a block for which the condition holds; nothing to report."""
        found = self._found(part)
        there = ~np.isnan(found).any(axis=0)
        lost = sum(group is None for group in part["per"]) if self._per else 0
        self.without["group"] += lost
        self.without["score"] += int((~there).sum()) - lost
        keep = np.zeros(len(part), bool)
        keep[there] = self._judge(found[:, there])
        return list(compress(part.lines, keep.tolist())), b""

    def _found(self, part: Part) -> Scores:
        """The percentiles of a block, (fields, n); NaN where there is none."""
        if self._standing:
            ranked: Scores = self._standing.of(part).T
            return ranked
        columns = self._numbers(part)
        found = np.full((len(columns), len(part)), np.nan)
        for group, rows in self._groups(part):
            for i, values in enumerate(self._known[group]):
                found[i, rows] = percentiles(values, columns[i][rows])
        return found

    def _judge(self, found: Scores) -> Sequence[bool]:
        """For which records the condition holds."""
        columns: dict[Path, list[Any]] = {
            path: one.tolist() for path, one in zip(self._paths, found, strict=True)
        }
        judged = self._condition.judge(columns, found.shape[1])
        if judged.why:
            why = next(iter(judged.why.values()))
            raise UsageError(f"--percentile {self._condition.text!r}: {why}")
        return judged.holds


def _percentiles(higher: Any, sizes: Any, before: Any, total: int) -> Any:
    """As sel.maths.ranking.ranks.percentiles has them."""
    del before
    return 100 * (total - higher - sizes).astype(np.float64) / max(total, 1)


def _text(path: Path) -> str:
    """A path as options spell it."""
    return ".".join(
        name if isinstance(name, str) and name.isidentifier() else _odd(name)
        for name in path
    )


def _odd(name: str | int) -> str:
    return f"[{name}]" if isinstance(name, int) else f'"{name}"'
