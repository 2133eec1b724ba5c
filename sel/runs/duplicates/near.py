"""`sel diversify minhash` and `against`: signatures, bands, and what is near."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from sel.errors import DataError, UsageError
from sel.inputs.texts import Kind as Texts
from sel.maths.text import lsh, minhash
from sel.maths.text.normal import FORMS
from sel.maths.text.shingles import Shingling, jaccard, sets
from sel.options.text import Older
from sel.options.writing import State
from sel.records.ledger import SKIP, Ledger
from sel.records.projection import Projection
from sel.request import refuse_twice
from sel.runs.duplicates.reading import Collected, Dropped, Pass
from sel.streams import state
from sel.streams.output import finished
from sel.streams.scratch import Names, Scratch, sound_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.maths.text.minhash import Plan
    from sel.records.projection import Part
    from sel.request import Request
    from sel.streams.lines import Stream

MADE = "sel diversify"
PER_RECORD = 100
"""Bytes of memory for each record, about: a band and its order while it is sorted."""
STEP = 1 << 14
"""Signatures that are compared at once."""


@dataclass(frozen=True)
class Index:
    """Signatures of records, and their names."""

    signatures: npt.NDArray[np.uint32]  # (n, permutations)
    names: npt.NDArray[np.uint8]  # bytes of the names, one after the other
    ends: npt.NDArray[np.int64]  # (n,), where each name ends
    ngrams: int
    unit: str
    form: str

    def sound(self) -> bool:
        """Whether a run can have left this."""
        return (
            self.signatures.ndim == 2
            and 1 <= self.signatures.shape[1] <= minhash.MOST
            and 1 <= self.ngrams <= minhash.LONGEST
            and len(self.ends) == len(self.signatures)
            and sound_names(self.names, self.ends)
            and self.unit in ("words", "chars")
            and self.form in FORMS
        )


def run(request: Request) -> int:
    """Drop what is near to something else."""
    older = request.method.name == "against"
    run_ = (_Against if older else _Clusters)(request)
    with finished(request.output()) as output, finished(run_.report):
        run_.read()
        keep = run_.decide()
        for lines in request.reader.kept(run_.stream, keep, "writing"):
            output.write(lines)
    run_.save()
    ledger = run_.pass_.ledger
    law = ledger.law(int(keep.sum()))
    request.close(law, text=ledger.shape or None, **run_.facts)
    return 0


def temporary(plan: Plan, *, kept: bool) -> int:
    """Bytes of temporary files for each record; its signature too if that is kept."""
    return 8 * plan.bands + 4 * plan.permutations * kept


def loaded(path: str) -> Index:
    """What --save has left, mapped."""
    return state.load(path, Index, MADE, mapped=True)[0]


def planned(request: Request, module: Any, index: Index | None) -> Plan:
    """The plan of the options; those that are not given are those of the index.

    Raises:
        DataError: those that are given are not.
    """
    own, path = request.own["plan"], request[State].load
    if index is None:
        return cast("Plan", module.plan(**own))
    known = {
        "ngrams": index.ngrams,
        "unit": index.unit,
        "permutations": index.signatures.shape[1],
    }
    lacking = {name: value for name, value in known.items() if own[name] is None}
    plan: Plan = module.plan(**own | lacking)
    for name, value in known.items():
        mine = getattr(plan if name == "permutations" else plan.shingling, name)
        if mine != value:
            msg = f"{path} was made with --{name} {value}, not {mine}"
            raise DataError(msg)
    if plan.shingling.form != index.form:
        there = {"folded": "with --fold", "literal": "with --preset"}
        how = there.get(index.form, "without --fold or --preset")
        msg = f"{path} was made {how}. Try: the same options"
        raise DataError(msg)
    return plan


def check_older(request: Request) -> list[str]:
    """The files of older records.

    Raises:
        UsageError: something is read twice, or nothing is older.
    """
    old, asked = request[Older].old or [], request[State]
    refuse_twice(request, *old)
    share = request.share
    files = share.facts["inputs"] if share else request.sources
    if len(files) > 1 and not (old or asked.load or asked.save):
        msg = "all files are taken for new records, and none for older ones"
        raise UsageError(f"{msg}. Try: --old OLD NEW, or cat FILES | sel ...")
    return old


class _Near:
    """One run: what is known of each record, known ones of an index first."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.module = request.method.load()
        self.path, self.load = request[State].save, request[State].load
        self.index = loaded(self.load) if self.load else None
        self.plan = planned(request, self.module, self.index)
        self.report = Dropped(request)
        self.named = bool(self.report or self.path)
        self.stream: Stream = request.stream(again=True)
        self.bands = [Scratch(np.uint64) for _ in range(self.plan.bands)]
        self.names = Names()
        self.present: list[Any] = []
        self.worth: list[Any] = []
        self.facts: dict[str, Any] = {}
        wanted = self.path is not None or request.method.name == "against"
        self.signatures = Scratch(np.uint32, self.plan.permutations) if wanted else None
        self.pass_ = Pass(request, self.collect, names=self.named)
        size = temporary(self.plan, kept=wanted)
        request.say(self.plan.curve())
        request.say(
            f"each million records takes about {PER_RECORD} MB of memory and"
            f" {size} MB of temporary files"
        )

    def collect(self, texts: list[str]) -> Any:
        """Signatures and band keys of texts."""
        signatures = self.module.collect(texts, self.plan)
        keys = minhash.band_keys(signatures, self.plan.bands, self.plan.rows)
        return (signatures if self.signatures else None), keys

    def read(self) -> None:
        """Read all records, and keep what is needed of each."""
        for read in self.pass_.read(self.stream, "signatures"):
            self._keep(read.result)

    def _keep(self, found: Collected) -> None:
        self._take(found)
        if self.named:
            named = [b""] * found.lines
            for place, name in zip(found.places.tolist(), found.names, strict=True):
                named[place] = name
            self.names.add(named)

    def _take(self, found: Collected) -> None:
        signatures, keys = found.values
        self._band(found.spread(keys, 0))
        if self.signatures:
            self.signatures.write(found.spread(signatures, minhash.NONE))
        there = np.ones(len(found.places), np.bool_)
        self.present.append(found.spread(there, False))
        worth = np.zeros(len(there)) if found.worth is None else found.worth
        self.worth.append(found.spread(worth, -np.inf))

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
                self.signatures.rows(),
                *self.names.arrays(),
                how.ngrams,
                how.unit,
                how.form,
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

    def _take(self, found: Collected) -> None:
        if self.index is not None:
            first = sum(map(len, self.present))
            known = self.index.signatures[first : first + found.lines]
            if len(known) < found.lines:
                self._refuse()
            keys = minhash.band_keys(known, self.plan.bands, self.plan.rows)
            own = known[found.places], keys[found.places]
            found = replace(found, values=own)
        super()._take(found)

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
        self._sets = Sets(self.request, self.stream, self.plan.shingling, wanted)
        bands = ((np.asarray(a.rows()), np.asarray(b.rows())) for a, b in members)
        kept = self.module.diversify(bands, worth, self._alike)
        dropped = np.flatnonzero(there & (kept != np.arange(len(there))))
        if self.report:
            self._tell(dropped, kept)
        self.facts["clusters"] = len(np.unique(kept[dropped]))
        there[dropped] = False
        return there

    def _alike(self, a: int, b: int) -> bool:
        return alike(self._sets.get(a), self._sets.get(b), self.plan.threshold)

    def _tell(self, dropped: Any, kept: Any) -> None:
        names = self.names.get(dropped)
        twins = self.names.get(kept[dropped])
        for row, name, twin in zip(dropped.tolist(), names, twins, strict=True):
            similarity = jaccard(self._sets.get(row), self._sets.get(int(kept[row])))
            near = similarity >= self.plan.threshold - 1e-12
            self.report.add(name, twin, similarity, "near" if near else "chain")


