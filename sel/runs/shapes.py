"""Which shape a method has, and so which run and which options.

The names of its functions and of their parameters say it. Nothing heavy is imported.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

from sel import inputs
from sel.options import (
    chance,
    groups,
    mixtures,
    models,
    reading,
    scores,
    shards,
    text,
    vectors,
    writing,
)
from sel.options.fitting import Against, Fitting, Judging, Training
from sel.options.splitting import Splitting
from sel.values import value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sel.catalog import Method
    from sel.request import Request

RECORDS = "[FILE]...", "records, JSONL; standard input if there is none, or for -"
"""How the help calls records."""

IN_OUT = (reading.Reading, writing.Writing)
CHOSEN = (writing.Trainer, writing.Sharding, *IN_OUT)
"""What is taken by runs that pass records on."""


@value
class Shape:
    """How a method is run."""

    module: str
    """In sel.runs, as "picks.best"; its `run` takes a request, and gives the status."""
    takes: tuple[type, ...]
    """The groups of options."""
    operands: tuple[str, str] = RECORDS
    """What the inputs are called, and what they are."""
    gives: str = "records"
    """What goes to -o, of the kinds of sel.streams.endings."""
    divided: str = ""
    """What runs in its place on one of many shards, and puts together what they say."""

    def load(self, *, divided: bool) -> Any:
        """The module of its run, or of that on one of many shards."""
        name = (divided and self.divided) or self.module
        return importlib.import_module(f"sel.runs.{name}")

    def run(self, request: Request) -> int:
        """Do what is asked; what is written appears at the end, all of it or nothing.

        Raises:
            SelError: what is asked for cannot be, or it failed.
        """
        if Splitting not in request or not request[Splitting].asked:
            return self.once(request)
        if request.values.get("dry_run"):
            from sel.runs import planning

            return planning.divided(request, self)
        from sel.runs.shards import splitting

        return splitting.run(self, request)

    def once(self, request: Request) -> int:
        """Do what is asked in one run, here; it may be that of a shard."""
        from sel.runs import needs, places
        from sel.streams import landing

        written = places.check(request, self.gives)
        needs.check(request)
        if request.values.get("dry_run"):
            from sel.runs import planning

            planning.say(request, self)
            return 0
        # A run that dies before it saved its state can be repeated.
        share = request.share.path if request.share else None
        last = request.landed, request.values.get("save"), share
        written |= {os.path.realpath(share)} if share else set()
        with landing.together(*last, known=written) as landed:
            if request.shards:
                landed.sums = {}
            code: int = self.load(divided=request.share is not None).run(request)
            if request.share and not request.share.waiting:
                request.share.leave()
            if request.folder:
                from sel.runs import describing

                request.folder.finish(describing.about(request, landed))
        return code


def shape(method: Method) -> Shape:
    """The shape of a method."""
    return _SHAPES[method.command](method)


def _given(
    method: Method, *more: type | None, without: Iterable[str] = ()
) -> tuple[type, ...]:
    """The groups of what a method's parameters ask for, and more."""
    names = [name for name in method.inputs if name not in set(without)]
    return (*inputs.options(names), *(one for one in more if one))


def _score(method: Method) -> Shape:
    fitted, labelled = "fit" in method.functions, "labels" in method.inputs
    rows, content = "vectors" in method.inputs, "content" in method.inputs
    trained = "examples" in method.inputs
    entire = "matrix" in method.inputs
    if "labelled" in method.inputs:
        asked = vectors.Vectors, groups.Labels
        held = _given(method, writing.Fields, writing.Sharding, without=("labelled",))
        return Shape("scores.rows", (*asked, *held, writing.Resuming, *IN_OUT))
    takes = _given(
        method,
        Fitting if fitted and not (rows or content or trained) else None,
        Training if trained else None,
        Judging if content else None,
        Against if "against" in method.inputs else None,
        writing.State if fitted and rows else None,
        groups.Labelled if labelled else None,
        vectors.References if "floors" in method.inputs else None,
        vectors.TargetVectors if rows and not (labelled or fitted) else None,
        vectors.Cards if rows and not fitted else None,
        writing.Masking if "mask" in method.functions else None,
        *((vectors.Vectors, vectors.TargetVectors, vectors.Cards) if entire else ()),
        _precision(method),
        writing.Fields,
        writing.Sharding,
        Splitting,
        writing.Resuming,
        None if _read_by_model(method) else reading.Jobs,
        *IN_OUT,
        without=("pool", "targets", "examples", "state"),
    )
    return Shape("scores.rows", takes)


