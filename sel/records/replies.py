"""Questions that are written down for somebody to answer, and the replies."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.maths.text.questions import Answers, Parts, Question, chances
from sel.records.ledger import SKIP, Ledger
from sel.records.projection import Projection
from sel.streams.json import SORTED, written
from sel.streams.output import open_output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sel.records.passes import Reader
    from sel.streams.output import Output

ID = "id"


class Replies:
    """What was replied, by the id of what was asked; a later reply is the better one.

    Args:
        reader: says how to read.
        question: what is asked.
        model: who is asked; ids of other models are other ones.
        replies: a file of them.
        requests: where what has no valid reply is written.
    """

    def __init__(
        self,
        reader: Reader,
        question: Question,
        model: str,
        replies: str | None,
        requests: str | None,
    ) -> None:
        self._model = model
        self._known: dict[str, tuple[list[float], float] | None] = {}
        self._asked: set[str] = set()
        self._output: Output | None = open_output(requests) if requests else None
        self._lines = 0
        if replies:
            self._read(reader, question, replies)

    @property
    def made_by(self) -> dict[str, Any]:
        """How many replies there were, and how many requests were written."""
        counts = {"replies": self._lines, "requests": len(self._asked)}
        return {name: number for name, number in counts.items() if number}

    def answers(
        self, question: Question, asked: Sequence[Parts], max_length: int
    ) -> Answers:
        """What was replied; see sel.maths.text.questions.Answering."""
        del max_length  # who answers reads it as a whole
        found = np.full((len(asked), len(question.labels)), np.nan)
        known = np.full(len(asked), np.nan)
        notes: list[str | None] = [None] * len(asked)
        for i, parts in enumerate(asked):
            request = self._request(question, parts)
            reply = self._known.get(request[ID])
            if reply:
                found[i], known[i] = reply
                continue
            notes[i] = "invalid" if request[ID] in self._known else "missing"
            if self._output and request[ID] not in self._asked:
                self._asked.add(request[ID])
                self._output.write(written(request) + b"\n")
        return Answers(found, known, notes)

    def done(self) -> None:
        """All was asked."""
        if self._output:
            self._output.commit()

    def _request(self, question: Question, parts: Parts) -> dict[str, Any]:
        """A question about a record, with an id that names it."""
        put: dict[str, Any] = {"prompt": question.plain(parts)}
        if question.chat:
            turns = question.turns(parts)
            put = {"messages": [{"role": who, "content": said} for who, said in turns]}
        put["choices"] = list(question.labels)
        whole = written(put | {"model": self._model}, SORTED)
        return {ID: hashlib.sha256(whole).hexdigest()[:32], **put}

    def _read(self, reader: Reader, question: Question, path: str) -> None:
        stream = reader.stream([path])
        ledger = Ledger(SKIP, "100%")
        for part in reader.parts(stream, Projection(), ledger):
            for reply in part.records:
                self._lines += 1
                name = reply.get(ID)
                if type(name) is not str:
                    continue
                try:
                    self._known[name] = chances(question, reply)
                except ValueError:
                    self._known.setdefault(name, None)
