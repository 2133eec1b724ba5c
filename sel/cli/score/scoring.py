"""What scores a block: a method with its options, fitted or beside a matrix."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, get_type_hints

import numpy as np

from sel.cli.common import blocks, matrices
from sel.cli.common.fitting import summarise
from sel.cli.common.inside import Inside
from sel.cli.score import labels, pairs
from sel.errors import UsageError
from sel.maths.random.noise import SeededNoise
from sel.streams import state

if TYPE_CHECKING:
    from collections.abc import Callable

    from sel.cli.call import Call
    from sel.cli.score.features import Numbers
    from sel.cli.score.labels import Labelled
    from sel.streams.lines import Stream
    from sel.streams.npy import Matrix


ROWS = 1 << 14
"""Rows of a matrix that are looked at together before any record is read."""


def fitting(
    *, target: list[str] | None = None, save: str | None = None, load: str | None = None
) -> Fitting:
    """Fitting: learn from pool and target, or use what was learnt before.

    Args:
        target: records to be like; may be given several times.
        save: keep what was learnt in FILE (.npz).
        load: use what --save kept, and read the pool only once.
    """
    if target and load:
        msg = "--load brings what was learnt from a --target. Try: one of them"
        raise UsageError(msg)
    return Fitting(list(target or ()), save, load)


def keeping(*, save: str | None = None, load: str | None = None) -> Fitting:
    """Fitting: learn from the matrix, or use what was learnt before.

    Args:
        save: keep what was learnt in FILE (.npz).
        load: use what --save kept.
    """
    return Fitting([], save, load)


@dataclass(frozen=True)
class Fitting:
    """What to learn from."""

    target: list[str]
    save: str | None
    load: str | None


@dataclass(frozen=True)
class Scorer:
    """What scores a block's inputs."""

    score: Any
    names: list[str]
    """The new fields."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What the closing line says of it."""
    matrix: Matrix | Inside | None = None
    """The vectors of the records."""
    shape: blocks.Shape = field(default_factory=blocks.Shape)
    """Where the texts are taken from."""


def scorer(call: Call, module: Any, stream: Stream) -> Scorer:
    """The method with its options, fitted where it needs that."""
    own = call.own.get("score", {})
    name = call.groups["adding"].name or call.method.name
    if "labelled" in call.groups:
        return _labelled(call, module, name)
    if "keeping" in call.groups:
        return _centred(call, module, name)
    if "matrix" in call.groups:
        return _likeness(call, module, name)
    if "numbers" in call.groups:
        return _measured(call, module, stream, name)
    if "fitting" not in call.groups:
        return Scorer(lambda *inputs: _columns(module.score(*inputs, **own)), [name])
    if not (call.groups["fitting"].target or call.groups["fitting"].load):
        msg = "give --target FILE to learn what to look for, or --load STATE"
        raise UsageError(msg)
    learnt, targets = _learnt(call, module, stream)
    separate = len(targets) > 1
    names = [f"{name}_{target}" for target in targets] if separate else [name]
    share = dict(zip(names, learnt.share.tolist(), strict=True)) if separate else None

    def score(texts: list[str]) -> list[Any]:
        return _columns(module.score(texts, learnt, **own))

    return Scorer(score, names, {"share": share})


def _columns(values: Any) -> list[Any]:
    """Values of shape (n,) or (n, fields) as one array for each field."""
    values = np.asarray(values)
    return list(values.T) if values.ndim > 1 else [values]


def _likeness(call: Call, module: Any, name: str) -> Scorer:
    """A method that compares rows of a matrix with those of targets."""
    own = call.own["score"]
    paths: list[str] = call.groups["likeness"]
    vectors = call.groups["matrix"]
    matrices.check_standard_input([vectors, *paths], call.files)
    matrix = matrices.read(vectors)
    targets = matrices.targets(paths, matrix, check=call.groups["checking"])
    names = [f"{name}_{target}" for target in blocks.file_names(paths)]

    known: list[tuple[Any, ...]] = [(target,) for target in targets]
    if own.get("reduce") == "normalized-mean":
        known = [(target, _span(matrix, module, target)) for target in targets]

    def score(rows: Any) -> list[Any]:
        return [module.score(rows, *one, **own) for one in known]

    return Scorer(score, names if len(names) > 1 else [name], matrix=matrix)


