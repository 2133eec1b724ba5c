"""Influence on a target task, by gradients: the highest over its subtasks.

High means that an Adam step on the record lowers the loss of the task. Both matrices
are those of `sel embed gradient`, the target's with --target-task; the product of two
rows is the sum over checkpoints. Each file of --target-vectors is a task, and a field:
tasks take turns with `sel pick turns --by less_a,less_b`. The pool is read block by
block, its matrix is mapped: memory does not depend on its length.

Source: Xia et al. 2024, LESS: Selecting Influential Data for Targeted Instruction
Tuning, arXiv:2402.04333, section 4.

Differs: the cosine with each row of a subtask is averaged, as in the authors' code; the
paper takes the cosine with the mean of their gradients. Their code knows three tasks by
name, and puts records whose gradient is NaN first; here they get null.
"""

from typing import Literal

import numpy as np

from sel import check
from sel.errors import DataError
from sel.maths.matrices import vectors as rows
from sel.maths.matrices.products import product
from sel.types import Scores, Vectors

STEP = 1 << 12  # rows that are compared at once


def score(
    vectors: Vectors,
    targets: Vectors,
    *,
    subtasks: int = 1,
    reduce: Literal["max", "each"] = "max",
) -> Scores:
    """Influences, shape (n,), or (n, subtasks); NaN for rows without length.

    Args:
        vectors: (n, d), of the pool.
        targets: (t, d), of a task, all with length.
        subtasks: of each task, one after another, with as many rows each.
        reduce: max is the influence on the subtask that gains the most; each writes
            the list of all, so that subtasks take turns.

    Raises:
        DataError: the rows of a target do not make so many subtasks.
    """
    check.at_least("--subtasks", subtasks, 1)
    if len(targets) % subtasks:
        msg = f"{len(targets):,} rows of a target are not {subtasks} subtasks"
        raise DataError(f"{msg} of equal size. Try: another --subtasks")
    # the mean of products with rows is the product with their mean
    centres = rows.unit(targets).reshape(subtasks, -1, targets.shape[1]).mean(axis=1)
    found = np.empty((len(vectors), subtasks), np.float32)
    for at in range(0, len(vectors), STEP):
        part = np.asarray(vectors[at : at + STEP], np.float32)
        found[at : at + STEP] = product(rows.unit(part), centres)
        found[at : at + STEP][~rows.usable(part)] = np.nan
    return found if reduce == "each" else found.max(axis=1)
