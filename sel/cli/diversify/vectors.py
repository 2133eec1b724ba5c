"""`sel diversify` by vectors: which records, chosen as a whole, cover the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import orjson

from sel.cli import options
from sel.cli.common import blocks, matrices
from sel.cli.common.inside import Inside
from sel.cli.diversify.pooling import Table, empty, gather
from sel.cli.pick.ranking import Store
from sel.errors import MachineError, OptionError, UsageError
from sel.streams import fields, npy, splice
from sel.streams.output import finished, open_output
from sel.streams.records import Parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.catalog import Method
    from sel.cli.call import Call
    from sel.maths.greedy.choice import Choice
    from sel.streams.lines import Stream
    from sel.streams.npy import Matrix
    from sel.streams.output import Output
    from sel.streams.records import Finder

BASE = 150 << 20
"""Bytes of the program itself, with its libraries."""

GIGA = 1e9


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    inputs = set(method.inputs)
    wanted = [
        ("common.matrices", "matrix", "vectors" in inputs and not inputs & OTHERS),
        ("diversify.vectors", "network", "graph" in inputs),
        ("diversify.vectors", "curves", "trajectories" in inputs),
        ("diversify.vectors", "quality", "scores" in inputs),
        ("diversify.vectors", "sureness", "confidence" in inputs),
        ("diversify.vectors", "grouping", "groups" in inputs),
        ("diversify.vectors", "beginning", "already" in inputs),
        ("options", "chance", "rng" in inputs),
        ("diversify.vectors", "telling", True),
        ("options", "reading", True),
        ("options", "writing", True),
    ]
    return [(module, group) for module, group, there in wanted if there]


OTHERS = {"graph", "trajectories"}
"""What may stand instead of vectors."""


def operands(method: Method) -> tuple[str, str]:
    """How the help calls the inputs."""
    del method
    return options.RECORDS


def network(*, vectors: str | None = None, graph: str | None = None) -> Sources:
    """Vectors.

    Args:
        vectors: matrix of the records (.npy), by _row or place; or @FIELD of theirs.
        graph: neighbours of each row (.npy), from sel index graph.
    """
    return Sources(vectors, graph)


def curves(*, vectors: str | None = None, trajectories: str | None = None) -> Sources:
    """Vectors.

    Args:
        vectors: matrix of the records (.npy), by _row or place; or @FIELD of theirs.
        trajectories: losses of each record at checkpoints (.npy), instead of vectors.
    """
    if bool(vectors) == bool(trajectories):
        msg = "give --vectors FILE.npy or --trajectories FILE.npy"
        raise UsageError(msg)
    return Sources(vectors, trajectories=trajectories)


@dataclass(frozen=True)
class Sources:
    """Which matrices stand beside the records."""

    vectors: str | None = None
    graph: str | None = None
    trajectories: str | None = None


def quality(*, by: str | None = None, lowest: bool = False) -> tuple[str, int] | None:
    """Scores.

    Args:
        by: field that holds a score; records without one are not chosen.
        lowest: the lowest score is the best.
    """
    return (by, -1 if lowest else 1) if by else None


def sureness(
    *, confidence: str | None = None, lowest: bool = False
) -> tuple[str, int] | None:
    """Second stage.

    Args:
        confidence: field that says how sure a model is, after training on --already.
        lowest: the lowest number is the surest, as of a loss.
    """
    return (confidence, -1 if lowest else 1) if confidence else None


def grouping(*, group_field: str | None = None) -> Finder | None:
    """Groups.

    Args:
        group_field: field whose equal values make a group, such as a dialogue.
    """
    return fields.value(group_field) if group_field else None


def beginning(*, already: str | None = None, on: str | None = None) -> Beginning:
    """Beginning.

    Args:
        already: records chosen before, known by their _row or by --on.
        on: field that names a record in both streams.
    """
    return Beginning(already, fields.value(on) if on else None)


@dataclass(frozen=True)
class Beginning:
    """What was chosen before."""

    path: str | None
    find: Finder | None


def telling(
    *,
    order: Literal["input", "score"] = "input",
    ranks: bool = False,
    explain: str | None = None,
    memory: int | None = None,
) -> Telling:
    """Result.

    Args:
        order: input keeps the order of the input, score that of the choice.
        ranks: add _row, _rank, and where there are such _gain and _covers.
        explain: say why the record of this row, or name --on, was taken or left.
        memory: bytes that must do, such as 8G; what needs more is refused.
    """
    if memory is not None and memory < 1:
        raise OptionError("--memory", "at least 1", memory)
    return Telling(order == "score", ranks, explain, memory)


@dataclass(frozen=True)
class Telling:
    """How the choice is shown."""

    by_rank: bool
    ranks: bool
    explain: str | None
    memory: int | None


def run(call: Call) -> int:
    """Choose among the records of the inputs."""
    _check_names(call)
    stream = call.reading.stream(call.files, again=True)
    rejects = call.reading.rejects()
    found = _matrices(call, stream)
    module, own = call.method.load(), call.own["diversify"]
    # Without a record nothing is chosen, but what cannot be asked for is refused.
    module.diversify(**_inputs(call, empty(call), found), **own)
    with finished(open_output(call.writing.output)) as output:
        table = gather(call, stream, rejects, list(found.values()))
        data = _inputs(call, table, found)
        _weigh(call, data, list(found.values()))
        choice: Choice = module.diversify(**data, **own)
        _write(call, stream, table, choice, output)
        rejects.close(table.counts["read"])
    telling: Telling = call.groups["telling"]
    if telling.explain is not None:
        from sel.cli.diversify.explaining import explained

        call.say(explained(telling.explain, table, choice, data))
    _close(call, table, choice)
    return 0


def _check_names(call: Call) -> None:
    """Refuse options that need one another."""
    explain = call.groups["telling"].explain
    beginning = call.groups.get("beginning") or Beginning(None, None)
    if beginning.find and not (beginning.path or explain):
        msg = "--on goes with --already, or with --explain NAME"
        raise UsageError(msg)
    if explain and not beginning.find and not explain.isdigit():
        raise OptionError("--explain", "the number of a row, or --on FIELD", explain)


def _matrices(call: Call, stream: Stream) -> dict[str, Matrix]:
    """The matrices that are given, by the name of the method's parameter."""
    one = call.groups.get("matrix")
    sources: Sources = (
        Sources(one)
        if one
        else call.groups.get("network") or call.groups.get("curves") or Sources()
    )
    beginning = call.groups.get("beginning")
    paths = [sources.vectors, sources.graph, sources.trajectories]
    paths.append(beginning.path if beginning else None)
    matrices.check_standard_input([path for path in paths if path], call.files)
    found = {}
    if sources.vectors and sources.vectors[0] == "@":
        found["vectors"] = Inside(sources.vectors[1:]).matrix(call, stream)
    elif sources.vectors:
        found["vectors"] = npy.read(sources.vectors)
    if sources.graph:
        found["graph"] = npy.read(sources.graph, ("<i4",))
    if sources.trajectories:
        found["trajectories"] = npy.read(sources.trajectories)
    return found


