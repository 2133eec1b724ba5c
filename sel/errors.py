"""Errors a user can cause; each knows its exit code and is shown as one line."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class SelError(Exception):
    """Base of every error that is the user's, the data's or the machine's."""

    exit_code = 4

    def __str__(self) -> str:
        return shown(super().__str__())


class UsageError(SelError):
    """The command line asks for something that cannot be."""

    exit_code = 2


class OptionError(UsageError):
    """An option has a value that the method cannot use.

    Args:
        option: its name, as the argument of a Python call.
        rule: what its value must be.
        value: what it was given.
    """

    def __init__(self, option: str, rule: str, value: object) -> None:
        self.option = option.lstrip("-").replace("-", "_")
        name = self.option.rstrip("_").replace("_", "-")
        self.flag = f"--{name}" if len(name) > 1 else f"-{name}"
        super().__init__(f"{self.flag} must be {rule}, got {value!r}")
        self._given = (option, rule, value)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), self._given


class DataError(SelError):
    """The input is not what the command needs."""

    exit_code = 3


class MachineError(SelError):
    """A file, the disk, the memory, a model or a package is missing or full."""

    exit_code = 4


class MissingPackage(MachineError):
    """An optional package is not installed."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(
            f"this needs the package {package!r}."
            f" Try: pip install 'sel-toolkit[{extra}]'"
        )
        self._given = (package, extra)

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), self._given


_USER = re.compile(r"(?<=://)[^\s/]*@")
_QUERY = re.compile(
    r"(\bhttps?://[^\s?#]*|\b[a-z][\w+.-]*://[^\s?]*(?=\?\S*=))[?#]\S*?(?=[.:,;]?(?:\s|$))"
)


def shown(text: str) -> str:
    """Text as it may be seen: its URLs without user, password and query string."""
    return _QUERY.sub(r"\1", _USER.sub("", text)) if "://" in text else text


@contextmanager
def naming(name: str | Path) -> Iterator[None]:
    """Say in an error which file it was: calls with a descriptor do not."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(name)
        raise


def printable(text: str) -> str:
    """Text of data or file names on one line, with nothing in it a terminal obeys."""
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def valid(text: str) -> str:
    r"""Text as UTF-8 can hold it: a stray byte of a file name stands as `\xff`."""
    return "".join(_escaped(c) if "\ud800" <= c <= "\udfff" else c for c in text)


def _escaped(character: str) -> str:
    number = ord(character)
    if 0xDC80 <= number <= 0xDCFF:  # how Python holds a byte that is not UTF-8
        return f"\\x{number - 0xDC00:02x}"
    return f"\\u{number:04x}"
