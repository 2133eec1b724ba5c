"""Tokenizers from a `tokenizer.json` file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import MachineError, MissingPackage

if TYPE_CHECKING:
    from sel.types import Scores, Texts, Tokenizer


def load(path: str) -> Tokenizer:
    """A tokenizer of the Hugging Face format, without special tokens."""
    try:
        import tokenizers
    except ImportError:
        raise MissingPackage("tokenizers", "models") from None
    try:
        return _Counted(tokenizers.Tokenizer.from_file(path))
    except Exception as error:  # noqa: BLE001 (the library raises nothing else)
        msg = f"{path} is not a tokenizer.json ({error})"
        raise MachineError(msg) from None


class _Counted:
    def __init__(self, tokenizer: Any) -> None:
        tokenizer.no_truncation()
        self._tokenizer = tokenizer

    def lengths(self, texts: Texts) -> Scores:
        """Shape (n,): how many tokens each text has."""
        encoded = self._tokenizer.encode_batch_fast(
            list(texts), add_special_tokens=False
        )
        return np.array([len(one) for one in encoded], np.float64)
