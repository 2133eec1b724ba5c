"""Batches of texts of about one length, so many that a budget of tokens is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def order(lengths: Sequence[int]) -> list[int]:
    """Places of texts, shortest first."""
    return sorted(range(len(lengths)), key=lengths.__getitem__)


def fitting(
    ordered: Sequence[int],
    start: int,
    lengths: Sequence[int],
    budget: int,
    *,
    padded: bool = True,
) -> int:
    """Where the batch ends that begins at `start`; a text beyond the budget is alone.

    Args:
        ordered: places of texts, shortest first.
        start: where the batch begins among them.
        lengths: tokens of each text.
        budget: tokens of a batch.
        padded: texts count as much as the longest of their batch.
    """
    end, total = start, 0
    while end < len(ordered):
        length = lengths[ordered[end]]
        total = (end - start + 1) * length if padded else total + length
        if end > start and total > budget:
            break
        end += 1
    return end


def batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Places of texts, shortest first; a text beyond the budget stands alone.

    Args:
        lengths: tokens of each text.
        budget: tokens of a batch, padding included.
    """
    ordered, start = order(lengths), 0
    while start < len(ordered):
        end = fitting(ordered, start, lengths, budget)
        yield ordered[start:end]
        start = end