def _span(matrix: Matrix | Inside, module: Any, target: Any) -> tuple[Any, Any]:
    """The least and the highest cosine of each target over a matrix."""
    if isinstance(matrix, Inside):
        msg = (
            "normalized-mean reads all vectors before it scores one, which those in"
            " records do not allow. Try: --vectors FILE.npy"
        )
        raise UsageError(msg)
    low = np.full(len(target), np.inf, np.float32)
    high = -low
    for at in range(0, len(matrix), ROWS):
        part = matrix.take(np.arange(at, min(at + ROWS, len(matrix))))
        cosines = module.score(part, target, reduce="each")
        known = cosines[np.isfinite(cosines[:, 0])]
        low = np.minimum(low, known.min(axis=0, initial=np.inf))
        high = np.maximum(high, known.max(axis=0, initial=-np.inf))
    return low, high


def _labelled(call: Call, module: Any, name: str) -> Scorer:
    """A method that compares rows with labelled targets; its columns have names."""
    asked: Labelled = call.groups["labelled"]
    paths: list[str] = call.groups.get("references", [])
    vectors = call.groups["matrix"]
    matrices.check_standard_input([vectors, *asked.files, *paths], call.files)
    matrix = matrices.read(vectors)
    known: tuple[Any, ...] = labels.read(call, matrix)
    own = call.own["score"]
    facts = {}
    if "floors" in call.method.inputs:
        floors = _floors(call, module, matrix, known)
        facts = {"floors": floors} if floors else {}
        known = (*known, floors)

    def score(rows: Any) -> list[Any]:
        return list(module.score(rows, *known, **own).values())

    columns = module.score(known[0][:1], *known, **own)
    names = [f"{name}_{column}" if column else name for column in columns]
    return Scorer(score, names, facts, matrix)


def _centred(call: Call, module: Any, name: str) -> Scorer:
    """A method that is fitted to the whole matrix; its columns have names."""
    keeping: Fitting = call.groups["keeping"]
    matrix = matrices.read(call.groups["matrix"])
    kind = get_type_hints(module.fit)["return"]
    if keeping.load:
        learnt, _ = state.load(keeping.load, kind, call.title)
    elif isinstance(matrix, Inside):
        msg = (
            "vectors in records are not read twice. Try: --vectors FILE.npy, or --load"
        )
        raise UsageError(msg)
    else:
        learnt = module.fit(matrix.rows, **call.own["fit"])
    if keeping.save:
        state.save(keeping.save, learnt, call.title, {"options": call.own["fit"]})

    def score(rows: Any) -> list[Any]:
        return list(module.score(rows, learnt).values())

    return Scorer(score, [name, f"{name}_similarity"], matrix=matrix)


def _measured(call: Call, module: Any, stream: Stream, name: str) -> Scorer:
    """A method that is fitted to numbers of the records; its columns have names."""
    learnt, _ = _learnt(call, module, stream)
    own = call.own["score"]

    def columns(features: Any, errors: Any) -> dict[str, Any]:
        found: dict[str, Any] = module.score(features, errors, learnt, **own)
        return found

    def score(features: Any, errors: Any) -> list[Any]:
        return list(columns(features, errors).values())

    none = np.empty((0, len(call.groups["numbers"].features)))
    names = [f"{name}_{one}" if one else name for one in columns(none, None)]
    return Scorer(score, names)


