"""Inputs: a file for each kind of thing that a method's parameters may ask for.

The name of a parameter is the kind. A kind says which options it adds, what it needs
of each record, and what it hands to the method.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sel.records.fields import Wanted
    from sel.records.pools import Pool
    from sel.records.projection import Part
    from sel.records.shapes import Usual
    from sel.request import Request
    from sel.streams.npy import Matrix

ABSENT = object()
"""Where a method's own default stands instead of what was not asked for."""


class Input:
    """A kind of input.

    Args:
        request: has the options.
    """

    options: ClassVar[tuple[type, ...]] = ()
    """The groups of options that it adds."""
    row = False
    """Whether it needs the row that a record says it is."""

    def __init__(self, request: Request) -> None:
        self.request = request

    @property
    def wanted(self) -> Mapping[str, Wanted | Usual]:
        """What it needs of each record."""
        return {}

    @property
    def files(self) -> list[str]:
        """What it reads beside the records."""
        return []

    def give(self, part: Part) -> Any:
        """What is handed to the method with the records of a block."""
        raise NotImplementedError

    @property
    def matrix(self) -> Matrix | None:
        """A matrix of which each record has a row."""
        return None

    @property
    def pooled(self) -> Mapping[str, Wanted | Usual]:
        """What it needs of each record of a pool that is held as a whole."""
        return self.wanted

    def whole(self, pool: Pool) -> Any:
        """What is handed to a method that chooses from a whole pool, or ABSENT."""
        raise NotImplementedError


def kind(name: str) -> type[Input] | None:
    """The class of a kind of input; None for what only a run can hand over."""
    try:
        module = importlib.import_module(f"sel.inputs.{name}")
    except ModuleNotFoundError:
        return None
    return module.Kind  # type: ignore[no-any-return]


def options(names: Iterable[str]) -> tuple[type, ...]:
    """The groups of options that some inputs add, each once."""
    groups: dict[type, None] = {}
    for name in names:
        groups |= dict.fromkeys(getattr(kind(name), "options", ()))
    return tuple(
        one for one in groups if not any(one in more.__mro__[1:] for more in groups)
    )
