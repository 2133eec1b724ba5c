"""Words and phrases of a list."""

from __future__ import annotations

from functools import cached_property

from sel.inputs import Whole
from sel.options.text import Listed


class Kind(Whole):
    """The entries of --list."""

    options = (Listed,)

    @property
    def files(self) -> list[str]:
        """See Input."""
        return [self.request[Listed].list_]

    @cached_property
    def loaded(self) -> list[str]:
        """Read once."""
        from sel.streams import entries

        return entries.read(self.request[Listed].list_)

    def whole(self) -> list[str]:
        """As they stand in the file."""
        return self.loaded
