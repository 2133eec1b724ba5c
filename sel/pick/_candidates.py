"""What a record offers to be trained on, and who says whether it is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol


class Sample(NamedTuple):
    """An answer, its log-likelihood and a verdict on it, where they are known."""

    text: str
    logprob: float | None = None
    right: bool | None = None


class Candidates(NamedTuple):
    """The model's own answers to a prompt, its paraphrases of gold, and gold."""

    prompt: str
    own: tuple[Sample, ...]
    paraphrases: tuple[Sample, ...]
    gold: str | None
    record: Mapping[str, Any] | None = None
    """The whole record, where another program judges."""


class Paraphrases(Protocol):
    """Replies to requests for paraphrases."""

    def of(self, candidates: Candidates) -> str | None:
        """What was replied; where nothing was, and requests are written, one is."""
        ...


class Referee(Protocol):
    """Verdicts of another program."""

    def verdicts(
        self, asked: Sequence[tuple[Candidates, Sample]]
    ) -> list[bool | None] | None:
        """Whether each answer is right, None where it cannot say.

        None in place of all where there is no such program.
        """
        ...
