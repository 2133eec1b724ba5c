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
from sel.runs.measures import held, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.inputs import Input
    from sel.records.samples import Sample
    from sel.request import Request
    from sel.streams.npy import Matrix
    from sel.types import Indices

STEP = 1 << 14
"""Rows of a matrix that are looked at together."""
SHORT = {"chosen": "chosen_rows", "randoms": "random_rows"}


class Selections:
    """What a function is handed of files that are each a selection."""

    def __init__(self, request: Request, names: list[str]) -> None:
        self.request = request
        self._names = [SHORT.get(name, name) for name in names]
        self._kinds: list[Input] = [
            shared(request, kind) for name in names if (kind := kind_of(name))
        ]
        costs = request.get(Costs)
        self._costs = (
            {name: fields.value(name) for name in costs.fields} if costs else {}
        )
        self._laws: list[Mapping[str, int]] = []

    def values(self) -> list[Any]:
        """What is handed over, by the parameters."""
        pool, targets = self.request.get(Pool), self.request.get(Targets)
        beside = (targets.target or ()) if targets else ()
        refuse_twice(self.request, pool.pool if pool else None, *beside)
        self._chosen  # noqa: B018 (reads them)
        for kind in self._kinds:
            kind.prepare()
        self._pool  # noqa: B018 (reads it)
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
        if prefix == "chosen":
            return [one.rows for one in self._chosen]
        if prefix == "pool":
            return self._good
        return [
            [self._good[places] for places in self._draws(len(one), len(self._good))]
            for one in self._chosen
        ]

    @cached_property
    def _chosen(self) -> list[Sample]:
        return [self._held([path], self._costs) for path in self.request.inputs]

    @cached_property
    def _pool(self) -> Sample | None:
        """The pool, where it or random selections of it are wanted."""
        asked = self.request.get(Baselines)
        drawn = asked.seeds if asked else 0
        prefixes = {"pool", "random"} if drawn else {"pool"}
        made = (name for name in self._names if not name.endswith("_rows"))
        if prefixes.isdisjoint(name.partition("_")[0] for name in made):
            return None
        paths = [self.request[Pool].pool, *(kind.beside for kind in self._kinds)]
        path = next(filter(None, paths), None)
        pool = self._held([path]) if path else None
        if pool is not None:
            for one in self._chosen:
                check_size(one.name, len(one), len(pool))
        return pool

    @cached_property
    def _target(self) -> Sample:
        return self._held(list(self.request[Targets].target))

    @cached_property
    def _good(self) -> Indices:
        return good(shared(self.request, "vectors").matrix)

    def _held(self, sources: list[Any], more: Any = None) -> Sample:
        sample: Sample = held(self.request, sources, self._kinds, more)
        self._laws.append(sample.law)
        return sample

    def _draws(self, size: int, pool: int) -> list[Indices]:
        """The places of random selections; of a row named twice, one."""
        seeds = self.request[Baselines].each
        return [draw(pool, min(size, pool), seed) for seed in seeds]

    def _drawn(self, one: Sample) -> list[Sample]:
        pool = self._pool
        places = self._draws(len(one), len(pool)) if pool is not None else []
        return [pool.take(some) for some in places] if pool is not None else []

    def shown(self, found: Any) -> list[dict[str, Any]]:
        """The results as rows; each begins with the name of its selection."""
        rows = []
        for one, results in zip(self._chosen, found, strict=True):
            several = [results] if isinstance(results, dict) else results
            rows += [self._head(one) | result for result in several]
        for kind in self._kinds:
            rows = kind.shown(rows)
        return rows

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

    def laws(self, rows: list[dict[str, Any]]) -> list[Mapping[str, int]]:
        """The counts of all that was read."""
        del rows
        return [*self._laws, *(law for kind in self._kinds for law in kind.laws)]

    def facts(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """What else the closing line says."""
        found = {"pool": len(self._good)} if "random_rows" in self._names else {}
        return found | {k: v for one in self._kinds for k, v in one.facts(rows).items()}


def good(matrix: Matrix) -> Indices:
    """The rows of a matrix that can be used; DataError if there is none."""
    parts = [
        np.flatnonzero(usable(matrix.rows[at : at + STEP])) + at
        for at in range(0, len(matrix), STEP)
    ]
    found: Indices = np.concatenate([np.empty(0, np.int64), *parts])
    if not len(found):
        msg = f"{matrix.name} has no row that can be used"
        raise DataError(msg)
    return found


def check_size(name: str, size: int, pool: int) -> None:
    """Refuse a selection that is larger than its pool."""
    if size > pool:
        msg = (
            f"{name} has {size:,} records and its pool {pool:,}."
            " Try: the --pool that it was chosen from"
        )
        raise DataError(msg)
