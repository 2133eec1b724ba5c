"""Lists of domains, URLs and words of URLs."""

from __future__ import annotations

from functools import cached_property

from sel.errors import UsageError
from sel.inputs import Whole
from sel.options.text import Blocklists


class Kind(Whole):
    """The entries of each list that is given, by its name; see Blocklists."""

    options = (Blocklists,)

    @property
    def _paths(self) -> dict[str, str]:
        asked = self.request[Blocklists]
        lists = {
            "domains": asked.domains,
            "urls": asked.urls,
            "words": asked.words,
            "soft_words": asked.soft_words,
            "subwords": asked.subwords,
        }
        return {name: path for name, path in lists.items() if path}

    @property
    def files(self) -> list[str]:
        """See Input."""
        return list(self._paths.values())

    @cached_property
    def loaded(self) -> dict[str, list[str]]:
        """Read once."""
        from sel.streams import entries

        if not self._paths:
            msg = "give a list. Try: --domains FILE"
            raise UsageError(msg)
        return {name: entries.read(path) for name, path in self._paths.items()}

    def whole(self) -> dict[str, list[str]]:
        """As they stand in the files."""
        return self.loaded
