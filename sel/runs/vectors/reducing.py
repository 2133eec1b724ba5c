"""`sel embed columns`: a matrix with fewer columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.inputs import shared
from sel.maths.matrices import vectors
from sel.options.chance import Seed
from sel.options.vectors import Reducing, Shaping
from sel.runs.measures.measure import matrix_law, refuse_files
from sel.streams import npy

if TYPE_CHECKING:
    from sel.request import Request

ROWS = 1 << 14
"""Rows that are written at once."""


def run(request: Request) -> int:
    """Write a matrix with fewer columns."""
    refuse_files(request)
    matrix = shared(request, "vectors").matrix
    path, shaping = request[Reducing].fit, request[Shaping]
    known = npy.read(path) if path else matrix
    npy.check_like(matrix, known)
    own, generator = request.own["embed"], shared(request, "generator").whole()
    less = request.method.load().embed(known.rows, generator, **own)
    writer = npy.Writer(request.path, own["dim"], shaping.dtype)
    writer.start(0)
    unusable = 0
    for at in range(0, len(matrix), ROWS):
        rows = less(np.asarray(matrix.rows[at : at + ROWS], np.float32))
        if shaping.normalize:
            rows = vectors.unit(rows)
        unusable += int((~vectors.usable(rows)).sum())
        writer.write(rows)
    writer.commit(_made_by(request, matrix, known))
    request.close(matrix_law(len(matrix), len(matrix) - unusable))
    return 0


def _made_by(request: Request, matrix: Any, known: Any) -> dict[str, Any]:
    """What the vectors depend on; the same for a pool and for queries fitted to it."""
    of = {name: matrix.card[name] for name in npy.MADE if name in matrix.card}
    fit = {"rows": len(known), "ends": known.card.get("ends")}
    own = {**request.own["embed"], "seed": request[Seed].seed}
    normalize = request[Shaping].normalize
    options = {**own, "normalize": normalize, "fit": fit, "of": of}
    return {"made_by": request.title, "options": options}