def _read_by_model(method: Method) -> bool:
    return bool({"model", "answering"} & set(method.inputs))


def _precision(method: Method) -> type | None:
    """Numbers of models: exact where small differences count."""
    if not _read_by_model(method):
        return None
    return models.Precision if method.name == "sentence" else models.Exact


def _embed(method: Method) -> Shape:
    if "vectors" in method.inputs:
        reduced = (vectors.Matrix, vectors.Reducing, vectors.Shaping, chance.Seed)
        options = (*reduced, writing.Writing)
        return Shape("vectors.reducing", options, ("", "none"), "matrix")
    if "proxy" in method.inputs:
        trained = _given(method, writing.Resuming, *IN_OUT)
        return Shape("vectors.trajectories", trained, gives="matrix")
    grown = "gradients" in method.inputs
    takes = _given(
        method,
        models.Exact if grown else _precision(method),
        vectors.Shaping,
        vectors.Passing,
        Splitting,
        writing.Resuming,
        None if grown or "model" in method.inputs else reading.Jobs,
        *IN_OUT,
    )
    return Shape(
        "vectors.gradients" if grown else "vectors.matrix", takes, gives="matrix"
    )


def _pick(method: Method) -> Shape:
    asked = set(method.inputs)
    if asked & {"candidates", "runs"}:
        held = writing.Fields, writing.Sharding, writing.Resuming, *IN_OUT
        return Shape("scores.rows", _given(method, *held, without=("keys",)))
    if "queries" in asked:
        labelled = "labels" in asked
        more = (groups.Labelling, writing.Order) if labelled else (scores.Spending,)
        near = (vectors.Vectors, vectors.Retrieving, *more, vectors.Cards)
        ending = (writing.Report, writing.Ending, *CHOSEN)
        return Shape("picks.retrieving", (*near, *ending))
    end = (reading.Join, writing.Ending, *CHOSEN)
    telling = (writing.Explaining, writing.Report)
    if "answers" in asked:
        drawn = inputs.options(asked & {"keys", "rng"})
        read = (scores.Preference, text.Pairs, *drawn)
        return Shape(
            "picks.pairing", (*read, writing.Ending, writing.Sharding, *IN_OUT)
        )
    if "bounds" in asked:
        elected = (scores.Size, scores.Voters, groups.Bounds, writing.Order)
        return Shape("picks.committee", (*elected, *telling, *end))
    if "condition" in asked:
        operand = (
            f"CONDITION {RECORDS[0]}",
            f"a condition over fields, then {RECORDS[1]}",
        )
        split = (shards.Meeting, reading.PresetJobs, *end)
        takes = (groups.Percentiles, text.Text, *split)
        return Shape("picks.judged", takes, operand)
    if "mixture" in asked:
        mixed = (mixtures.Mixed, scores.Whole, scores.Quality, chance.Chance)
        operand = f"MIX {RECORDS[0]}", f"weights of domains, then {RECORDS[1]}"
        asks = (*mixed, shards.Meeting, *end)
        return Shape("picks.mixing", asks, operand, divided="picks.mixing_shards")
    plain: dict[str, tuple[str, tuple[type, ...]]] = {
        "query_terms": ("picks.covering", (text.Text, text.Queries, *end[1:])),
        "wanted": (
            "picks.judged",
            (groups.Named, groups.Spans, text.Text, Splitting, *end[1:]),
        ),
        "ranked": ("picks.judged", (groups.Ranked, Splitting, *end)),
    }
    for name in plain.keys() & asked:
        return Shape(*plain[name])
    return _pick_best(method, asked, (telling, end))


