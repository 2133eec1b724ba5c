"""`sel pick METHOD`: passes on some of the records, unchanged."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from sel.cli import options
from sel.cli.common import blocks
from sel.cli.pick import ranking
from sel.cli.pick.joint import Joint
from sel.errors import DataError, OptionError, UsageError
from sel.streams import fields
from sel.streams.output import Output, finished, open_output
from sel.streams.records import BadRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sel.catalog import Method
    from sel.cli.call import Call
    from sel.streams.records import Finder, Parsed


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    ranks = "rank" in method.functions
    fused = "columns" in method.inputs
    wanted = [
        ("pick.committee", "voters", fused),
        ("pick.command", "by", bool({"scores", "lists"} & set(method.inputs))),
        ("pick.ranking", "amount", ranks),
        ("pick.ranking", "quota", ranks),
        ("pick.turns", "size", "lists" in method.inputs),
        ("pick.command", "order", ranks or "lists" in method.inputs),
        ("pick.committee", "telling", fused),
        ("pick.ranking", "reporting", ranks),
        ("options", "chance", "rng" in method.inputs),
        ("pick.command", "recorded", method.name == "sample"),
        ("pick.naming", "naming", "wanted" in method.inputs),
        ("pick.naming", "classing", "ranked" in method.inputs),
        ("pick.command", "joining", "wanted" not in method.inputs),
        ("pick.command", "ending", True),
        ("options", "reading", True),
        ("options", "writing", True),
    ]
    return [(module, group) for module, group, there in wanted if there]


def operands(method: Method) -> tuple[str, str]:
    """How the help calls the inputs."""
    files, words = options.RECORDS
    if "condition" in method.inputs:
        return f"CONDITION {files}", f"a condition over fields, then {words}"
    return files, words


def by(*, by: str, lowest: bool = False) -> By:
    """Scores.

    Args:
        by: field that holds the score, such as dsir; a,b: fields that choose in turn.
        lowest: rank the other way: the lowest score is the best.
    """
    names = [name for name in by.split(",") if name] or [by]
    return By(names, [fields.number(name) for name in names], lowest)


@dataclass(frozen=True)
class By:
    """Where scores are found."""

    names: list[str]
    finds: list[Finder]
    lowest: bool


def order(*, order: Literal["input", "score"] = "input") -> bool:
    """Order.

    Args:
        order: input keeps the order of the input, score puts the best first.
    """
    return order == "score"


def recorded(*, noise: str | None = None) -> str | None:
    """Noise.

    Args:
        noise: take the Gumbel numbers from FILE.npy, for records with a score, in turn;
            with several fields, one row for each.
    """
    return noise


def joining(*, join: str | None = None) -> str | None:
    """Other streams.

    Args:
        join: thin stream of the same dump; its fields join those of the same _row.
    """
    return join


def ending(*, limit: int | None = None, fail_if_empty: bool = False) -> Ending:
    """End.

    Args:
        limit: write no more than N records, and read no further than that needs.
        fail_if_empty: exit with status 1 if nothing was kept.
    """
    if limit is not None and limit < 0:
        raise OptionError("--limit", "at least 0", limit)
    return Ending(limit, fail_if_empty)


@dataclass(frozen=True)
class Ending:
    """When to stop, and how."""

    limit: int | None
    fail_if_empty: bool


def run(call: Call) -> int:
    """Pick records of the inputs."""
    run_ = _Run(call)
    with finished(run_.output):
        facts = run_.chosen()
        run_.rejects.close(run_.counts["read"])
    counts = run_.counts
    gone = counts["kept"] + counts["rejected"] + counts["blank"]
    counts["dropped"] = counts["read"] - gone
    call.close(counts, **facts)
    return int(call.groups["ending"].fail_if_empty and not counts["kept"])


class _Run:
    """One pass of records through a choice."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.module = call.method.load()
        self.own = next((call.own[f] for f in ("rank", "pick") if f in call.own), {})
        self.counts = dict.fromkeys(("read", "kept", "rejected", "blank"), 0)
        self.limit: int | None = call.groups["ending"].limit
        self.condition = ""
        if "condition" in call.method.inputs:
            if not call.files:
                msg = "give a condition. Try: sel pick where 'len(text) > 200' FILE"
                raise UsageError(msg)
            self.condition = call.files.pop(0)
            self.module.pick([], self.condition)
        self.rejects = call.reading.rejects()
        self.output: Output = open_output(call.writing.output)

    def chosen(self) -> dict[str, Any]:
        """Write what the method picks; what there is to say about it."""
        if "size" in self.call.groups:
            return self.turned()
        return self.ranked() if "amount" in self.call.groups else self.judged()

    def ranked(self) -> dict[str, Any]:
        """Keep the best; what there is to say about it."""
        report = ranking.report_path(self.call)
        several = "voters" in self.call.groups
        fusing: Any = several and import_module("sel.cli.pick.fusing")
        fused = fusing and fusing.Fused(self.call)
        ranked = self._ranking(fused)
        again = bool(fused) or ranked.counts_first
        stream = self.call.reading.stream(self.call.files, again=again)
        if fused:
            fused.read(stream)
        if ranked.counts_first:
            ranked.count(stream)
        for parsed in ranking.read(self.call, stream, self.rejects, self.counts):
            if fused:
                fused.prepare(parsed)
            ranked.take(parsed)
        lines = ranked.chosen(by_score=self.call.groups["order"])
        for line in self._limited(lines):
            self.output.write(line)
        if fused:
            fused.close(ranked)
        elif report and isinstance(ranked, ranking.Ranking):
            ranked.report(report)
        if isinstance(ranked, Joint):
            groups: Any = ranked.kept
        else:
            groups = len(ranked.best) if ranked.quota.per else None
        return {
            "wanted": self._short(ranked.amount.k),
            "groups": groups,
            "null": self._nulls or None,
        }

    def turned(self) -> dict[str, Any]:
        """Let queries take turns; what there is to say about it."""
        from sel.cli.pick.turns import Turns, refuse_single

        by: By = self.call.groups["by"]
        finds = [fields.value(name) for name in by.names]
        turns = Turns(self.call, finds, lowest=by.lowest)
        stream = self.call.reading.stream(self.call.files)
        for parsed in ranking.read(self.call, stream, self.rejects, self.counts):
            if parsed.records:
                turns.take(parsed)
                refuse_single(by.names, turns.queries)
        for line in self._limited(turns.chosen(by_score=self.call.groups["order"])):
            self.output.write(line)
        return {
            "wanted": self._short(self.call.groups["size"]),
            "queries": turns.queries,
            "null": turns.nulls or None,
        }

    def _short(self, wanted: int | None) -> str | None:
        """What to say where fewer are kept than were asked for."""
        if wanted is None or self.counts["kept"] >= wanted:
            return None
        return f"{wanted:,}, and all that can be are kept"

    _nulls = 0

    def _limited(self, lines: Iterator[bytes]) -> Iterator[bytes]:
        for line in lines:
            if self.limit is not None and self.counts["kept"] >= self.limit:
                return
            self.counts["kept"] += 1
            yield line

    def _ranking(self, fused: Any) -> ranking.Ranking | Joint:
        if fused:
            return ranking.Ranking(self.call, fused.rank)
        by: By | None = self.call.groups.get("by")
        if not by or len(by.names) == 1:
            return ranking.Ranking(self.call, self._ranks(by.finds[0] if by else None))
        ranks = [self._ranks(find, i) for i, find in enumerate(by.finds)]

        def rank(parsed: Parsed) -> list[Any]:
            while True:
                before = len(parsed.records)
                found = [rank(parsed)[1] for rank in ranks]
                if len(parsed.records) == before:
                    return found

        return Joint(self.call, by.names, rank)

    def _ranks(
        self, find: Finder | None, number: int = 0
    ) -> Callable[[Parsed], tuple[Any, Any]]:
        """What gives a block's scores, and what its records are ranked by.

        Args:
            find: finds the score.
            number: which of several fields it is; each has noise of its own.
        """
        inputs = self.call.method.inputs
        if inputs == ("scores",):
            assert find
            return lambda parsed: self._keyed(self._scores(parsed, find))
        import numpy as np

        rng = self._noise(number)
        key = self.call.groups["chance"].key

        def rank(parsed: Parsed) -> tuple[Any, Any]:
            if find is None:
                known = blocks.keys(parsed, key)
                return [None] * len(known), self.module.rank(known, rng)
            while True:
                scores = self._scores(parsed, find)
                known = blocks.keys(parsed, key)
                if len(scores) == len(known):  # none was set aside
                    break
            numbers = np.array(scores, np.float64)  # None becomes NaN
            keys = self.module.rank(numbers, known, rng, **self.own)
            self._nulls += int(np.isnan(numbers).sum())
            return scores, keys

        return rank

    def _scores(self, parsed: Parsed, find: Finder) -> list[float | None]:
        scores: list[float | None] = parsed.column(find)
        if self.call.groups["by"].lowest:
            scores = [None if score is None else -score for score in scores]
        return scores

    def _keyed(self, scores: list[float | None]) -> tuple[Any, Any]:
        """Scores as their own keys, of which those without a number are the lowest."""
        try:
            sum(scores)  # type: ignore[arg-type]  # the fastest way to see None
        except TypeError:
            self._nulls += scores.count(None)
            return scores, ranking.finite(scores)
        return scores, scores

    def _noise(self, number: int) -> Any:
        from sel.maths.random.noise import RecordedNoise, SeededNoise

        path = self.call.groups.get("recorded")
        if not path:
            return SeededNoise(self.call.groups["chance"].seed, number)
        import numpy as np

        numbers = np.atleast_2d(np.load(path, allow_pickle=False))
        by: By = self.call.groups["by"]
        if numbers.dtype.kind != "f" or len(numbers) != len(by.names):
            msg = f"{path}: noise must be floats, one row for each field of --by"
            raise DataError(msg)
        return RecordedNoise(numbers[number].astype(np.float64))

    def judged(self) -> dict[str, Any]:
        """Pass on the records for which a method says yes, one after the other."""
        from sel.cli.pick import naming

        judge = naming.judge(self.call, self.module.pick, self.own) or self._holds
        stream = self.call.reading.stream(self.call.files)
        for parsed in ranking.read(self.call, stream, self.rejects, self.counts):
            kept = judge(parsed)
            lines = (
                line if line.endswith(b"\n") else line + b"\n"
                for line, keep in zip(parsed.lines, kept, strict=True)
                if keep
            )
            self.output.write(b"".join(self._limited(lines)))
            if self.limit is not None and self.counts["kept"] >= self.limit:
                # What stands behind the last record was read, and is dropped.
                self.counts["read"] += parsed.blank + len(parsed.rejects)
                self.counts["read"] += len(parsed.lines)
                self.counts["blank"] += parsed.blank
                self.counts["rejected"] += len(parsed.rejects)
                break
        return {}

    def _holds(self, parsed: Parsed) -> list[bool]:
        found = self.module.pick(parsed.records, self.condition)
        bad = [
            (i, BadRecord(why.reason, str(why)))
            for i, why in enumerate(found)
            if not isinstance(why, bool)
        ]
        if bad:
            parsed.reject(bad)
        return [keep for keep in found if isinstance(keep, bool)]
