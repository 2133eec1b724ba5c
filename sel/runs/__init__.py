"""Runs: a file for each shape of work, from a request to what it writes.

Here is which shape a method has, by the names of its functions and their parameters,
and which options its run takes. Nothing heavy is imported for that.
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
    """Of sel.runs; its function `run` takes a request and gives the exit status."""
    takes: tuple[type, ...]
    """The groups of options."""
    operands: tuple[str, str] = RECORDS
    """What the inputs are called, and what they are."""
    gives: str = "records"
    """What goes to -o, of the kinds of sel.streams.endings."""

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
        from sel.runs import splitting

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
            module = importlib.import_module(f"sel.runs.{self.module}")
            code: int = module.run(request)
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
        return Shape("rows", (*asked, *held, writing.Resuming, *IN_OUT))
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
    return Shape("rows", takes)


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
        return Shape("reducing", options, ("", "none"), "matrix")
    if "proxy" in method.inputs:
        trained = _given(method, writing.Resuming, *IN_OUT)
        return Shape("trajectories", trained, gives="matrix")
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
    return Shape("gradients" if grown else "matrix", takes, gives="matrix")


def _pick(method: Method) -> Shape:
    asked = set(method.inputs)
    if asked & {"candidates", "runs"}:
        held = writing.Fields, writing.Sharding, writing.Resuming, *IN_OUT
        return Shape("rows", _given(method, *held, without=("keys",)))
    if "queries" in asked:
        labelled = "labels" in asked
        more = (groups.Labelling, writing.Order) if labelled else (scores.Spending,)
        near = (vectors.Vectors, vectors.Retrieving, *more, vectors.Cards)
        ending = (writing.Report, writing.Ending, *CHOSEN)
        return Shape("retrieving", (*near, *ending))
    end = (reading.Join, writing.Ending, *CHOSEN)
    telling = (writing.Explaining, writing.Report)
    if "answers" in asked:
        drawn = inputs.options(asked & {"keys", "rng"})
        read = (scores.Preference, text.Pairs, *drawn)
        return Shape("pairing", (*read, writing.Ending, writing.Sharding, *IN_OUT))
    if "bounds" in asked:
        elected = (scores.Size, scores.Voters, groups.Bounds, writing.Order)
        return Shape("committee", (*elected, *telling, *end))
    if "condition" in asked:
        operand = (
            f"CONDITION {RECORDS[0]}",
            f"a condition over fields, then {RECORDS[1]}",
        )
        split = (shards.Meeting, reading.PresetJobs, *end)
        takes = (groups.Percentiles, text.Text, *split)
        return Shape("judged", takes, operand)
    if "mixture" in asked:
        mixed = (mixtures.Mixed, scores.Whole, scores.Quality, chance.Chance)
        operand = f"MIX {RECORDS[0]}", f"weights of domains, then {RECORDS[1]}"
        return Shape("mixing", (*mixed, shards.Meeting, *end), operand)
    ordered = (writing.Curriculum, chance.Seed)
    plain: dict[str, tuple[str, tuple[type, ...]]] = {
        "query_terms": ("covering", (text.Text, text.Queries, *end[1:])),
        "wanted": (
            "judged",
            (groups.Named, groups.Spans, text.Text, Splitting, *end[1:]),
        ),
        "ranked": ("judged", (groups.Ranked, Splitting, *end)),
        "lists": ("best", (scores.By, scores.Size, *ordered, shards.Meeting, *end)),
    }
    for name in plain.keys() & asked:
        return Shape(*plain[name])
    return _pick_best(method, asked, (telling, end))


def _pick_best(method: Method, asked: set[str], more: tuple[Any, Any]) -> Shape:
    """The shape of a method that takes the best by an order, or by chance."""
    telling, end = more
    tossed = any(one.name == "pareto" for one in method.options)
    amount = scores.Tossing if tossed else scores.Amount
    shared = (amount, groups.Quota, writing.Curriculum)
    if "columns" in asked:
        asks = (scores.Voters, *shared, chance.Seed, shards.Meeting)
        return Shape("best", (*asks, *telling, *end))
    by = (scores.By,) if "scores" in asked else ()
    chances = ("keys", "rng", "temperature")
    drawn = inputs.options(name for name in chances if name in asked)
    noise = (chance.Noise, chance.Normalizing) if by and drawn else ()
    drawn = drawn or (chance.Seed,)
    told = (writing.Report, *drawn, *noise, shards.Meeting)
    return Shape("best", (*by, *shared, *told, *end))


def _diversify(method: Method) -> Shape:
    telling = (writing.Order, writing.Explaining, vectors.Memory)
    if "texts" not in method.inputs:
        asked = (scores.Portion, *_given(method), *telling)
        met = (shards.Meeting,) if method.name == "facility" else ()
        return Shape("whole", (*asked, *met, *CHOSEN))
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
    module = "wording" if words else module
    return Shape(f"duplicates.{module}", tuple(one for one in takes if one))


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
    return Shape(_MADE.get(name, "indexes"), taken, operands, gives.get(name, "index"))


_MADE = {"graph": "graphs", "codebook": "codebooks"}
"""Methods of index that make a matrix from one, and who runs them."""


def _eval(method: Method) -> Shape:
    from sel.runs import measures

    return measures.shape(method)


_SHAPES = {
    "embed": _embed,
    "score": _score,
    "index": _index,
    "pick": _pick,
    "diversify": _diversify,
    "eval": _eval,
}
