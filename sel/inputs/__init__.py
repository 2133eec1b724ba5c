"""Inputs: a file for each kind of thing that a method's parameters may ask for.

The name of a parameter is the kind. A kind says which options it adds, what it needs
of each record, and what it hands to the method.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from sel.errors import MachineError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sel.records.fields import Wanted
    from sel.records.ledger import Ledger
    from sel.records.pools import Pool
    from sel.records.projection import Part
    from sel.records.samples import Sample
    from sel.records.shapes import Usual
    from sel.request import Request
    from sel.streams.npy import Matrix

ABSENT = object()
"""Where a method's own default stands instead of what was not asked for."""

Wants = Mapping[str, Any]
"""What is needed of each record, by the names of columns."""


class Input:
    """A kind of input.

    Args:
        request: has the options.
    """

    options: ClassVar[tuple[type, ...]] = ()
    """The groups of options that it adds."""
    row = False
    """Whether it needs the row that a record says it is."""
    strict = False
    """Whether all records, or none of them, must say it."""
    each = True
    """Whether it is something of each record."""

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

    @property
    def beside(self) -> str | None:
        """The file of all records, where none is named."""
        return None

    @property
    def there(self) -> bool:
        """Whether it was asked for; a measure that needs what was not is left out."""
        return True

    def usable(self, part: Part) -> Any:
        """Which records of a block a measure can use, shape (n,); None for all."""
        del part

    def check(self, ledger: Ledger) -> None:
        """Look at all that was read."""

    def know(self, sample: Sample) -> None:
        """Look at records that a measure reads, before any are handed over."""

    def require(self) -> None:
        """Import the optional packages that it needs, before anything is opened."""

    def prepare(self) -> None:
        """Read what is beside the records, before any are handed over."""

    def give(self, part: Part) -> Any:
        """What is handed to the method with the records of a block."""
        del part
        raise self._unfit("for the records of a block")

    @property
    def pool_matrix(self) -> Matrix | None:
        """A matrix of which each record of a pool has a row."""
        return None

    @property
    def pooled(self) -> Mapping[str, Wanted | Usual]:
        """What it needs of each record of a pool that is held as a whole."""
        return self.wanted

    def of_pool(self, pool: Pool) -> Any:
        """What is handed to a method that chooses from a whole pool, or ABSENT."""
        del pool
        raise self._unfit("for a whole pool")

    def whole(self) -> Any:
        """What is handed to the method once, whatever the records."""
        raise self._unfit("once for all records")

    def _unfit(self, how: str) -> MachineError:
        """What is said of a method whose parameter asks for what a kind cannot give."""
        method = f"{self.request.method.command} {self.request.method.name}"
        msg = f"{method} asks for {self.name!r}, which is not given {how}"
        return MachineError(msg)

    @property
    def made_by(self) -> dict[str, Any]:
        """What the closing line says of a model that numbers depend on."""
        return {}

    def counted(self) -> Mapping[str, int]:
        """What adds up over blocks, and the closing line says beside that."""
        return {}

    def done(self) -> None:
        """All was handed over: end what it writes beside the records."""

    @property
    def name(self) -> str:
        """The parameter that asks for it."""
        return type(self).__module__.rpartition(".")[2]

    def shown(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The results of a measure, with what there is to say beside them."""
        return rows

    def facts(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """What the closing line of a measure says of it."""
        del rows
        return {}


class Whole(Input):
    """A kind of input that is the same for all records."""

    each = False

    def give(self, part: Part) -> Any:
        """See Input."""
        del part
        return self.whole()

    def of_pool(self, pool: Pool) -> Any:
        """See Input."""
        del pool
        return self.whole()


def kind(name: str) -> type[Input] | None:
    """The class of a kind of input; None for what only a run can hand over."""
    try:
        module = importlib.import_module(f"sel.inputs.{name}")
    except ModuleNotFoundError:
        return None
    return module.Kind  # type: ignore[no-any-return]


def shared(request: Request, name: str) -> Any:
    """An input by its name, made once for a run; KeyError if there is no such kind."""
    if name not in request.kinds:
        found = kind(name)
        if found is None:
            raise KeyError(name)
        request.kinds[name] = found(request)
    return request.kinds[name]


def options(names: Iterable[str], *more: type) -> tuple[type, ...]:
    """Some groups of options, and those that some inputs add, each once."""
    groups: dict[type, None] = dict.fromkeys(more)
    for name in names:
        groups |= dict.fromkeys(getattr(kind(name), "options", ()))
    return tuple(
        one for one in groups if not any(one in more.__mro__[1:] for more in groups)
    )
