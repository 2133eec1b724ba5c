"""`sel pick where --preset`: texts judged by the rules of a quality filter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sel.inputs.texts import Kind as Texts
from sel.options.groups import Presets
from sel.records import presets, splice
from sel.runs.texts import plain_field
from sel.streams.json import written
from sel.streams.output import open_output

if TYPE_CHECKING:
    from sel.records.presets import Verdict
    from sel.records.projection import Part
    from sel.request import Request
    from sel.streams.output import Output


class Judging:
    """A run by a preset: what it asks of records, and what it says of them.

    Args:
        request: has the options.
    """

    def __init__(self, request: Request) -> None:
        asked = request[Presets]
        assert asked.preset
        self.preset = presets.load(asked.preset)
        self.wanted = Texts(request).wanted
        self.facts = {"preset": asked.preset, "words": self.preset.words}
        self._request, self._clean = request, asked.clean
        self.report: Output | None = (
            open_output(asked.explain) if asked.explain else None
        )

    def work(self, part: Part) -> tuple[list[bytes], bytes]:
        """The lines of a block that stay, and what the report is told.

        With a clean text where that is asked for.
        """
        texts, told = part["texts"], b""
        verdicts = presets.judged(self.preset, texts, every=self.report is not None)
        if self.report:
            pairs = zip(part.rows, verdicts, strict=True)
            told = b"".join([_told(row, one) for row, one in pairs])
        stay = [i for i, one in enumerate(verdicts) if not one.reasons]
        lines = [part.lines[i] for i in stay]
        if self._clean and stay:
            name = plain_field(self._request, part.shape)
            lines = [
                splice.extended(line, {name: verdicts[i].text})
                if verdicts[i].text != texts[i]
                else line
                for i, line in zip(stay, lines, strict=True)
            ]
        return lines, told


def _told(row: int, verdict: Verdict) -> bytes:
    reasons = verdict.reasons
    first = reasons[0] if reasons else None
    said = {"_row": row, "keep": not reasons, "reason": first, "all": reasons}
    return written(said) + b"\n"
