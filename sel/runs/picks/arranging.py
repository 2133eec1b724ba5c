"""The order in which what is chosen is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sel.options.chance import Seed
from sel.options.writing import Curriculum

if TYPE_CHECKING:
    from sel.request import Request

One = TypeVar("One")


def by_score(request: Request) -> bool:
    """Whether what is arranged has the best first, not the order of the input."""
    return request[Curriculum].order not in ("input", "shuffle")


def arranged(request: Request, chosen: list[One]) -> list[One]:
    """What is chosen, in the order that is asked for.

    Args:
        request: says which.
        chosen: in the order that by_score says.
    """
    asked = request[Curriculum]
    if asked.order == "reverse":
        return chosen[::-1]
    if asked.order in ("input", "score"):
        return chosen
    import numpy as np  # not at the top: a light pick starts without it

    from sel.maths.random.noise import SeededNoise

    noise = SeededNoise(request[Seed].seed, number=1)
    numbers = noise.uniform(np.arange(len(chosen), dtype=np.uint64))
    places = np.arange(len(chosen))
    windows = places // asked.window if asked.order == "shuffle-in-windows" else None
    order = np.argsort(numbers) if windows is None else np.lexsort((numbers, windows))
    return [chosen[at] for at in order.tolist()]
