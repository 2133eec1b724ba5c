"""Models of sentence-transformers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import MissingPackage
from sel.models import loading

if TYPE_CHECKING:
    from sel.types import TextModel, Texts, Vectors


def load(name: str, device: str, batch: int) -> TextModel:
    """A model by name or path.

    Args:
        name: what sentence-transformers knows it by, or its folder.
        device: auto, cpu, cuda, cuda:1, mps.
        batch: texts at once.
    """
    loading.import_torch()
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError:
        raise MissingPackage("sentence-transformers", "models") from None
    loading.hush()
    loading.check_place(name)
    try:
        model = SentenceTransformer(name, device=loading.device(device))
    except (OSError, ValueError, RuntimeError) as error:
        raise loading.unknown(name, error) from None
    return _Sentence(model.eval(), batch)


class _Sentence:
    def __init__(self, model: Any, batch: int) -> None:
        self._model = model
        self._batch = batch

    def encode(self, texts: Texts) -> Vectors:
        """Shape (n, d); the library sorts by length."""
        rows = self._model.encode(
            list(texts), batch_size=self._batch, show_progress_bar=False
        )
        return np.asarray(rows, np.float32)
