"""Fits: what is summed over records, perhaps in shards, and learnt from the sums."""

from __future__ import annotations

from functools import partial as bound
from typing import TYPE_CHECKING, Any, get_type_hints

import numpy as np

from sel.errors import DataError, UsageError, shown
from sel.options.chance import Seed
from sel.options.fitting import Fitting
from sel.options.scores import Features
from sel.runs.given import given_to
from sel.runs.names import file_names
from sel.runs.summaries import summarise
from sel.streams import ranges, share, state

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sel.request import Request
    from sel.streams.lines import Stream


class Fit:
    """How a method is fitted to the records and to targets.

    Args:
        request: with the options.
        module: the method.
    """

    def __init__(self, request: Request, module: Any) -> None:
        self._request, self._module = request, module
        (self._given,) = given_to(request, module.collect)
        self.kind: Any = get_type_hints(module.collect)["return"]
        """Of a summary."""

    def summary(
        self, stream: Stream, *, targets: bool = False, before: Any = None
    ) -> Any:
        """The sum over a stream, as far as it is needed; of a shard it may be None.

        Args:
            stream: the records.
            targets: whether they are those of a target, which are needed all.
            before: the sum over what stands in front of them.
        """
        collect = bound(_collected, self._module, self._request.own["collect"])
        stop = None if targets or not hasattr(self._module, "enough") else self.enough
        reader, partial = self._request.reader, bool(self._request.share)
        given = reader, stream, self._given, collect, stop
        return summarise(*given, before=before, partial=partial)

    def enough(self, pool: Any) -> bool:
        """Whether the sum over the pool needs no more."""
        if not hasattr(self._module, "enough"):
            return False
        return bool(self._module.enough(pool, **self._request.own["enough"]))

    def learnt(self, pool: Any) -> tuple[Any, list[str]]:
        """The state, which is saved if that is asked for, and the names of targets
        that are kept apart.
        """
        request, own = self._request, self._request.own
        asked, features = request[Fitting], request.get(Features)
        paths, reader = list(asked.target or ()), request.reader
        targets = [self.summary(reader.stream([path]), targets=True) for path in paths]
        chance = []
        if "rng" in request.method.inputs:
            from sel.maths.random.noise import SeededNoise

            chance = [SeededNoise(request[Seed].seed)]
        learnt = self._module.fit(pool, targets, *chance, **own["fit"])
        named = file_names(paths) if own["fit"].get("separate") else []
        if asked.save:
            facts: dict[str, Any] = {"targets": named}
            facts["options"] = own["collect"] | own["fit"]
            facts |= {"features": features.features} if features else {}
            state.save(asked.save, learnt, request.title, facts)
        return learnt, named


def _collected(module: Any, own: Mapping[str, Any], values: Any) -> Any:
    return module.collect(values, **own)


def run(request: Request) -> int:
    """Sum over a shard, for a fit to all of them."""
    assert request.share
    fit = Fit(request, request.method.load())
    found = fit.summary(request.stream())
    if found is not None and not _adds_exactly(found):
        msg = (
            f"{request.title} has sums that depend on their order, and is not fitted in"
            " shards. Try: a run with --save, and --load on the shards"
        )
        raise UsageError(msg)
    request.share.told |= {"summary": found}
    return 0


def _adds_exactly(summary: Any) -> bool:
    """Whether it is made of whole numbers, which add up in any order."""
    for value in vars(summary).values():
        if isinstance(value, float):
            return False
        if isinstance(value, np.ndarray) and value.dtype.kind not in "iub":
            return False
    return True


def fitted(request: Request, shares: Iterable[Mapping[str, Any]]) -> None:
    """Learn from what shards have summed, and save it.

    Args:
        request: with the targets, and where the state goes.
        shares: of all shards, in order.
    """
    fit = Fit(request, request.method.load())
    total: Any = None
    known = {shown(str(path)): str(path) for path in request.records}
    for one in shares:
        if one["summary"] is None:
            continue
        found = share.built(fit.kind, one["summary"])
        more = found if total is None else total + found
        if fit.enough(more):
            # Where in the shard it becomes enough is seen by reading it once more.
            some = [_range(known.get(p, p), *more) for p, *more in one["ranges"]]
            stream = request.reader.stream(some)
            total = fit.summary(stream, before=total)
            break
        total = more
    if total is None:
        msg = "there are no records in any of the shards"
        raise DataError(msg)
    fit.learnt(total)


def _range(path: str, first: int, last: int | None, fields: Any) -> ranges.Ranged:
    made = ranges.Ranged(path, first, last)
    made.fields = fields
    return made
