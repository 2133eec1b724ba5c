"""`sel pick rows --clean`: records without the spans that another stream names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.errors import DataError, UsageError
from sel.inputs.texts import Kind as Texts
from sel.options.groups import Named, Spans
from sel.records import fields, splice
from sel.records.projection import Projection
from sel.runs.texts import plain_field

if TYPE_CHECKING:
    from sel.records.projection import Part
    from sel.request import Request

Pairs = list[tuple[int, int]]


class Cleaning:
    """What the run asks of records, and what it leaves of them.

    Args:
        request: has the options.
    """

    def __init__(self, request: Request) -> None:
        asked, own = request[Named], request.own
        if own["pick"]["not_"]:
            msg = "--clean keeps records, and --not drops them. Give one of them"
            raise UsageError(msg)
        self._request, self._own = request, own["clean"]
        self._clean = request.method.load().clean
        self._clean([], [], **self._own)  # a wrong option is told before all else
        name = fields.json(asked.on) if asked.on else fields.row()
        self.row = not asked.on
        self._spans = self._read(asked.from_, name, request[Spans].spans)
        self.wanted = dict(Texts(request).wanted)
        self.wanted |= {"name": name} if asked.on else {}
        self.facts = {"cleaned": 0}

    def _read(self, path: str, name: Any, field: str) -> dict[Any, Pairs]:
        """The spans of each record that is named."""
        found: dict[Any, Pairs] = {}
        want = Projection({"name": name, "spans": fields.value(field)})
        for part in self._request.reader.strictly(path, want):
            for one, spans in zip(part["name"], part["spans"], strict=True):
                if not isinstance(spans, list) or not all(map(_pair, spans)):
                    msg = f"{path}: {field!r} must be a list of [start, end]"
                    raise DataError(msg)
                found.setdefault(one, []).extend((a, b) for a, b, *_ in spans)
        return found

    def work(self, part: Part) -> tuple[list[bytes], bytes]:
        """The lines of a block, with what is left of their texts."""
        texts = part["texts"]
        names = part.rows if self.row else part["name"]
        spans = [self._spans.get(name, []) for name in names]
        for i, some in enumerate(spans):
            if some and max(end for _, end in some) > len(texts[i]):
                msg = (
                    f"{part.place_of(i)}: a span ends behind its text. Try: the "
                    "records and the --text that the spans are of"
                )
                raise DataError(msg)
        left = self._clean(texts, spans, **self._own)
        if not any(spans):
            return part.lines, b""
        name = plain_field(self._request, part.shape)
        self.facts["cleaned"] += sum(map(bool, spans))
        lines = [
            splice.extended(line, {name: text}) if some else line
            for line, text, some in zip(part.lines, left, spans, strict=True)
            if text is not None
        ]
        return lines, b""


def _pair(span: Any) -> bool:
    whole = isinstance(span, list) and list(map(type, span[:2])) == [int, int]
    return whole and 0 <= span[0] <= span[1]
