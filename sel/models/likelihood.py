"""Causal language models of transformers: how likely each token of a text is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.models import loading, transformer
from sel.models.batches import batches

if TYPE_CHECKING:
    from sel.types import Likelihood, Scores, Texts

TOKENS = 64  # tokens of a batch for each text of the default --batch


def load(name: str, device: str, batch: int, *, pickle: bool = False) -> Likelihood:
    """A model with its output layer, and its tokenizer, by name or path.

    Args:
        name: of the Hugging Face hub, or a folder.
        device: auto, cpu, cuda, cuda:1, mps.
        batch: texts of 64 tokens at once: each token gets a number for each of the
            vocabulary.
        pickle: weights may be pickles.
    """
    model, tokenizer = transformer.load(
        name, "AutoModelForCausalLM", device, pickle=pickle
    )
    return _Likelihood(model, tokenizer, batch * TOKENS)


class _Likelihood(transformer.Reader):
    def lengths(self, texts: Texts) -> list[int]:
        """How many tokens each text has."""
        return list(map(len, self._tokenizer(list(texts))["input_ids"]))

    def losses(
        self, texts: Texts, max_length: int, *, special: bool = True
    ) -> list[Scores]:
        """For each text the losses of its tokens after the first, in nats."""
        torch = loading.import_torch()
        if not texts:
            return []
        ids = self.tokens(texts, max_length, special=special)
        found: list[Any] = [np.empty(0)] * len(texts)
        lengths = list(map(len, ids))
        for every in batches(lengths, self._budget):
            places = [i for i in every if lengths[i] > 1]  # one token has no loss
            if not places:
                continue
            some = [torch.tensor(ids[i], dtype=torch.long) for i in places]
            padded = torch.nn.utils.rnn.pad_sequence(some, batch_first=True)
            sizes = torch.tensor([len(tokens) for tokens in some])
            mask = (torch.arange(padded.shape[1]) < sizes[:, None]).long()
            place = self._model.device
            with torch.inference_mode():
                logits = self._model(
                    padded.to(place), attention_mask=mask.to(place), use_cache=False
                ).logits
                for i, row, tokens in zip(places, logits, some, strict=True):
                    losses = torch.nn.functional.cross_entropy(
                        row[: len(tokens) - 1].float(),
                        tokens[1:].to(place),
                        reduction="none",
                    )
                    found[i] = losses.double().cpu().numpy()
        return found
