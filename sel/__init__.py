"""Choose which data a model should learn from, and show that the choice is good.

Six functions do what the six commands do, with the same methods and options:

    import sel

    scored = sel.score("dsir", "pool.jsonl.zst", target="wiki.jsonl")
    chosen = sel.pick("sample", scored, k=1500, by="dsir", seed=1)
    chosen.write("chosen.jsonl.zst")

Nothing heavy is imported before one of them runs.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from sel.errors import SelError
from sel.version import VERSION

if TYPE_CHECKING:
    from sel.library.functions import (
        diversify,
        embed,
        evaluate,
        index,
        methods,
        pick,
        read,
        score,
    )
    from sel.library.records import Records


__version__ = VERSION

__all__ = [
    "Records",
    "SelError",
    "__version__",
    "diversify",
    "embed",
    "evaluate",
    "index",
    "methods",
    "pick",
    "read",
    "score",
]


class _Door(ModuleType):
    """This module; its functions stay, though folders of methods have their names."""

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute, unless it is a folder in place of a function."""
        if not (name in __all__ and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is."""
    if name not in __all__:
        msg = f"module 'sel' has no attribute {name!r}"
        raise AttributeError(msg)
    from sel.library import functions

    return getattr(functions, name)


def __dir__() -> list[str]:
    return sorted(__all__)


sys.modules[__name__].__class__ = _Door
