"""`sel score rater`: what is learnt from judgments of some records of the pool."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from math import isnan
from typing import TYPE_CHECKING, Any, get_type_hints

import numpy as np

from sel.errors import DataError
from sel.inputs.content import Kind as Content
from sel.maths.random.noise import SeededNoise
from sel.maths.statistics.moments import Moments
from sel.options.chance import Seed
from sel.options.fitting import Judging
from sel.options.writing import Fields
from sel.records import fields
from sel.records.faults import BadRecord
from sel.records.projection import Projection
from sel.request import refuse_twice
from sel.runs.scores.scorers import Scorer
from sel.score import _ratings
from sel.score._ratings import Votes
from sel.streams import state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.records.faults import Record
    from sel.records.projection import Part
    from sel.request import Request
    from sel.streams.lines import Stream

NUMBERS = ("votes_a", "votes_b", "p")


@dataclass(frozen=True)
class _Judgment:
    """A row of --judgments."""

    criterion: str
    sides: tuple[str, str]
    votes: tuple[float, float]
    """For each side; or NaN, and how likely the second is better."""


def scorer(request: Request) -> Scorer:
    """The method, fitted or loaded."""
    asked, module = request[Judging], request.method.load()
    content, own = Content(request), request.own["score"]
    _ratings.asked(**own)  # a wrong option is told before a record is read
    refuse_twice(request, *content.files, *filter(None, [asked.judgments]))
    stream = request.stream(again=not asked.load)
    if asked.load:
        kind = get_type_hints(module.fit)["return"]
        learnt, _ = state.load(asked.load, kind, request.title)
    else:
        learnt = _learnt(request, module, content, stream)
    if asked.save:
        facts = {"options": request.own["fit"]}
        state.save(asked.save, learnt, request.title, facts)
    name = request[Fields].as_ or request.method.name

    def scores(values: Any) -> list[Any]:
        return list(module.score(values, learnt, **own).values())

    names = [f"{name}_{one}" if one else name for one in learnt.names]
    more = [path for path in (asked.judgments, asked.load) if path]
    facts = {} if asked.load else _told(learnt, graded=asked.labels is not None)
    return Scorer(
        request, stream, scores, names, [content], facts, content.source, more
    )


def _told(learnt: Any, *, graded: bool) -> dict[str, Any]:
    """What the closing line says of what was learnt."""
    what = "held_out_rank_correlation" if graded else "held_out_accuracy"
    counts = "records" if graded else "pairs"
    several = learnt.names != [""]

    def each(values: Any) -> Any:
        pairs = zip(learnt.names, values.tolist(), strict=True)
        known = {name: value for name, value in pairs if not isnan(value)}
        return (known if several else known.get("")) or None

    return {
        f"learnt_from_{counts}": each(learnt.learnt_from),
        what: each(learnt.held_out),
    }


def _learnt(request: Request, module: Any, content: Content, stream: Stream) -> Any:
    """A rater, whose ratings are normalised where there are no units to keep."""
    asked, own = request[Judging], request.own["fit"]
    rng = SeededNoise(request[Seed].seed)
    if asked.labels:
        known, numbers = _labelled(request, content, stream, asked.labels)
        return module.fit(known, [], numbers, rng, **own)
    judgments = list(_judgments(request, str(asked.judgments)))
    wanted = {side for one in judgments for side in one.sides}
    places, known = _found(request, content, stream, wanted)
    votes = _votes(judgments, places)
    if not votes:
        msg = f"{asked.judgments} judges no record of these. Try: another --on"
        raise DataError(msg)
    learnt = module.fit(known, votes, None, rng, **own)
    found = _moments(request, module, learnt, content, stream)
    return replace(learnt, shift=found.mean, scale=found.deviation)


def _judgments(request: Request, path: str) -> Iterator[_Judgment]:
    """The rows of --judgments, none of which may be bad."""
    sides = fields.json("a"), fields.json("b")

    def judgment(record: Record) -> _Judgment:
        numbers = [
            None if record.get(one) is None else fields.floated(record[one], one)
            for one in NUMBERS
        ]
        first, second, chance = numbers
        pair = (sides[0].find(record), sides[1].find(record))
        criterion = " ".join(fields.named(record.get("criterion", "")).split())
        if chance is not None and 0 <= chance <= 1:
            return _Judgment(criterion, pair, (np.nan, chance))
        there = chance is None and first is not None and second is not None
        if there and min(first or 0, second or 0) >= 0:
            return _Judgment(criterion, pair, (first or 0, second or 0))
        msg = "there are neither votes_a and votes_b, from 0 on, nor p, from 0 to 1"
        raise BadRecord("field-type", msg)

    want = Projection({"judgment": fields.Wanted(judgment)})
    for part in request.reader.strictly(path, want):
        yield from part["judgment"]


def _found(
    request: Request, content: Content, stream: Stream, wanted: set[str]
) -> tuple[dict[str, int], Any]:
    """The records that are judged: the place of each by its name, and their content."""
    on, held = request[Judging].on, []
    places: dict[str, int] = {}
    more = {"name": fields.json(on)} if on else {}
    for part in _parts(request, content, stream, more):
        names = part["name"] if on else list(map(str, part.rows))
        new = []
        for i, name in enumerate(names):
            if name in wanted and name not in places:
                places[name] = len(places)
                new.append(i)
        if new:
            held.append(_some(content.give(part), new))
    return places, _joined(held)


def _labelled(
    request: Request, content: Content, stream: Stream, label: str
) -> tuple[Any, Any]:
    """The records that have a grade: their content, and the grades."""
    wanted = fields.optional(label).then(
        lambda found: None if found is None else fields.floated(found, label)
    )
    held, numbers = [], []
    for part in _parts(request, content, stream, {"grade": wanted}):
        some = [i for i, grade in enumerate(part["grade"]) if grade is not None]
        if some:
            numbers += [part["grade"][i] for i in some]
            held.append(_some(content.give(part), some))
    if not numbers:
        msg = f"no record has a number in {label!r}. Try: another --labels"
        raise DataError(msg)
    return _joined(held), np.array(numbers, np.float64)


def _parts(
    request: Request, content: Content, stream: Stream, more: dict[str, Any]
) -> Iterator[Part]:
    """The records of a first pass; bad lines are dealt with in the last one."""
    ledger = request.reader.ledger()
    ledger.strict_rows = content.source is not None
    want = Projection({**content.wanted, **more}, row=True)
    return request.reader.parts(stream, want, ledger, "learning")


def _some(values: Any, places: list[int]) -> Any:
    if isinstance(values, np.ndarray):
        return values[places]
    return [values[i] for i in places]


def _joined(held: list[Any]) -> Any:
    if held and isinstance(held[0], np.ndarray):
        return np.concatenate(held)
    return [one for some in held for one in some]


def _votes(judgments: list[_Judgment], places: dict[str, int]) -> list[Votes]:
    """The judgments of each criterion, of records that were found."""
    by: dict[str, list[_Judgment]] = defaultdict(list)
    for one in judgments:
        if places.keys() >= set(one.sides):
            by[one.criterion].append(one)
    votes = []
    for criterion, some in by.items():
        pairs = np.array([[places[side] for side in one.sides] for one in some])
        counts = np.array([one.votes for one in some], np.float64)
        votes.append(Votes(criterion, pairs[:, 0], pairs[:, 1], counts))
    return votes


def _moments(
    request: Request, module: Any, learnt: Any, content: Content, stream: Stream
) -> Moments:
    """Mean and deviation of each rating over the records, weighted alike."""
    want, ledger = Projection(content.wanted, row=True), request.reader.ledger()
    own = request.own["score"] | {"clip": None}

    def summed(part: Part) -> Moments:
        columns = module.score(content.give(part), learnt, **own).values()
        return Moments.of(np.stack(list(columns), axis=1))

    whole = Moments.of(np.empty((0, len(learnt.weights))))
    for read in request.reader.mapped(stream, want, ledger, summed, "normalising"):
        whole += read.result
    return whole
