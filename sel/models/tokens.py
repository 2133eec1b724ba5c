"""Tokenizers from a `tokenizer.json`."""

from __future__ import annotations

from functools import cached_property
from hashlib import blake2b
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

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
        self.size: int = tokenizer.get_vocab_size()

    @cached_property
    def digest(self) -> str:
        """Names its vocabulary and its rules."""
        return blake2b(self._tokenizer.to_str().encode(), digest_size=8).hexdigest()

    def lengths(self, texts: Texts) -> Scores:
        """Shape (n,): how many tokens each text has."""
        return np.array([len(one) for one in self._encoded(texts)], np.float64)

    def pieces(
        self, texts: Texts
    ) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
        """The numbers of all tokens, and how many each text has, shape (n,)."""
        ids = [one.ids for one in self._encoded(texts)]
        sizes = np.fromiter(map(len, ids), np.int64, len(ids))
        return np.fromiter(chain.from_iterable(ids), np.uint64, sizes.sum()), sizes

    def _encoded(self, texts: Texts) -> Any:
        return self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
