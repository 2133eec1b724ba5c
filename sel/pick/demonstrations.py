"""For each query the nearest records that fit, the most similar last.

Records are tried from the most to the least similar by cosine, and added while the sum
of their costs, and that of the query, stays within --budget. They come out in the order
of the prompt: the most similar stands last, next to the query. A record may come out
for several queries; _query, _row and _cosine say for which, and how near it is.

--packing stop ends a prompt at the first record that does not fit, as the authors do,
and is the default; skip passes it over and tries the next. With --per the values of a
field take turns: the nearest record of each, then the second nearest of each.

Source: Su et al. 2023, Selective Annotation Makes Language Models Better Few-Shot
Learners, arXiv:2209.01975, section 2.2.

Differs: the authors pass over a record whose float32 cosine is exactly 1, to leave out
the query itself; here all within 1e-6 of it are. They centre pool and queries each by
its own mean: --centre own; --centre pool moves both by the mean of the pool.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from sel import check
from sel.errors import UsageError
from sel.maths.neighbours import knn
from sel.types import Scores, Vectors

ASKED = 256  # queries that are worked on at once
FIRST = 64  # neighbours that are looked at first
SAME = 1 - 1e-6  # a cosine from which on a record is the query itself

Prompt = list[tuple[int, float]]
"""Pairs of a record's place and its cosine."""


def pick(
    vectors: Vectors,
    queries: Vectors,
    costs: Scores | None = None,
    spent: Scores | None = None,
    groups: npt.NDArray[np.int64] | None = None,
    *,
    k: int | None = None,
    budget: int | None = None,
    longest: int | None = None,
    packing: Literal["stop", "skip"] = "stop",
    equal: bool = False,
) -> Iterator[Prompt]:
    """The demonstrations of each query, in the order of the prompt.

    Args:
        vectors: (n, d), of the records.
        queries: (q, d), finite and not zero.
        costs: (n,), of the records; NaN where there is none, which is never picked.
        spent: (q,), of the queries themselves.
        groups: (n,), numbers of groups that take turns.
        k: most records for a query.
        budget: most that the records of a query may cost, the query included.
        longest: pass over records that cost more than this.
        packing: stop at the first record that does not fit, or skip it and go on.
        equal: allow records whose vector equals that of the query.
    """
    if k is None and budget is None:
        msg = "say how many: -k N, or --budget N --cost FIELD"
        raise UsageError(msg)
    check.at_least("-k", 0 if k is None else k, 0)
    check.at_least("--budget", 0 if budget is None else budget, 0)
    costs = np.zeros(len(vectors)) if costs is None else costs
    limits = np.full(len(queries), np.inf if budget is None else float(budget))
    limits -= 0 if spent is None else spent
    bad = np.isnan(costs) | (costs > (np.inf if longest is None else longest))
    packer = _Packer(costs, bad, groups, k, packing == "stop", equal)
    return _prompts(vectors, queries, limits, packer)


def _prompts(
    vectors: Vectors, queries: Vectors, limits: Scores, packer: _Packer
) -> Iterator[Prompt]:
    depth = len(vectors) if packer.groups is not None else FIRST + (packer.k or 0)
    for start in range(0, len(queries), ASKED):
        waiting = np.arange(start, min(start + ASKED, len(queries)))
        prompts: dict[int, Prompt] = {}
        reach = depth
        while len(waiting):
            whole = reach >= len(vectors)
            near, cosines = knn.exact(
                vectors, queries[waiting], max(1, min(reach, len(vectors)))
            )
            packed = zip(waiting.tolist(), near, cosines, strict=True)
            for query, rows, likeness in packed:
                prompt, done = packer.pack(rows, likeness, float(limits[query]))
                if done or whole:
                    prompts[query] = prompt
            waiting = np.array([q for q in waiting.tolist() if q not in prompts], int)
            reach *= 4
        yield from (prompts[query] for query in sorted(prompts))


@dataclass(frozen=True)
class _Packer:
    """Fills a prompt from a ranked list."""

    costs: Scores
    bad: npt.NDArray[np.bool_]
    groups: npt.NDArray[np.int64] | None
    k: int | None
    stops: bool
    equal: bool

    @cached_property
    def least(self) -> float:
        """The cost of the cheapest record."""
        return float(np.min(self.costs, where=~self.bad, initial=np.inf))

    def pack(
        self, rows: npt.NDArray[np.int64], cosines: Any, left: float
    ) -> tuple[Prompt, bool]:
        """A prompt, and whether a longer list could not change it."""
        taken: Prompt = []
        done = False
        for row, cosine in self._tried(rows, cosines):
            full = self.k is not None and len(taken) >= self.k
            if full or self.least > left:
                done = True
                break
            if self.costs[row] > left:
                if self.stops:
                    done = True
                    break
                continue
            left -= self.costs[row]
            taken.append((row, cosine))
        taken.sort(key=lambda pair: (pair[1], -pair[0]))
        return taken, done or (self.k is not None and len(taken) >= self.k)

    def _tried(self, rows: npt.NDArray[np.int64], cosines: Any) -> Prompt:
        """Usable records, in the order in which they are tried."""
        there = rows >= 0
        rows, cosines = rows[there], cosines[there]
        there = ~self.bad[rows]
        if not self.equal:
            there &= cosines < SAME
        pairs = list(zip(rows[there].tolist(), cosines[there].tolist(), strict=True))
        if self.groups is None:
            return pairs
        seen: Counter[int] = Counter()
        turns = []
        for row, _ in pairs:
            group = int(self.groups[row])
            turns.append(seen[group])
            seen[group] += 1
        return [pairs[i] for i in sorted(range(len(pairs)), key=turns.__getitem__)]
