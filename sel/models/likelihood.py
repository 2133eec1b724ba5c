"""Causal language models of transformers: how likely each token of a text is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import MissingPackage, UsageError
from sel.models import loading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.types import Chat, Likelihood, Scores, Texts

TOKENS = 64  # tokens of a batch for each text of the default --batch


def load(name: str, device: str, batch: int) -> Likelihood:
    """A model with its output layer, and its tokenizer, by name or path.

    Args:
        name: of the Hugging Face hub, or a folder.
        device: auto, cpu, cuda, cuda:1, mps.
        batch: texts of 64 tokens at once: each token gets a number for each of the
            vocabulary.
    """
    torch = loading.import_torch()
    try:
        from transformers import AutoModelForCausalLM, AutoTokenizer
    except ImportError:
        raise MissingPackage("transformers", "models") from None
    loading.hush()
    loading.check_place(name)
    place = loading.device(device)
    try:
        tokenizer = AutoTokenizer.from_pretrained(name)
        model = AutoModelForCausalLM.from_pretrained(name, dtype=torch.float32)
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise loading.unknown(name, error) from None
    return _Likelihood(model.to(place).eval(), tokenizer, batch * TOKENS)


class _Likelihood:
    def __init__(self, model: Any, tokenizer: Any, budget: int) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._budget = budget
        self.end: str = tokenizer.eos_token or ""

    def render(self, turns: Chat) -> str:
        """A chat in the tokenizer's own template."""
        if not self._tokenizer.chat_template:
            msg = "the tokenizer has no chat template. Try: --template tulu"
            raise UsageError(msg)
        said = [{"role": role or "user", "content": text} for role, text in turns]
        whole: str = self._tokenizer.apply_chat_template(said, tokenize=False)
        return whole

    def lengths(self, texts: Texts) -> list[int]:
        """How many tokens each text has."""
        return list(map(len, self._tokenizer(list(texts))["input_ids"]))

    def losses(self, texts: Texts, max_length: int) -> list[Scores]:
        """For each text the losses of its tokens after the first, in nats."""
        torch = loading.import_torch()
        if not texts:
            return []
        ids = self._tokenizer(list(texts), truncation=True, max_length=max_length)
        found: list[Any] = [np.empty(0)] * len(texts)
        for places in self._batches(ids["input_ids"]):
            some = [torch.tensor(ids["input_ids"][i], dtype=torch.long) for i in places]
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

    def _batches(self, ids: list[list[int]]) -> Iterator[list[int]]:
        """Places of texts of about one length, so many that the budget is kept.

        Texts of fewer than two tokens are left out: they have no loss.
        """
        batch: list[int] = []
        several = [i for i in range(len(ids)) if len(ids[i]) > 1]
        for place in sorted(several, key=lambda i: len(ids[i])):
            if batch and (len(batch) + 1) * len(ids[place]) > self._budget:
                yield batch
                batch = []
            batch.append(place)
        if batch:
            yield batch
