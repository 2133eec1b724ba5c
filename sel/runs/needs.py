"""What a run needs that may not be installed, seen to before anything is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sel import extras, inputs
from sel.options.writing import State
from sel.streams.endings import TABLES, form

if TYPE_CHECKING:
    from sel.request import Request


def check(request: Request) -> None:
    """Import the optional packages of the method, its inputs and its files.

    Raises:
        MissingPackage: one of them is not installed.
    """
    state = request.get(State)
    if not (state and state.load):  # what was learnt is there already
        for name in request.method.needs:
            extras.library(name)
    for name in request.method.inputs:
        kind = inputs.kind(name)
        if kind:
            kind(request).require()
    paths = [*request.sources, request.path]
    if any(form(str(path)) in TABLES for path in paths):
        from sel.streams import columns  # numpy comes with it

        columns.library()
