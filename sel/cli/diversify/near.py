"""`sel diversify minhash` and `against`: signatures, bands, and what is near."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from sel.cli.common import blocks
from sel.cli.diversify.texts import Found, Reader, Report, kept_lines, worker
from sel.engine import local
from sel.errors import DataError
from sel.maths.text import lsh, minhash
from sel.maths.text.shingles import Shingling, jaccard, sets
from sel.streams import state
from sel.streams.output import finished, open_output
from sel.streams.records import parse
from sel.streams.scratch import Names, Scratch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.cli.call import Call
    from sel.maths.text.minhash import Plan
    from sel.streams.lines import Block, Stream

MADE = "sel diversify"
PER_RECORD = 100
"""Bytes of memory for each record, about: a band and its order while it is sorted."""


@dataclass(frozen=True)
class Index:
    """Signatures of records, and their names."""

    signatures: Any  # (n, permutations)
    names: Any  # bytes of the names, one after the other
    ends: Any  # (n,), where each name ends
    ngrams: int
    unit: str


def run(call: Call) -> int:
    """Drop what is near to something else."""
    run_ = _Against(call) if call.method.name == "against" else _Clusters(call)
    output = open_output(call.writing.output)
    with finished(output), finished(run_.report):
        run_.read()
        keep = run_.decide()
        for block in call.blocks(run_.stream, "writing"):
            lines = len(block.lines) - sum(map(bytes.isspace, block.lines))
            output.write(kept_lines(block, keep[block.row : block.row + lines]))
        run_.reader.counts["kept"] = int(keep.sum())
    run_.save()
    run_.reader.close(**run_.facts)
    return 0


class _Near:
    """One run: what is known of each record, known ones of an index first."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.module = call.method.load()
        self.path, self.load = call.groups["remembering"]
        self.index = self._loaded(self.load) if self.load else None
        self.plan: Plan = self._plan(call.own["plan"])
        self.report = Report(call.groups["reporting"].path)
        self.reader = Reader(call)
        self.stream: Stream = call.reading.stream(call.files, again=True)
        self.bands = [Scratch(np.uint64) for _ in range(self.plan.bands)]
        self.names = Names()
        self.present: list[Any] = []
        self.worth: list[Any] = []
        self.facts: dict[str, Any] = {}
        wanted = self.path is not None or call.method.name == "against"
        self.signatures = Scratch(np.uint32, self.plan.permutations) if wanted else None
        size = 8 * self.plan.bands + 4 * self.plan.permutations * wanted
        call.say(self.plan.curve())
        call.say(
            f"each million records takes about {PER_RECORD} MB of memory and"
            f" {size} MB of temporary files"
        )

    def _plan(self, own: dict[str, Any]) -> Plan:
        """The plan of the options; those that are not given are those of the index."""
        if self.index is None:
            return cast("Plan", self.module.plan(**own))
        known = {
            "ngrams": self.index.ngrams,
            "unit": self.index.unit,
            "permutations": self.index.signatures.shape[1],
        }
        lacking = {name: value for name, value in known.items() if own[name] is None}
        plan: Plan = self.module.plan(**own | lacking)
        for name, value in known.items():
            mine = getattr(plan if name == "permutations" else plan.shingling, name)
            if mine != value:
                msg = f"{self.load} was made with --{name} {value}, not {mine}"
                raise DataError(msg)
        return plan

    def _loaded(self, path: str) -> Index:
        index, _ = state.load(path, Index, MADE, mapped=True)
        good = (
            index.signatures.ndim == 2
            and index.signatures.dtype == np.uint32
            and len(index.ends) == len(index.signatures)
            and index.ends[-1:].sum() == len(index.names)
            and index.unit in ("words", "chars")
        )
        if not good:
            msg = f"{path} is damaged. Try: --save to make it again"
            raise DataError(msg)
        return index

    def collect(self, texts: list[str]) -> Any:
        """Signatures and band keys of texts."""
        found = self.module.collect(texts, self.plan)
        keys = minhash.band_keys(found, self.plan.bands, self.plan.rows)
        return (found if self.signatures else None), keys

    def read(self) -> None:
        """Read all records, and keep what is needed of each."""
        names = bool(self.report or self.path)
        work = worker(self.call, self.collect, names=names)
        for _, done in self.reader.pairs(self.stream, work, "signatures"):
            found: Found = done.result
            lines = done.records + len(done.rejects)
            self._take(found, lines)
            if names:
                named = [b""] * lines
                for place, name in zip(found.places.tolist(), found.names, strict=True):
                    named[place] = name
                self.names.add(named)

    def _take(self, found: Found, lines: int) -> None:
        signatures, keys = found.collected
        self._band(found.spread(lines, keys, 0))
        if self.signatures:
            self.signatures.write(found.spread(lines, signatures, minhash.NONE))
        there = np.ones(len(found.places), np.bool_)
        self.present.append(found.spread(lines, there, False))
        worth = np.zeros(len(there)) if found.worth is None else found.worth
        self.worth.append(found.spread(lines, worth, -np.inf))

    def _band(self, keys: Any) -> None:
        for band, column in zip(self.bands, keys.T, strict=True):
            band.write(column)

    def buckets(self) -> Iterator[tuple[Any, Any]]:
        """The buckets of each band, one band in memory at a time."""
        for band in self.bands:
            yield lsh.runs(np.asarray(band.rows()))

    def there(self) -> Any:
        """Which lines are records, shape (rows,)."""
        return np.concatenate([np.zeros(0, np.bool_), *self.present])

    def save(self) -> None:
        """Keep the signatures."""
        if self.path and self.signatures:
            how = self.plan.shingling
            index = Index(
                self.signatures.rows(), *self.names.arrays(), how.ngrams, how.unit
            )
            facts = {"options": {"permutations": self.plan.permutations}}
            state.save(self.path, index, MADE, facts)


