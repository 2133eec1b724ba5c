"""Whether a model still knows rows that were to be removed from it.

Each selection is a list of rows to forget. A small classifier is trained on the pool;
its weights that matter much more to those rows than to the pool are dampened; and it is
trained anew without the rows, which is the truth to compare with. One line for each of
the three: accuracy on the forgotten, the retained and the test rows; `zrf`, which is 1
where it answers as a network that has learnt nothing; `attack`, the share of the
forgotten rows that a membership attack takes for rows trained on, beside `attack_test`,
that of rows never seen; and `memory`, by how much lower its loss on the forgotten rows
is than that of the model trained without them, in nats, with a 95% interval: above 0,
the rows are still in the model. Cost: two trainings for each of --models.

Source: Foster et al. 2024, Fast Machine Unlearning Without Retraining Through Selective
Synaptic Dampening, arXiv:2308.07707; Schoepf et al. 2024, arXiv:2402.10098, for alpha;
Chundawat et al. 2023, arXiv:2205.08096, for ZRF and the attack.

Differs: importances are those of single rows (--importance batch: as released); a ratio
of them never exceeds N / |F|, so alpha must be below that; ZRF is in bits, and `memory`
is not the paper's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sel import check
from sel.errors import DataError, OptionError
from sel.eval._forgetting import Dampening
from sel.eval._network import Recipe
from sel.eval._unlearning import Trial
from sel.maths.learning.classifiers import Labelled
from sel.types import Noise

if TYPE_CHECKING:
    from sel.types import Indices


def measure(
    chosen_labelled: Sequence[Labelled],
    pool_labelled: Labelled,
    test_labelled: Labelled,
    outputs: Sequence[Any] | None,
    rng: Noise,
    *,
    alpha: float | None = None,
    lambda_: float = 1.0,
    importance: Literal["row", "batch", "output"] = "row",
    hidden: int = 32,
    epochs: int = 30,
    learning_rate: float = 0.01,
    weight_decay: float = 0.0,
    batch: int = 64,
    models: int = 5,
) -> list[list[dict[str, Any]]]:
    """For each list of rows, a result of the trained, dampened and retrained model.

    Args:
        chosen_labelled: the rows to forget, of each list.
        pool_labelled: all rows that the model was trained on, these too.
        test_labelled: rows that it never saw.
        outputs: (n, classes) and (t, classes), logits of a model of the user's for all
            rows of the matrices that pool and test are from.
        rng: draws first weights, orders and resamples.
        alpha: dampen weights that matter more than X times as much to the forgotten
            rows [by the size of the list: the highest ln(1 + 100 |F| / N) percent].
        lambda_: what is left of them: X times the inverse ratio, at most all.
        importance: squared gradients of each row, or of each batch as released; or
            without labels, by the norm of the outputs.
        hidden: units of the hidden layer; 0 for logistic regression.
        epochs: passes over the rows in a training.
        learning_rate: highest rate of Adam; it falls to 0.
        weight_decay: of the weights, decoupled from the gradient.
        batch: rows of a step, and of --importance batch and output.
        models: trainings, each from other first weights, that a result is the mean of.
    """
    check.above("--lambda", lambda_, 0)
    check.at_least("--hidden", hidden, 0)
    check.above("--learning-rate", learning_rate, 0)
    check.between("--weight-decay", weight_decay, 0, 1)
    for name, value in (("--epochs", epochs), ("--batch", batch), ("--models", models)):
        check.at_least(name, value, 1)
    if alpha is not None:
        check.above("--alpha", alpha, 0)
    how = Dampening(alpha, lambda_, importance, batch)
    recipe = Recipe(hidden, epochs, learning_rate, batch, weight_decay)
    lists = [_places(one, pool_labelled) for one in chosen_labelled]
    for places in lists:
        _check_alpha(alpha, len(pool_labelled) / len(places), importance)
    seeds = (rng.uniform(np.arange(models, dtype=np.uint64)) * 2**53).astype(np.int64)
    trial = Trial(pool_labelled, test_labelled, recipe, seeds.tolist())
    trained = [trial.trained(seed) for seed in trial.seeds]
    rows = pool_labelled.rows, test_labelled.rows
    given = outputs and [one[some] for one, some in zip(outputs, rows, strict=True)]
    lines = []
    for places in lists:
        found = trial.results(places, trained, how, rng)
        if given:
            found.insert(0, {"model": "given", **trial.tried(places, *given)})
        lines.append(found)
    return lines


def _places(chosen: Labelled, pool: Labelled) -> Indices:
    """Where the rows to forget stand in the pool, all copies of them.

    Raises:
        DataError: one is not there, or none or all would be left.
    """
    there = np.isin(pool.rows, chosen.rows)
    places = np.flatnonzero(there)
    known = {int(pool.rows[at]): at for at in places.tolist()}
    for i, row in enumerate(chosen.rows.tolist()):
        at = known.get(row, -1)
        same = at >= 0 and pool.classes[at] == chosen.classes[i]
        if not (same and (pool.vectors[at] == chosen.vectors[i]).all()):
            what = "has another class there" if at >= 0 and not same else "is not there"
            msg = f"row {row:,} is to be forgotten, and {what}"
            raise DataError(f"{msg}. Try: the --pool that the model was trained on")
    if not 0 < len(places) < len(pool):
        msg = f"{len(places):,} of {len(pool):,} rows are to be forgotten"
        raise DataError(f"{msg}. Try: some of the pool, not none or all")
    return places


def _check_alpha(alpha: float | None, ceiling: float, importance: str) -> None:
    """Refuse an alpha that can select no weight: the pool has the forgotten rows."""
    if alpha is not None and importance == "row" and alpha >= ceiling:
        rule = f"below N / |F| = {ceiling:.4g}, which no ratio of importances exceeds"
        raise OptionError("--alpha", rule, alpha)
