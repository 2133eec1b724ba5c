"""The neighbours of each record."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sel.inputs import ABSENT, Input
from sel.options.vectors import Graph

if TYPE_CHECKING:
    from sel.records.pools import Pool
    from sel.streams.npy import Matrix


class Kind(Input):
    """The rows of --graph, which may stand in the place of vectors."""

    options = (Graph,)

    @property
    def files(self) -> list[str]:
        """See Input."""
        path = self.request[Graph].graph
        return [path] if path else []

    @cached_property
    def pool_matrix(self) -> Matrix | None:
        """See Input."""
        from sel.streams import npy

        path = self.request[Graph].graph
        return npy.read(path, ("<i4",)) if path else None

    def of_pool(self, pool: Pool) -> Any:
        """Shape (n, neighbours), int32."""
        return ABSENT if self.pool_matrix is None else pool.of_graph(self.pool_matrix)
