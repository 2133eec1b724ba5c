"""Tokens or weights of domains, from a file."""

from __future__ import annotations

from functools import cached_property

from sel.inputs import Whole
from sel.options.mixtures import Prior


class Kind(Whole):
    """What --prior says of each domain, by its name."""

    options = (Prior,)

    @property
    def files(self) -> list[str]:
        """See Input."""
        path = self.request[Prior].prior
        return [path] if path else []

    @cached_property
    def _read(self) -> dict[str, float] | None:
        from sel.records import weights
        from sel.request import refuse_twice

        path = self.request[Prior].prior
        refuse_twice(self.request, path)
        return weights.read(self.request.reader, path) if path else None

    def whole(self) -> dict[str, float] | None:
        """From each domain to its number; None where nothing is asked for."""
        return self._read and dict(self._read)
