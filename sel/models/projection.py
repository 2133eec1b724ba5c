"""Random projection of long vectors to short ones, in blocks: the matrix is never held.

Inner products are kept up to noise: that of two vectors of length 1 has a standard
deviation of about 1 / sqrt(d), with signs as with a count-sketch. The sketch reads each
number once, whatever d is; with signs each is multiplied with d of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.maths.random import signs
from sel.models import loading

if TYPE_CHECKING:
    from collections.abc import Callable

    Signs = Callable[[int, int], Any]

BLOCK = 1 << 24
"""Signs that are held at once."""


class Projection:
    """Takes rows of p numbers to rows of d.

    Args:
        columns: d; a multiple of 64 for signs.
        seed: another gives another projection.
        sketch: each number goes to one column, and not to all.
    """

    def __init__(self, columns: int, seed: int, *, sketch: bool) -> None:
        self.columns, self._seed, self._sketch = columns, seed, sketch
        self._known: dict[Any, Any] = {}

    def memory(self, size: int) -> int:
        """Bytes that are held for rows of so many numbers, besides the rows."""
        if self._sketch:
            return size * 12
        return 4 * max(BLOCK, self.columns) * 2

    def of(self, rows: Any) -> Any:
        """The rows projected, (n, d) float32; norms are about those of the rows.

        Args:
            rows: a tensor (n, p), float32.
        """
        torch = loading.import_torch()
        found = torch.zeros(len(rows), self.columns, device=rows.device)
        if self._sketch:
            at, sign = self._buckets(rows)
            return found.index_add_(1, at, rows * sign)
        size, step = rows.shape[1], max(BLOCK // self.columns, 1)
        for first in range(0, size, step):
            last = min(first + step, size)
            found.addmm_(rows[:, first:last], self.signs(first, last, rows.device))
        return found / self.columns**0.5

    def signs(self, first: int, last: int, place: Any = "cpu") -> Any:
        """Rows of the matrix of signs, (last - first, d) float32 of +1 and -1."""
        torch = loading.import_torch()
        rows = torch.arange(first, last, device=place)[:, None]
        within = torch.arange(self.columns // signs.BITS, device=place)
        found = signs.row_words(rows, within, self._seed).view(torch.uint8)
        table = self._kept(place, lambda: torch.from_numpy(signs.table()).to(place))
        picked = table.index_select(0, found.ravel().int())
        return picked.view(last - first, self.columns)

    def _buckets(self, rows: Any) -> tuple[Any, Any]:
        """The column and the sign of each number of a row."""
        torch = loading.import_torch()

        def made() -> tuple[Any, Any]:
            places = torch.arange(rows.shape[1], device=rows.device)
            at, sign = signs.buckets(places, self.columns, self._seed)
            return at, sign.to(torch.float32)

        return self._kept((rows.shape[1], rows.device), made)  # type: ignore[no-any-return]

    def _kept(self, key: Any, make: Callable[[], Any]) -> Any:
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]
