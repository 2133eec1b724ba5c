"""`sel eval`: measures of records, of matrices, and of selections.

A measure's functions are handed what the names of their parameters say: kinds of input,
and what sel.runs.measures.selections has of files that are each a selection. A function
is left out where something that it needs was not asked for.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from sel import inputs
from sel.errors import UsageError
from sel.inputs import shared
from sel.options import evaluation as asked
from sel.options import groups, mixtures, reading, vectors, writing
from sel.options.chance import Baselines, Seed
from sel.options.fitting import Drifting
from sel.options.shards import Meeting
from sel.options.splitting import Splitting
from sel.options.text import Text
from sel.options.tournament import Entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sel.catalog import Method
    from sel.request import Request
    from sel.runs.shapes import Shape

    Rows = list[dict[str, Any]]

PREFIXES = ("chosen", "random", "pool", "target")
"""Of parameters; what follows is the kind of what a selection is made of."""
SUMMED = ("prepare", "collect")
"""Functions that do not measure."""

_OWN: dict[str, tuple[str, tuple[type, ...], str]] = {
    "rules": (
        "judging",
        (asked.Judging, Text, reading.Jobs),
        "RULES [FILE]...",
    ),
    "values": (
        "comparing",
        (
            *(asked.Pool, asked.Known, asked.AnyTargets, asked.Page, vectors.Sources),
            *(vectors.TargetVectors, asked.Mixture, asked.AnyTesting, Baselines),
            *(vectors.Cards, Text, reading.Jobs),
        ),
        "[NAME=]FILE...",
    ),
    "mixtures": ("proposing", (mixtures.Runs,), "[RUNS]..."),
    "fitted": ("drifting", (Drifting, Text, reading.Jobs), "[FILE]..."),
    "entries": (
        "tournament",
        (Entries, asked.Targets, Text, Seed, reading.Jobs),
        "",
    ),
    "selections": (
        "sets",
        (asked.Pool, asked.Known, asked.Scorers, Text),
        "[[NAME=]FILE]...",
    ),
}
"""By a parameter, the measures with a run of their own: module, options, operands."""
_OPERANDS = {
    "SELECTION...": "selections, JSONL; standard input if there is none",
    "RULES [FILE]...": "rules, TOML; records, JSONL, - for standard input",
    "[NAME=]FILE...": "selections of the pool, JSONL; those of one name are seeds",
    "[RUNS]...": "runs with their weights and what came of them, JSONL or CSV",
    "[[NAME=]FILE]...": "runs of a choice, JSONL; those of one name belong together",
    "": "none",
}


def shape(method: Method) -> Shape:
    """How a measure is run."""
    from sel.runs.shapes import RECORDS, Shape

    names, summed = method.inputs, "collect" in method.functions
    kinds = list(filter(None, map(kind_of, names)))
    own = [_OWN[name] for name in _OWN if name in names]
    module, more, operands = own[0] if own else ("measure", _selecting(method), "")
    takes = inputs.options(kinds, *more)
    if asked.Testing in takes:  # says which field holds the class
        takes = tuple(one for one in takes if one is not groups.Classes)
    if own:
        pass
    elif selecting(names):
        module, operands = "matching" if summed else "measure", "SELECTION..."
    elif summed or each(map(inputs.kind, kinds)):
        module, operands = "summed" if summed else "measure", RECORDS[0]
    else:
        matrix: dict[type, type] = {vectors.Vectors: vectors.Matrix}
        takes = tuple(matrix.get(one, one) for one in takes)
        takes = (*takes, writing.Writing)
        return Shape(f"measures.{module}", takes, ("", _OPERANDS[""]), "rows")
    jobs = (reading.Jobs,) if summed else ()
    if module in ("summed", "judging"):
        jobs = (Splitting, *jobs)
    divided = ""
    if module == "matching":
        jobs, divided = (Meeting, *jobs), "measures.matching_shards"
    shown = operands, _OPERANDS.get(operands, RECORDS[1])
    gives = "words" if asked.Judging in takes else "rows"
    takes = (*takes, *jobs, reading.Reading, writing.Writing)
    return Shape(f"measures.{module}", takes, shown, gives, divided)


def kind_of(name: str) -> str | None:
    """The kind of input that a parameter names, with or without a prefix."""
    if inputs.kind(name):
        return name
    prefix, _, rest = name.partition("_")
    return rest if prefix in PREFIXES and rest and inputs.kind(rest) else None


def selecting(names: Iterable[str]) -> bool:
    """Whether a measure is one of several selections, each in a file."""
    return any(name.partition("_")[0] == "chosen" for name in names)


def each(kinds: Iterable[Any]) -> bool:
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
    from sel.runs.measures.selections import Selections

    rows: Rows = []
    facts: dict[str, Any] = {}
    law: Mapping[str, int] = {}
    for function in functions(request):
        handing = Selections if selecting(request.method.inputs) else Records
        handed = handing(request, parameters(function))
        more = handed.shown(
            function(*handed.values(), **request.own[function.__name__])
        )
        rows, law, facts = beside(rows, more), handed.law(more), handed.facts(more)
    request.write_rows(rows)
    request.close(law, **facts)
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


def beside(rows: Rows, more: Rows) -> Rows:
    """Results of the same things, line by line."""
    if not rows:
        return more
    return [one | other for one, other in zip(rows, more, strict=True)]


class Records:
    """What a function is handed of the records of all inputs, or of matrices alone."""

    def __init__(self, request: Request, names: list[str]) -> None:
        self.request = request
        self.kinds = [
            shared(request, kind) for name in names if (kind := kind_of(name))
        ]
        self._read = each(map(type, self.kinds))

    def values(self) -> list[Any]:
        """What is handed over, by the parameters."""
        if not self._read:
            refuse_files(self.request)
            return [kind.whole() for kind in self.kinds]
        sample = self.held(self.request.inputs)
        for kind in self.kinds:
            kind.prepare()
        return [kind.give(sample) for kind in self.kinds]

    def held(self, sources: list[Any], more: Mapping[str, Any] | None = None) -> Any:
        """Records of some inputs, as far as the kinds ask for them, and more."""
        from sel.records import samples

        kinds = list(dict.fromkeys(kind for kind in self.kinds if kind.each))
        reader, ledger = self.request.reader, self.ledger()
        ledger.strict_rows = any(hasattr(type(kind), "source") for kind in kinds)
        return samples.read(reader, reader.stream(sources), ledger, kinds, more)

    def ledger(self) -> Any:
        """What counts one more stream."""
        return self.request.ledgers.another()

    def shown(self, found: Any) -> Rows:
        """The results as rows, with what there is to say beside them."""
        rows = [found] if isinstance(found, dict) else list(found)
        for kind in self.kinds:
            rows = kind.shown(rows)
        return rows

    def law(self, rows: Rows) -> Mapping[str, int]:
        """The counts of all that was read; a matrix tells by `rows` what was usable."""
        if self._read:
            return self.request.ledgers.close()
        read = len(shared(self.request, "vectors").matrix)
        return matrix_law(read, rows[0].get("rows", read))

    def facts(self, rows: Rows) -> dict[str, Any]:
        """What else the closing line says."""
        return {k: v for kind in self.kinds for k, v in kind.facts(rows).items()}


def refuse_files(request: Request) -> None:
    """Refuse records where matrices are read."""
    if request.sources:
        msg = f"{request.title} reads matrices. Try: --vectors {request.sources[0]}"
        raise UsageError(msg)


def matrix_law(read: int, kept: int) -> dict[str, int]:
    """The counts of the rows of a matrix."""
    dropped = read - kept
    return {"read": read, "kept": kept, "dropped": dropped, "rejected": 0, "blank": 0}
