"""Models of sentence-transformers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.models import loading
from sel.models.batches import batches

if TYPE_CHECKING:
    from sel.types import SentenceModel, Texts, Vectors

TOKENS = 64  # tokens of a batch for each text of --batch: they stay in the cache
ON_GPU = 1024  # the same on a GPU, which wants much at once
TOKENIZED = 512  # texts that are tokenized at once


def load(
    name: str,
    device: str,
    batch: int,
    precision: str = "auto",
    *,
    pickle: bool = False,
) -> SentenceModel:
    """A model by name or path.

    Args:
        name: what sentence-transformers knows it by, or its folder.
        device: auto, cpu, cuda, cuda:1, mps.
        batch: texts of 64 tokens at once, of 1,024 on a GPU.
        precision: auto, float32, bfloat16, float16.
        pickle: weights may be pickles.
    """
    torch = loading.import_torch()
    place = loading.device(device)
    model = loading.sentences(name, place, pickle=pickle).eval()
    known = "float32"
    if hasattr(model[0], "auto_model"):
        known = loading.precision(precision, place)
        model[0].to(getattr(torch, known))
        model[0].register_forward_hook(_widen)
    return _Sentence(model, batch, TOKENS if place == "cpu" else ON_GPU, known)


def _widen(module: Any, given: Any, features: dict[str, Any]) -> dict[str, Any]:
    """Pooling and what follows compute in float32, whatever the layers before."""
    del module, given
    return {
        name: value.float() if getattr(value, "is_floating_point", bool)() else value
        for name, value in features.items()
    }


class _Sentence:
    def __init__(self, model: Any, batch: int, tokens: int, precision: str) -> None:
        self._model = model
        self._batch = batch
        self._budget = batch * tokens
        self.precision = precision

    @property
    def made_by(self) -> dict[str, str]:
        """What the vectors depend on besides the weights."""
        return loading.made_by(self._model.tokenizer, self.precision)

    def encode(self, texts: Texts, prompt: str = "") -> Vectors:
        """Shape (n, d); the prompt of the model itself if none is given."""
        rows: Any = None
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), TOKENIZED):
            places = order[start : start + TOKENIZED]
            part = self._some([texts[i] for i in places], prompt)
            if rows is None:
                rows = np.empty((len(texts), part.shape[1]), np.float32)
            rows[places] = part
        return rows if rows is not None else np.empty((0, 1), np.float32)

    def _some(self, texts: list[str], prompt: str) -> Vectors:
        """Rows of texts that are tokenized once, batched by their tokens."""
        torch = loading.import_torch()
        model = self._model
        usual = model.prompts.get(model.default_prompt_name)
        features = model.preprocess(texts, prompt=prompt or usual)
        mask = features.get("attention_mask")
        if mask is None or mask.shape != features["input_ids"].shape:
            return self._theirs(texts, prompt)  # a model that does not pad its texts
        rows: Any = None
        for places in batches(mask.sum(1).tolist(), self._budget):
            columns = mask[places].any(0)
            some = {
                name: value[places][:, columns].to(model.device)
                if getattr(value, "shape", None) == mask.shape
                else value
                for name, value in features.items()
            }
            with torch.inference_mode():
                part = model(some)["sentence_embedding"][:, : model.truncate_dim]
            if rows is None:
                rows = np.empty((len(texts), part.shape[1]), np.float32)
            rows[places] = part.float().cpu().numpy()
        return np.asarray(rows, np.float32)

    def _theirs(self, texts: list[str], prompt: str) -> Vectors:
        """Rows by the library's own batches."""
        rows = self._model.encode(
            texts,
            prompt=prompt or None,
            batch_size=self._batch,
            show_progress_bar=False,
        )
        return np.asarray(rows, np.float32)
