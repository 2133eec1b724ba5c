"""`sel index graph`: the nearest neighbours of every row, or of the rows of a shard."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sel import check
from sel.errors import DataError, UsageError
from sel.index import build
from sel.maths.matrices.vectors import usable
from sel.maths.neighbours import knn
from sel.options.vectors import Indexed, Matrix, Verifying
from sel.options.writing import Resuming
from sel.runs import resuming
from sel.runs.shards import splitting
from sel.runs.vectors import indexes, matrix
from sel.streams import indexes as files
from sel.streams import npy

if TYPE_CHECKING:
    from sel.records.ledger import Ledger
    from sel.request import Request

KIND = "int32"
MOST = 1 << 31
"""Rows that have numbers of that kind."""
INDEX = "pool.faiss"


def run(request: Request) -> int:
    """Write the neighbours of all rows, or of those of a shard."""
    splitting.check_matrix(request)
    if (request.path or "").endswith("/"):
        msg = f"-o {request.path}: a matrix is one file. Try: -o graph.npy"
        raise UsageError(msg)
    vectors = npy.read(request[Matrix].vectors)
    if len(vectors) > MOST:
        msg = f"{vectors.name} has {len(vectors):,} rows, and a graph at most {MOST:,}"
        raise DataError(msg)
    module, own = request.method.load(), request.own["graph"]
    part, share = range(len(vectors)), request.share
    if share:
        source: Any = request.sources[0]
        part = part[source.first * knn.ASKED :][: _size(source)]
    index, said = _index(request, vectors)
    key = None if share else splitting.identity(request, [])
    writer = npy.Writer(request.path, own["k"], KIND, key)
    first, kept = _begun(request, writer)
    found = module.graph(vectors.rows, index, part[first * knn.ASKED :], **own)
    for number, rows in enumerate(found, first + 1):
        kept += int((rows[:, 0] >= 0).sum())
        writer.write(rows)
        if writer.file and number % resuming.EVERY == 0:
            writer.file.checkpoint(number, {"rows": writer.rows, "kept": kept})
    if share:
        share.file = writer.file
    made = {"made_by": request.title, "options": own, "of": indexes.made(vectors.card)}
    writer.commit(made)
    told = {"rows": writer.rows, "kept": kept, "made": made, "said": said}
    if share:
        share.told |= told
        return 0
    return merged(request, [told])


def _size(source: Any) -> int | None:
    """How many rows a range of blocks has at most."""
    last = source.last
    return None if last is None else (last - source.first) * knn.ASKED


def _begun(request: Request, writer: npy.Writer) -> tuple[int, int]:
    """After how many blocks to go on, and the rows of them that have a neighbour."""
    resumes = request[Resuming].resume and writer.file
    first = max(writer.file.points(), default=0) if resumes and writer.file else 0
    return first, int(writer.start(first).get("kept", 0))


def _index(request: Request, vectors: npy.Matrix) -> tuple[Any, dict[str, float]]:
    """What is searched, and how much of the truth it finds.

    Raises:
        DataError: --index is of other vectors.
    """
    asked, k = request[Indexed], request.own["graph"]["k"]
    check.at_least("k", k, 1)
    if asked.exact and len(vectors) > build.EXACT:
        return None, indexes.said_recall(1.0, k)
    if not asked.index:
        index, recall = build.build(vectors.rows, k, lambda rows: rows[usable(rows)])
        return index, indexes.said_recall(recall, k)
    verify = request[Verifying].verify
    index, card = files.load(asked.index, verify=verify, mapped=True)
    theirs = npy.Matrix(asked.index, vectors.rows[:0], indexes.made(card))
    npy.check_like(vectors, theirs)
    if (card["rows"], card["dim"]) != (len(vectors), vectors.dim):
        msg = f"{asked.index} is of {card['rows']:,} rows of {card['dim']} columns"
        raise DataError(f"{msg}, and {vectors.name} is not. Try: sel index build")
    return index, {n: x for n, x in card.items() if n.startswith("recall@")}


def prepared(request: Request, place: str) -> Request:
    """The same run with an index that all shards search, in the folder of the parts."""
    splitting.check_matrix(request)
    asked, vectors = request[Indexed], npy.read(request[Matrix].vectors)
    if asked.index or asked.exact or len(vectors) <= build.EXACT:
        return request
    path, key = place + INDEX, splitting.identity(request, [])
    if npy.card(path).get("of") != key:  # else it is that of a run that is resumed
        index, said = _index(request, vectors)
        facts = {"rows": len(vectors), "dim": vectors.dim, "of": key, **said}
        files.save(path, index, indexes.made(vectors.card) | facts)
    return replace(request, values={**request.values, "index": path})


def joined(request: Request, parts: list[tuple[str, dict[str, Any]]]) -> None:
    """Put the matrices of shards into one; see sel.runs.vectors.matrix."""
    writer = npy.Writer(request.path, request.own["graph"]["k"], KIND)
    writer.start(0)
    for part, one in parts:
        matrix.copied(writer, part, one["rows"])
    writer.commit(parts[0][1]["made"])


def merged(
    request: Request, shares: list[dict[str, Any]], ledger: Ledger | None = None
) -> int:
    """Close a run, or one that was done in shards; see sel.runs.scores.rows."""
    del ledger
    rows, kept = (sum(one[name] for one in shares) for name in ("rows", "kept"))
    indexes.closed(request, rows, kept, **shares[0]["said"])
    return 0
