"""The vector of each record with its class."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sel.errors import UsageError
from sel.inputs import vectors
from sel.options.evaluation import Testing
from sel.options.groups import Classes
from sel.options.vectors import Vectors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sel.records.fields import Wanted
    from sel.records.projection import Part
    from sel.records.samples import Sample
    from sel.records.shapes import Usual


class Kind(vectors.Kind):
    """Vectors and classes as numbers; without --vectors the classes alone.

    Classes are numbered when all records are known: numbers in their order, then names.
    """

    options = (Vectors, Classes)  # type: ignore[assignment]
    there = True

    @cached_property
    def _known(self) -> dict[str, Any]:
        """A class by its name."""
        return {}

    @property
    def _bare(self) -> bool:
        return self.request[Vectors].vectors is None

    @property
    def wanted(self) -> Mapping[str, Wanted | Usual]:
        """See Input."""
        from sel.records import fields

        testing = self.request.get(Testing)
        label = testing.labels if testing else self.request[Classes].per
        return {"labels": fields.value(label), **({} if self._bare else super().wanted)}

    @property
    def beside(self) -> str | None:
        """See Input."""
        advice = "--pool FILE, or --seeds 0,"
        return records_of(self.request[Vectors].vectors, advice)

    def usable(self, part: Part) -> Any:
        """See Input."""
        return None if self._bare else super().usable(part)

    def check(self, ledger: Any) -> None:
        """See Input."""
        if not self._bare:
            super().check(ledger)

    def know(self, sample: Sample) -> None:
        """See Input."""
        from sel.records.fields import named

        self._known.update((named(value), value) for value in sample["labels"])

    @property
    def values(self) -> list[Any]:
        """All classes, in their order."""
        return [self._known[name] for name in self.names]

    @cached_property
    def names(self) -> list[str]:
        """The names of all classes, in their order."""

        def order(name: str) -> tuple[bool, float, str]:
            value = self._known[name]
            number = type(value) in (int, float)
            return (not number, value if number else 0, name)

        return sorted(self._known, key=order)

    @cached_property
    def _codes(self) -> dict[str, int]:
        return {name: code for code, name in enumerate(self.names)}

    def give(self, part: Part) -> Any:
        """Of n records."""
        import numpy as np

        rows = np.empty((len(part), 0)) if self._bare else self.source.rows(part)
        return self.of(part, rows)

    def of(self, part: Part, rows: Any) -> Any:
        """Records with other vectors."""
        import numpy as np

        from sel.maths.learning.classifiers import Labelled
        from sel.records.fields import named

        codes = [self._codes[named(value)] for value in part["labels"]]
        return Labelled(np.asarray(rows, np.float32), np.array(codes, np.int64))


def records_of(matrix: str, advice: str) -> str:
    """The file of a matrix' records, of the same name; UsageError if there is none.

    Args:
        matrix: the path of the matrix.
        advice: which option says where they are.
    """
    path = Path(matrix).with_suffix(".jsonl")
    if not path.exists():
        msg = f"the records of {matrix} are not in {path}. Try: {advice} to say where"
        raise UsageError(msg)
    return str(path)
