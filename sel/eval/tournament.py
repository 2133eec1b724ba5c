"""Which method chooses best from your pool for your target, by how much.

In each of --seeds rounds the target is split in two at random: the methods choose with
one half, and what they chose is judged by the other, so that no method grades itself.
Each runs as its command does, with its defaults. A line for each method and size has
the mean of the judge's figure and `gain`, how much better it is than that of --draws
random choices of the same size in the same round, with its 95% interval (paired,
Student's t).
`sure_low` and `sure_high` hold for all methods and sizes at once (Bonferroni); where
`sure_low` is above 0 the method is `supported`. The last line says in one sentence
which choice the figures support, or that they support none.

--judge utility: bits for a byte of the target that a small model needs which has learnt
from the choice, `sel eval utility`; match: KL divergence of the target's n-grams from
those of the choice, `sel eval match`; probe: accuracy of a classifier that has learnt
from it, `sel eval probe`. `cpu_seconds` is what a choice costs, `embedding_seconds`
what the vectors cost that it needs, once. A method that fails says why.

Rounds share pool and target, and so their gains are not independent: the variance of
their mean is taken to be as large as Nadeau and Bengio say.

Source: Student 1908, The Probable Error of a Mean, Biometrika 6; Nadeau and Bengio
2003, Inference for the Generalization Error, Machine Learning 52; Dunn 1961, Multiple
Comparisons Among Means, JASA 56, for all intervals at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from sel.maths.statistics.intervals import mean_interval

LEVEL = 0.95
SHARED = 1.0
"""Records to judge by for each record to choose with: both are halves."""


@dataclass(frozen=True)
class Entry:
    """What came of a method at a size."""

    method: str
    size: str
    """As it was asked for."""
    facts: dict[str, float]
    """Numbers of each round, as their means."""
    values: Sequence[float]
    """The judge's figure of each round; none for what failed."""
    random: Sequence[float]
    """The same of random choices of the same size; none for those themselves."""
    failed: str = ""
    """Why."""


def measure(entries: Sequence[Entry], figure: str, sign: int) -> list[dict[str, Any]]:
    """A result for each entry, and last what the figures support.

    Args:
        entries: methods at each size, random choices among them.
        figure: what the judge measures.
        sign: 1 if a high figure is good, -1 if a low one is.
    """
    compared = sum(bool(one.values and one.random) for one in entries)
    lines = [_line(one, figure, sign, compared) for one in entries]
    last = {"verdict": _verdict(lines, compared), "comparisons": compared}
    return [*lines, last | {"figure": figure}]


def _line(one: Entry, figure: str, sign: int, compared: int) -> dict[str, Any]:
    said: dict[str, Any] = {"method": one.method, "size": one.size}
    if not one.values:
        return said | {"failed": one.failed}
    said |= {"seeds": len(one.values), figure: fmean(one.values)}
    if one.random:
        gains = [sign * (x - y) for x, y in zip(one.values, one.random, strict=True)]
        gain, low, high = mean_interval(gains, shared=SHARED)
        level = 1 - (1 - LEVEL) / compared
        _, least, most = mean_interval(gains, level=level, shared=SHARED)
        said |= {"gain": gain, "gain_low": low, "gain_high": high}
        said |= {"sure_low": least, "sure_high": most, "supported": least > 0}
    return said | one.facts


def _verdict(lines: Sequence[dict[str, Any]], compared: int) -> str:
    """One sentence."""
    if not compared:
        return "The figures support no choice: there is none to compare with random."
    how = "by intervals that hold for "
    how += "the one comparison" if compared == 1 else f"all {compared} comparisons"
    how += " at once (95%)"
    good = [line for line in lines if line.get("supported")]
    if not good:
        return f"The figures support no choice: none is better than random, {how}."
    parts = []
    for size in dict.fromkeys(line["size"] for line in good):
        some = [line for line in good if line["size"] == size]
        some.sort(key=lambda line: -line["gain"])
        names = ", ".join(line["method"] for line in some)
        parts.append(f"at {size} {names}")
    found = "; ".join(parts)
    order = " (the highest gain first)" if ", " in found else ""
    return f"The figures support {found}{order}: better than random {how}."
