"""Paraphrases of gold answers, which somebody else writes."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sel.errors import UsageError
from sel.inputs import Whole
from sel.options.models import Correspondence
from sel.options.writing import Resuming

if TYPE_CHECKING:
    from sel.pick._candidates import Candidates
    from sel.records.replies import Rewrites


class Kind(Whole):
    """What was replied; what was not is asked for."""

    options = (Correspondence,)

    def __init__(self, request: Any) -> None:
        super().__init__(request)
        self._counts: Counter[str] = Counter()

    @cached_property
    def _replies(self) -> Rewrites | None:
        asked = self.request[Correspondence]
        if not (asked.requests or asked.replies):
            return None
        from sel.records.replies import Rewrites

        refuse_resume(self.request)
        return Rewrites(self.request.reader, asked.replies, asked.requests)

    @property
    def files(self) -> list[str]:
        """See Input."""
        asked = self.request[Correspondence]
        return [asked.replies] if asked.replies else []

    @property
    def made_by(self) -> dict[str, Any]:
        """See Input."""
        return self._replies.made_by if self._replies else {}

    def whole(self) -> Any:
        """See Input."""
        self._replies  # noqa: B018 (what cannot be read is said before any record)
        return self

    def of(self, candidates: Candidates) -> str | None:
        """See sel.pick._candidates.Paraphrases."""
        if not self._replies or candidates.gold is None:
            return None
        found, why = self._replies.of(candidates.prompt, candidates.gold)
        self._counts[why or "joined"] += 1
        return found

    def counted(self) -> Counter[str]:
        """See Input."""
        counts, self._counts = self._counts, Counter()
        return counts

    def done(self) -> None:
        """See Input."""
        if self._replies:
            self._replies.done()


def refuse_resume(request: Any) -> None:
    """Requests are written as a whole.

    Raises:
        UsageError: a run is to be gone on with.
    """
    if request[Resuming].resume and request[Correspondence].requests:
        msg = "--requests and --resume do not go together"
        raise UsageError(f"{msg}. Try: --replies with what was replied so far")
