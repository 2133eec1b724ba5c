"""Results of `sel eval`: JSON lines, or a table where a person looks at it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import orjson

from sel.streams.output import open_output

if TYPE_CHECKING:
    from sel.cli.call import Call


def write(call: Call, rows: list[dict[str, Any]]) -> None:
    """JSON lines; a table where a person looks at it."""
    output = open_output(call.writing.output)
    if call.writing.output is None and sys.stdout is not None and sys.stdout.isatty():
        from sel.report import table

        table.show(rows)
        return
    for row in rows:
        output.write(orjson.dumps(row) + b"\n")
    output.commit()
