"""Records on their way to a trainer: in its form, and entered where it looks."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from sel.errors import DataError, UsageError, naming
from sel.records.faults import BadRecord, Record, parse_line
from sel.records.forms import formed
from sel.streams.atomic import AtomicFile
from sel.streams.json import INDENTED, read, written

if TYPE_CHECKING:
    from sel.streams.output import Output

READABLE = (".jsonl", ".json", ".parquet")
"""Endings of outputs that LLaMA-Factory knows."""
_COLUMNS = {
    "messages": {"messages": "messages"},
    "sharegpt": {"messages": "conversations"},
    "alpaca": {"prompt": "instruction", "response": "output"},
    "text": {"prompt": "text"},
}
"""What LLaMA-Factory calls the fields of each form."""
_SOME = {
    "messages": {"system": "system"},
    "sharegpt": {"system": "system", "tools": "tools"},
    "alpaca": {"query": "input", "system": "system", "history": "history"},
    "text": {},
}
"""The same of fields that it must not be told of where no record has them."""
_TAGS = {
    "role_tag": "role",
    "content_tag": "content",
    "user_tag": "user",
    "assistant_tag": "assistant",
    "observation_tag": "tool",
    "system_tag": "system",
}


class Formed:
    """An output that is given records in any form, and writes them in one.

    Args:
        output: where they go.
        form: one of sel.records.forms.FORMS; what it cannot hold is not given.
        entry: what tells a trainer of them.
    """

    def __init__(self, output: Output, form: str, entry: Entry | None = None) -> None:
        self._output, self._form, self._entry = output, form, entry

    def write(self, data: bytes) -> None:
        """Write whole lines; those that are in the form already stay as they are."""
        self._output.write(b"".join(map(self._made, io.BytesIO(data))))

    def _made(self, line: bytes) -> bytes:
        record = parse_line(line, len(line))
        made = _into(self._form, record)
        if self._entry:
            self._entry.add(made)
        return line if made is record else written(made) + b"\n"

    def commit(self) -> None:
        """See Output."""
        self._output.commit()
        if self._entry:
            self._entry.commit()

    def abort(self, *, keep: bool = True) -> None:
        """See Output."""
        self._output.abort(keep=keep)
        if self._entry:
            self._entry.abort()


def _into(form: str, record: Record) -> Record:
    try:
        return formed(record, form)
    except BadRecord as why:  # it was read as one that can be, and then changed
        msg = f"a record does not fit after its text was cut: {why}"
        raise DataError(msg) from None


class Entry:
    """An entry of the file in which LLaMA-Factory looks for its data sets.

    Args:
        info: the file; its other entries stay as they are.
        output: the data; the entry has its name, without the ending.
        form: that of the data.

    Raises:
        UsageError: LLaMA-Factory cannot read it, or an entry is of another file.
        DataError: the file is not what it should be.
    """

    def __init__(self, info: str, output: str | None, form: str) -> None:
        if not output or not output.endswith(READABLE):
            msg = f"--dataset-info goes with -o FILE{' or -o FILE'.join(READABLE)}"
            raise UsageError(msg)
        self._info, self._form = info, form
        self._name = Path(output).stem
        folder = os.path.dirname(os.path.realpath(info))
        self._file_name = os.path.relpath(os.path.realpath(output), folder)
        self._there: set[str] = set()
        self._file = AtomicFile(Path(info))  # no other run may write it until the end
        try:
            self._known()
        except BaseException:
            self._file.abort()
            raise

    def add(self, record: Record) -> None:
        """See what a record has.

        Raises:
            DataError: LLaMA-Factory would leave it out, or fail.
        """
        some = _SOME[self._form]
        self._there |= {n for n, field in some.items() if record.get(field) is not None}
        if self._form == "messages":
            _check_readable(record)

    def commit(self) -> None:
        """Write the file with the entry."""
        some = _SOME[self._form].items()
        there = {name: field for name, field in some if name in self._there}
        columns = _COLUMNS[self._form] | there
        sharegpt = self._form in ("messages", "sharegpt")
        entry: dict[str, Any] = {
            "file_name": self._file_name,
            "formatting": "sharegpt" if sharegpt else "alpaca",
            "columns": columns,
        }
        entry |= {"tags": _TAGS} if self._form == "messages" else {}
        whole = written(self._known() | {self._name: entry}, INDENTED)
        self._file.start(0)
        self._file.write(whole + b"\n")
        self._file.commit()

    def abort(self) -> None:
        """Leave the old file."""
        self._file.abort()

    def _known(self) -> dict[str, Any]:
        """The entries there are."""
        path = Path(self._info)
        with naming(self._info):
            data = path.read_bytes() if path.exists() else b"{}"
        try:
            orjson.loads(data)
            known = read(data)
        except ValueError as error:
            raise DataError(f"{self._info} is not JSON: {error}") from None
        if type(known) is not dict:
            msg = f"{self._info} is not an object with an entry for each data set"
            raise DataError(msg)
        before = known.get(self._name)
        file_name = before.get("file_name") if type(before) is dict else None
        if before is not None and file_name != self._file_name:
            msg = f"{self._info} has an entry {self._name!r} of other data"
            raise UsageError(f"{msg}. Try: another name for -o")
        return known


def _check_readable(record: Record) -> None:
    """Refuse messages that LLaMA-Factory reads in its own form alone."""
    try:
        made = formed(record, "sharegpt")
    except BadRecord as bad:
        why = str(bad)
    else:
        called = any(turn["from"] == "function_call" for turn in made["conversations"])
        if not called and "tools" not in made:
            return
        why = "it has tools"
    msg = f"LLaMA-Factory would not read a record in the form 'messages': {why}"
    raise DataError(f"{msg}. Try: --form sharegpt")
