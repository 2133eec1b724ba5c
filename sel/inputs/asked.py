"""What each record gives to the question of --ask."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sel.inputs import Input, shared
from sel.options.text import Asked

if TYPE_CHECKING:
    from sel.inputs import Wants
    from sel.maths.text.questions import Question
    from sel.records.projection import Part


class Kind(Input):
    """Texts by the names that stand in the question."""

    options = (Asked,)

    @cached_property
    def _question(self) -> Question:
        question: Question = shared(self.request, "answering").question
        return question

    @property
    def wanted(self) -> Wants:
        """See Input."""
        return {f"asked {name}": self._found(name) for name in self._question.places}

    def _found(self, name: str) -> Any:
        """What finds what a name stands for in a record."""
        from sel.maths.text.questions import PAIR
        from sel.records import fields, shapes

        asked = self.request[Asked]
        if name == "text":
            return shapes.text(asked.text)
        if name in PAIR and self._question.paired:
            return fields.chosen_text(asked.compared[PAIR.index(name)])
        if name in ("prompt", "response"):
            if choice := getattr(asked, name):
                return fields.chosen_text(choice)
            usual: Any = shapes.pair(None, None, plain=True)
            return usual.then(_answer if name == "response" else _prompt)
        return fields.template(f"{{{name}}}")

    def give(self, part: Part) -> Any:
        """Shape (n,)."""
        names = self._question.places
        columns = [part[f"asked {name}"] for name in names]
        rows = zip(*columns, strict=True)
        return [dict(zip(names, row, strict=True)) for row in rows]


def _prompt(pair: tuple[str, str]) -> str:
    return pair[0].removesuffix("\n")


def _answer(pair: tuple[str, str]) -> str:
    return pair[1]