def _pick_best(method: Method, asked: set[str], more: tuple[Any, Any]) -> Shape:
    """The shape of a method that takes the best by an order, or by chance."""
    telling, end = more
    if "lists" in asked:
        lists = (scores.By, scores.Size, writing.Curriculum, chance.Seed)
        return Shape("picks.best", (*lists, shards.Meeting, *end), divided=_BEST)
    tossed = any(one.name == "pareto" for one in method.options)
    amount = scores.Tossing if tossed else scores.Amount
    shared = (amount, groups.Quota, writing.Curriculum)
    if "columns" in asked:
        asks = (scores.Voters, *shared, chance.Seed, shards.Meeting)
        return Shape("picks.best", (*asks, *telling, *end), divided=_BEST)
    by = (scores.By,) if "scores" in asked else ()
    chances = ("keys", "rng", "temperature")
    drawn = inputs.options(name for name in chances if name in asked)
    noise = (chance.Noise, chance.Normalizing) if by and drawn else ()
    drawn = drawn or (chance.Seed,)
    told = (writing.Report, *drawn, *noise, shards.Meeting)
    return Shape("picks.best", (*by, *shared, *told, *end), divided=_BEST)


_BEST = "picks.best_shards"


def _diversify(method: Method) -> Shape:
    telling = (writing.Order, writing.Explaining, vectors.Memory)
    if "texts" not in method.inputs:
        asked = (scores.Portion, *_given(method), *telling)
        if method.name != "facility":
            return Shape("vectors.whole", (*asked, *CHOSEN))
        asked = (*asked, shards.Meeting)
        greedi = "vectors.facility_shards"
        return Shape("vectors.whole", (*asked, *CHOSEN), divided=greedi)
    spans = "texts" in method.inputs and "collect" not in method.functions
    words = "novel" in method.inputs
    takes = (
        text.Text,
        text.Older if words or method.name == "against" else None,
        text.Level if "seen" in method.inputs else None,
        scores.Keeping if "worth" in method.inputs else None,
        text.Cutting if spans else None,
        None if spans or words else writing.State,
        writing.Report,
        text.Naming,
        None if spans else reading.Jobs,
        None if spans or words else shards.Meeting,
        *CHOSEN,
    )
    module = "spans" if spans else "exact" if "seen" in method.inputs else "near"
    module = f"duplicates.{'wording' if words else module}"
    divided = "" if spans or words else f"duplicates.{method.name}_shards"
    return Shape(module, tuple(one for one in takes if one), divided=divided)


def _index(method: Method) -> Shape:
    name = method.name
    alone = name in _MADE or "index" not in method.inputs
    graph = (vectors.Indexed, Splitting, writing.Resuming) if name == "graph" else ()
    from_matrix = "queries" not in method.inputs and "vectors" in method.inputs
    takes = (
        vectors.Matrix if from_matrix else None,
        vectors.Removing if "rows" in method.inputs else None,
        vectors.Searching if "queries" in method.inputs else None,
        vectors.Calibrating if name == "build" else None,
        vectors.Coding if name == "codebook" else None,
        vectors.Cards if name in ("add", "build", "search") else None,
        None if name in ("build", "codebook") else vectors.Verifying,
        reading.Reading if "queries" in method.inputs else None,
        *graph,
        writing.Writing,
    )
    operands = (
        ("", "none") if alone else ("INDEX", "a file that sel index build has made")
    )
    gives = {"search": "records", "info": "rows"} | dict.fromkeys(_MADE, "matrix")
    taken = tuple(one for one in takes if one)
    return Shape(
        _MADE.get(name, "vectors.indexes"), taken, operands, gives.get(name, "index")
    )


_MADE = {"graph": "vectors.graphs", "codebook": "vectors.codebooks"}
"""Methods of index that make a matrix from one, and who runs them."""


def _eval(method: Method) -> Shape:
    from sel.runs.measures import measure

    return measure.shape(method)


_SHAPES = {
    "embed": _embed,
    "score": _score,
    "index": _index,
    "pick": _pick,
    "diversify": _diversify,
    "eval": _eval,
}
