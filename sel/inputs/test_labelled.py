"""The test records that classifiers are tried on."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sel.errors import DataError
from sel.inputs import Whole, shared
from sel.inputs.labelled import records_of
from sel.options.evaluation import Costs, Testing
from sel.options.vectors import Cards

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Kind(Whole):
    """Vectors of --test, and their classes."""

    options = (Testing, Costs, Cards)

    @cached_property
    def _source(self) -> Any:
        from sel.records.beside import Beside
        from sel.streams import npy

        matrix = npy.read(self.request[Testing].test)
        ours = shared(self.request, "labelled").matrix
        npy.check_like(ours, matrix, cards=self.request[Cards].card_check)
        return Beside(matrix)

    @cached_property
    def _sample(self) -> Any:
        from sel.maths.matrices.vectors import usable
        from sel.records import samples

        source, asked, request = self._source, self.request[Testing], self.request
        path = asked.test_records or records_of(asked.test, "--test-records")
        labelled, ledger = shared(request, "labelled"), request.started_ledger()
        ledger.strict_rows = True
        sample = samples.held(
            request.reader,
            request.reader.stream([path]),
            {"labels": labelled.wanted["labels"]},
            ledger,
            row=True,
            look=lambda part: usable(source.rows(part)),
        )
        source.check(ledger)
        if not len(sample):
            msg = f"{sample.name} has no record that can be tested with"
            raise DataError(msg)
        labelled.know(sample)
        return sample

    @property
    def laws(self) -> Sequence[Mapping[str, int]]:
        """See Input."""
        return [self._sample.law]

    def prepare(self) -> None:
        """See Input."""
        self._sample  # noqa: B018 (reads it)

    def whole(self) -> Any:
        """See Input."""
        rows = self._source.rows(self._sample)
        return shared(self.request, "labelled").of(self._sample, rows)
