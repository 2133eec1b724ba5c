"""`-o DIR/`: an output for each input, of which those that are complete are kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sel.cli.common import resuming
from sel.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sel.cli.call import Call
    from sel.streams.lines import Stream


def wanted(call: Call) -> bool:
    """Whether the output is a folder."""
    return bool(call.writing.output and call.writing.output.endswith("/"))


def each(call: Call, rename: Callable[[str], str]) -> Iterator[tuple[Call, Stream]]:
    """The run of each input and its records, where the output is not complete.

    An output is taken for complete when the next run is asked for.

    Args:
        call: with several inputs, and --resume to pass over what is complete.
        rename: gives the name of an output from that of its input.
    """
    folder = Path(call.writing.output or "")
    outputs = [folder / rename(Path(path).name) for path in call.files]
    if not outputs or len(set(outputs)) < len(outputs):
        msg = f"-o {folder}/ needs input files, each with a name of its own"
        raise UsageError(msg)
    folder.mkdir(parents=True, exist_ok=True)
    for path, output in zip(call.files, outputs, strict=True):
        done = output.with_name(f".{output.name}.done")  # what it was made from
        key = resuming.key(call, [path])
        if call.groups["resuming"] and output.exists() and _says(done, key):
            call.say(f"{output} is complete")
            continue
        done.unlink(missing_ok=True)
        yield call.shard(output), call.reading.stream([path])
        done.write_text(key)


def _says(marker: Path, key: str) -> bool:
    return marker.exists() and marker.read_text() == key
