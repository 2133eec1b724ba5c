"""`sel index`: indexes of matrices, and what is near in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from sel.errors import DataError, UsageError
from sel.index import build
from sel.maths.matrices.vectors import usable
from sel.maths.neighbours import faiss_index, knn
from sel.options.vectors import (
    Calibrating,
    Cards,
    Matrix,
    Removing,
    Searching,
    Verifying,
)
from sel.records import splice
from sel.records.fields import ROW, ROWS
from sel.records.passes import numbered
from sel.records.projection import Projection
from sel.records.store import Store
from sel.streams import indexes, npy
from sel.streams.json import written
from sel.streams.lines import Stream
from sel.streams.output import finished

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sel.request import Request
    from sel.types import Vectors

NEAR = 10  # neighbours by which recall is measured
ASKED = 200  # rows by which it is measured

Found = list[tuple[int, Any, Any]]
"""For each query its number, the rows, and their cosines."""


def run(request: Request) -> int:
    """Build, change, search or describe an index."""
    does = {"build": _build, "add": _add, "search": _search}
    does |= {"remove": _remove, "info": _info}
    name = request.method.name
    alone = name == "build"
    if len(request.sources) != (not alone):
        wanted = "no file but --vectors" if alone else "one index"
        msg = f"{request.title} takes {wanted}. Try: {request.title} --help"
        raise UsageError(msg)
    does[name](request)
    return 0


def _build(request: Request) -> None:
    path = request.path
    if not path:
        msg = "say where the index goes. Try: -o pool.faiss"
        raise UsageError(msg)
    matrix = npy.read(request[Matrix].vectors)
    own, more = request.own["build"], []
    if request[Calibrating].queries:
        more = [_queries(request, matrix)]
    index, recall = request.method.load().build(matrix.rows, NEAR, *more, **own)
    said = said_recall(recall, NEAR)
    _save(path, index, matrix.card, len(matrix), said)
    closed(request, len(matrix), index.ntotal, kind=_kind(index), **said)


def _queries(request: Request, matrix: npy.Matrix) -> Callable[[Vectors], Vectors]:
    """What gives the queries of --queries, or so many of them as stand for all."""
    path = str(request[Calibrating].queries)
    queries = npy.read(path)
    npy.check_like(queries, matrix, cards=request[Cards].card_check)
    chosen = np.random.default_rng(0).permutation(len(queries))[: build.ASKED]
    asked = np.asarray(queries.take(np.sort(chosen)), np.float32)
    asked = asked[usable(asked)]
    if not len(asked):
        msg = f"{path}: no query can be used. Try: other queries, or none"
        raise DataError(msg)
    return lambda _: asked


def said_recall(recall: float, near: int) -> dict[str, float]:
    """What is said of the share of the true neighbours that are found."""
    return {f"recall@{near}": round(recall, 4)}


def _again(index: Any) -> dict[str, float]:
    """The recall of an index that was changed, halfway between some of its rows."""
    stored = faiss_index.Stored(index)
    places = np.sort(np.random.default_rng(0).permutation(len(stored))[:ASKED])
    if not len(places):
        return {}
    rows = np.concatenate([stored[place : place + 1] for place in places])
    asked = knn.between(rows)
    truth = faiss_index.truth(index, asked, NEAR)
    near, _ = faiss_index.search(index, asked, NEAR)
    return said_recall(knn.recall(truth, near), NEAR)


def _add(request: Request) -> None:
    matrix = npy.read(request[Matrix].vectors)
    index, card = _opened(request, matrix)
    first, before = card["rows"], index.ntotal
    index = request.method.load().add(index, matrix.rows, first)
    said, size = _again(index), first + len(matrix)
    _save(request.path or _path(request), index, card, size, said)
    closed(request, len(matrix), index.ntotal - before, rows=size, **said)


def _remove(request: Request) -> None:
    index, card = _loaded(request)
    rows, before = _numbers(request[Removing].rows), index.ntotal
    if rows.max(initial=0) >= card["rows"]:
        msg = (
            f"row {rows.max():,} is to go, and the index numbers its rows from 0 to"
            f" {card['rows'] - 1:,}. Try: the rows of this index"
        )
        raise DataError(msg)
    index = request.method.load().remove(index, rows)
    said = _again(index)
    _save(request.path or _path(request), index, card, card["rows"], said)
    closed(request, len(rows), before - index.ntotal, rows=index.ntotal, **said)


def _numbers(path: str) -> Any:
    """The rows that a file names, each once: records with a _row, or numbers.

    Raises:
        DataError: a line is neither.
    """
    numbers: list[int] = []
    for place, line in numbered(Stream([path])):
        try:
            said = orjson.loads(line) if not line.isspace() else []
        except orjson.JSONDecodeError:
            said = None
        said = said.get(ROW) if isinstance(said, dict) else said
        rows: list[Any] = said if isinstance(said, list) else [said]
        if set(map(type, rows)) - {int} or not all(0 <= r < ROWS for r in rows):
            msg = f"{place}: neither a record with a _row nor a row"
            raise DataError(f"{msg}. Try: 17, or {{{ROW!r}: 17}}")
        numbers += rows
    return np.unique(np.array(numbers, np.int64))


def _search(request: Request) -> None:
    asking = request[Searching]
    queries = npy.read(asking.queries)
    index, _ = _opened(request, queries)
    asked = np.asarray(queries.rows, np.float32)
    good = np.flatnonzero(usable(asked))
    own = request.own["search"]
    near, cosines = request.method.load().search(index, asked[good], **own)
    found = list(zip(good.tolist(), near, cosines, strict=True))
    with finished(request.output()) as output:
        lines = _records(request, asking.records, found) if asking.records else None
        for line in lines or _lines(found):
            output.write(line)
    closed(request, len(queries), len(good))


def _lines(found: Found) -> Iterator[bytes]:
    """Rows and cosines, query by query."""
    for query, rows, cosines in found:
        there = rows >= 0
        line = {"query": query, "rows": rows[there], "cosines": cosines[there]}
        yield written(line) + b"\n"


def _records(request: Request, path: str, found: Found) -> Iterator[bytes]:
    """The records that were found, query by query."""
    store, lines = Store(), {}
    wanted = {row for _, rows, _ in found for row in rows.tolist() if row >= 0}
    reader, ledger = request.reader, request.started_ledger()
    stream = reader.stream([path])
    for part in reader.parts(stream, Projection(row=True), ledger, "reading"):
        for row, line in zip(part.rows, part.lines, strict=True):
            if row in wanted:
                lines[row] = store.put(line)
    ledger.close()
    if len(lines) < len(wanted):
        msg = (
            f"the index names row {max(wanted - set(lines)):,}, which --records does"
            " not have. Try: the records that were embedded"
        )
        raise DataError(msg)
    for query, near, cosines in found:
        there = near >= 0
        for row, cosine in zip(near[there].tolist(), cosines[there], strict=True):
            fields = {"_query": query, ROW: row, "_cosine": cosine}
            yield splice.extended(store.get(lines[row]), fields)


def _info(request: Request) -> None:
    index, card = _loaded(request)
    known = {**card, **request.method.load().info(index), "next_row": card["rows"]}
    known = {
        key: fact for key, fact in known.items() if key not in ("ends", "dim", "sum")
    }
    with finished(request.output()) as output:
        output.write(written(known) + b"\n")


def _path(request: Request) -> str:
    return str(request.sources[0])


def _loaded(request: Request) -> tuple[Any, dict[str, Any]]:
    """The index that is named, and its card."""
    return indexes.load(_path(request), verify=request[Verifying].verify)


def _opened(request: Request, matrix: npy.Matrix) -> tuple[Any, dict[str, Any]]:
    """The index that is named, if the matrix is like its vectors."""
    path = _path(request)
    index, card = _loaded(request)
    theirs = npy.Matrix(path, np.empty((0, card["dim"])), made(card))
    npy.check_like(matrix, theirs, cards=request[Cards].card_check)
    return index, card


def _save(
    path: str, index: Any, card: dict[str, Any], size: int, said: dict[str, float]
) -> None:
    """Put an index in its place, with what is known of it.

    Args:
        path: the file.
        index: of FAISS.
        card: says how the vectors were made.
        size: the number of the next row.
        said: the recall.
    """
    facts = {"kind": _kind(index), "rows": size, "dim": index.d}
    indexes.save(path, index, made(card) | facts | said)


def _kind(index: Any) -> str:
    return type(faiss_index.library().downcast_index(index.index)).__name__


def made(card: dict[str, Any]) -> dict[str, Any]:
    """What a card says of how vectors were made."""
    return {key: card[key] for key in npy.MADE if key in card}


def closed(request: Request, read: int, kept: int, **facts: Any) -> None:
    """Rows that cannot be used count as dropped."""
    law = {"read": read, "kept": kept, "dropped": read - kept}
    request.close({**law, "rejected": 0, "blank": 0}, **facts)