def _floors(
    call: Call, module: Any, matrix: Matrix | Inside, known: tuple[Any, ...]
) -> dict[str, float]:
    """For each set of references the score of the one that is farthest."""
    paths: list[str] = call.groups["references"]
    rows = matrices.targets(paths, matrix, check=call.groups["checking"])
    names = [f"over_{name}" for name in blocks.file_names(paths)]
    lowest = [float(module.score(part, *known, {})[""].min()) for part in rows]
    return dict(zip(names if len(names) > 1 else ["over"], lowest, strict=False))


def _learnt(call: Call, module: Any, stream: Stream) -> tuple[Any, list[str]]:
    """The state, fitted or loaded, and the names of targets that are kept apart."""
    fitting: Fitting = call.groups["fitting"]
    kind = get_type_hints(module.fit)["return"]
    numbers: Numbers | None = call.groups.get("numbers")
    if fitting.load:
        learnt, card = state.load(fitting.load, kind, call.title)
        _check_features(card.get("features"), numbers, fitting.load)
        return learnt, card["targets"]
    own = call.own

    def collect(found: Any) -> Any:
        return module.collect(found, **own["collect"])

    take = (lambda parsed: (numbers.rows(parsed)[0], "")) if numbers else None

    def enough(pool: Any) -> bool:
        return bool(module.enough(pool, **own["enough"]))

    stop = enough if hasattr(module, "enough") else None
    targets = [
        summarise(call, call.reading.stream([path]), collect, take=take)
        for path in fitting.target
    ]
    pool = summarise(call, stream, collect, stop, take)
    chance = [SeededNoise(call.groups["seed"])] if "seed" in call.groups else []
    learnt = module.fit(pool, targets, *chance, **own["fit"])
    named = []
    if own["fit"].get("separate"):
        named = blocks.file_names(fitting.target)
    if fitting.save:
        facts = {"targets": named, "options": own["collect"] | own["fit"]}
        facts |= {"features": numbers.words} if numbers else {}
        state.save(fitting.save, learnt, call.title, facts)
    return learnt, named


def _check_features(known: str | None, asked: Numbers | None, path: str) -> None:
    """Refuse a state that was fitted to other numbers."""
    if asked and known != asked.words:
        msg = f"{path} was fitted to --features {known}, not {asked.words}"
        raise UsageError(msg)


def inputs(
    call: Call, matrix: Matrix | Inside | None
) -> Callable[[Any], tuple[tuple[Any, ...], str]]:
    """What finds the positional arguments of the method in a parsed block."""
    if matrix is not None:

        def rows(parsed: Any) -> tuple[tuple[Any, ...], str]:
            found, shape = matrices.rows_of(parsed, matrix)
            return (found,), shape

        return rows
    if "model" in call.method.inputs:
        return _modelled(call)
    if "numbers" in call.groups:
        return lambda parsed: (call.groups["numbers"].rows(parsed), "")
    if "texts" in call.method.inputs:
        chosen = call.groups["text"]
        more: tuple[Any, ...] = ()
        if call.groups.get("tokenizing"):
            from sel.models.tokens import load

            more = (load(call.groups["tokenizing"]),)

        def texts(parsed: Any) -> tuple[tuple[Any, ...], str]:
            found, shape = blocks.texts(parsed, chosen)
            return (found, *more), shape

        return texts
    chance = call.groups["chance"]
    rng = SeededNoise(chance.seed)
    return lambda parsed: ((blocks.keys(parsed, chance.key), rng), "")


def _modelled(call: Call) -> Callable[[Any], tuple[tuple[Any, ...], str]]:
    """What finds chats or pairs, beside the model that reads them."""
    from sel.models import likelihood

    asked = call.groups["modelling"]
    model = likelihood.load(asked.model, asked.device, asked.batch)

    def texts(parsed: Any) -> tuple[tuple[Any, ...], str]:
        if "answering" in call.groups:
            found, shape = pairs.pairs(parsed, call.groups["answering"])
        else:
            found, shape = blocks.chats(parsed, call.groups["text"])
        return (found, model), shape

    return texts
