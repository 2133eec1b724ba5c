"""What is written down for somebody to answer, and the replies."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.maths.text.questions import Answers, Parts, Question, chances
from sel.records.ledger import SKIP, Ledger
from sel.records.projection import Projection
from sel.streams.json import SORTED, written
from sel.streams.output import open_output

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sel.records.passes import Reader
    from sel.streams.output import Output

ID = "id"
REWRITE = """\
Here are a question and its correct answer. Write the same answer in your own words, \
as you would have answered the question yourself. Write nothing else.

Question:
{prompt}

Correct answer:
{gold}"""
"""What asks for a paraphrase, as S3FT does, in our own words."""


class Correspondence:
    """What was replied, by the id of what was asked; a later reply is the better one.

    Args:
        reader: says how to read.
        valid: what a reply says; ValueError where it says nothing.
        replies: a file of them.
        requests: where what has no valid reply is written.
    """

    def __init__(
        self,
        reader: Reader,
        valid: Callable[[dict[str, Any]], Any],
        replies: str | None,
        requests: str | None,
    ) -> None:
        self._valid = valid
        self._known: dict[str, Any] = {}
        self._asked: set[str] = set()
        self._output: Output | None = open_output(requests) if requests else None
        self._lines = 0
        if replies:
            self._read(reader, replies)

    @property
    def made_by(self) -> dict[str, Any]:
        """How many replies there were, and how many requests were written."""
        counts = {"replies": self._lines, "requests": len(self._asked)}
        return {name: number for name, number in counts.items() if number}

    def reply(self, put: dict[str, Any], whom: str = "") -> tuple[Any, str | None]:
        """What was replied to a request, or None and why; then it is written.

        Args:
            put: what is asked.
            whom: who is asked; the same put to others has another id.
        """
        whole = written(put | {"model": whom}, SORTED)
        name = hashlib.sha256(whole).hexdigest()[:32]
        found = self._known.get(name)
        if found is not None:
            return found, None
        if self._output and name not in self._asked:
            self._asked.add(name)
            self._output.write(written({ID: name, **put}) + b"\n")
        return None, "invalid" if name in self._known else "missing"

    def done(self) -> None:
        """All was asked."""
        if self._output:
            self._output.commit()

    def _read(self, reader: Reader, path: str) -> None:
        stream = reader.stream([path])
        ledger = Ledger(SKIP, "100%")
        for part in reader.parts(stream, Projection(), ledger):
            for reply in part.records:
                self._lines += 1
                name = reply.get(ID)
                if type(name) is not str:
                    continue
                try:
                    self._known[name] = self._valid(reply)
                except ValueError:
                    self._known.setdefault(name, None)


class Replies(Correspondence):
    """Replies to a question with closed answers.

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
        super().__init__(reader, partial(chances, question), replies, requests)

    def answers(
        self, question: Question, asked: Sequence[Parts], max_length: int
    ) -> Answers:
        """What was replied; see sel.maths.text.questions.Answering."""
        del max_length  # who answers reads it as a whole
        found = np.full((len(asked), len(question.labels)), np.nan)
        known = np.full(len(asked), np.nan)
        notes: list[str | None] = [None] * len(asked)
        for i, parts in enumerate(asked):
            reply, notes[i] = self.reply(_put(question, parts), self._model)
            if reply:
                found[i], known[i] = reply
        return Answers(found, known, notes)


class Rewrites(Correspondence):
    """Replies to requests to say an answer in one's own words."""

    def __init__(
        self, reader: Reader, replies: str | None, requests: str | None
    ) -> None:
        super().__init__(reader, _text, replies, requests)

    def of(self, prompt: str, gold: str) -> tuple[str | None, str | None]:
        """What was replied, or None and why."""
        said = REWRITE.format(prompt=prompt, gold=gold)
        return self.reply({"messages": [{"role": "user", "content": said}]})


def _put(question: Question, parts: Parts) -> dict[str, Any]:
    """A question about a record."""
    put: dict[str, Any] = {"prompt": question.plain(parts)}
    if question.chat:
        turns = question.turns(parts)
        put = {"messages": [{"role": who, "content": said} for who, said in turns]}
    return put | {"choices": list(question.labels)}


def _text(reply: dict[str, Any]) -> str:
    text = reply.get("text")
    if type(text) is not str or not text.strip():
        raise ValueError(reply)
    return text
