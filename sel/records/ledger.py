"""The ledger of a run: what was read, and what became of it; bad lines and the rules.

The law: read = kept + dropped + rejected + blank.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sel.errors import DataError, UsageError
from sel.streams.json import written
from sel.values import value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sel.records.faults import Reject
    from sel.records.projection import Part
    from sel.streams.atomic import AtomicFile

LAW = ("read", "kept", "dropped", "rejected", "blank")
TEXTS, CHATS = "texts", "chats"
"""The columns of what is read of records as their text."""
EMPTY = 0.9
"""Share of empty texts above which there may be something wrong with them."""
SPARSE = 100
"""Characters for each word from which on there are almost no words."""
_SOME, _BEGINNING = 4, 500
FEW = 100
SHARE = 0.01
FAIL, SKIP, STRICT = "fail", "skip", "strict"
"""What a bad line does: ends the run; is left out; ends it, and none may be skipped."""


@value
class Seen:
    """What a process says of a block when it has read it."""

    file: str
    records: int
    blank: int
    rejects: Sequence[int]
    shape: str
    said: int
    """How many records say their row."""
    cut: bool
    """Whether a bad line may be one that has not come to its end."""
    empty: int = 0
    """How many have a text in which nothing stands."""
    words: int = 0
    letters: int = 0
    """Words and characters of the beginnings of some texts."""

    @classmethod
    def of(cls, part: Part) -> Seen:
        """What there is to say of the records of a block."""
        cut = bool(part.rejects) and part.block.data[-1:] != b"\n"
        counts = len(part), part.blank, part.rejects
        said = part.shape, part.said
        return cls(part.block.file, *counts, *said, cut, _empty(part), *_sampled(part))


def _sampled(part: Part) -> tuple[int, int]:
    """Words and characters of the beginnings of the first texts."""
    some = [text[:_BEGINNING] for text in part.columns.get(TEXTS, ())[:_SOME]]
    if not any(len(text) > SPARSE for text in some):
        return len(some), sum(map(len, some))
    from sel.maths.text.characters import words

    return sum(words(some)), sum(map(len, some))


def _empty(part: Part) -> int:
    """How many texts, or chats, say nothing."""
    chats = part.columns.get(CHATS, ())
    silent = sum(not any(said for _, said in chat) for chat in chats)
    return silent + part.columns.get(TEXTS, ()).count("")


class Ledger:
    """Counts what a run reads, and stops it by the rules of the user.

    Args:
        policy: FAIL, SKIP or STRICT.
        most: how many lines may be bad, as `N` or `P%`; None is 100, or 1% of more.
        keep: where bad lines are written, once it is started; None drops them.
    """

    def __init__(
        self,
        policy: str = FAIL,
        most: str | None = None,
        keep: AtomicFile | None = None,
    ) -> None:
        self.records = self.blank = self.rejected = self.empty = 0
        self.words = self.letters = 0
        self.shape = ""
        """In which of the usual places texts were found."""
        self.rows: bool | None = None
        """Whether all records say their rows; None before the first."""
        self.strict_rows = False
        """Whether all records, or none of them, must."""
        self.partial = False
        """Whether others count the rest, and all is checked when that is added up."""
        self.kept: int | None = None
        """How many records were kept; None for all."""
        self._policy, self._most, self._keep = policy, most, keep
        self._number, self._share = budget(most)

    @property
    def read(self) -> int:
        """All lines."""
        return self.records + self.rejected + self.blank

    @property
    def doubt(self) -> str:
        """What is to be said of texts if nearly all are empty, or have few words."""
        if self.empty > EMPTY * self.records:
            found = f"{self.empty:,} of {self.records:,} texts are empty"
        elif self.letters > SPARSE * self.words:
            each = self.letters // max(self.words, 1)
            found = f"texts have a word for {each:,} characters"
        else:
            return ""
        return f"{found}. Try: another --text FIELD"

    def law(self, kept: int | None = None) -> dict[str, int]:
        """The counts of the closing line.

        Args:
            kept: records; None for `self.kept`.
        """
        kept = self.kept if kept is None else kept
        kept = self.records if kept is None else kept
        counts = (self.read, kept, self.records - kept, self.rejected, self.blank)
        return dict(zip(LAW, counts, strict=True))

    def count(self, seen: Seen) -> None:
        """Count a block; DataError if its records are unlike those before."""
        self.records += seen.records
        self.blank += seen.blank
        self.rejected += len(seen.rejects)
        self.empty += seen.empty
        self.words += seen.words
        self.letters += seen.letters
        if seen.shape and self.shape and seen.shape != self.shape:
            msg = (
                f"the records change: {self.shape!r} first and {seen.shape!r} later."
                " Try: a run for each kind of record, or --text FIELD"
            )
            raise DataError(msg)
        self.shape = seen.shape or self.shape
        if self.strict_rows and seen.records:
            rows = bool(seen.said) if self.rows is None else self.rows
            if seen.said != (seen.records if rows else 0):
                msg = f"{seen.file}: some records have a _row and some have none"
                raise DataError(msg)
            self.rows = rows

    def take(self, seen: Seen, why: Callable[[], Iterable[Reject]]) -> None:
        """Count a block and deal with its bad lines; DataError if one is too many.

        Args:
            seen: what there is to say of the block.
            why: gives its bad lines, each with what is wrong with it.
        """
        before = self.rejected
        self.count(seen)
        most = None if self._share is not None else self._number - before
        few = most is None or len(seen.rejects) <= most
        if self._policy == SKIP and few and not self._keep and not seen.cut:
            return  # it does not matter what is wrong with them
        for number, reject in enumerate(why() if seen.rejects else ()):
            if self._policy == STRICT:
                raise DataError(reject.sentence)
            if self._policy == FAIL or reject.reason == "truncated":
                raise DataError(reject.sentence + self._advice(reject))
            if number == most:
                msg = f"more than --max-errors {self._most} bad lines; the last: "
                raise DataError(msg + reject.sentence)
            if self._keep:
                self._keep.write(_entry(reject))

    def _advice(self, reject: Reject) -> str:
        """What to try, where that leaves most of the records."""
        if "Try: " in reject.message:
            return ""
        if reject.reason == "truncated":
            return ". Try: fetch the file again, or cut the line off with sed '$d'"
        if self.records < self.rejected:
            return ""
        return ". Try: --on-error skip, or quarantine=FILE"

    def start(self, blocks: int = 0, counts: Mapping[str, float] | None = None) -> None:
        """Go on after so many blocks, in which so much was counted."""
        counts = counts or {}
        self.records = int(counts.get("kept", 0))
        self.blank = int(counts.get("blank", 0))
        self.rejected = int(counts.get("rejected", 0))
        if self._keep:
            self._keep.start(blocks)

    def points(self, others: Iterable[int]) -> set[int]:
        """Those of the points of another file at which this one is safe too."""
        return set(others).intersection(self._keep.points() if self._keep else others)

    def checkpoint(self, blocks: int) -> None:
        """Make what was set aside safe."""
        if self._keep:
            self._keep.checkpoint(blocks, {})

    def abort(self, *, keep: bool = True) -> None:
        """Leave the old quarantine file."""
        if self._keep:
            self._keep.abort(keep=keep)

    def set_aside(self, lines: bytes) -> None:
        """Add to the quarantine file what shards have set aside."""
        if self._keep:
            self._keep.write(lines)

    def close(self) -> None:
        """Check the bad lines against all that was read; write the quarantine file."""
        if self._share is not None and not self.partial:
            allowed = max(self._number, self._share * self.read)
            if self.rejected > allowed:
                msg = (
                    f"{self.rejected:,} of {self.read:,} lines are bad, more than"
                    f" --max-errors {self._most or '1%'} allows"
                )
                raise DataError(msg)
        elif self._share is None and self.rejected > self._number:  # added up
            msg = f"more than --max-errors {self._most} bad lines"
            raise DataError(msg)
        if self._keep:
            self._keep.commit()


class Ledgers:
    """The ledgers of several streams, which share a quarantine file.

    Args:
        make: a ledger, from where its bad lines go.
        keep: where they all go.
    """

    def __init__(
        self, make: Callable[[Any], Ledger], keep: AtomicFile | None = None
    ) -> None:
        self._make, self._keep = make, keep
        self._shared = _Shared(keep) if keep else None
        self.every: list[Ledger] = []
        if keep:
            keep.start(0)

    def another(self) -> Ledger:
        """The ledger of one more stream."""
        self.every.append(self._make(self._shared))
        return self.every[-1]

    def close(self) -> dict[str, int]:
        """Put the quarantine file in its place; the counts of all streams together."""
        if self._keep:
            self._keep.commit()
        return self.law()

    def law(self) -> dict[str, int]:
        """The counts of all streams so far."""
        return added(one.law() for one in self.every)


class _Shared:
    """A file that one ledger of several writes to, and none puts in its place."""

    def __init__(self, file: AtomicFile) -> None:
        self.write = file.write

    def commit(self) -> None:
        """Others may still write."""


def added(laws: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The counts of several streams together."""
    total = dict.fromkeys(LAW, 0)
    for law in laws:
        for name in total:
            total[name] += law[name]
    return total


def budget(most: str | None) -> tuple[int, float | None]:
    """How many lines may be bad: a number, and a share of what is read."""
    if most is None:
        return FEW, SHARE
    number = most.removesuffix("%")
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    if value < 0 or (number == most and value % 1):
        msg = f"--max-errors must be a number such as 50 or a share such as 1%: {most}"
        raise UsageError(msg)
    return (int(value), None) if number == most else (0, value / 100)


def _entry(reject: Reject) -> bytes:
    """A line of the quarantine file."""
    entry: dict[str, Any] = {
        "file": reject.file,
        "line": reject.line,
        "byte": reject.byte,
        "reason": reject.reason,
        "message": reject.message,
    }
    raw = reject.raw.removesuffix(b"\n")
    try:
        entry["raw"] = raw.decode()
    except UnicodeDecodeError:
        entry["raw_base64"] = base64.b64encode(raw).decode()
    return written(entry) + b"\n"
