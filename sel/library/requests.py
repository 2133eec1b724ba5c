"""From the arguments of a Python call to a request."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sel import catalog
from sel.errors import OptionError, SelError, UsageError
from sel.options.declare import Option, every, number
from sel.runs import shapes
from sel.runs.shards import undivided

if TYPE_CHECKING:
    from sel.request import Request
    from sel.streams.lines import Source

_FLAG = re.compile(r"(?<![\w-])--?([a-z][a-z-]*)")


class Prepared:
    """A run that is ready to be run, once.

    Args:
        command: such as score.
        method: such as dsir.
        sources: the inputs.
        options: by the names of the command line, with underscores.
    """

    def __init__(
        self,
        command: str,
        method: str,
        sources: list[Source],
        options: Mapping[str, Any],
    ) -> None:
        from sel.runs.stages import asked

        self._folder: Any = None
        with spoken():
            described = catalog.describe(command, method)
            self._shape = shapes.shape(described)
            known = {one.name: one for one in every(described, self._shape.takes)}
            given: dict[str, Any] = {}
            for name, value in options.items():
                if name not in known:
                    undivided.refuse(described, f"--{name}")
                one = _named(name, known, f"{command} {method}")
                given[one.name] = self._checked(one, value)
            self.request: Request = asked(described, self._shape, list(sources), given)

    def run(self, *, output: str | None = None, sink: Any = None) -> int:
        """Run it.

        Args:
            output: the file that data goes to.
            sink: takes the data instead.
        """
        request = self.request
        with spoken():
            if output is not None:
                request.set_output(output)
            request.sink = sink
            return self._shape.run(request)

    def _checked(self, one: Option, value: Any) -> Any:
        """A value as the run takes it."""
        if value is None:
            return one.default
        if one.kind in ("int", "Count"):
            return number(value) if isinstance(value, str) else value
        if one.choices and value not in one.choices:
            raise OptionError(one.name, f"one of {', '.join(one.choices)}", value)
        if one.kind == "list[str]":
            one_file = one.value == "FILE" and _is_records(value)
            several = isinstance(value, list | tuple) and not one_file
            return [self._path(one, v) for v in (value if several else [value])]
        return self._path(one, value) if one.kind == "str" else value

    def _path(self, one: Option, value: Any) -> Any:
        """A file for what is given in memory where the command line takes a file."""
        if isinstance(value, str | int | float):
            return value
        if isinstance(value, Path):
            return str(value)
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="sel-")
        stem = Path(self._folder.name) / one.name.rstrip("_")
        if hasattr(value, "dtype"):
            import numpy as np

            kind = np.int32 if value.dtype.kind in "iu" else np.float32
            path = f"{stem}.npy"
            np.save(path, np.ascontiguousarray(value, kind))
            return path
        from sel.library.records import Records
        from sel.library.sources import sources

        path = f"{stem}.jsonl"
        Records(None, sources(value, one.name)).write(path)
        return path


def _is_records(value: Any) -> bool:
    """Whether a list holds records rather than files."""
    if not isinstance(value, list | tuple) or not value:
        return False
    if not isinstance(value[0], str):
        return isinstance(value[0], dict)
    from sel.library.sources import is_url

    return not (is_url(value[0]) or Path(value[0]).exists())


def _named(name: str, known: Mapping[str, Option], title: str) -> Option:
    for spelled in (name, f"{name}_"):
        if spelled in known:
            return known[spelled]
    from difflib import get_close_matches

    near = get_close_matches(name, known, 1)
    there = ", ".join(sorted(one.rstrip("_") for one in known))
    hint = f"Did you mean {near[0].rstrip('_')!r}?" if near else f"There are {there}."
    msg = f"{title} has no option {name!r}. {hint}"
    raise UsageError(msg)


@contextmanager
def spoken() -> Iterator[None]:
    """Errors that speak of arguments, not of the flags of the command line."""
    try:
        yield
    except SelError as error:
        words = _FLAG.sub(lambda m: m[1].replace("-", "_"), str(error))
        error.args = (words, *error.args[1:])
        raise
