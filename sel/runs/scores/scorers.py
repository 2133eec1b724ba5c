"""What scores a block: a method with its options, fitted or beside a matrix."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, get_type_hints

import numpy as np

from sel import inputs
from sel.errors import DataError, UsageError
from sel.inputs.vectors import Kind as Rows
from sel.options.fitting import Fitting
from sel.options.groups import Labelled
from sel.options.scores import Features
from sel.options.vectors import Cards, References, TargetVectors, Vectors
from sel.options.writing import Fields, State
from sel.records import beside
from sel.request import refuse_twice
from sel.runs.given import given_to
from sel.runs.names import file_names
from sel.runs.scores import masking
from sel.runs.scores.summing import Fit
from sel.streams import state

if TYPE_CHECKING:
    from sel.records.beside import Beside, Inside
    from sel.records.ledger import Ledger
    from sel.records.projection import Part
    from sel.request import Request
    from sel.streams.lines import Stream

APART = {
    "against": "contrasting",
    "candidates": "targeting",
    "content": "rating",
    "examples": "trained",
    "labelled": "probing",
    "matrix": "entire",
    "runs": "routing",
}
"""Parameters of methods that are fitted in a way of their own, and what does it."""

STEP = 1 << 14
"""Rows of a matrix that are looked at together before any record is read."""

Score = Callable[..., Sequence[Any]]
"""From what the inputs give of a block to one array for each new field."""


@dataclass
class Scorer:
    """What scores blocks."""

    request: Request
    stream: Stream
    scores: Score
    names: list[str]
    """The new fields."""
    given: list[inputs.Input]
    """What is asked of the records, and handed to `scores`."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What the closing line says of it."""
    beside: Beside | Inside | None = None
    """The vectors of the records."""
    more: list[str] = field(default_factory=list)
    """Files that were read beside the records and what the inputs read."""
    mask: Callable[[Part, Sequence[Any]], list[bytes]] | None = None
    """From a block and its new fields to its lines with other texts."""
    how: str = ""
    """Where texts or rows were found; known when all is read."""

    @property
    def wanted(self) -> dict[str, Any]:
        """What is asked of each record."""
        return {k: one for kind in self.given for k, one in kind.wanted.items()}

    @property
    def row(self) -> bool:
        """Whether the row that a record says it is matters."""
        return any(kind.row for kind in self.given)

    @property
    def strict(self) -> bool:
        """Whether all records, or none of them, must say it."""
        return bool(self.beside) or any(kind.strict for kind in self.given)

    @property
    def files(self) -> list[str]:
        """What is read beside the records."""
        return [path for kind in self.given for path in kind.files] + self.more

    @property
    def made_by(self) -> dict[str, Any]:
        """The models that gave the numbers, by the parameter that asked for them."""
        return {kind.name: known for kind in self.given if (known := kind.made_by)}

    def score(self, part: Part) -> Sequence[Any]:
        """One array for each new field."""
        return self.scores(*[kind.give(part) for kind in self.given])

    def check(self, ledger: Ledger) -> None:
        """Look at all that was read."""
        for kind in self.given:
            kind.check(ledger)
        if self.beside:
            self.beside.check(ledger)
            self.how = self.beside.how(ledger)
        else:
            self.how = ledger.shape


def scorer(request: Request) -> Scorer:
    """The method with its options, fitted where it needs that."""
    method = request.method
    fitted = "fit" in method.functions
    for name in APART.keys() & set(method.inputs):
        module = importlib.import_module(f"sel.runs.scores.{APART[name]}")
        return module.scorer(request)  # type: ignore[no-any-return]
    if "vectors" in method.inputs:
        vectors = beside.files(request[Vectors].vectors)
        refuse_twice(request, *vectors, *_beside(request))
    if fitted and "vectors" in method.inputs:
        return _centred(request)
    if "labels" in method.inputs:
        return _labelled(request)
    if "vectors" in method.inputs:
        return _likeness(request)
    if fitted:
        return _fitted(request)
    if _gives_columns(method.load().score):
        return _many(request)
    own, module = request.own["score"], method.load()
    return Scorer(
        request,
        request.stream(),
        lambda *given: _columns(module.score(*given, **own)),
        [name_of(request)],
        given_to(request, module.score),
    )


