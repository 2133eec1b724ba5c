"""Evaluation sets, whose items are looked for in records."""

from __future__ import annotations

from typing import Any

from sel.inputs import Whole
from sel.options.evaluation import Against
from sel.options.text import Text


class Kind(Whole):
    """The texts of each file of --against, by its name."""

    options = (Against,)

    def whole(self) -> Any:
        """Read once."""
        from sel.records import samples, shapes
        from sel.records.passes import none_there
        from sel.request import refuse_twice
        from sel.streams.lines import name

        request, asked = self.request, self.request[Against]
        refuse_twice(request, *asked.against)
        reader = request.reader
        want = {"texts": shapes.text(asked.against_text or request[Text].text)}
        found = {}
        for path in dict.fromkeys(asked.against):
            stream, ledger = reader.stream([path]), request.started_ledger()
            texts = samples.held(reader, stream, want, ledger)["texts"]
            if not texts:
                raise none_there(stream)
            found[name(path)] = texts
        return found
