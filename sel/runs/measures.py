"""`sel eval`: measures of records, of matrices, and of selections.

A measure's functions are handed what the names of their parameters say: kinds of input,
and what sel.runs.selections has of files that are each a selection. A function is left
out where something that it needs was not asked for.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from sel import inputs
from sel.errors import UsageError
from sel.inputs import shared
from sel.options import evaluation as asked
from sel.options import groups, reading, vectors, writing
from sel.options.chance import Baselines
from sel.options.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sel.catalog import Method
    from sel.inputs import Input
    from sel.request import Request
    from sel.runs import Shape

IN_OUT = (reading.Reading, writing.Writing)
SELECTIONS = "SELECTION...", "selections, JSONL; standard input if there is none"
PREFIXES = ("chosen", "random", "pool", "target")
"""Of parameters; what follows is the kind of what a selection is made of."""
SUMMED = ("prepare", "collect")
"""Functions that do not measure."""

_BY_NAME: dict[str, tuple[str, tuple[type, ...], tuple[str, str]]] = {
    "rules": (
        "judging",
        (asked.Judging, Text, reading.Jobs),
        ("RULES [FILE]...", "rules, TOML; records, JSONL, - for standard input"),
    ),
    "values": (
        "comparing",
        (
            *(asked.Pool, asked.AnyTargets, asked.Page, vectors.Sources),
            *(vectors.TargetVectors, asked.Mixture, asked.AnyTesting, Baselines),
            *(vectors.Cards, Text, reading.Jobs),
        ),
        (
            "[NAME=]FILE...",
            "selections of the pool, JSONL; those of one name are seeds",
        ),
    ),
    "selections": (
        "stability",
        (asked.Pool, asked.Scorers, Text),
        (
            "[[NAME=]FILE]...",
            "runs of a choice, JSONL; those of one name belong together",
        ),
    ),
}
"""Runs of their own: what they are known by, their module, options and operands."""


def shape(method: Method) -> Shape:
    """How a measure is run."""
    from sel.runs import RECORDS, Shape

    kinds = list(filter(None, map(kind_of, method.inputs)))
    for name, (module, takes, operands) in _BY_NAME.items():
        if name in method.inputs:
            takes = inputs.options(kinds, *takes)
            return Shape(module, (*takes, *IN_OUT), operands)
    takes = inputs.options(kinds, *_selecting(method))
    if asked.Testing in takes:  # says which field holds the class
        takes = tuple(one for one in takes if one is not groups.Classes)
    summed = "collect" in method.functions
    takes = (*takes, reading.Jobs) if summed else takes
    if selecting(method.inputs):
        module = "matching" if summed else "measures"
        return Shape(module, (*takes, *IN_OUT), SELECTIONS)
    if summed:
        return Shape("summed", (*takes, *IN_OUT), RECORDS)
    if _each(map(inputs.kind, kinds)):
        return Shape("measures", (*takes, *IN_OUT), RECORDS)
    takes = tuple(vectors.Matrix if one is vectors.Vectors else one for one in takes)
    return Shape("measures", (*takes, writing.Writing), ("", "none"))


def kind_of(name: str) -> str | None:
    """The kind of input that a parameter names, with or without a prefix."""
    if inputs.kind(name):
        return name
    prefix, _, rest = name.partition("_")
    return rest if prefix in PREFIXES and rest and inputs.kind(rest) else None


def selecting(names: Iterable[str]) -> bool:
    """Whether a measure is one of several selections, each in a file."""
    return any(name.partition("_")[0] == "chosen" for name in names)


def _each(kinds: Iterable[Any]) -> bool:
    """Whether something is asked of records, rows of a matrix aside."""
    return any(kind.each and kind is not inputs.kind("vectors") for kind in kinds)


def _selecting(method: Method) -> list[type]:
    """The groups of options of pool, targets and random selections."""
    names = method.inputs
    if selecting(names) and "collect" in method.functions:
        near = [asked.Near] if "vectors" in names else []
        return [asked.Pool, asked.Targets, Baselines, *near]
    made = [name for name in names if kind_of(name) not in (name, None)]
    takes: list[type] = []
    if any(name.startswith(("random_", "pool_")) for name in made):
        beside = "labelled" in map(kind_of, made)
        takes.append(asked.BesidePool if beside else asked.AnyPool)
    if any(name.startswith("target_") for name in made):
        takes.append(asked.Targets)
    if any(name.startswith("random") for name in names):
        takes.append(Baselines)
    return takes


def run(request: Request) -> int:
    """Take a measure."""
    from sel.records.ledger import added
    from sel.runs.selections import Selections

    handing = Selections if selecting(request.method.inputs) else Records
    rows: list[dict[str, Any]] = []
    laws: list[Mapping[str, int]] = []
    facts: dict[str, Any] = {}
    for function in functions(request):
        handed = handing(request, parameters(function))
        own = request.own[function.__name__]
        more = handed.shown(function(*handed.values(), **own))
        rows = merged(rows, more)
        laws += handed.laws(more)
        facts |= handed.facts(more)
    request.write_rows(rows)
    request.close(added(laws), **facts)
    return 0


def functions(request: Request) -> Iterator[Callable[..., Any]]:
    """The functions of a measure for which all is there that they need."""
    module = request.method.load()
    for name in request.method.functions:
        function = getattr(module, name)
        kinds = filter(None, map(kind_of, parameters(function)))
        if name not in SUMMED and all(shared(request, kind).there for kind in kinds):
            yield function


def parameters(function: Callable[..., Any]) -> list[str]:
    """The names of what a function is handed."""
    found = inspect.signature(function).parameters.values()
    return [one.name for one in found if one.kind is not one.KEYWORD_ONLY]


def merged(
    rows: list[dict[str, Any]], more: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Results of the same things, line by line."""
    if not rows:
        return more
    return [one | other for one, other in zip(rows, more, strict=True)]


