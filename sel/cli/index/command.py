"""`sel index METHOD`: indexes of matrices, and what is near in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from sel import check
from sel.cli.common import blocks
from sel.cli.pick.ranking import Store
from sel.errors import DataError, SelError, UsageError
from sel.index import build
from sel.maths.matrices.vectors import usable
from sel.maths.neighbours import faiss_index, knn
from sel.streams import indexes, npy, splice
from sel.streams.lines import Stream
from sel.streams.output import finished, open_output
from sel.streams.records import Parsed, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.catalog import Method
    from sel.cli.call import Call

NEAR = 10  # neighbours by which recall is measured
ASKED = 200  # rows by which it is measured
WITHOUT = ("build", "graph")  # methods that make what they need from a matrix

Found = list[tuple[int, Any, Any]]
"""For each query its number, the rows, and their cosines."""


def groups(method: Method) -> list[tuple[str, str]]:
    """The option groups of a method, as pairs of module and name."""
    queries = "queries" in method.inputs
    wanted = [
        ("common.matrices", "whole", "vectors" in method.inputs),
        ("index.command", "removing", method.name == "remove"),
        ("index.command", "asking", queries),
        ("common.matrices", "checking", method.name in ("add", "search")),
        ("options", "reading", queries),
        ("options", "writing", True),
    ]
    return [(module, group) for module, group, there in wanted if there]


def operands(method: Method) -> tuple[str, str]:
    """How the help calls the inputs."""
    if method.name in WITHOUT:
        return "", "none"
    return "INDEX", "a file that sel index build has made"


def removing(*, rows: str) -> str:
    """Rows.

    Args:
        rows: FILE of records with a _row, or of numbers, that go.
    """
    return rows


def asking(*, queries: str, records: str | None = None) -> Asking:
    """Queries.

    Args:
        queries: matrix whose rows are searched for (.npy).
        records: FILE of the records that were embedded; those found are written.
    """
    return Asking(queries, records)


@dataclass(frozen=True)
class Asking:
    """What is searched for."""

    path: str
    records: str | None


def run(call: Call) -> int:
    """Build, change, search or describe an index."""
    given = call.files
    if len(given) != (call.method.name not in WITHOUT):
        wanted = "no file but --vectors" if call.method.name in WITHOUT else "one index"
        msg = f"{call.title} takes {wanted}. Try: {call.title} --help"
        raise UsageError(msg)
    does = {"build": _build, "graph": _graph, "add": _add, "search": _search}
    does |= {"remove": _remove, "info": _info}
    does[call.method.name](call)
    return 0


def _build(call: Call) -> None:
    path = call.writing.output
    if not path:
        msg = "say where the index goes. Try: -o pool.faiss"
        raise UsageError(msg)
    matrix = npy.read(call.groups["whole"])
    index, recall = call.method.load().build(matrix.rows, NEAR, **call.own["build"])
    found = _recall(recall, NEAR)
    _save(path, index, matrix.card, len(matrix), found)
    _close(call, len(matrix), index.ntotal, kind=_kind(index), **found)


def _graph(call: Call) -> None:
    matrix = npy.read(call.groups["whole"])
    module, own = call.method.load(), call.own["graph"]
    check.at_least("-k", own["k"], 1)
    index, recall = build.build(matrix.rows, own["k"])
    rows = module.graph(matrix.rows, index, **own)
    writer = npy.Writer(call.writing.output, own["k"], "int32")
    unusable = 0
    try:
        writer.start(0)
        for part in rows:
            unusable += int((part[:, 0] < 0).sum())
            writer.write(part)
    except SelError:
        writer.abort(keep=False)
        raise
    writer.commit({"made_by": call.title, "options": own, "of": _made(matrix.card)})
    _close(call, len(matrix), len(matrix) - unusable, **_recall(recall, own["k"]))


def _recall(found: float, near: int) -> dict[str, float]:
    return {f"recall@{near}": round(found, 4)}


def _again(index: Any) -> dict[str, float]:
    """The recall of an index that was changed, for some of its own rows."""
    stored = faiss_index.Stored(index)
    places = np.sort(np.random.default_rng(0).permutation(len(stored))[:ASKED])
    if not len(places):
        return {}
    asked = np.concatenate([stored[place : place + 1] for place in places])
    own = stored.rows[places]
    truth = faiss_index.truth(index, asked, NEAR + 1)
    near, _ = faiss_index.search(index, asked, NEAR + 1)
    truth, near = (knn.others(rows, own) for rows in (truth, near))
    return _recall(knn.recall(truth, near), NEAR)


def _add(call: Call) -> None:
    matrix = npy.read(call.groups["whole"])
    index, card = _opened(call, matrix)
    first, before = card["rows"], index.ntotal
    index = call.method.load().add(index, matrix.rows, first)
    found, size = _again(index), first + len(matrix)
    _save(call.writing.output or call.files[0], index, card, size, found)
    _close(call, len(matrix), index.ntotal - before, rows=size, **found)


def _remove(call: Call) -> None:
    index, card = indexes.load(call.files[0])
    rows, before = _numbers(call.groups["removing"]), index.ntotal
    if rows.max(initial=0) >= card["rows"]:
        msg = (
            f"row {rows.max():,} is to go, and the index numbers its rows from 0 to"
            f" {card['rows'] - 1:,}. Try: the rows of this index"
        )
        raise DataError(msg)
    index = call.method.load().remove(index, rows)
    found = _again(index)
    _save(call.writing.output or call.files[0], index, card, card["rows"], found)
    _close(call, len(rows), before - index.ntotal, rows=index.ntotal, **found)


def _numbers(path: str) -> Any:
    """The rows that a file names, each once: records with a _row, or numbers.

    Raises:
        DataError: a line is neither.
    """
    found: list[int] = []
    for block in Stream([path]).blocks():
        for number, line in enumerate(block.lines, block.line):
            try:
                said = orjson.loads(line) if not line.isspace() else []
            except orjson.JSONDecodeError:
                said = None
            said = said.get(blocks.ROW) if isinstance(said, dict) else said
            rows: list[Any] = said if isinstance(said, list) else [said]
            if set(map(type, rows)) - {int} or not all(
                0 <= r < blocks.ROWS for r in rows
            ):
                msg = f"{block.file}:{number}: neither a record with a _row nor a row"
                raise DataError(f"{msg}. Try: 17, or {{{blocks.ROW!r}: 17}}")
            found += rows
    return np.unique(np.array(found, np.int64))


def _search(call: Call) -> None:
    asking: Asking = call.groups["asking"]
    queries = npy.read(asking.path)
    index, _ = _opened(call, queries)
    asked = np.asarray(queries.rows, np.float32)
    good = np.flatnonzero(usable(asked))
    near, cosines = call.method.load().search(index, asked[good], **call.own["search"])
    found = list(zip(good.tolist(), near, cosines, strict=True))
    with finished(open_output(call.writing.output)) as output:
        for line in _records(call, found) if asking.records else _lines(found):
            output.write(line)
    _close(call, len(queries), len(good))


def _lines(found: Found) -> Iterator[bytes]:
    """Rows and cosines, query by query."""
    for query, rows, cosines in found:
        there = rows >= 0
        line = {"query": query, "rows": rows[there], "cosines": cosines[there]}
        yield orjson.dumps(line, option=orjson.OPT_SERIALIZE_NUMPY) + b"\n"


def _records(call: Call, found: Found) -> Iterator[bytes]:
    """The records that were found, query by query."""
    store, held = Store(), {}
    wanted = {row for _, rows, _ in found for row in rows.tolist() if row >= 0}
    stream = call.reading.stream([call.groups["asking"].records])
    rejects, read = call.reading.rejects(), 0
    for block in call.blocks(stream, "reading"):
        parsed = parse(block, stream.max_line)
        rejects.take(parsed.rejects)
        read += len(block.lines)
        for row, line in zip(blocks.rows(parsed), parsed.lines, strict=True):
            if row in wanted:
                held[row] = store.put(line)
    rejects.close(read)
    if len(held) < len(wanted):
        msg = (
            f"the index names row {max(wanted - set(held)):,}, which --records does not"
            " have. Try: the records that were embedded"
        )
        raise DataError(msg)
    for query, near, cosines in found:
        rows = near[near >= 0].tolist()
        lines = [store.get(held[row]) for row in rows]
        parsed = Parsed("", [orjson.loads(line) for line in lines], lines, rows, rows)
        columns: list[tuple[str, Any]] = [
            ("_query", [query] * len(rows)),
            (blocks.ROW, rows),
            ("_cosine", cosines[near >= 0]),
        ]
        yield splice.splice(parsed, columns, overwrite=True)


def _info(call: Call) -> None:
    index, card = indexes.load(call.files[0])
    known = {**card, **call.method.load().info(index), "next_row": card["rows"]}
    known = {key: fact for key, fact in known.items() if key not in ("ends", "dim")}
    with finished(open_output(call.writing.output)) as output:
        output.write(orjson.dumps(known) + b"\n")


def _opened(call: Call, matrix: npy.Matrix) -> tuple[Any, dict[str, Any]]:
    """The index that is named, if the matrix is like its vectors."""
    path = call.files[0]
    index, card = indexes.load(path)
    theirs = npy.Matrix(path, np.empty((0, card["dim"])), _made(card))
    npy.check_like(matrix, theirs, cards=call.groups["checking"])
    return index, card


def _save(
    path: str, index: Any, card: dict[str, Any], size: int, found: dict[str, float]
) -> None:
    """Put an index in its place, with what is known of it.

    Args:
        path: the file.
        index: of FAISS.
        card: says how the vectors were made.
        size: the number of the next row.
        found: the recall.
    """
    facts = {"kind": _kind(index), "rows": size, "dim": index.d}
    indexes.save(path, index, _made(card) | facts | found)


def _kind(index: Any) -> str:
    return type(faiss_index.library().downcast_index(index.index)).__name__


def _made(card: dict[str, Any]) -> dict[str, Any]:
    """What a card says of how vectors were made."""
    return {key: card[key] for key in npy.MADE if key in card}


def _close(call: Call, read: int, kept: int, **facts: Any) -> None:
    """Rows that cannot be used count as dropped."""
    law = {"read": read, "kept": kept, "dropped": read - kept}
    call.close({**law, "rejected": 0, "blank": 0}, **facts)
