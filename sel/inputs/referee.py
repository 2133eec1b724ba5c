"""A program of the user's that says which answers are right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sel.inputs import Whole
from sel.options.targets import Referee

if TYPE_CHECKING:
    from sel.pick._candidates import Candidates, Sample

MOST = 1_000
"""Answers that are judged together."""


class Kind(Whole):
    """What --judge-cmd runs, if it is given."""

    options = (Referee,)

    def require(self) -> None:
        """See Input."""
        if words := self.request[Referee].words:
            from sel.engine import commands

            commands.check(words)

    def whole(self) -> Any:
        """See Input."""
        return self

    def verdicts(
        self, asked: Sequence[tuple[Candidates, Sample]]
    ) -> list[bool | None] | None:
        """See sel.pick._candidates.Referee.

        Raises:
            MachineError: the program fails, or does not say what it should.
        """
        if not self.request[Referee].judge_cmd:
            return None
        found: list[bool | None] = []
        for at in range(0, len(asked), MOST):
            found += self._judged(asked[at : at + MOST])
        return found

    def _judged(self, asked: Sequence[tuple[Candidates, Sample]]) -> list[bool | None]:
        from sel.engine import commands
        from sel.streams.json import read, written

        referee = self.request[Referee]
        lines = [
            written(
                {"id": i, "answer": said.text, "gold": one.gold, "record": one.record}
            )
            for i, (one, said) in enumerate(asked)
        ]
        data = b"\n".join([*lines, b""])
        out = commands.filtered(referee.words, data, referee.judge_timeout)
        told: dict[int, bool | None] = {}
        for line in filter(bytes.strip, out.split(b"\n")):
            try:
                reply = read(line)
                name, verdict = reply["id"], reply["ok"]
            except (ValueError, KeyError, TypeError, RecursionError):
                name = verdict = line
            if type(verdict) not in (bool, type(None)) or type(name) is not int:
                shown = line[:60].decode(errors="replace")
                msg = f"wrote {shown!r}, not a verdict such as "
                raise commands.failed(referee.words, msg + '{"id":0,"ok":true}')
            if told.setdefault(name, verdict) is not verdict:
                msg = f"says of the answer with the id {name} that it is right, and not"
                raise commands.failed(referee.words, msg)
        lacking = [i for i in range(len(asked)) if i not in told]
        if lacking or len(told) > len(asked):
            msg = f"gave {len(told):,} verdicts on {len(asked):,} answers"
            raise commands.failed(referee.words, msg)
        return [told[i] for i in range(len(asked))]
