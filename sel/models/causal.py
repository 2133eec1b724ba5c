"""Causal language models of transformers: their hidden states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.models import loading, transformer
from sel.models.batches import batches

if TYPE_CHECKING:
    from sel.types import LanguageModel, Texts, Vectors

TOKENS = 256  # tokens of a batch for each text of the default --batch


def load(name: str, device: str, batch: int, *, pickle: bool = False) -> LanguageModel:
    """A model and its tokenizer, by name or path; without its output layer.

    Args:
        name: of the Hugging Face hub, or a folder.
        device: auto, cpu, cuda, cuda:1, mps.
        batch: texts of 256 tokens at once.
        pickle: weights may be pickles.
    """
    model, tokenizer = transformer.load(name, "AutoModel", device, pickle=pickle)
    return _Causal(model, tokenizer, batch * TOKENS)


class _Causal(transformer.Reader):
    def pooled(
        self, texts: Texts, pooling: str, max_length: int, *, special: bool = True
    ) -> Vectors:
        """Pooled states of the last layer, shape (n, d)."""
        torch = loading.import_torch()
        ids = self.tokens(texts, max_length, special=special)
        rows: Any = None
        lengths = list(map(len, ids))
        for places in batches(lengths, self._budget):
            some = [ids[i] for i in places]
            width = max(1, *map(len, some))
            padded = torch.zeros(len(some), width, dtype=torch.long)
            mask = torch.zeros(len(some), width, dtype=torch.long)
            for i, tokens in enumerate(some):
                padded[i, : len(tokens)] = torch.tensor(tokens, dtype=torch.long)
                mask[i, : len(tokens)] = 1
            with torch.inference_mode():
                place = self._model.device
                states = self._model(padded.to(place), attention_mask=mask.to(place))
                pool = _weights(pooling, mask).to(place)
                part = torch.einsum("nt,ntd->nd", pool, states[0].float())
            if rows is None:
                rows = np.empty((len(texts), part.shape[1]), np.float32)
            rows[places] = part.cpu().numpy()
        return rows if rows is not None else np.empty((0, 1), np.float32)


def _weights(pooling: str, mask: Any) -> Any:
    """What each position counts, shape (n, t); a text without tokens gives NaN."""
    torch = loading.import_torch()
    mask = mask.double()
    if pooling == "last":
        places = torch.arange(mask.shape[1])
        last = mask.sum(1, keepdim=True) - 1
        weights = (places == last).double()
    elif pooling == "mean":
        weights = mask
    else:
        weights = mask.cumsum(1) * mask
    return (weights / weights.sum(1, keepdim=True)).float()
