"""What is handed to the functions of a method."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from sel import inputs

if TYPE_CHECKING:
    from sel.request import Request


def given_to(request: Request, function: Any) -> list[inputs.Input]:
    """The inputs that a function's positional parameters ask for, in their order."""
    kinds = map(inputs.kind, _parameters(function))
    return [kind(request) for kind in kinds if kind]


def _parameters(function: Any) -> list[str]:
    parameters = inspect.signature(function).parameters.values()
    return [p.name for p in parameters if p.kind is not p.KEYWORD_ONLY]
