"""`sel index`: indexes of matrices, and what is near in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from sel import check
from sel.errors import DataError, UsageError
from sel.index import build
from sel.maths.matrices.vectors import unit, usable
from sel.maths.neighbours import codebook, faiss_index, knn
from sel.options.vectors import (
    Calibrating,
    Cards,
    Coding,
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
    does = {"build": _build, "graph": _graph, "add": _add, "search": _search}
    does |= {"remove": _remove, "info": _info, "codebook": _codebook}
    name = request.method.name
    alone = name in ("build", "graph", "codebook")
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
    said = _recall(recall, NEAR)
    _save(path, index, matrix.card, len(matrix), said)
    _close(request, len(matrix), index.ntotal, kind=_kind(index), **said)


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


def _graph(request: Request) -> None:
    matrix = npy.read(request[Matrix].vectors)
    module, own = request.method.load(), request.own["graph"]
    check.at_least("k", own["k"], 1)
    index, recall = build.build(matrix.rows, own["k"], lambda rows: rows[usable(rows)])
    rows = module.graph(matrix.rows, index, **own)
    writer = npy.Writer(request.path, own["k"], "int32")
    unusable = 0
    writer.start(0)
    for part in rows:
        unusable += int((part[:, 0] < 0).sum())
        writer.write(part)
    writer.commit({"made_by": request.title, "options": own, "of": _made(matrix.card)})
    _close(request, len(matrix), len(matrix) - unusable, **_recall(recall, own["k"]))


def _codebook(request: Request) -> None:
    matrix = npy.read(request[Matrix].vectors)
    own = request.own["codebook"]
    book = request.method.load().codebook(matrix.rows, **own)
    stages, count, dim = book.stages.shape
    about = {"made_by": request.title, "options": own, "of": _made(matrix.card)}
    path = request[Coding].assign
    codes = npy.Writer(path, stages, "int32") if path else None
    kept, said = _coded(matrix, book, codes)
    if codes:
        codes.commit(about)
    writer = npy.Writer(request.path, dim, "float32")
    writer.start(0)
    writer.write(book.stages.reshape(-1, dim))
    writer.commit({**about, "stages": stages, **said})
    _close(request, len(matrix), kept, codes=count, stages=stages, **said)


def _coded(
    matrix: npy.Matrix, book: Any, writer: npy.Writer | None
) -> tuple[int, dict[str, float]]:
    """Code all rows, and write that: how many can be, how far codes are from them."""
    total, apart, kept = np.zeros(matrix.dim), 0.0, 0
    counts = np.zeros(book.stages.shape[1], np.int64)
    if writer:
        writer.start(0)
    for at in range(0, len(matrix), knn.BLOCK):
        rows = np.asarray(matrix.rows[at : at + knn.BLOCK], np.float32)
        good = usable(rows)
        codes: Any = np.full((len(rows), len(book.stages)), -1, np.int32)
        codes[good], errors = book.coded(rows[good])
        counts += np.bincount(codes[good, 0], minlength=len(counts))
        apart += float(errors[:, -1].sum())
        total += unit(rows[good]).sum(axis=0, dtype=np.float64)
        kept += int(good.sum())
        if writer:
            writer.write(codes)
    spread = 1 - float(total @ total) / kept**2
    used = codebook.usage(counts)
    return kept, {
        "distortion": round(apart / kept, 6),
        "unexplained": round(apart / kept / spread, 4) if spread > 0 else 0.0,
        "used": int(used["codes_used"]),
        "perplexity": round(used["code_perplexity"], 2),
    }


def _recall(recall: float, near: int) -> dict[str, float]:
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
    return _recall(knn.recall(truth, near), NEAR)


def _add(request: Request) -> None:
    matrix = npy.read(request[Matrix].vectors)
    index, card = _opened(request, matrix)
    first, before = card["rows"], index.ntotal
    index = request.method.load().add(index, matrix.rows, first)
    said, size = _again(index), first + len(matrix)
    _save(request.path or _path(request), index, card, size, said)
    _close(request, len(matrix), index.ntotal - before, rows=size, **said)


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
    _close(request, len(rows), before - index.ntotal, rows=index.ntotal, **said)


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
    _close(request, len(queries), len(good))


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
    theirs = npy.Matrix(path, np.empty((0, card["dim"])), _made(card))
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
    indexes.save(path, index, _made(card) | facts | said)


def _kind(index: Any) -> str:
    return type(faiss_index.library().downcast_index(index.index)).__name__


def _made(card: dict[str, Any]) -> dict[str, Any]:
    """What a card says of how vectors were made."""
    return {key: card[key] for key in npy.MADE if key in card}


def _close(request: Request, read: int, kept: int, **facts: Any) -> None:
    """Rows that cannot be used count as dropped."""
    law = {"read": read, "kept": kept, "dropped": read - kept}
    request.close({**law, "rejected": 0, "blank": 0}, **facts)
