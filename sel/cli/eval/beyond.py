"""What `eval match` measures besides texts: vectors, and the mixture of domains."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.cli.common import blocks, matrices
from sel.cli.eval import chosen
from sel.cli.eval import coverage as covering
from sel.errors import DataError, UsageError
from sel.maths.matrices.vectors import unit
from sel.maths.random import sampler
from sel.streams import fields, npy
from sel.streams.lines import STDIN
from sel.streams.records import parse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sel.cli.call import Call


def more(
    *,
    vectors: str | None = None,
    target_vectors: list[str] | None = None,
    domain: str | None = None,
) -> More:
    """Vectors and domains.

    Args:
        vectors: matrix of the pool (.npy), to measure distances with.
        target_vectors: matrix of the targets (.npy); several become one.
        domain: field whose mixture is compared with that of the targets.
    """
    return More(vectors, list(target_vectors or ()), domain)


@dataclass(frozen=True)
class More:
    """What else is measured."""

    vectors: str | None
    targets: list[str]
    domain: str | None


def measured(call: Call, sizes: list[int]) -> list[dict[str, Any]]:
    """For each selection what its vectors and domains say.

    Args:
        call: says how to read, and what.
        sizes: records of each selection.
    """
    asked: More = call.groups["more"]
    if bool(asked.vectors) != bool(asked.targets):
        msg = "--vectors and --target-vectors go together"
        raise UsageError(msg)
    found: list[dict[str, Any]] = [{} for _ in sizes]
    if (asked.vectors or asked.domain) and STDIN in (call.files or [STDIN]):
        msg = "--vectors and --domain read selections again. Try: files, not a pipe"
        raise UsageError(msg)
    if asked.vectors:
        for said, one in zip(found, _vectors(call, asked), strict=True):
            said |= one
    if asked.domain:
        for said, one in zip(found, _domains(call, asked.domain, sizes), strict=True):
            said |= one
    return found


def _vectors(call: Call, asked: More) -> Iterable[dict[str, Any]]:
    matrix = npy.read(asked.vectors or "")
    check = call.groups["checking"]
    targets = unit(np.concatenate(matrices.targets(asked.targets, matrix, check=check)))
    pool = covering.good(matrix)
    luck: chosen.Luck = call.groups["luck"]
    ours = [chosen.read(call, path, matrix) for path in call.files]
    chosen.check_sizes(ours, len(pool))
    module = call.method.load()

    def rows(places: Any) -> Any:
        return unit(matrix.rows[places])

    for one in ours:
        others = covering.randoms(pool, len(one.rows), luck)
        yield module.distances(
            rows(one.rows), rows(pool), targets, [rows(other) for other in others]
        )


def _domains(call: Call, field: str, sizes: list[int]) -> Iterable[dict[str, Any]]:
    against = call.groups["against"]
    pool = column(call, against.pool, field)
    targets = [name for path in against.target for name in column(call, path, field)]
    module = call.method.load()
    for path, size in zip(call.files, sizes, strict=True):
        draws = [
            sampler.draw(len(pool), min(size, len(pool)), seed)
            for seed in call.groups["luck"].each
        ]
        yield module.mixtures(
            Counter(column(call, path, field)),
            Counter(pool),
            Counter(targets),
            [Counter(pool[i] for i in places.tolist()) for places in draws],
        )


def column(call: Call, path: str, field: str) -> list[str]:
    """The values of a field of a file, as names."""
    stream, find = call.reading.stream([path]), fields.value(field)
    found: list[str] = []
    for block in stream.blocks():
        parsed = parse(block, stream.max_line)
        values = parsed.column(find)
        if parsed.rejects and call.reading.fail:
            bad = parsed.rejects[0]
            msg = f"{bad.file}:{bad.line}: {bad.message}"
            raise DataError(msg)
        found += map(blocks.named, values)
    return found
