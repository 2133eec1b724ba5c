"""The losses of each record at checkpoints of a training."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sel.inputs import ABSENT, Input
from sel.options.vectors import Trajectories

if TYPE_CHECKING:
    from sel.records.pools import Pool
    from sel.streams.npy import Matrix


class Kind(Input):
    """The rows of --trajectories, which may stand in the place of vectors."""

    options = (Trajectories,)

    @property
    def files(self) -> list[str]:
        """See Input."""
        path = self.request[Trajectories].trajectories
        return [path] if path else []

    @cached_property
    def pool_matrix(self) -> Matrix | None:
        """See Input."""
        from sel.streams import npy

        path = self.request[Trajectories].trajectories
        return npy.read(path) if path else None

    def of_pool(self, pool: Pool) -> Any:
        """Shape (n, checkpoints)."""
        return ABSENT if self.pool_matrix is None else pool.of(self.pool_matrix)