class Records:
    """What a function is handed of the records of all inputs, or of matrices alone."""

    def __init__(self, request: Request, names: list[str]) -> None:
        self.request, self._names = request, names
        self._kinds: list[Input] = [shared(request, name) for name in names]
        self._law: Mapping[str, int] | None = None

    def values(self) -> list[Any]:
        """What is handed over, by the parameters."""
        request = self.request
        if not _each(map(type, self._kinds)):
            refuse_files(request)
            return [kind.whole() for kind in self._kinds]
        sample = held(request, request.inputs, self._kinds)
        self._law = sample.law
        for kind in self._kinds:
            kind.prepare()
        return [kind.give(sample) for kind in self._kinds]

    def shown(self, found: Any) -> list[dict[str, Any]]:
        """The results as rows, with what there is to say beside them."""
        rows = [found] if isinstance(found, dict) else list(found)
        for kind in self._kinds:
            rows = kind.shown(rows)
        return rows

    def laws(self, rows: list[dict[str, Any]]) -> list[Mapping[str, int]]:
        """The counts of all that was read; a matrix tells by `rows` what was usable."""
        if self._law is not None:
            return [self._law, *(law for kind in self._kinds for law in kind.laws)]
        read = len(shared(self.request, "vectors").matrix)
        return [matrix_law(read, rows[0].get("rows", read))]

    def facts(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """What else the closing line says."""
        return {k: v for kind in self._kinds for k, v in kind.facts(rows).items()}


def refuse_files(request: Request) -> None:
    """Refuse records where matrices are read."""
    if request.sources:
        msg = f"{request.title} reads matrices. Try: --vectors {request.sources[0]}"
        raise UsageError(msg)


def matrix_law(read: int, kept: int) -> dict[str, int]:
    """The counts of the rows of a matrix."""
    return {
        "read": read,
        "kept": kept,
        "dropped": read - kept,
        "rejected": 0,
        "blank": 0,
    }


def held(
    request: Request,
    sources: list[Any],
    kinds: Iterable[Input],
    more: Mapping[str, Any] | None = None,
) -> Any:
    """Records of some inputs, as far as some kinds of input ask for them, and more."""
    import numpy as np

    from sel.records import samples

    kinds = [kind for kind in dict.fromkeys(kinds) if kind.each]
    want: dict[str, Any] = dict(more or {})
    for kind in kinds:
        want |= kind.wanted
    ledger, known = request.started_ledger(), inputs.kind("vectors")
    ledger.strict_rows = any(isinstance(kind, known) for kind in kinds)  # type: ignore[arg-type]

    def look(part: Any) -> Any:
        masks = [kind.usable(part) for kind in kinds]
        some = [mask for mask in masks if mask is not None]
        return np.logical_and.reduce(some) if some else None

    sample = samples.held(
        request.reader,
        request.reader.stream(sources),
        want,
        ledger,
        row=any(kind.row for kind in kinds),
        look=look,
    )
    for kind in kinds:
        kind.check(ledger)
        kind.know(sample)
    return sample
