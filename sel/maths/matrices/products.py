"""Products of matrices that do not depend on how many threads there are.

BLAS divides a product among all its threads, and rounds otherwise where it cuts. Here
it has one thread; what runs side by side are blocks of rows, the same everywhere.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import threadpoolctl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.types import Scores, Vectors

BLOCK = 1 << 8
"""Rows that are multiplied at once."""


class _Limit:
    """Holds BLAS to one thread for as long as somebody asks for it."""

    def __init__(self) -> None:
        self._lock, self._asked, self._limit = Lock(), 0, None
        self.threads = 1

    def begin(self, also: Any) -> None:
        with self._lock:
            if not self._asked:
                found = _blas(also)
                numbers = [one.num_threads for one in found.lib_controllers]
                self.threads = max(numbers, default=1)
                self._limit = found.limit(limits=1)
            self._asked += 1

    def end(self) -> None:
        with self._lock:
            self._asked -= 1
            if not self._asked and self._limit:
                self._limit.restore_original_limits()


_LIMIT = _Limit()


@lru_cache(maxsize=4)
def _blas(also: Any) -> Any:
    del also  # what was loaded since may have brought a BLAS of its own
    return threadpoolctl.ThreadpoolController().select(user_api="blas")


@contextmanager
def alone(also: Any = None) -> Iterator[int]:
    """Let BLAS use one thread; how many it had.

    Args:
        also: a library that has a BLAS of its own, if one is used.
    """
    _LIMIT.begin(also)
    try:
        yield _LIMIT.threads
    finally:
        _LIMIT.end()


def product(rows: Vectors, others: Vectors | Scores) -> Vectors:
    """Each row times each of the others, shape (n, m).

    Args:
        rows: (n, d).
        others: (m, d).
    """
    found = np.empty((len(rows), len(others)), np.result_type(rows, others))

    def some(at: int) -> None:
        here = slice(at, at + BLOCK)
        np.matmul(rows[here], others.T, out=found[here])

    starts = range(0, len(rows), BLOCK)
    with alone() as threads:
        if threads == 1 or len(starts) == 1:
            list(map(some, starts))
        else:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(some, starts))
    return found