def _inputs(call: Call, table: Table, found: dict[str, Matrix]) -> dict[str, Any]:
    """The method's positional parameters, by name."""
    if "vectors" in call.method.inputs and not found:
        msg = "give --vectors FILE.npy, from sel embed"
        raise UsageError(msg)
    known = {
        "already": table.already,
        **table.columns,
        **{name: table.of(found[name], graph=name == "graph") for name in found},
    }
    if "rng" in call.method.inputs:
        from sel.maths.random.noise import SeededNoise

        known["rng"] = SeededNoise(call.groups["chance"].seed)
    if "vectors" in call.method.inputs:
        known.setdefault("vectors", None)
    return {name: known[name] for name in call.method.inputs if name in known}


def _weigh(call: Call, data: dict[str, Any], found: list[Matrix]) -> None:
    """Say what memory the method will need, and refuse more than may be used."""
    sized = [data.get(name) for name in ("vectors", "trajectories", "graph")]
    rows = next((one for one in sized if one is not None), None)
    module = call.method.load()
    if rows is None or not hasattr(module, "memory"):
        return
    # What is mapped counts as well, though the system may take it back.
    mapped = sum(int(matrix.rows.nbytes) for matrix in found)
    need = BASE + mapped + module.memory(rows, call.own["diversify"])
    limit = call.groups["telling"].memory
    if limit is not None and need > limit:
        msg = (
            f"this needs {need / GIGA:.2f} GB and --memory allows {limit / GIGA:.2f}."
            " Try: fewer records, --neighbours or --cells, or more memory"
        )
        raise MachineError(msg)
    call.say(f"needs about {need / GIGA:.2f} GB")


def _write(
    call: Call, stream: Stream, table: Table, choice: Choice, output: Output
) -> None:
    """The chosen lines, from a second pass."""
    telling: Telling = call.groups["telling"]
    if not telling.by_rank:
        for line, at in _lines(stream, table, choice):
            output.write(_told(line, at, table, choice) if telling.ranks else line)
        return
    store, held = Store(), {}
    for line, at in _lines(stream, table, choice):
        held[at] = store.put(line)
    for at in range(len(choice.rows)):
        line = store.get(held[at])
        output.write(_told(line, at, table, choice) if telling.ranks else line)


def _lines(stream: Stream, table: Table, choice: Choice) -> Iterator[tuple[bytes, int]]:
    """The chosen lines in the order of the input, each with its place in the choice."""
    places = table.places[choice.rows]
    order = np.argsort(places, kind="stable")
    wanted = places[order].tolist()
    ranks = order.tolist()
    next_ = 0
    for block in stream.blocks() if wanted else ():
        lines = None
        while next_ < len(wanted):
            if lines is None:
                lines = [line for line in block.lines if not line.isspace()]
            at = wanted[next_] - block.row
            if at >= len(lines):
                break
            line = lines[at]
            yield line if line.endswith(b"\n") else line + b"\n", ranks[next_]
            next_ += 1
        if next_ == len(wanted):
            return


def _told(line: bytes, at: int, table: Table, choice: Choice) -> bytes:
    """A line with its rank, and what else there is to say of it."""
    columns: list[tuple[str, Any]] = [("_rank", [at + 1])]
    if not table.said:
        columns.insert(0, (blocks.ROW, [int(table.rows[choice.rows[at]])]))
    if choice.gains is not None:
        columns.append(("_gain", [float(choice.gains[at])]))
    if choice.covers is not None:
        columns.append(("_covers", [int(choice.covers[at])]))
    parsed = Parsed("", [orjson.loads(line)], [line], [0], [0])
    return splice.splice(parsed, columns, overwrite=True)


def _close(call: Call, table: Table, choice: Choice) -> None:
    counts = table.counts | {"kept": len(choice.rows)}
    gone = counts["kept"] + counts["rejected"] + counts["blank"]
    counts["dropped"] = counts["read"] - gone
    wanted = call.given.get("k")
    short = wanted is not None and len(choice.rows) < wanted
    if "groups" in choice.facts:
        short = choice.facts["groups"] < wanted
    call.close(
        counts,
        wanted=f"{wanted:,}, and all that can be are kept" if short else None,
        already=len(table.already) or None,
        **{name.replace(" ", "_"): fact for name, fact in choice.facts.items()},
    )