def _gives_columns(function: Any) -> bool:
    """Whether a function gives columns by name."""
    return str(inspect.signature(function).return_annotation).startswith("dict[")


def _many(request: Request) -> Scorer:
    """A method that gives many columns, which have names of their own."""
    own, module = request.own["score"], request.method.load()
    given = given_to(request, module.score)
    if request.values.get("norm"):
        from sel.runs.scores import normed

        return normed.scorer(request, given)
    nothing = [[] if kind.each else kind.whole() for kind in given]
    columns = module.score(*nothing, **own)
    several = "" in columns or "finish" in request.method.functions
    before = name_of(request) if several else request[Fields].as_
    names = ["_".join(filter(None, (before, column))) for column in columns]
    told = own if len(columns) > 1 and "finish" not in request.method.functions else {}
    facts = {k: value for k, value in told.items() if value not in (None, False)}
    facts |= {name: fact for kind in given for name, fact in kind.facts([]).items()}

    def scores(*values: Any) -> list[Any]:
        return list(module.score(*values, **own).values())

    mask = masking.masked(request, module, list(columns))
    stream = request.stream()
    return Scorer(request, stream, scores, names, given, facts, mask=mask)


def name_of(request: Request) -> str:
    """What the new field is called."""
    return request[Fields].as_ or request.method.name


def _columns(values: Any) -> list[Any]:
    """Values of shape (n,) or (n, fields) as one array for each field."""
    values = np.asarray(values)
    return list(values.T) if values.ndim > 1 else [values]


def _beside(request: Request) -> list[str]:
    """Files of vectors and targets."""
    labelled, targets = request.get(Labelled), request.get(TargetVectors)
    more = request.get(References)
    paths = list(targets.target_vectors or ()) if targets else []
    if labelled:
        paths += [*beside.files(labelled.target_vectors), labelled.target]
    return paths + list(more.references or () if more else ())


def _likeness(request: Request) -> Scorer:
    """A method that compares rows of a matrix with those of targets."""
    own, module = request.own["score"], request.method.load()
    paths = request[TargetVectors].target_vectors
    if not paths:
        msg = "give --target-vectors FILE.npy, the vectors to be like"
        raise UsageError(msg)
    vectors = Rows(request)
    source = vectors.source
    targets = beside.targets(paths, source, check=request[Cards].card_check)
    name = name_of(request)
    names = [f"{name}_{target}" for target in file_names(paths)]
    known: list[tuple[Any, ...]] = [(target,) for target in targets]
    if own.get("reduce") == "normalized-mean":
        known = [(target, _span(source, module, target)) for target in targets]

    def scores(rows: Any) -> list[Any]:
        return [module.score(rows, *target, **own) for target in known]

    names = names if len(names) > 1 else [name]
    stream, more = request.stream(), _beside(request)
    return Scorer(request, stream, scores, names, [vectors], beside=source, more=more)


def _span(source: Beside | Inside, module: Any, target: Any) -> tuple[Any, Any]:
    """The least and the highest cosine of each target over a matrix."""
    if isinstance(source, beside.Inside):
        msg = (
            "normalized-mean reads all vectors before it scores one, which those in"
            " records do not allow. Try: --vectors FILE.npy"
        )
        raise UsageError(msg)
    matrix = source.matrix
    low = np.full(len(target), np.inf, np.float32)
    high = -low
    for at in range(0, len(matrix), STEP):
        part = matrix.take(np.arange(at, min(at + STEP, len(matrix))))
        cosines = module.score(part, target, reduce="each")
        known = cosines[np.isfinite(cosines[:, 0])]
        low = np.minimum(low, known.min(axis=0, initial=np.inf))
        high = np.maximum(high, known.max(axis=0, initial=-np.inf))
    return low, high


def _labelled(request: Request) -> Scorer:
    """A method that compares rows with labelled targets; its columns have names."""
    asked, own = request[Labelled], request.own["score"]
    module = request.method.load()
    vectors = Rows(request)
    source = vectors.source
    check = request[Cards].card_check
    theirs, labels = beside.labelled(
        request.reader, asked.target_vectors, asked.target, asked.label
    )
    known: tuple[Any, ...] = (beside.target(theirs, source, check=check), labels)
    facts = {}
    if "floors" in request.method.inputs:
        floors = _floors(request, module, source, known)
        facts = {"floors": floors} if floors else {}
        known = (*known, floors)

    def scores(rows: Any) -> list[Any]:
        return list(module.score(rows, *known, **own).values())

    name = name_of(request)
    columns = module.score(known[0][:1], *known, **own)
    names = [f"{name}_{column}" if column else name for column in columns]
    stream, more = request.stream(), _beside(request)
    return Scorer(request, stream, scores, names, [vectors], facts, source, more)


