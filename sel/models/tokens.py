"""Tokenizers from a `tokenizer.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.models import loading

if TYPE_CHECKING:
    from sel.types import Scores, Texts, Tokenizer


def load(name: str) -> Tokenizer:
    """A tokenizer of the Hugging Face format, without special tokens.

    Args:
        name: a file, a folder, or a name of the hub; see sel.models.loading.
    """
    return _Counted(loading.tokenizer(name))


class _Counted:
    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    def lengths(self, texts: Texts) -> Scores:
        """Shape (n,): how many tokens each text has."""
        encoded = self._tokenizer.encode_batch_fast(
            list(texts), add_special_tokens=False
        )
        return np.array([len(one) for one in encoded], np.float64)
