"""What a log of a training says of each record."""

from __future__ import annotations

from functools import cached_property
from math import exp
from typing import TYPE_CHECKING, Any

from sel.errors import DataError
from sel.inputs import Wants, Whole
from sel.options.fitting import Logged

if TYPE_CHECKING:
    from sel.records.faults import Record as Line
    from sel.records.ledger import Ledger
    from sel.records.projection import Part
    from sel.score._dynamics import Record, Step, Training

KINDS = ("logits", "probability", "loss")
CORRECT = "correct"
SAME = 1e-6
"""How far above 1 rounding may leave a probability."""


class Kind(Whole):
    """Statistics over the epochs of --training-log."""

    options = (Logged,)
    row = strict = True

    @property
    def wanted(self) -> Wants:
        """See Input."""
        from sel.records import fields

        on = self.request[Logged].on
        return {"logged": fields.json(on)} if on else {}

    @property
    def files(self) -> list[str]:
        """See Input."""
        return [self.request[Logged].training_log]

    @cached_property
    def log(self) -> Log:
        """Read once."""
        from sel.request import refuse_twice

        refuse_twice(self.request, *self.files)
        return Log(self.request)

    def whole(self) -> Record:
        """Those of no record, which say what is known."""
        import numpy as np

        return self.log.training.take(np.empty(0, np.int64))

    def give(self, part: Part) -> Record:
        """Those of the records of a block.

        Raises:
            DataError: the log has none of such a record.
        """
        import numpy as np

        rows = part["logged"] if "logged" in part.columns else part.rows
        numbers = [self.log.number(row) for row in rows]
        if None in numbers:
            i = numbers.index(None)
            where = f"{part.block.file}:{part.line_number(i)}"
            msg = f"{where}: {self.log.name} has no record {rows[i]}"
            raise DataError(f"{msg}. Try: the log of these records, or --on FIELD")
        return self.log.training.take(np.array(numbers, np.int64))

    def check(self, ledger: Ledger) -> None:
        """See Input; by _row the records may be some of those of the log."""
        records, logged = ledger.records + ledger.rejected, len(self.log.training)
        by_name = self.request[Logged].on or ledger.rows
        if records and not by_name and records != logged:
            msg = f"{self.log.name} has {logged:,} records in an epoch, and there are"
            raise DataError(f"{msg} {records:,} records. Try: the log of these records")

    def facts(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """See Input."""
        del rows
        return {"epochs": self.log.training.epochs, "logged": len(self.log.training)}


class Log:
    """A log that is read, an epoch after the other; sums alone are held.

    Raises:
        DataError: an epoch lacks a record, has it twice, or comes after a later one.
    """

    training: Training

    def __init__(self, request: Any) -> None:
        from sel.records.ledger import STRICT, Ledger
        from sel.records.projection import Projection

        self._asked, self._reader = request[Logged], request.reader
        self.name = self._asked.training_log
        self._on, self._at = self._asked.on, self._asked.el2n_epoch
        self._names: dict[Any, int] = {}
        self._kind, self._epoch, self._start = "", None, 0
        self._epochs: set[int] = set()
        ledger = Ledger(STRICT)
        ledger.strict_rows = not self._on
        want = Projection({"step": self._step(), **self._key()}, row=True)
        for part in self._reader.parts(self._reader.stream([self.name]), want, ledger):
            self._take(part)
        if self._epoch is None:
            raise DataError(f"{self.name} has no records")
        self._end()
        if self._at is not None and self._at not in self._epochs:
            msg = f"{self.name} has no epoch {self._at}, which --el2n-epoch names"
            raise DataError(msg)

    def number(self, row: Any) -> int | None:
        """The number of a record; None if the log has none of it."""
        return self._names.get(row)

    def _key(self) -> Wants:
        from sel.records import fields

        return {"key": fields.json(self._on)} if self._on else {}

    def _step(self) -> Any:
        """What is asked of each record of the log."""
        from sel.records.fields import Wanted

        return Wanted(self._said)

    def _said(self, record: Line) -> tuple[str, int, list[float], int, bool | None]:
        """The kind of a record, its epoch, its numbers, its label, if it was correct.

        Raises:
            BadRecord: it says none of that.
        """
        from sel.records import fields
        from sel.records.faults import BadRecord

        asked = self._asked
        epoch = fields.field(asked.epoch)(record)
        if type(epoch) is not int or abs(epoch) > fields.ROWS:
            msg = f"field {asked.epoch!r} is not a whole number"
            raise BadRecord("field-type", msg)
        kinds = [
            k for k in KINDS if fields.field(getattr(asked, k)).get(record) is not None
        ]
        if len(kinds) != 1:
            names = " and ".join(repr(getattr(asked, k)) for k in kinds)
            options = ", ".join(repr(getattr(asked, k)) for k in KINDS)
            msg = f"has {names}" if kinds else f"has none of {options}"
            raise BadRecord("field-type", f"{msg}, and should have one of them")
        (kind,) = kinds
        path = getattr(asked, kind)
        found = fields.field(path)(record)
        if kind == "logits":
            return kind, epoch, *self._classes(found, record), None
        number = fields.floated(found, path)
        correct = fields.field(asked.correct).get(record)
        if correct is not None and type(correct) is not bool:
            msg = f"field {asked.correct!r} is not true or false"
            raise BadRecord("field-type", msg)
        high = float("inf") if kind == "loss" else 1 + SAME
        if number is None or not 0 <= number <= high:
            rule = "at least 0" if kind == "loss" else "from 0 to 1"
            raise BadRecord("number-range", f"field {path!r} is {number}, not {rule}")
        gold = exp(-number) if kind == "loss" else min(number, 1.0)
        return kind, epoch, [gold], 0, correct

    def _classes(self, found: Any, record: Line) -> tuple[list[float], int]:
        """Logits and the number of the gold one."""
        from sel.records import fields
        from sel.records.faults import BadRecord

        path, asked = self._asked.logits, self._asked.label
        label = fields.field(asked)(record)
        if type(found) is not list or len(found) < 2:
            msg = f"field {path!r} is not a list of two logits or more"
            raise BadRecord("field-type", msg)
        logits = [fields.floated(one, path) for one in found]
        if any(one is None or abs(one) > fields.MODERATE for one in logits):
            msg = f"field {path!r} has a logit that is null or too large"
            raise BadRecord("number-range", msg)
        if type(label) is not int or not 0 <= label < len(logits):
            msg = f"field {asked!r} is not one of the {len(logits)} places of a logit"
            raise BadRecord("field-type", msg)
        return logits, label  # type: ignore[return-value]

    def _take(self, part: Part) -> None:
        """Add the records of a block, an epoch after the other."""
        steps, keys = part["step"], part["key"] if self._on else part.rows
        begin = 0
        for i, step in enumerate(steps):
            if step[1] == self._epoch and step[0] == self._kind:
                continue
            where = f"{part.block.file}:{part.line_number(i)}"
            self._add(part, keys, range(begin, i))
            begin = i
            self._begin(step, where, part.places[i])
        self._add(part, keys, range(begin, len(steps)))

    def _begin(self, step: Any, where: str, place: int) -> None:
        """An epoch begins."""
        from sel.score._dynamics import Training

        kind, epoch = step[:2]
        if self._epoch is None:
            self._kind = kind
            known = {"correct", "error", "margin"} if kind == "logits" else set()
            known |= {"correct"} if step[4] is not None else set()
            self.training = Training(frozenset(known))
        else:
            if kind != self._kind:
                msg = f"{where} has {kind}, where those before have {self._kind}"
                raise DataError(msg)
            if epoch < self._epoch:
                msg = f"{where} is of epoch {epoch}, behind one of epoch {self._epoch}"
                raise DataError(f"{msg}. Try: the log in the order of its epochs")
            self._end()
        self._epoch, self._start = epoch, place
        self._epochs.add(epoch)

    def _add(self, part: Part, keys: Any, some: range) -> None:
        """Add records of one epoch."""
        import numpy as np

        if not some:
            return
        if not self._on and not part.said:  # known by their places in the epoch
            keys = {i: part.places[i] - self._start for i in some}
        names, first = self._names, not self.training.epochs
        numbers = np.empty(len(some), np.int64)
        met: set[Any] = set()
        for place, i in enumerate(some):
            key = keys[i]
            number = names.setdefault(key, len(names)) if first else names.get(key)
            if number is None or key in met:
                what = "twice" if key in met else "which the first epoch has not"
                self._refuse(part, i, f"record {key} {what}")
            else:
                numbers[place] = number
            met.add(key)
        again = np.flatnonzero(self.training.again(numbers))
        if len(again):
            i = some[int(again[0])]
            self._refuse(part, i, f"record {keys[i]} twice")
        steps = [part["step"][i] for i in some]
        if any((step[4] is None) is not (steps[0][4] is None) for step in steps) or (
            (steps[0][4] is not None) is not ("correct" in self.training.kinds)
            and self._kind != "logits"
        ):
            self._refuse(part, some[0], f"records with and without {CORRECT!r}")
        at = self._at is None or self._at == self._epoch
        self.training.add(numbers, self._stepped(steps), error=at)

    def _refuse(self, part: Part, i: int, what: str) -> None:
        where = f"{part.block.file}:{part.line_number(i)}"
        raise DataError(f"{where}: epoch {self._epoch} has {what}")

    def _stepped(self, steps: list[Any]) -> Step:
        """What some records of an epoch say together."""
        import numpy as np

        from sel.score._dynamics import Step, of_logits

        if self._kind != "logits":
            gold = np.array([step[2][0] for step in steps])
            known = steps[0][4] is not None
            return Step(gold, np.array([s[4] for s in steps]) if known else None)
        classes = max(len(step[2]) for step in steps)
        logits = np.full((len(steps), classes), -np.inf)
        for row, step in zip(logits, steps, strict=True):
            row[: len(step[2])] = step[2]
        return of_logits(logits, np.array([step[3] for step in steps]))

    def _end(self) -> None:
        """An epoch is over, and has told of every record."""
        lacking = self.training.lacking()
        if len(lacking):
            names = list(self._names)
            have = f"{len(names) - len(lacking):,} of {len(names):,} records"
            msg = f"{self.name}: epoch {self._epoch} has {have} of the first"
            raise DataError(f"{msg}, and lacks record {names[lacking[0]]}")
        self.training.end()
