"""Causal language models of transformers: their hidden states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.models import loading
from sel.models.packing import bounds
from sel.models.transformer import Reader

if TYPE_CHECKING:
    from sel.types import Texts, Vectors


class _Causal(Reader):
    made = "AutoModel"

    def pooled(
        self, texts: Texts, pooling: str, max_length: int, *, special: bool = True
    ) -> Vectors:
        """Pooled states of the last layer, shape (n, d); NaN for a text of no tokens.

        See `sel embed hidden`.
        """
        torch = loading.import_torch()
        ids = self.tokens(texts, max_length, special=special)
        known = [i for i, some in enumerate(ids) if some]
        rows: Any = None

        def use(places: list[int], states: Any) -> None:
            nonlocal rows
            lengths = [len(ids[known[p]]) for p in places]
            states = states.float()
            part = [
                torch.from_numpy(_weights(pooling, b - a)).to(states.device)
                @ states[a:b]
                for a, b in bounds(lengths)
            ]
            if rows is None:
                rows = np.full((len(ids), states.shape[1]), np.nan, np.float32)
            rows[[known[p] for p in places]] = torch.stack(part).cpu().numpy()

        self.machine.run([ids[i] for i in known], use)
        if rows is None:
            wide = self.machine.model.config.get_text_config().hidden_size
            rows = np.full((len(ids), wide), np.nan, np.float32)
        pooled: Vectors = rows
        return pooled


def _weights(pooling: str, length: int) -> Vectors:
    """What each position of a text counts, shape (t,)."""
    weights: Any
    if pooling == "last":
        weights = np.arange(length) == length - 1
    elif pooling == "mean":
        weights = np.ones(length)
    else:
        weights = np.arange(1.0, length + 1)
    shares: Vectors = (weights / weights.sum()).astype(np.float32)
    return shares


load = _Causal
