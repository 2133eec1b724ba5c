"""`sel index codebook`: codes that stand for vectors, and how well they do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.maths.matrices.vectors import unit, usable
from sel.maths.neighbours import codebook, knn
from sel.options.vectors import Coding, Matrix
from sel.runs.shards import splitting
from sel.runs.vectors import indexes
from sel.streams import npy

if TYPE_CHECKING:
    from sel.request import Request


def run(request: Request) -> int:
    """Write the codes of a codebook, and with --assign those of all rows."""
    splitting.check_matrix(request)
    matrix = npy.read(request[Matrix].vectors)
    own = request.own["codebook"]
    book = request.method.load().codebook(matrix.rows, **own)
    stages, count, dim = book.stages.shape
    about = {"made_by": request.title, "options": own, "of": indexes.made(matrix.card)}
    path = request[Coding].assign
    codes = npy.Writer(path, stages, "int32") if path else None
    kept, said = _coded(matrix, book, codes)
    if codes:
        codes.commit(about)
    writer = npy.Writer(request.path, dim, "float32")
    writer.start(0)
    writer.write(book.stages.reshape(-1, dim))
    writer.commit({**about, "stages": stages, **said})
    indexes.closed(request, len(matrix), kept, codes=count, stages=stages, **said)
    return 0


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