def alike(one: Any, two: Any, threshold: float) -> bool:
    """Whether two sets of n-grams have enough in common."""
    few, many = sorted((len(one), len(two)))
    limit = threshold - 1e-12
    return few >= limit * many and jaccard(one, two) >= limit


class Sets:
    """The shingles of the rows that are wanted, in a temporary file."""

    def __init__(
        self, request: Request, stream: Stream, how: Shingling, wanted: Any
    ) -> None:
        self.rows = np.flatnonzero(wanted)
        hashes, sizes = Scratch(np.uint64), [np.zeros(1, np.int64)]
        texts = Texts(request)

        def work(part: Part) -> tuple[Any, Any]:
            pairs = zip(texts.give(part), part.places, strict=True)
            found = sets([text for text, row in pairs if wanted[row]], how)
            joined = np.concatenate([np.empty(0, np.uint64), *found])
            return joined, list(map(len, found))

        if len(self.rows):
            want, ledger = Projection(texts.wanted), Ledger(SKIP, "100%")
            reader = request.reader
            for read in reader.mapped(stream, want, ledger, work, "candidates"):
                found, counts = read.result
                hashes.write(found)
                sizes.append(np.array(counts, np.int64))
        self.ends = np.cumsum(np.concatenate(sizes))
        self.hashes = hashes.rows()

    def get(self, row: int) -> Any:
        """The set of a row, sorted."""
        at = int(np.searchsorted(self.rows, row))
        return np.asarray(self.hashes[self.ends[at] : self.ends[at + 1]])


class _Against(_Near):
    """Records against an index, older records, and those before them."""

    def __init__(self, request: Request) -> None:
        old = check_older(request)
        super().__init__(request)
        self.first = 0
        if self.index is not None:
            self._begin(self.index)
        if old:
            for read in self.pass_.older(old, "older records"):
                self._keep(read.result)
            self.first += sum(map(len, self.present))
            self.present, self.worth = [], []

    def _begin(self, index: Index) -> None:
        """Take over what is known from before."""
        self.first = len(index.signatures)
        self.names = Names(index.names, index.ends)
        for start in range(0, self.first, STEP):
            part = np.asarray(index.signatures[start : start + STEP])
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
            for start in range(0, len(a), STEP):
                part = slice(start, start + STEP)
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
