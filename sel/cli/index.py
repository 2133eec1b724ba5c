"""`sel index METHOD`: indexes of matrices, and what is near in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from sel.cli.ranking import Store
from sel.errors import DataError, UsageError
from sel.index import build
from sel.maths import neighbours
from sel.maths.vectors import usable
from sel.streams import indexes, npy, splice
from sel.streams.output import open_output
from sel.streams.records import Parsed, parse

if TYPE_CHECKING:
    from sel.catalog import Method
    from sel.cli.call import Call

NEAR = 10  # neighbours by which recall is measured
ASKED = 200  # rows by which it is measured
AS_QUERY, AS_ROW, AS_COSINE = "_query", "_row", "_cosine"


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    wanted = [
        ("index", "rows", "vectors" in method.inputs and method.name != "graph"),
        ("index", "matrix", method.name == "graph"),
        ("index", "asking", "queries" in method.inputs),
        ("options", "reading", "queries" in method.inputs),
        ("options", "writing", True),
    ]
    return [(module, group) for module, group, there in wanted if there]


def operands(method: Method) -> tuple[str, str]:
    """How the help calls the inputs."""
    if method.name in ("build", "graph"):
        return "", "none"
    return "INDEX", "a file that sel index build has made"


def rows(*, vectors: str, card_check: bool = True) -> Rows:
    """Vectors.

    Args:
        vectors: matrix whose rows are put into the index (.npy).
        card_check: refuse a matrix that was not made like those of the index.
    """
    return Rows(vectors, card_check)


def matrix(*, vectors: str) -> Rows:
    """Vectors.

    Args:
        vectors: matrix (.npy).
    """
    return Rows(vectors, check=True)


@dataclass(frozen=True)
class Rows:
    """A matrix for the index."""

    path: str
    check: bool


def asking(
    *, queries: str, records: str | None = None, card_check: bool = True
) -> Asking:
    """Queries.

    Args:
        queries: matrix whose rows are searched for (.npy).
        records: FILE of the records that were embedded; those found are written.
        card_check: refuse a matrix that was not made like those of the index.
    """
    return Asking(queries, records, card_check)


@dataclass(frozen=True)
class Asking:
    """What is searched for."""

    path: str
    records: str | None
    check: bool


def run(call: Call) -> int:
    """Build, add to, search or describe an index."""
    if call.method.name in ("build", "graph"):
        {"build": _build, "graph": _graph}[call.method.name](call)
        return 0
    if len(call.files) != 1:
        msg = f"give one index. Try: {call.title} pool.faiss"
        raise UsageError(msg)
    index, card = indexes.load(call.files[0])
    {"add": _add, "search": _search, "info": _info}[call.method.name](call, index, card)
    return 0


def _build(call: Call) -> None:
    path = call.writing.output
    if not path or call.files:
        msg = "say where the index goes. Try: --vectors pool.npy -o pool.faiss"
        raise UsageError(msg)
    matrix = npy.read(call.groups["rows"].path)
    index = call.method.load().build(matrix.rows, **call.own["build"])
    found = _recall(index, matrix)
    indexes.save(path, index, _facts(matrix.card, len(matrix), matrix.dim))
    kind = type(neighbours.library().downcast_index(index.index)).__name__
    _close(call, len(matrix), index.ntotal, kind=kind, **found)


def _graph(call: Call) -> None:
    path = call.writing.output
    if call.files:
        msg = f"{call.title} reads a matrix. Try: --vectors {call.files[0]}"
        raise UsageError(msg)
    matrix = npy.read(call.groups["matrix"].path)
    index, found = None, {}
    if len(matrix) > build.EXACT:
        index = build.build(matrix.rows)
        found = _recall(index, matrix)
    own = call.own["graph"]
    writer = npy.Writer(path, own["k"], "int32")
    if writer.file:
        writer.start(0)
    unusable = 0
    for part in call.method.load().graph(matrix.rows, index, **own):
        unusable += int((part[:, 0] < 0).sum())
        writer.write(part)
    writer.commit({"made_by": call.title, "options": own, "of": _made(matrix.card)})
    _close(call, len(matrix), len(matrix) - unusable, **found)


def _recall(index: Any, matrix: npy.Matrix) -> dict[str, float]:
    """How many of the true neighbours of some rows the index finds."""
    chosen = np.sort(np.random.default_rng(0).permutation(len(matrix))[:ASKED])
    asked = np.asarray(matrix.rows[chosen], np.float32)
    asked = asked[usable(asked)]
    if not len(asked):
        return {}
    truth, _ = neighbours.exact(matrix.rows, asked, NEAR)
    _, near = index.search(asked, NEAR)
    return {f"recall@{NEAR}": round(neighbours.recall(truth, near), 4)}


def _add(call: Call, index: Any, card: dict[str, Any]) -> None:
    given: Rows = call.groups["rows"]
    matrix = npy.read(given.path)
    _check(matrix, call.files[0], card, check=given.check)
    first, before = card["rows"], index.ntotal
    index = call.method.load().add(index, matrix.rows, first)
    path = call.writing.output or call.files[0]
    indexes.save(path, index, _facts(card, first + len(matrix), matrix.dim))
    _close(call, len(matrix), index.ntotal - before, rows=first + len(matrix))


def _search(call: Call, index: Any, card: dict[str, Any]) -> None:
    asking: Asking = call.groups["asking"]
    queries = npy.read(asking.path)
    _check(queries, call.files[0], card, check=asking.check)
    asked = np.asarray(queries.rows, np.float32)
    good = np.flatnonzero(usable(asked))
    near, cosines = call.method.load().search(index, asked[good], **call.own["search"])
    output = open_output(call.writing.output)
    if asking.records:
        _records(call, output, good, near, cosines)
    else:
        for query, places, likeness in zip(good.tolist(), near, cosines, strict=True):
            there = places >= 0
            line = {"query": query, "rows": places[there], "cosines": likeness[there]}
            output.write(orjson.dumps(line, option=orjson.OPT_SERIALIZE_NUMPY) + b"\n")
    output.commit()
    _close(call, len(queries), len(good))


def _records(call: Call, output: Any, good: Any, near: Any, cosines: Any) -> None:
    """The records that were found, query by query."""
    store, held = Store(), {}
    wanted = set(near[near >= 0].tolist())
    stream = call.reading.stream([call.groups["asking"].records])
    for block in stream.blocks():
        parsed = parse(block, stream.max_line)
        for place, row in enumerate(parsed.rows):
            if row in wanted:
                held[row] = store.put(parsed.lines[place])
    if len(held) < len(wanted):
        msg = (
            f"the index names row {max(wanted - set(held)):,}, which --records does not"
            " have. Try: the records that were embedded"
        )
        raise DataError(msg)
    for query, places, likeness in zip(good.tolist(), near, cosines, strict=True):
        there = places >= 0
        rows_ = places[there].tolist()
        lines = [store.get(held[row]) for row in rows_]
        parsed = Parsed("", [orjson.loads(line) for line in lines], lines, rows_, rows_)
        columns: list[tuple[str, Any]] = [
            (AS_QUERY, [query] * len(rows_)),
            (AS_ROW, rows_),
            (AS_COSINE, list(likeness[there])),
        ]
        output.write(splice.splice(parsed, columns, overwrite=True))


def _info(call: Call, index: Any, card: dict[str, Any]) -> None:
    known = {**card, **call.method.load().info(index), "numbers": card["rows"]}
    output = open_output(call.writing.output)
    output.write(orjson.dumps(known) + b"\n")
    output.commit()


def _check(matrix: npy.Matrix, path: str, card: dict[str, Any], *, check: bool) -> None:
    """Refuse a matrix that is unlike those of the index."""
    if check or matrix.dim != card["dim"]:
        theirs = npy.Matrix(path, np.empty((0, card["dim"])), _made(card))
        npy.check_cards(matrix, theirs)


def _facts(card: dict[str, Any], size: int, dim: int) -> dict[str, Any]:
    return _made(card) | {"rows": size, "dim": dim}


def _made(card: dict[str, Any]) -> dict[str, Any]:
    """What a card says of how vectors were made."""
    return {key: card[key] for key in npy.MADE if key in card}


def _close(call: Call, read: int, kept: int, **facts: Any) -> None:
    """Rows that cannot be used count as dropped."""
    law = {"read": read, "kept": kept, "dropped": read - kept}
    call.close({**law, "rejected": 0, "blank": 0}, **facts)
