"""The vector of each record."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from sel.inputs import Input
from sel.options.vectors import Graph, Trajectories, Vectors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.beside import Beside, Inside
    from sel.records.fields import Wanted
    from sel.records.ledger import Ledger
    from sel.records.pools import Pool
    from sel.records.projection import Part
    from sel.records.shapes import Usual
    from sel.streams.npy import Matrix


class Kind(Input):
    """Rows of a matrix beside the records, or of a field in them."""

    options: ClassVar[tuple[type, ...]] = (Vectors,)
    row = True

    @cached_property
    def source(self) -> Beside | Inside:
        """Opened once."""
        from sel.records import beside

        return beside.opened(self.request[Vectors].vectors)

    @property
    def wanted(self) -> Mapping[str, Wanted | Usual]:
        """See Input."""
        return self.source.wanted

    @property
    def files(self) -> list[str]:
        """See Input."""
        from sel.records import beside

        return beside.files(self._path)

    @cached_property
    def pool_matrix(self) -> Matrix | None:
        """See Input; vectors in records are all read."""
        from sel.streams import npy

        if self._inside:
            return self._inside.matrix(self.request.reader, self.request.pool)
        return npy.read(self._path) if self._path else None

    @cached_property
    def _inside(self) -> Inside | None:
        from sel.records.beside import Inside

        path = self._path
        return Inside(path[1:]) if path and path[:1] == "@" else None

    @property
    def _path(self) -> str | None:
        request = self.request
        for group in (Vectors, Graph, Trajectories):
            if asked := request.get(group):
                return asked.vectors
        return None

    @property
    def pooled(self) -> Mapping[str, Wanted | Usual]:
        """See Input; a record whose own vector cannot be read is a bad one."""
        return self._inside.wanted if self._inside else {}

    def of_pool(self, pool: Pool) -> Any:
        """Shape (n, d); None where something else stands in the place of vectors."""
        return None if self.pool_matrix is None else pool.of(self.pool_matrix)

    @property
    def there(self) -> bool:
        """See Input."""
        return self.request[Vectors].vectors is not None

    @property
    def matrix(self) -> Any:
        """The matrix beside the records; UsageError if the vectors are in them."""
        from sel.records import beside

        if isinstance(self.source, beside.Beside):
            return self.source.matrix
        raise beside.no_vectors(self.source.name)

    def usable(self, part: Part) -> Any:
        """See Input."""
        from sel.maths.matrices.vectors import usable

        return usable(self.source.rows(part))

    def check(self, ledger: Ledger) -> None:
        """See Input."""
        self.source.check(ledger)

    def give(self, part: Part) -> Any:
        """Shape (n, d)."""
        return self.source.rows(part)

    def whole(self) -> Any:
        """All rows of the matrix."""
        return self.matrix.rows