def _floors(
    request: Request, module: Any, source: Beside | Inside, known: tuple[Any, ...]
) -> dict[str, float]:
    """For each set of references the score of the one that is farthest."""
    paths = list(request[References].references or ())
    rows = beside.targets(paths, source, check=request[Cards].card_check)
    names = [f"over_{name}" for name in file_names(paths)]
    lowest = [float(module.score(part, *known, {})[""].min()) for part in rows]
    return dict(zip(names if len(names) > 1 else ["over"], lowest, strict=False))


def _centred(request: Request) -> Scorer:
    """A method that is fitted to the whole matrix; its columns have names."""
    asked, module = request[State], request.method.load()
    vectors = Rows(request)
    source = vectors.source
    own = request.own["fit"]
    if asked.load:
        learnt, _ = state.load(asked.load, _kind(module), request.title)
    elif isinstance(source, beside.Inside):
        msg = (
            "vectors in records are not read twice. Try: --vectors FILE.npy, or --load"
        )
        raise UsageError(msg)
    else:
        learnt = module.fit(source.matrix.rows, **own)
    if asked.save:
        state.save(asked.save, learnt, request.title, {"options": own})

    def scores(rows: Any) -> list[Any]:
        return list(module.score(rows, learnt).values())

    name = name_of(request)
    names, more = [name, f"{name}_similarity"], list(filter(None, [asked.load]))
    stream = request.stream()
    return Scorer(request, stream, scores, names, [vectors], {}, source, more)


def _fitted(request: Request) -> Scorer:
    """A method that is fitted to the records and to targets."""
    asked, module = request[Fitting], request.method.load()
    if Features not in request and not (asked.target or asked.load):
        msg = "give --target FILE to learn what to look for, or --load STATE"
        raise UsageError(msg)
    stream = request.stream(again=not asked.load)
    learnt, targets = _learnt(request, module, stream)
    own, name = request.own["score"], name_of(request)
    more = [*(asked.target or ()), *filter(None, [asked.load])]
    given = given_to(request, module.score)
    if Features in request:
        width = given[0].count  # type: ignore[attr-defined]
        columns = module.score(np.empty((0, width)), None, learnt, **own)
        names = [f"{name}_{column}" if column else name for column in columns]

        def measured(*values: Any) -> list[Any]:
            return list(module.score(*values, learnt, **own).values())

        return Scorer(request, stream, measured, names, given, more=more)
    separate = len(targets) > 1
    names = [f"{name}_{target}" for target in targets] if separate else [name]
    share = dict(zip(names, learnt.share.tolist(), strict=True)) if separate else None

    def scores(*values: Any) -> list[Any]:
        return _columns(module.score(*values, learnt, **own))

    return Scorer(request, stream, scores, names, given, {"share": share}, more=more)


def _kind(module: Any) -> Any:
    return get_type_hints(module.fit)["return"]


def _learnt(request: Request, module: Any, stream: Stream) -> tuple[Any, list[str]]:
    """The state, fitted or loaded, and the names of targets that are kept apart."""
    asked = request[Fitting]
    if asked.load:
        return _known(request, module, asked.load)
    fit = Fit(request, module)
    return fit.learnt(fit.summary(stream))


def _known(request: Request, module: Any, path: str) -> tuple[Any, list[str]]:
    """The state of a file, and the names of targets that are kept apart."""
    learnt, card = state.load(path, _kind(module), request.title)
    features, known = request.get(Features), card.get("features")
    if features and known != features.features:
        msg = f"{path} was fitted to --features {known}, not {features.features}"
        raise UsageError(msg)
    named: Any = card.get("targets")
    rows = max(len(named), 1) if isinstance(named, list) else 0
    if rows != len(getattr(learnt, "share", "1")) or set(map(type, named)) - {str}:
        msg = f"{path} is damaged. Try: --save to make it again"
        raise DataError(msg)
    return learnt, named
