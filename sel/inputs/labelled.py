"""The vector of each record with its class."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from sel.inputs import Wants, vectors
from sel.options.evaluation import Testing
from sel.options.groups import Classes
from sel.options.vectors import Vectors


class Kind(vectors.Kind):
    """Vectors and classes as numbers; without --vectors the classes alone.

    The classes are numbered when all records are known.
    """

    options: ClassVar[tuple[type, ...]] = (Vectors, Classes)
    there = True

    @cached_property
    def known(self) -> Any:
        """The classes of all records that are read."""
        from sel.maths.classes import Known

        return Known()

    @property
    def _bare(self) -> bool:
        return self.request[Vectors].vectors is None

    @property
    def wanted(self) -> Wants:
        """See Input."""
        from sel.records import fields

        testing = self.request.get(Testing)
        label = testing.labels if testing else self.request[Classes].per
        return {"labels": fields.value(label), **({} if self._bare else super().wanted)}

    @property
    def beside(self) -> str | None:
        """See Input."""
        from sel.streams import npy

        path = self.request[Vectors].vectors
        return npy.records_of(path, "--pool FILE, or --seeds 0,")

    def usable(self, part: Any) -> Any:
        """See Input."""
        return None if self._bare else super().usable(part)

    def check(self, ledger: Any) -> None:
        """See Input."""
        if not self._bare:
            super().check(ledger)

    def know(self, part: Any) -> None:
        """See Input."""
        from sel.records.fields import named

        self.known.add(map(named, part["labels"]), part["labels"])

    def give(self, part: Any) -> Any:
        """Of n records."""
        import numpy as np

        from sel.maths.learning.classifiers import Labelled
        from sel.records.fields import named

        rows = np.empty((len(part), 0)) if self._bare else self.source.rows(part)
        codes = self.known.codes(map(named, part["labels"]))
        return Labelled(np.asarray(rows, np.float32), codes, np.asarray(part.rows))
