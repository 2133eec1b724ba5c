"""`sel diversify exact`: one pass, with a memory of hashes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sel.diversify._seen import PER_HASH, Bloom, Seen
from sel.errors import DataError, UsageError
from sel.inputs.texts import Kind as Texts
from sel.options.text import Level
from sel.options.writing import State
from sel.records import splice
from sel.records.passes import ended
from sel.records.projection import Projection
from sel.runs.duplicates.reading import Dropped, Pass, kept_lines
from sel.runs.texts import plain_field
from sel.streams import state
from sel.streams.output import finished
from sel.streams.scratch import Names, sound_names

if TYPE_CHECKING:
    from sel.records.passes import Read
    from sel.request import Request
    from sel.runs.duplicates.reading import Collected


@dataclass(frozen=True)
class Known:
    """What is kept of the texts that were seen."""

    hashes: npt.NDArray[np.uint64]  # (n, 2)
    names: npt.NDArray[np.uint8]  # bytes of the names, one after the other
    ends: npt.NDArray[np.int64]  # (n,), where each name ends
    raw: bool
    fold: bool
    lines: bool

    def sound(self) -> bool:
        """Whether a run can have left this."""
        shape = len(self.ends), 2
        return self.hashes.shape == shape and sound_names(self.names, self.ends)


def run(request: Request) -> int:
    """Drop what was seen before."""
    run_ = _Run(request)
    kept = 0
    with finished(request.output()) as output, finished(run_.report):
        for read in run_.pass_.read(request.stream(), "comparing"):
            data, count = run_.passed(read)
            kept += count
            output.write(data)
    run_.save()
    ledger = run_.pass_.ledger
    request.close(ledger.law(kept), text=ledger.shape or None, **run_.facts())
    return 0


class _Run:
    """The memory of one run."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.module = request.method.load()
        self.lines = request[Level].level == "line"
        asked = request[State]
        self.how: dict[str, bool] = request.own["collect"]
        self.seen: Seen | Bloom = self.module.begin(**request.own["begin"])
        self.names = Names()
        if isinstance(self.seen, Bloom):
            if asked.save or asked.load:
                msg = "a Bloom filter is not kept. Try: without --bloom"
                raise UsageError(msg)
            megabytes = self.seen.size / 1e6
            request.say(f"the Bloom filter takes {megabytes:,.0f} MB of memory")
        else:
            request.say(
                f"each million different texts takes about {PER_HASH} MB of memory"
            )
        if asked.load:
            self._load(asked.load)
        self.report = Dropped(request)
        self.named = bool(self.report or asked.save) and isinstance(self.seen, Seen)
        collect = self._lines if self.lines else self._texts
        self.pass_ = Pass(request, collect, names=self.named or bool(self.report))
        self.repeated = 0

    def _load(self, path: str) -> None:
        known, _ = state.load(path, Known, self.request.title)
        how = {"raw": known.raw, "fold": known.fold}
        if (how, known.lines) != (self.how, self.lines):
            msg = f"{path} was made with another --raw, --fold or --level"
            raise DataError(msg)
        self.seen = Seen(known.hashes)
        self.names = Names(known.names, known.ends)

    def save(self) -> None:
        """Keep what was seen."""
        if path := self.request[State].save:
            assert isinstance(self.seen, Seen)
            names, ends = self.names.arrays()
            known = Known(self.seen.hashes, names, ends, lines=self.lines, **self.how)
            state.save(path, known, self.request.title, {})

    def facts(self) -> dict[str, Any]:
        """What the closing line says."""
        facts: dict[str, Any] = {"seen": self.seen.count}
        if isinstance(self.seen, Bloom):
            facts["taken for seen, a share of the new"] = self.seen.full
        if self.lines:
            facts["lines dropped"] = self.repeated
        return facts

    def _texts(self, texts: list[str]) -> Any:
        return self.module.collect(texts, **self.how)

    def _lines(self, texts: list[str]) -> Any:
        """Hashes of all lines that are not blank, and how many each text has."""
        split = [_visible(text) for text in texts]
        counts = np.array([len(lines) for lines in split], np.int64)
        return self._texts([line for lines in split for line in lines]), counts

    def passed(self, read: Read) -> tuple[bytes, int]:
        """What comes out of a block, and how many records that is."""
        found: Collected = read.result
        if self.lines:
            return self._cut(read, found)
        numbers, new = self.module.diversify(found.values, self.seen)
        self._note(found.names, numbers, new)
        return kept_lines(read.block, found.spread(new, False)), int(new.sum())

    def _note(self, names: list[bytes], numbers: Any, new: Any) -> None:
        """Name the new, and report the others."""
        if self.named:
            self.names.add([names[i] for i in np.flatnonzero(new)])
        if self.report:
            old = np.flatnonzero(~new)
            twins = [b""] * len(old)
            if numbers is not None and len(old):
                twins = self.names.get(numbers[old])
            for i, twin in zip(old, twins, strict=True):
                self.report.add(names[i], twin, 1.0, "exact")

    def _cut(self, read: Read, found: Collected) -> tuple[bytes, int]:
        """Records without the lines that were seen before."""
        hashes, counts = found.values
        owner = np.repeat(np.arange(len(counts)), counts)
        numbers, new = self.module.diversify(hashes, self.seen)
        owners = [found.names[i] for i in owner] if found.names else []
        self._note(owners, numbers, new)
        self.repeated += int((~new).sum())
        fresh = np.bincount(owner[new], minlength=len(counts))
        keep = (fresh > 0) | (counts == 0)
        if new.all():
            return kept_lines(read.block, found.spread(keep, False)), int(keep.sum())
        return self._rewritten(read, counts, new, keep), int(keep.sum())

    def _rewritten(self, read: Read, counts: Any, new: Any, keep: Any) -> bytes:
        name = plain_field(self.request, read.seen.shape)
        texts = Texts(self.request)
        want = Projection(texts.wanted)
        part = want.read(read.block, self.request.reader.max_line)
        parts = np.split(new, np.cumsum(counts)[:-1])
        pieces = []
        for i in np.flatnonzero(keep).tolist():
            line = ended(part.lines[i])
            if not parts[i].all():
                text = without(texts.give(part)[i], parts[i].tolist())
                line = splice.extended(line, {name: text})
            pieces.append(line)
        return b"".join(pieces)


def _visible(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def without(text: str, keep: list[bool]) -> str:
    """A text without some of its lines; blank ones stay."""
    left = iter(keep)
    lines = text.splitlines(keepends=True)
    return "".join([line for line in lines if not line.strip() or next(left)])
