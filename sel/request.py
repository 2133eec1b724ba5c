"""What a run is asked for, by the command line or by a Python caller."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sel.errors import OptionError, UsageError, valid
from sel.options.declare import Share, every, options
from sel.options.reading import Jobs, Reading
from sel.options.scores import Portion, Size
from sel.options.writing import Sharding, Trainer, Writing
from sel.records import trainers
from sel.records.forms import FIELDS
from sel.records.ledger import LAW, Ledgers
from sel.records.passes import Reader
from sel.report import closing
from sel.report.silence import Console
from sel.streams.atomic import AtomicFile, write_whole
from sel.streams.endings import form
from sel.streams.folders import files_of
from sel.streams.json import INDENTED, written
from sel.streams.lines import STDIN
from sel.streams.manifest import NAME as MANIFEST
from sel.streams.output import STDOUT, Output, open_output, open_records
from sel.streams.share import is_part

if TYPE_CHECKING:
    from sel.catalog import Method
    from sel.records.ledger import Ledger
    from sel.records.shares import Shard
    from sel.report.log import Log
    from sel.streams.blocks import Block
    from sel.streams.lines import Source, Stream
    from sel.streams.shards import Plan, Shards

Group = TypeVar("Group")
NAMES = ("FILE", "POLICY", "MODEL", "FORMATS")
"""What stands for values that name a file, and need not be UTF-8."""

HOW = (
    *("jobs", "resume", "quiet", "log", "metrics", "dry_run"),
    *("engine", "address"),
)
"""Options on which nothing that comes out depends."""

NAMED = ("sel pick where", "sel pick mix", "sel eval check")
"""What has something else than records as its first operand: a condition, rules."""
RULED = "sel eval check"
"""What needs such an operand also where it puts shards together."""
INSTEAD = ("preset", "percentile", "alpha", "unimax")
"""Options that stand in the place of such an operand."""


@dataclass
class Request:
    """A method, its inputs and its options."""

    method: Method
    sources: list[Source]
    values: dict[str, Any]
    """All options, by name."""
    takes: tuple[type, ...]
    """The groups of options that the run takes."""
    console: Console = field(default_factory=Console)
    sink: Output | None = None
    """Where data goes instead of standard output."""
    started: float = field(default_factory=time.monotonic)
    summary: dict[str, Any] = field(default_factory=dict)
    """What the closing line says."""
    rows: list[dict[str, Any]] = field(default_factory=list)
    """What a measure found."""
    pool: Any = None
    """The stream of the records, where an input reads it before the run does."""
    folder: Shards | None = None
    """The numbered files that are written, once they are begun."""
    share: Shard | None = None
    """The shard that this is, if it is one of several."""
    types: Iterable[object] = ()
    """What stands for the inputs where a table takes their types, if they are parts."""

    def __post_init__(self) -> None:
        for one in every(self.method, self.takes):
            if one.value not in NAMES and not _is_utf8(self.values.get(one.name)):
                raise OptionError(one.name, "UTF-8", self.values[one.name])
        many = any(issubclass(one, Portion | Size) for one in self.takes)
        shares = {"warmup", "k" if many else ""}
        for name, value in self.values.items():
            if isinstance(value, Share) and name not in shares:
                raise OptionError(name, "a whole number", value)
            if isinstance(value, float) and not isfinite(value):
                raise OptionError(name, "a finite number", value)
        self._expand()
        self._groups: dict[type, Any] = {}
        for kind in self.takes:
            one = self._built(kind)
            self._groups |= dict.fromkeys(kind.__mro__[:-1], one)
        self.kinds: dict[str, Any] = {}
        """Inputs by their names, see sel.inputs.shared."""

    @property
    def instead(self) -> bool:
        """Whether something else stands in the place of the first operand."""
        if self.title == RULED:
            return False
        if self.values.get("merge"):  # it may be given as to the shards, or not
            return not self.sources or is_part(self.sources[0])
        given = (self.values.get(one) for one in INSTEAD)
        return any(one is not None and one is not False for one in given)

    def _expand(self) -> None:
        """Put files in the place of folders, and of patterns in URLs."""
        glob = self.values.get("glob")
        named = self.title in NAMED and not self.instead
        first, rest = self.sources[:named], self.sources[named:]
        self.operands: list[Source] = first
        self.asked = list(self.sources)
        found = [[source] for source in rest]
        if not self.values.get("merge"):
            found = [files_of(source, glob, say=self.say) for source in rest]
        self.sources = [*first, *chain.from_iterable(found)]
        self._first = next(iter(self.sources[named:]), STDIN)
        self.values = dict(self.values)
        for one in every(self.method, self.takes):
            value = self.values.get(one.name)
            if one.value != "FILE" or one.writes or not value:
                continue
            alone = isinstance(value, str)
            paths = [value] if alone else value
            found = [
                x for path in paths for x in files_of(path, glob, folders=not alone)
            ]
            if alone and len(found) > 1:
                raise OptionError(one.name, "one file", value)
            self.values[one.name] = found[0] if alone else found

    def _built(self, kind: type) -> Any:
        return kind(**{one.name: self.values[one.name] for one in options(kind)})

    def __getitem__(self, kind: type[Group]) -> Group:
        """The options of a group, or of one that adds to it.

        Raises:
            KeyError: the run does not take it.
        """
        return self._groups[kind]  # type: ignore[no-any-return]

    def __contains__(self, kind: type) -> bool:
        return kind in self._groups

    def get(self, kind: type[Group]) -> Group | None:
        """The options of a group, if the run takes it."""
        return self._groups.get(kind)

    @property
    def title(self) -> str:
        """What messages begin with."""
        return f"sel {self.method.command} {self.method.name}"

    @property
    def own(self) -> dict[str, dict[str, Any]]:
        """Options of the method, by the function that takes them."""
        return self.method.split(self.values)

    @property
    def records(self) -> list[Source]:
        """The inputs without what else is named in front of them."""
        return self.inputs[len(self.operands) :] or [STDIN]

    @property
    def inputs(self) -> list[Source]:
        """What is read; standard input where nothing is named."""
        return self.sources or [STDIN]

    @cached_property
    def reader(self) -> Reader:
        """How streams are read."""
        from sel.engine import local

        reading = self[Reading]
        asked = self.get(Jobs)
        jobs = (asked.jobs or local.cores()) if asked else 1
        return Reader(
            reading.max_line,
            reading.policy,
            reading.max_errors,
            jobs,
            self._watched,
            None if self.share else self.say,
        )

    def _watched(self, stream: Stream, doing: str) -> Iterator[Block]:
        """The blocks of a stream, and how far it was read to whoever asks."""
        return self.following(stream, doing)

    def following(self, stream: Any, doing: str) -> Iterator[Any]:
        """The blocks of a stream, or the steps of a Work of sel.report.progress."""
        blocks = self.console.watched(stream, f"{self.title}: {doing}")
        return self.log.following(blocks, stream, doing) if self.log else blocks

    @cached_property
    def log(self) -> Log | None:
        """What is told how far the run is."""
        asked = self.get(Writing)
        if asked is None or not (asked.log or asked.metrics):
            return None
        from sel.report.log import Log

        return Log(asked.log, asked.metrics, self.title)

    def stream(self, *, again: bool = False) -> Stream:
        """The inputs; `again` if they will be read twice."""
        form = self[Trainer].form if Trainer in self else None
        return self.reader.stream(self.sources, again=again, form=form)

    def ledger(self, key: str | None = None) -> Ledger:
        """The ledger of the inputs; its quarantine can be gone on with by its key.

        It must be started.
        """
        path = self[Reading].quarantine
        ledger = self.reader.ledger(AtomicFile(Path(path), key) if path else None)
        if self.share:
            self.share.ledger, ledger.partial = ledger, True
        return ledger

    def started_ledger(self) -> Ledger:
        """The ledger of the inputs, from their beginning."""
        ledger = self.ledger()
        ledger.start()
        return ledger

    @cached_property
    def ledgers(self) -> Ledgers:
        """The ledgers of several inputs, each of which is read apart."""
        path = self[Reading].quarantine
        return Ledgers(self.reader.ledger, AtomicFile(Path(path)) if path else None)

    def output(self) -> Output:
        """Where the data goes, in the form that is asked for."""
        output: Output | None
        if self.share:
            output = self.share.sealed(open_output(self.path))
        elif plan := self.shards:
            output = self.numbered(plan)
        else:
            to_sink = self.path is None and self.sink
            output = self.sink if to_sink else open_records(self.path, self.like)
        assert output
        trainer = self.get(Trainer)
        if trainer is None or trainer.form is None:
            return output
        if self.values.get("as_") in FIELDS:
            raise OptionError("as_", "no field of a trainer's form", self.values["as_"])
        info = None if self.share else trainer.dataset_info
        path = self.shards.folder if self.shards else self.path
        entry = trainers.Entry(info, path, trainer.form) if info else None
        return trainers.Formed(output, trainer.form, entry)

    @property
    def like(self) -> Iterable[object]:
        """What a table that is written has the types of, where its values fit."""
        return self.types or self.inputs

    def numbered(self, plan: Plan, key: str | None = None) -> Shards:
        """Numbered files in a folder; see Plan."""
        self.folder = plan.open(self.like, key)
        return self.folder

    @property
    def shards(self) -> Plan | None:
        """Where numbered files go, if --shard-size asks for them.

        Raises:
            UsageError: -o does not name a folder.
        """
        asked = self.get(Sharding)
        if asked is None or asked.shard_size is None:
            return None
        from sel.streams.shards import planned

        return planned(self[Writing].output, *asked.limits, self._first)

    @property
    def landed(self) -> str | None:
        """The file that makes the output whole."""
        plan = self.shards
        return plan.folder + MANIFEST if plan else self.path

    def set_output(self, path: str) -> None:
        """Let the data go to a file."""
        self.values["output"] = path
        self._groups[Writing] = self._built(Writing)

    @property
    def path(self) -> str | None:
        """The file that the data goes to, if it is a file."""
        path = self[Writing].output
        return None if path == STDOUT else path

    def part(self, output: Path) -> Request:
        """The same run for one of several outputs."""
        on_error = self[Reading].on_error
        if folder := self[Reading].quarantine:
            on_error = f"quarantine={_beside(folder, output.name)}"
        values = {**self.values, "output": str(output), "on_error": on_error}
        part = replace(self, values=values)
        part.__dict__["log"] = self.log  # one for all
        return part

    def say(self, message: str) -> None:
        """A line for a person."""
        self.console.say(message)

    def write_rows(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """What a measure found: JSON lines, in a .json file an array of several.

        Where a person looks at it, it is a table.
        """
        self.rows = [dict(row) for row in rows]
        whole = self.path is not None and form(self.path) == ".json"
        output = open_output(self.path) if whole else self.output()
        if self.path is None and self.console.table:
            from sel.report import drawing

            drawing(self.method.name)(self.rows)
            return
        if whole and len(rows) != 1:
            output.write(written(self.rows) + b"\n")
        else:
            for row in rows:
                output.write(written(row) + b"\n")
        output.commit()

    def close(
        self,
        law: Mapping[str, int],
        *,
        without: Mapping[str, int] | None = None,
        fields: Mapping[str, Any] | None = None,
        **facts: Any,
    ) -> None:
        """Say what was done, and write it as JSON where --summary wants it.

        Args:
            law: the counts of LAW.
            without: how many records lacked what the run needs of them, by the
                names of sel.report.closing.
            fields: what there is to say of new fields, whatever the user calls them.
            facts: what else there is to say, by name; None says nothing.
        """
        counts = {name: int(law[name]) for name in LAW}
        seconds = round(time.monotonic() - self.started, 3)
        lacking = {name: number for name, number in (without or {}).items() if number}
        pairs = [*(fields or {}).items(), *facts.items()]
        known = [(name, fact) for name, fact in pairs if fact is not None]
        always = {"command": self.title, **counts, "seconds": seconds}
        always |= {"without": lacking} if lacking else {}
        self.summary = always | dict(known) | always
        self.say(closing.line(counts, seconds, lacking, known))
        if self.log:
            self.log.end(counts, seconds)
        if path := self[Writing].summary:
            write_whole(path, written(self.summary, INDENTED) + b"\n")


def refuse_twice(request: Request, *beside: str | None) -> None:
    """Refuse to read two things from standard input."""
    paths = [path for path in beside if path]
    if [*paths, *request.inputs].count(STDIN) > 1:
        msg = "standard input (-) can be read only once"
        raise UsageError(msg)


def _is_utf8(value: Any) -> bool:
    words = value if isinstance(value, list | tuple) else [value]
    return all(valid(word) == word for word in words if isinstance(word, str))


def _beside(quarantine: str, shard: str) -> Path:
    """The quarantine of one of several outputs, all in one folder."""
    folder = Path(quarantine)
    if not quarantine.endswith("/"):
        msg = "with -o DIR/ each shard has a quarantine. Try: quarantine=BAD/"
        raise UsageError(msg)
    return folder / shard.removesuffix(".gz").removesuffix(".zst")


Run = Callable[[Request], int]
"""A run gives the exit status."""
