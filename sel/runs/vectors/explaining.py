"""Why a record was chosen, or was not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.maths.matrices.vectors import unit, usable
from sel.records.fields import json_text

if TYPE_CHECKING:
    from sel.maths.greedy.choice import Choice
    from sel.records.pools import Pool


def explained(asked: str, pool: Pool, choice: Choice, data: dict[str, Any]) -> str:
    """A sentence on the record of a row, or of a name where records have names."""
    if pool.names:
        found = pool.names.get(json_text(asked), pool.names.get(asked))
        here = [] if found is None else [found]
    else:
        here = np.flatnonzero((pool.rows == int(asked)) & (pool.places >= 0)).tolist()
    if not here:
        with_cost = " with a cost" if "costs" in pool.columns else ""
        return f"{asked} is not a record of the input{with_cost}"
    place, row = here[0], int(pool.rows[here[0]])
    taken = np.flatnonzero(choice.rows == place)
    if len(taken):
        return _taken(row, int(taken[0]), choice)
    if place in set(pool.already.tolist()):
        return f"row {row:,} was chosen before"
    score = data.get("scores")
    if score is not None and np.isnan(score[place]):
        return f"row {row:,} was left: it has no score"
    groups = data.get("groups")
    if groups is not None and groups[place] < 0:
        return f"row {row:,} was left: it has no group"
    return f"row {row:,} was left" + _left(place, pool, choice, data)


def _taken(row: int, at: int, choice: Choice) -> str:
    said = f"row {row:,} was taken as number {at + 1:,} of {len(choice.rows):,}"
    if choice.gains is not None:
        gain = choice.gains[at]
        said += ": it is like nothing" if np.isnan(gain) else f", gain {gain:.6g}"
    if choice.covers is not None:
        said += f", and stands for {choice.covers[at]:,} records"
    return said


def _left(place: int, pool: Pool, choice: Choice, data: dict[str, Any]) -> str:
    chosen = np.concatenate((pool.already, choice.rows)).astype(np.int64)
    matrix = data.get("vectors")
    said = ""
    if matrix is not None:
        own = np.asarray(matrix[place : place + 1], np.float32)
        if not usable(own)[0]:
            return ": its vector is zero or not finite"
        if len(chosen):
            cosines = unit(np.asarray(matrix[chosen], np.float32)) @ unit(own)[0]
            best = int(cosines.argmax())
            said = f": the nearest of the chosen is {_name(best, pool, chosen)}"
            said += f", cosine {cosines[best]:.4f}"
    elif data.get("graph") is not None:
        near = data["graph"][place]
        hits = np.isin(near, chosen)
        said = f": {int(hits.sum())} of its {int((near >= 0).sum())} neighbours are"
        said += " chosen"
    if choice.gains is not None and len(choice.gains):
        said += f"; the last that was taken gained {choice.gains[-1]:.6g}"
    return said


def _name(best: int, pool: Pool, chosen: Any) -> str:
    before = len(pool.already)
    rank = "chosen before" if best < before else f"number {best - before + 1:,}"
    return f"row {pool.rows[chosen[best]]:,} ({rank})"
