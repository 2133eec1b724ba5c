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

        reader, asked = self.request.reader, self.request[Against]
        refuse_twice(self.request, *asked.against)
        want = {"texts": shapes.text(asked.against_text or self.request[Text].text)}
        found = {}
        for path in dict.fromkeys(asked.against):
            stream = reader.stream([path])
            sample = samples.read(reader, stream, reader.ledger(), more=want)
            if not len(sample):
                raise none_there(stream)
            found[sample.name] = sample["texts"]
        return found
