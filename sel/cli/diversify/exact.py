"""`sel diversify exact`: one pass, with a memory of hashes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.cli.common import blocks
from sel.cli.diversify.texts import Reader, Report, kept_lines, plain_field, worker
from sel.diversify._seen import PER_HASH, Bloom, Seen
from sel.errors import DataError, UsageError
from sel.streams import splice, state
from sel.streams.output import finished, open_output
from sel.streams.records import parse
from sel.streams.scratch import Names

if TYPE_CHECKING:
    from sel.cli.call import Call
    from sel.cli.diversify.texts import Found
    from sel.streams.lines import Block


@dataclass(frozen=True)
class Known:
    """What is kept of the texts that were seen."""

    hashes: Any  # (n, 2)
    names: Any  # bytes of the names, one after the other
    ends: Any  # (n,), where each name ends
    raw: bool
    lines: bool


def run(call: Call) -> int:
    """Drop what was seen before."""
    run_ = _Run(call)
    reader = run_.reader
    output, report = open_output(call.writing.output), run_.report
    with finished(output), finished(report):
        stream = call.reading.stream(call.files)
        for block, done in reader.pairs(stream, run_.work, "comparing"):
            data, kept = run_.passed(block, done)
            reader.counts["kept"] += kept
            output.write(data)
    run_.save()
    reader.close(**run_.facts())
    return 0


class _Run:
    """The memory of one run."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.module = call.method.load()
        self.lines: bool = call.groups["level"]
        self.path, load = call.groups["remembering"]
        self.raw: bool = call.own["collect"]["raw"]
        self.seen: Seen | Bloom = self.module.begin(**call.own["begin"])
        self.names = Names()
        if isinstance(self.seen, Bloom):
            if self.path or load:
                msg = "a Bloom filter is not kept. Try: without --bloom"
                raise UsageError(msg)
            call.say(f"the Bloom filter takes {self.seen.size / 1e6:,.0f} MB of memory")
        else:
            call.say(
                f"each million different texts takes about {PER_HASH} MB of memory"
            )
        if load:
            self._load(load)
        self.report = Report(call.groups["reporting"].path)
        self.named = bool(self.report or self.path) and isinstance(self.seen, Seen)
        self.reader = Reader(call)
        names = self.named or bool(self.report)
        self.work = worker(
            call, self._lines if self.lines else self._texts, names=names
        )
        self.repeated = 0

    def _load(self, path: str) -> None:
        known, _ = state.load(path, Known, self.call.title)
        if (known.raw, known.lines) != (self.raw, self.lines):
            msg = f"{path} was made with another --raw or --level"
            raise DataError(msg)
        hashes = known.hashes
        if hashes.shape != (len(known.ends), 2) or hashes.dtype != np.uint64:
            msg = f"{path} is damaged. Try: --save to make it again"
            raise DataError(msg)
        self.seen = Seen(hashes)
        self.names = Names(known.names, known.ends)

    def save(self) -> None:
        """Keep what was seen."""
        if self.path:
            assert isinstance(self.seen, Seen)
            known = Known(self.seen.hashes, *self.names.arrays(), self.raw, self.lines)
            state.save(self.path, known, self.call.title, {})

    def facts(self) -> dict[str, Any]:
        """What the closing line says."""
        facts: dict[str, Any] = {"seen": self.seen.count}
        if isinstance(self.seen, Bloom):
            facts["taken for seen, a share of the new"] = self.seen.full
        if self.lines:
            facts["lines dropped"] = self.repeated
        return facts

    def _texts(self, texts: list[str]) -> Any:
        return self.module.collect(texts, raw=self.raw)

    def _lines(self, texts: list[str]) -> Any:
        """Hashes of all lines that are not blank, and how many each text has."""
        split = [_visible(text) for text in texts]
        counts = np.array([len(lines) for lines in split], np.int64)
        return self._texts([line for lines in split for line in lines]), counts

    def passed(self, block: Block, done: blocks.Done) -> tuple[bytes, int]:
        """What comes out of a block, and how many records that is."""
        found: Found = done.result
        lines = done.records + len(done.rejects)
        if self.lines:
            return self._cut(block, found, lines, done.shape)
        numbers, new = self.module.diversify(found.collected, self.seen)
        self._note(found.names, numbers, new)
        return kept_lines(block, found.spread(lines, new, False)), int(new.sum())

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

    def _cut(
        self, block: Block, found: Found, lines: int, shape: str
    ) -> tuple[bytes, int]:
        """Records without the lines that were seen before."""
        hashes, counts = found.collected
        owner = np.repeat(np.arange(len(counts)), counts)
        numbers, new = self.module.diversify(hashes, self.seen)
        owners = [found.names[i] for i in owner] if found.names else []
        self._note(owners, numbers, new)
        self.repeated += int((~new).sum())
        fresh = np.bincount(owner[new], minlength=len(counts))
        keep = (fresh > 0) | (counts == 0)
        if new.all():
            whole = found.spread(lines, keep, False)
            return kept_lines(block, whole), int(keep.sum())
        return self._rewritten(block, counts, new, keep, shape), int(keep.sum())

    def _rewritten(
        self, block: Block, counts: Any, new: Any, keep: Any, shape: str
    ) -> bytes:
        name = plain_field(self.call, shape)
        parsed = parse(block, self.call.reading.max_line)
        texts, _ = blocks.texts(parsed, self.call.groups["text"])
        parts = np.split(new, np.cumsum(counts)[:-1])
        pieces = []
        for i in np.flatnonzero(keep).tolist():
            line = parsed.lines[i]
            if not parts[i].all():
                text = without(texts[i], parts[i].tolist())
                line = splice.replaced(parsed, i, name, text)
            pieces.append(line if line.endswith(b"\n") else line + b"\n")
        return b"".join(pieces)


def _visible(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def without(text: str, keep: list[bool]) -> str:
    """A text without some of its lines; blank ones stay."""
    left = iter(keep)
    lines = text.splitlines(keepends=True)
    return "".join([line for line in lines if not line.strip() or next(left)])