class _Clusters(_Near):
    """Near-duplicates among the records themselves."""

    def collect(self, texts: list[str]) -> Any:
        """Signatures and band keys; none where they are known from before."""
        if self.index is None:
            return super().collect(texts)
        return None, np.zeros((len(texts), 0), np.uint64)

    def _take(self, found: Found, lines: int) -> None:
        if self.index is not None:
            first = sum(map(len, self.present))
            known = self.index.signatures[first : first + lines]
            if len(known) < lines:
                self._refuse()
            keys = minhash.band_keys(known, self.plan.bands, self.plan.rows)
            own = known[found.places], keys[found.places]
            found = replace(found, collected=own)
        super()._take(found, lines)

    def _refuse(self) -> None:
        msg = f"{self.load} holds the signatures of other records. Try: without --load"
        raise DataError(msg)

    def decide(self) -> Any:
        """Whether each line is kept, shape (rows,)."""
        there = self.there()
        if self.index is not None and len(self.index.signatures) != len(there):
            self._refuse()
        worth = np.concatenate([np.zeros(0), *self.worth])
        wanted = np.zeros(len(there), np.bool_)
        members = []
        for some, sizes in self.buckets():
            wanted[some] = True
            pair = Scratch(np.int64), Scratch(np.int64)
            pair[0].write(some)
            pair[1].write(sizes)
            members.append(pair)
        self._sets = _Sets(self.call, self.stream, self.plan.shingling, wanted)
        bands = ((np.asarray(a.rows()), np.asarray(b.rows())) for a, b in members)
        kept = self.module.diversify(bands, worth, self._alike)
        dropped = np.flatnonzero(there & (kept != np.arange(len(there))))
        if self.report:
            self._tell(dropped, kept)
        self.facts["clusters"] = len(np.unique(kept[dropped]))
        there[dropped] = False
        return there

    def _alike(self, a: int, b: int) -> bool:
        one, two = self._sets.get(a), self._sets.get(b)
        few, many = sorted((len(one), len(two)))
        limit = self.plan.threshold - 1e-12
        return few >= limit * many and jaccard(one, two) >= limit

    def _tell(self, dropped: Any, kept: Any) -> None:
        names = self.names.get(dropped)
        twins = self.names.get(kept[dropped])
        for row, name, twin in zip(dropped.tolist(), names, twins, strict=True):
            similarity = jaccard(self._sets.get(row), self._sets.get(int(kept[row])))
            near = similarity >= self.plan.threshold - 1e-12
            self.report.add(name, twin, similarity, "near" if near else "chain")


class _Sets:
    """The shingles of the rows that are wanted, in a temporary file."""

    def __init__(self, call: Call, stream: Stream, how: Shingling, wanted: Any) -> None:
        self._rows = np.flatnonzero(wanted)
        hashes, sizes = Scratch(np.uint64), [np.zeros(1, np.int64)]

        def work(block: Block) -> tuple[Any, Any]:
            parsed = parse(block, call.reading.max_line)
            texts, _ = blocks.texts(parsed, call.groups["text"])
            some = [t for t, row in zip(texts, parsed.rows) if wanted[row]]
            found = sets(some, how)
            return np.concatenate([np.empty(0, np.uint64), *found]), list(
                map(len, found)
            )

        if len(self._rows):
            source = call.blocks(stream, "candidates")
            for found, counts in local.mapped(work, source, call.groups["jobs"]):
                hashes.write(found)
                sizes.append(np.array(counts, np.int64))
        self._ends = np.cumsum(np.concatenate(sizes))
        self._hashes = hashes.rows()

    def get(self, row: int) -> Any:
        """The set of a row, sorted."""
        at = int(np.searchsorted(self._rows, row))
        return np.asarray(self._hashes[self._ends[at] : self._ends[at + 1]])


class _Against(_Near):
    """Records against an index, and those before them."""

    def __init__(self, call: Call) -> None:
        super().__init__(call)
        self.first = 0
        if self.index is None:
            return
        self.first = len(self.index.signatures)
        self.names = Names(self.index.names, self.index.ends)
        for start in range(0, self.first, 1 << 14):
            part = np.asarray(self.index.signatures[start : start + (1 << 14)])
            self._band(minhash.band_keys(part, self.plan.bands, self.plan.rows))
            assert self.signatures
            self.signatures.write(part)

    def decide(self) -> Any:
        """Whether each line is kept, shape (rows,)."""
        there = self.there()
        assert self.signatures
        known = self.signatures.rows()

        def agreement(a: Any, b: Any) -> Any:
            found = [np.zeros(0)]
            for start in range(0, len(a), 1 << 14):
                part = slice(start, start + (1 << 14))
                found.append(minhash.agreement(known[a[part]], known[b[part]]))
            return np.concatenate(found)

        rows = self.first + len(there)
        twins, similarity = self.module.diversify(
            self.buckets(), rows, self.first, agreement, self.plan
        )
        dropped = np.flatnonzero(twins >= 0)
        if self.report:
            names, older = self.names.get(dropped), self.names.get(twins[dropped])
            for row, name, twin in zip(dropped.tolist(), names, older, strict=True):
                self.report.add(name, twin, float(similarity[row]), "near")
        self.facts["in the index"] = rows if self.path else self.first
        there[dropped - self.first] = False
        return there
