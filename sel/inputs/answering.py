"""Who answers the question of --ask: a model, or replies to requests."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from sel.errors import UsageError
from sel.inputs import model
from sel.inputs.paraphrases import refuse_resume
from sel.options.models import Answerer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sel.maths.text.questions import Answers, Parts, Question

SCALE = re.compile(r"(\d{1,4})-(\d{1,4})")
LONGEST = 100
"""Labels of a scale."""


class Kind(model.Kind):
    """Puts the question, and counts what is wrong with the answers."""

    options: ClassVar[tuple[type, ...]] = (Answerer,)

    def __init__(self, request: Any) -> None:
        super().__init__(request)
        self._counts: Counter[str] = Counter()

    @cached_property
    def question(self) -> Question:
        """Read once."""
        return read(self.request[Answerer].ask)

    @property
    def _name(self) -> str:
        return self.request[Answerer].model or ""

    @property
    def _offline(self) -> bool:
        """Whether somebody else answers."""
        asked = self.request[Answerer]
        return bool(asked.requests or asked.replies)

    def load(self) -> Any:
        """A model, or what was replied."""
        if not self._offline:
            if not self._name:
                msg = "give --model MODEL, --requests FILE or --replies FILE"
                raise UsageError(f"{msg}. Try: --model ./llama")
            return super().load()
        from sel.records.replies import Replies

        asked = self.request[Answerer]
        refuse_resume(self.request)
        return Replies(
            self.request.reader,
            self.question,
            self._name,
            asked.replies,
            asked.requests,
        )

    @property
    def files(self) -> list[str]:
        """See Input."""
        asked = self.request[Answerer]
        more = [asked.replies] if asked.replies else []
        if Path(asked.ask).is_file():
            more.append(asked.ask)
        return more if self._offline else super().files + more

    @property
    def made_by(self) -> dict[str, Any]:
        """See Input."""
        known: dict[str, Any] = {"ask": self.question.name}
        if self._name:
            known["model"] = self._name
        return known | getattr(self.loaded, "made_by", {})

    def require(self) -> None:
        """See Input."""
        self.question  # noqa: B018 (a wrong one is said before a model is loaded)
        if not self._offline:
            super().require()

    def whole(self) -> Any:
        """See Input."""
        self.loaded  # noqa: B018 (what cannot be loaded is said before any record)
        return self

    def answers(self, asked: Sequence[Parts], max_length: int) -> Answers:
        """See sel.maths.text.questions.Answering."""
        import numpy as np

        from sel.maths.text.questions import Answers

        told = [i for i, parts in enumerate(asked) if any(map(_says, parts.values()))]
        size = len(asked), len(self.question.labels)
        notes: list[str | None] = ["empty"] * len(asked)
        found = Answers(np.full(size, np.nan), np.full(size[0], np.nan), notes)
        if told:
            some = self.loaded.answers(
                self.question, [asked[i] for i in told], max_length
            )
            found.chances[told], found.known[told] = some.chances, some.known
            for i, note in zip(told, some.notes, strict=True):
                notes[i] = note
        self._counts["asked"] += len(asked)
        self._counts.update(note for note in notes if note)
        return found

    def counted(self) -> Mapping[str, int]:
        """See Input."""
        counts, self._counts = self._counts, Counter()
        return counts

    def done(self) -> None:
        """See Input."""
        if self._offline:
            self.loaded.done()


def read(name: str) -> Question:
    """A question by its name, a scale, or a file.

    Raises:
        UsageError: there is none of that name, or the file is not one.
    """
    import tomllib
    from importlib.resources import files

    from sel.maths.text.questions import parsed

    home = files("sel.score") / "questions"
    names = sorted(one.name[:-5] for one in home.iterdir() if one.name[-5:] == ".toml")
    names.remove("scale")
    ends = SCALE.fullmatch(name)
    there = "scale" if ends else name
    try:
        source = home / f"{there}.toml" if ends or name in names else Path(name)
        raw = tomllib.loads(source.read_text(encoding="utf-8"))
    except OSError as error:
        said = f"{', '.join(names)}, 1-6, or a file"
        msg = f"--ask {name}: {error.strerror}. Try: {said}"
        raise UsageError(msg) from None
    except ValueError as error:
        msg = f"--ask {name} is not TOML: {error}"
        raise UsageError(msg) from None
    if ends:
        low, high = map(int, ends.groups())
        if not 0 < high - low < LONGEST:
            msg = f"--ask {name}: a scale goes up, in less than {LONGEST} steps"
            raise UsageError(f"{msg}. Try: 1-6")
        raw["labels"] = [str(one) for one in range(low, high + 1)]
        raw["user"] = raw["user"].replace("{low}", str(low))
        raw["user"] = raw["user"].replace("{high}", str(high))
    return parsed(name, raw)


def _says(text: str) -> bool:
    return not text.isspace() and bool(text)
