"""A pool, and choices as sets of its records: what several measures begin with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.inputs import shared
from sel.options.evaluation import Pool
from sel.records import fields, pooled, samples
from sel.records.passes import none_there
from sel.streams.lines import name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.samples import Sample
    from sel.request import Request
    from sel.streams.lines import Stream
    from sel.types import Indices


@dataclass
class Sets:
    """What is known of the records of a pool, and of the choices from it."""

    pool: Sample
    stream: Stream
    scores: dict[str, Any]
    """By field, (n,), NaN for null."""
    chosen: dict[str, list[Indices]] = field(default_factory=dict)
    """Places in the pool of the records of each file, by the name of the choice."""
    laws: list[Mapping[str, int]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.pool)

    @property
    def lengths(self) -> Any:
        """Characters of each text."""
        return np.array([length for _, length in self.pool[pooled.KNOWN]])


def read(
    request: Request,
    files: list[Any],
    scores: list[str],
    more: Mapping[str, Any],
    *,
    again: bool = False,
) -> Sets:
    """The pool, and the files of all choices found in it.

    Args:
        request: names the pool.
        files: [NAME=]FILE of each choice.
        scores: fields of the pool with numbers.
        more: what else is asked of the pool.
        again: whether the pool will be read again.
    """
    reader, texts = request.reader, shared(request, "texts").wanted["texts"]
    want = {pooled.KNOWN: pooled.known(texts), **more}
    want |= {f"score {one}": fields.number(one) for one in scores}
    stream = reader.stream([request[Pool].pool], again=again)
    ledger = request.started_ledger()
    ledger.strict_rows = True
    pool = samples.held(reader, stream, want, ledger, row=True)
    if not len(pool):
        raise none_there(stream)
    numbers = {one: np.array(pool[f"score {one}"], np.float64) for one in scores}
    sets = Sets(pool, stream, numbers, laws=[pool.law])
    finder = pooled.Finder(pool, texts)
    for given in map(str, files):
        named, equals, path = given.partition("=")
        if not equals or Path(given).exists():
            named, path = name(given), given
        ledger = request.started_ledger()
        ledger.strict_rows = True
        rows = finder.find(reader, reader.stream([path]), ledger)
        sets.laws.append(ledger.law())
        sets.chosen.setdefault(named, []).append(rows)
    return sets
