"""Features of records from which their influence on one another follows as a cosine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sel.errors import MachineError
from sel.models import checkpoints, gradients
from sel.models.likelihood import Reading
from sel.models.projection import Projection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sel.models.checkpoints import Checkpoint
    from sel.models.gradients import Slopes
    from sel.types import Indices, Scores, Spans, Texts, Vectors

    Tokens = Sequence[int]

HALF = 0.5


class Taken(NamedTuple):
    """Rows of features, and what there is to say of them."""

    rows: Vectors
    """Shape (n, c d); NaN where a record has no token that counts."""
    small: Scores
    """For each checkpoint the share of Adam's denominators that are epsilon."""


class Features:
    """Projected gradients at checkpoints, from which influences follow as cosines.

    A row has a part for each checkpoint, of length sqrt(w): the weights w are shares of
    the learning rates. So the product of two rows is the sum over the checkpoints of
    w times the cosine of the two gradients.

    Args:
        slopes: the model with its adapters.
        checkpoints: of its training.
        weights: of the checkpoints, with the sum 1.
        projection: to d columns.
        adam: paper, torch or authors; see `sel.models.gradients.step`.
    """

    def __init__(
        self,
        slopes: Slopes,
        checkpoints: Sequence[Checkpoint],
        weights: Scores,
        projection: Projection,
        adam: str,
    ) -> None:
        self._slopes, self._checkpoints = slopes, checkpoints
        self._weights, self._projection, self._adam = weights, projection, adam

    @property
    def memory(self) -> int:
        """Bytes that are held besides the model and what a pass of it needs."""
        size = self._slopes.size
        held = 4 * size * (self._slopes.most * 3 + 3 * len(self._checkpoints))
        return held + self._projection.memory(size)

    def of(
        self,
        sequences: Sequence[Tokens],
        wanted: Sequence[Indices],
        *,
        plain: bool,
    ) -> Taken:
        """The features of some records.

        Args:
            sequences: n of them.
            wanted: for each the places of the tokens whose losses count.
            plain: of gradients as they are, and not of steps of Adam.
        """
        wide = self._projection.columns
        rows = np.full(
            (len(sequences), len(self._checkpoints) * wide), np.nan, np.float32
        )
        known = [i for i, places in enumerate(wanted) if len(places)]
        known.sort(key=lambda i: int(wanted[i][-1]))
        small = np.zeros(len(self._checkpoints))
        for c, checkpoint in enumerate(self._checkpoints):
            self._slopes.added.fill(checkpoint.weights)
            moments = None if plain else checkpoint.adam
            for at in range(0, len(known), self._slopes.most):
                some = known[at : at + self._slopes.most]
                found = self._slopes.of(
                    [sequences[i] for i in some], [wanted[i] for i in some]
                )
                if moments:
                    found, share = gradients.step(found, moments, self._adam)
                    small[c] += share * len(some) / len(known)
                part = self._part(found) * self._weights[c] ** 0.5
                rows[some, c * wide : (c + 1) * wide] = part
        rows[np.isnan(rows).any(axis=1)] = np.nan
        return Taken(rows, small)

    def _part(self, found: Any) -> Vectors:
        """Projected rows of length 1; NaN where a gradient is 0 or NaN."""
        rows = self._projection.of(found).double()
        part: Vectors = (rows / rows.norm(dim=1, keepdim=True)).float().cpu().numpy()
        part[~np.isfinite(part).all(axis=1)] = np.nan
        return part


class Tuned:
    """A model with the checkpoints of its adapters, which embeds texts; see sel.types.

    Args:
        reader: the model, without adapters.
        places: folders of checkpoints, in the order of the training.
        rates: their learning rates, instead of those that a trainer wrote down.
        adam: paper, torch, authors; or none, for plain gradients of all records.
        target: records are those of a task: their gradients are plain.
        seed: of the projection.
        pickle: the state of an optimizer may be a pickle.

    Raises:
        MachineError: the checkpoints are not those of this model.
    """

    def __init__(
        self,
        reader: Reading,
        places: Sequence[Path],
        rates: Sequence[float] | None,
        *,
        adam: str,
        target: bool,
        seed: int,
        pickle: bool,
    ) -> None:
        plain = target or adam == "none"
        model = reader.machine.model
        added, self._known = checkpoints.read(
            places, model, moments=not plain, pickle=pickle
        )
        self._reader, self._slopes = reader, gradients.Slopes(reader.machine, added)
        self._weights = _weights(self._known, rates)
        self._plain, self._adam, self._seed = plain, adam, seed
        self._features: Features | None = None
        self.end, self.render = reader.end, reader.render
        self.precision = reader.precision
        self.told: Callable[[str], None] = lambda _: None
        """Is told what there is to say of it."""
        self._warned = False

    @property
    def made_by(self) -> dict[str, Any]:
        """What the features depend on besides the model and the options."""
        digest = checkpoints.digest(self._known)
        known = {"weights": self._weights.round(9).tolist(), "adapters": digest}
        size = {"parameters": self._slopes.size, "seed": self._seed}
        steps = "plain" if self._plain else f"adam, {self._adam}"
        return {**self._reader.made_by, "checkpoints": known | size, "steps": steps}

    def features(
        self,
        texts: Texts,
        max_length: int,
        spans: Sequence[Spans],
        *,
        special: bool,
        columns: int,
        sketch: bool,
    ) -> Vectors:
        """A row for each text, shape (n, checkpoints times columns); see sel.types."""
        if not self._features:
            projection = Projection(columns, self._seed, sketch=sketch)
            self._features = Features(
                self._slopes, self._known, self._weights, projection, self._adam
            )
            self._say()
        read, wanted, _ = self._reader.within(texts, max_length, spans, special=special)
        taken = self._features.of(read, wanted, plain=self._plain)
        if taken.small.max() > HALF and not self._warned:
            self._warned = True
            worst = f"{taken.small.max():.0%}"
            msg = f"epsilon decides {worst} of Adam's denominators at a checkpoint"
            self.told(f"{msg}; --adam torch has it outside of the root")
        return taken.rows

    def _say(self) -> None:
        """How much memory is needed."""
        assert self._features
        size, some = self._slopes.size, self._slopes.most
        held = self._features.memory / 1e6
        msg = f"gradients of {size:,} numbers, of up to {some:,} records at once"
        self.told(f"{msg}: up to {held:,.0f} MB beside the model and its passes")


def _weights(known: Sequence[Checkpoint], rates: Sequence[float] | None) -> Scores:
    """What each checkpoint counts, with the sum 1: its share of the learning rates."""
    given = [one.rate for one in known] if rates is None else list(rates)
    if len(known) == 1:
        return np.ones(1)
    if len(given) != len(known) or None in given:
        have = f"{len(known)} checkpoints and {sum(r is not None for r in given)} rates"
        msg = f"there are {have}. Try: --rates with one for each, as 2e-5,1e-5"
        raise MachineError(msg)
    weights = np.array(given, np.float64)
    if not (np.isfinite(weights).all() and (weights >= 0).all() and weights.sum() > 0):
        msg = f"these are no learning rates: {given}. Try: --rates 2e-5,1e-5"
        raise MachineError(msg)
    shares: Scores = weights / weights.sum()
    return shares
