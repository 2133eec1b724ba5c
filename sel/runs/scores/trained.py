"""A method that is trained on examples with labels, or loads what it learnt before."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, get_type_hints

from sel.errors import DataError, UsageError
from sel.inputs import shared
from sel.options.fitting import Training
from sel.options.writing import Fields
from sel.records import fields
from sel.records.faults import BadRecord
from sel.records.passes import none_there
from sel.records.projection import Projection
from sel.request import refuse_twice
from sel.runs.given import given_to
from sel.runs.scores.scorers import Scorer
from sel.streams import state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.records.projection import Part
    from sel.request import Request
    from sel.streams.lines import Stream

NO, YES = 0.0, 1.0
"""The grades of --neg and --pos."""
FASTTEXT = b"\xba\x16\x4f\x2f"
"""What files of fastText begin with."""
MOST = 1e15
"""A grade is smaller."""


def scorer(request: Request) -> Scorer:
    """The method with its options, and what it learnt."""
    asked, module = request[Training], request.method.load()
    paths = [*(asked.neg or ()), *(asked.pos or ()), *(asked.train or ())]
    paths += filter(None, [asked.load])
    refuse_twice(request, *paths)
    among = not (asked.pos or asked.train or asked.load)
    stream = request.stream(again=among)
    if asked.load:
        learnt = _loaded(request, module)
    else:
        learnt = _learnt(request, module, stream if among else None)
    own = request.own["score"]
    name = request[Fields].as_ or request.method.name
    columns = module.score([], learnt, **own)
    names = [f"{name}_{column}" if column else name for column in columns]

    def scores(*values: Any) -> list[Any]:
        return list(module.score(*values, learnt, **own).values())

    given = given_to(request, module.score)
    facts = getattr(learnt, "facts", {})
    return Scorer(request, stream, scores, names, given, facts, more=paths)


def _learnt(request: Request, module: Any, among: Stream | None) -> Any:
    """What the examples teach: of files, or those that are among the records."""
    asked, own, reader = request[Training], request.own, request.reader
    parts: dict[Any, list[Any]] = {}
    sources: list[tuple[Stream, float | None]]
    sources = [(reader.stream([path]), NO) for path in asked.neg or ()]
    sources += [(reader.stream([path]), YES) for path in asked.pos or ()]
    sources += [(reader.stream([path]), None) for path in asked.train or ()]
    sources += [(among, None)] if among else []
    for stream, grade in sources:
        for label, batch in _read(request, module, stream, grade):
            parts.setdefault(label, []).append(batch)
    if not parts:
        msg = f"no record has the field {asked.labels!r}. Try: another --labels"
        raise DataError(msg)
    if len(set(map(type, parts))) > 1:
        few = ", ".join(map(repr, sorted(parts, key=str)[:8]))
        msg = f"some labels are numbers and some are names: {few}"
        raise DataError(f"{msg}. Try: --labels with another field")
    examples = module.Examples(parts, balanced=bool(asked.pos))
    learnt = module.fit(examples, shared(request, "rng").whole(), **own["fit"])
    if asked.save:
        facts = {"options": own["collect"] | own["fit"], **learnt.facts}
        state.save(asked.save, learnt, request.title, facts)
    return learnt


def _read(
    request: Request, module: Any, stream: Stream, grade: float | None
) -> Iterator[tuple[Any, Any]]:
    """What is collected of the examples of each label in a block, block by block.

    Args:
        request: has the options.
        module: collects.
        stream: the examples.
        grade: that of all; None where each says its label.
    """
    texts, own = shared(request, "texts"), request.own["collect"]
    wanted = dict(texts.wanted)
    if grade is None:
        asked = request[Training]
        label = asked.labels or "label"
        found = fields.value(label) if asked.train else fields.optional(label)
        wanted["label"] = found.then(partial(_label, label, some=not asked.train))

    def work(part: Part) -> list[tuple[Any, Any]]:
        given = texts.give(part)
        if grade is not None:
            return [(grade, module.collect(given, **own))]
        groups: dict[Any, list[str]] = {}
        for text, said in zip(given, part["label"], strict=True):
            if said is not None:
                groups.setdefault(said, []).append(text)
        return [(said, module.collect(some, **own)) for said, some in groups.items()]

    ledger = request.reader.ledger()
    read = request.reader.mapped(stream, Projection(wanted), ledger, work, "learning")
    for block in read:
        yield from block.result
    if not ledger.records:
        raise none_there(stream)


def _label(field: str, said: Any, *, some: bool) -> float | str | None:
    """A label: a number, or a name that is one line; with `some` it may lack."""
    if said is None and some:
        return None
    if type(said) is str and said and "\n" not in said:
        return said
    if type(said) in (int, float, bool) and abs(said) < MOST:
        return float(said)
    msg = f"{field!r} is not a label. Try: a number, a name, true or false"
    raise BadRecord("field-type", msg)


def _loaded(request: Request, module: Any) -> Any:
    """What was learnt before, here or by fastText."""
    path, prepare = str(request[Training].load), request.own["collect"]["prepare"]
    with open(path, "rb") as file:
        theirs = file.read(len(FASTTEXT)) == FASTTEXT
    if theirs:
        from sel.models import fasttext

        return FastText(fasttext.load(path), prepare or "fineweb")
    learnt, _ = state.load(path, get_type_hints(module.fit)["return"], request.title)
    if prepare not in (None, learnt.prepare):
        msg = f"{path} was trained with --prepare {learnt.prepare}, not {prepare}"
        raise UsageError(msg)
    return learnt


class FastText:
    """A model of fastText as a classifier; see sel.types.

    Args:
        model: says how likely each label is.
        prepare: how texts are prepared.
    """

    def __init__(self, model: Any, prepare: str) -> None:
        self.prepare = prepare
        self.classes: list[str] = model.labels
        self.chances = model.predict
