"""Every measure of several selections of one pool, side by side.

A line for each selection, with what random selections of the same size reach and the
range that 95% of them fall into: KL reduction with --target; coverage with --vectors,
and the Frechet distance and MMD with --target-vectors; the mixture of --per; means
of --scores; probes with --labels and --test. Then a line for each two selections: how
many records they share, and how many they would share by chance.

NAME=FILE gives a selection a name. Files of one name are one choice with several
seeds: their mean is shown, and the difference to chance and to another choice with as
many seeds is taken seed by seed, with its 95% interval (paired, Student's t). Cost: the
pool is read twice, and each measure is taken of --seeds random selections too.

Source: measures as in `eval match`, `eval coverage` and `eval probe`; Student 1908, The
Probable Error of a Mean, Biometrika 6, for paired differences.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from statistics import fmean
from typing import TYPE_CHECKING, Any

from sel.maths.random import baseline
from sel.maths.statistics import agreement, intervals

if TYPE_CHECKING:
    from sel.types import Indices

    Values = Mapping[str, float | None]


def measure(
    selections: Mapping[str, Sequence[Indices]],
    values: Mapping[str, Sequence[Values]],
    randoms: Mapping[str, Sequence[Values]],
    pool: int,
) -> list[dict[str, Any]]:
    """A result for each selection, and then one for each pair.

    Args:
        selections: for each choice the rows of the pool in each of its files.
        values: for each choice the measures of each of its files.
        randoms: for each choice the measures of random selections as large.
        pool: records of the pool.
    """
    lines = []
    for name, files in selections.items():
        size = fmean(map(len, files))
        said: dict[str, Any] = {"selection": name, "files": len(files), "records": size}
        for field in values[name][0]:
            said[field] = _mean([each[field] for each in values[name]])
            luck = [each[field] for each in randoms[name]]
            if None not in luck:
                said |= baseline.random_range(field, luck)  # type: ignore[arg-type]
        lines.append({k: _whole(v) for k, v in said.items()})
    lines += _against_chance(values, randoms)
    for a, b in combinations(selections, 2):
        pairs = [(x, y) for x in selections[a] for y in selections[b]]
        shared = agreement.overlap(pairs, pool)
        paired = _paired(values[a], values[b])
        lines.append({"selection": a, "against": b, **shared, **paired})
    return lines


def _against_chance(
    values: Mapping[str, Sequence[Values]], randoms: Mapping[str, Sequence[Values]]
) -> Iterator[dict[str, Any]]:
    """The paired differences of choices with several seeds to random ones."""
    for name, ours in values.items():
        pairs = min(len(ours), len(randoms[name]))
        if pairs > 1:
            paired = _paired(ours[:pairs], randoms[name][:pairs])
            yield {"selection": name, "against": "random", **paired}


def _mean(numbers: Sequence[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return fmean(known) if known else None


def _whole(value: Any) -> Any:
    """A number of records as such, where it is one."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _paired(a: Sequence[Values], b: Sequence[Values]) -> dict[str, Any]:
    """The mean difference of each measure, seed by seed, with its interval."""
    if len(a) != len(b) or len(a) < 2:
        return {}
    line: dict[str, Any] = {"pairs": len(a)}
    for name in a[0]:
        pairs = [(x[name], y[name]) for x, y in zip(a, b, strict=True)]
        apart = [x - y for x, y in pairs if x is not None and y is not None]
        if len(apart) == len(a):
            mean, low, high = intervals.mean_interval(apart)
            line |= {name: mean, f"{name}_low": low, f"{name}_high": high}
    return line
