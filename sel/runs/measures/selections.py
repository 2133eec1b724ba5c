"""What a measure is handed of selections, and of random ones of the same size.

`chosen_KIND` has what is given of each file, `random_KIND` for each file the same of
random selections of the pool; `pool_KIND` and `target_KIND` are of pool and targets.
Where KIND is `rows` they are those of --vectors; `chosen` and `randoms` are short for
that. A kind alone is what it is for the whole run.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sel import inputs
from sel.errors import DataError
from sel.inputs import shared
from sel.maths.matrices.vectors import usable
from sel.maths.random.sampler import draw
from sel.options.chance import Baselines
from sel.options.evaluation import Costs, Pool, Targets
from sel.records import fields
from sel.request import refuse_twice
from sel.runs.measures.measure import Records

if TYPE_CHECKING:
    from sel.records.samples import Sample
    from sel.request import Request
    from sel.types import Indices

STEP = 1 << 14
"""Rows of a matrix that are looked at together."""
SHORT = {"chosen": "chosen_rows", "randoms": "random_rows"}


class Selections(Records):
    """What a function is handed of files that are each a selection."""

    def __init__(self, request: Request, names: list[str]) -> None:
        super().__init__(request, names)
        self._read = True
        self._names = [SHORT.get(name, name) for name in names]
        asked, costs = request.get(Baselines), request.get(Costs)
        self._seeds = asked.each if asked else ()
        self._costs = {one: fields.value(one) for one in costs.fields} if costs else {}

    def values(self) -> list[Any]:
        """See Records."""
        pool, targets = self.request.get(Pool), self.request.get(Targets)
        beside = (targets.target or ()) if targets else ()
        refuse_twice(self.request, pool.pool if pool else None, *beside)
        # All is read before any is handed over: only then all classes are known.
        self._chosen  # noqa: B018
        for kind in self.kinds:
            kind.prepare()
        self._pool  # noqa: B018
        return [self._value(name) for name in self._names]

    def _value(self, name: str) -> Any:
        if inputs.kind(name):
            return shared(self.request, name).whole()
        prefix, _, kind = name.partition("_")
        if kind == "rows":
            return self._rows(prefix)
        give = shared(self.request, kind).give
        if prefix == "chosen":
            return [give(one) for one in self._chosen]
        if prefix == "random":
            return [[give(other) for other in self._drawn(one)] for one in self._chosen]
        return give(self._pool if prefix == "pool" else self._target)

    def _rows(self, prefix: str) -> Any:
        good = self._good
        if prefix == "pool":
            return good
        if prefix == "chosen":
            return [one.rows for one in self._chosen]
        sizes = [min(len(one), len(good)) for one in self._chosen]
        return [
            [good[draw(len(good), size, seed)] for seed in self._seeds]
            for size in sizes
        ]

    @cached_property
    def _chosen(self) -> list[Sample]:
        return [self.held([path], self._costs) for path in self.request.inputs]

    @cached_property
    def _pool(self) -> Sample | None:
        """The pool, where it or random selections of it are wanted."""
        prefixes = ("pool_", "random_") if self._seeds else ("pool_",)
        named = (name for name in self._names if not name.endswith("_rows"))
        if not any(name.startswith(prefixes) for name in named):
            return None
        beside = (kind.beside for kind in self.kinds)
        path = self.request[Pool].pool or next(filter(None, beside), None)
        pool: Sample | None = self.held([path]) if path else None
        for one in self._chosen if pool else ():
            check_size(one.name, len(one), len(pool))  # type: ignore[arg-type]
        return pool

    @cached_property
    def _target(self) -> Any:
        return self.held(list(self.request[Targets].target))

    @cached_property
    def _good(self) -> Indices:
        """The rows of the matrix that can be used; DataError if there is none."""
        matrix = shared(self.request, "vectors").matrix
        parts = [
            np.flatnonzero(usable(matrix.rows[at : at + STEP])) + at
            for at in range(0, len(matrix), STEP)
        ]
        found: Indices = np.concatenate([np.empty(0, np.int64), *parts])
        if not len(found):
            msg = f"{matrix.name} has no row that can be used"
            raise DataError(msg)
        return found

    def _drawn(self, one: Sample) -> list[Sample]:
        pool = self._pool
        if pool is None:
            return []
        return [pool.take(draw(len(pool), len(one), seed)) for seed in self._seeds]

    def shown(self, found: Any) -> list[dict[str, Any]]:
        """See Records; each row begins with the name of its selection."""
        rows = []
        for one, results in zip(self._chosen, found, strict=True):
            several = [results] if isinstance(results, dict) else results
            rows += [self._head(one) | result for result in several]
        return super().shown(rows)

    def _head(self, one: Sample) -> dict[str, Any]:
        head: dict[str, Any] = {"selection": one.name}
        if Costs not in self.request:
            return head
        head |= {"records": len(one), "bytes": one.bytes}
        for name in self._costs:
            if set(map(type, one[name])) - {int, float}:
                msg = f"{one.name}: field {name!r} of --cost is not always a number"
                raise DataError(msg)
            head[name] = sum(one[name])
        return head

    def facts(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """See Records."""
        pool = {"pool": len(self._good)} if "random_rows" in self._names else {}
        return pool | super().facts(rows)


def check_size(name: str, size: int, pool: int) -> None:
    """Refuse a selection that is larger than its pool."""
    if size > pool:
        msg = (
            f"{name} has {size:,} records and its pool {pool:,}."
            " Try: the --pool that it was chosen from"
        )
        raise DataError(msg)
