"""How far a run is, for the textfile collector of Prometheus's node_exporter."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HELP = {
    "read_records": "Records that this pass has read.",
    "read_bytes": "Bytes that this pass has read, unpacked.",
    "records_per_second": "Records read in a second of this pass.",
    "read_ratio": "The part of the input that this pass has read.",
    "left_seconds": "Seconds that are left of this pass.",
    "tokens": "Tokens that models have read.",
    "outcome_records": "What became of the records of the last run that was done.",
    "run_seconds": "Seconds that the last run took that was done.",
    "started_timestamp_seconds": "When a run began last.",
    "completed_timestamp_seconds": "When a run was done last.",
}
"""The metrics, and what is said of each."""
OF_LINES = {
    "read_records": "rows",
    "read_bytes": "bytes",
    "records_per_second": "rows_per_second",
    "read_ratio": "done",
    "left_seconds": "seconds_left",
    "tokens": "tokens",
}
"""By metric, the name of its number in a line of --log."""
LASTS = ("outcome_records", "run_seconds", "completed_timestamp_seconds")
"""What stays of the last run until another is done."""


class Metrics:
    """Gauges of one command, in a file that is replaced by a whole one each time.

    Args:
        path: the file, and what stays of an older one.
        command: what is run.
    """

    def __init__(self, path: str, command: str) -> None:
        self._path = os.path.realpath(path)
        self._command = f'command="{_escaped(command)}"'
        self._values = dict(self._left())
        self._set("started_timestamp_seconds", round(time.time(), 3))
        self._write()

    def tell(self, line: Mapping[str, Any]) -> None:
        """What a line of --log says."""
        doing = f'doing="{_escaped(line["doing"])}"'
        for key in [key for key in self._values if key[0] in OF_LINES]:
            del self._values[key]
        for metric, name in OF_LINES.items():
            if name in line:
                self._set(metric, line[name], doing)
        self._write()

    def end(self, counts: Mapping[str, int], seconds: float) -> None:
        """The run is done."""
        for outcome, number in counts.items():
            self._set("outcome_records", number, f'outcome="{outcome}"')
        self._set("run_seconds", seconds)
        self._set("completed_timestamp_seconds", round(time.time(), 3))
        self._write()

    def _set(self, metric: str, value: float, label: str = "") -> None:
        labels = ",".join(filter(None, (self._command, label)))
        self._values[metric, labels] = str(value)

    def _left(self) -> Iterator[tuple[tuple[str, str], str]]:
        """What an older run of this command has left."""
        try:
            with open(self._path, encoding="utf-8", errors="replace") as file:
                lines = file.read().splitlines() if os.path.isfile(self._path) else []
        except OSError:
            return
        for line in lines:
            name, _, rest = line.removeprefix("sel_").partition("{")
            labels, _, value = rest.rpartition("} ")
            if name in LASTS and labels.startswith(self._command):
                yield (name, labels), value

    def _write(self) -> None:
        """Put all in place; no run fails for want of a place."""
        said = []
        for metric, words in HELP.items():
            found = [(k[1], v) for k, v in self._values.items() if k[0] == metric]
            if found:
                said += [f"# HELP sel_{metric} {words}", f"# TYPE sel_{metric} gauge"]
                said += [f"sel_{metric}{{{labels}}} {value}" for labels, value in found]
        plain = os.path.isfile(self._path) or not os.path.lexists(self._path)
        place = f"{self._path}.{os.getpid()}.part" if plain else self._path
        with suppress(OSError):
            with open(place, "w", encoding="utf-8") as file:
                file.write("\n".join(said) + "\n")
            if plain:
                os.replace(place, self._path)


def _escaped(words: str) -> str:
    """A value of a label."""
    return words.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
