"""The test records that classifiers are tried on."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sel.errors import DataError
from sel.inputs import labelled, shared
from sel.options.evaluation import Costs, Testing
from sel.options.vectors import Cards


class Kind(labelled.Kind):
    """Vectors of --test, and their classes."""

    options = (Testing, Costs, Cards)
    each = False

    @cached_property
    def source(self) -> Any:
        """The matrix of --test."""
        from sel.records.beside import Beside
        from sel.streams import npy

        matrix = npy.read(self.request[Testing].test)
        ours = shared(self.request, "labelled").matrix
        npy.check_like(ours, matrix, cards=self.request[Cards].card_check)
        return Beside(matrix)

    @cached_property
    def known(self) -> Any:
        """The classes of all records, not only of these."""
        return shared(self.request, "labelled").known

    @cached_property
    def _sample(self) -> Any:
        from sel.records import samples
        from sel.streams import npy

        asked, request = self.request[Testing], self.request
        path = asked.test_records or npy.records_of(asked.test, "--test-records")
        stream, ledger = request.reader.stream([path]), request.ledgers.another()
        ledger.strict_rows = True
        sample = samples.read(request.reader, stream, ledger, [self])
        if not len(sample):
            msg = f"{sample.name} has no record that can be tested with"
            raise DataError(msg)
        return sample

    def prepare(self) -> None:
        """See Input."""
        self._sample  # noqa: B018 (reads it)

    def whole(self) -> Any:
        """All of them."""
        return self.give(self._sample)
