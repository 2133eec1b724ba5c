"""Causal language models of transformers: how likely each token of a text is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import MachineError
from sel.models.transformer import Reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sel.types import Indices, Likelihood, Scores, Spans, Texts


def load(
    name: str,
    device: str,
    batch: int,
    precision: str = "float32",
    *,
    pickle: bool = False,
) -> Likelihood:
    """A model with its output layer, and its tokenizer, by name or path.

    See sel.models.transformer.Reader.
    """
    return _Likelihood(
        name, "AutoModelForCausalLM", device, batch, precision, pickle=pickle
    )


class _Likelihood(Reader):
    def lengths(self, texts: Texts) -> list[int]:
        """How many tokens each text has."""
        return list(map(len, self.tokens(texts, None, special=True)))

    def losses(
        self,
        texts: Texts,
        max_length: int,
        *,
        special: bool = True,
        starts: Sequence[int] | None = None,
        spans: Sequence[Spans] | None = None,
    ) -> list[Scores]:
        """For each text the losses of some of its tokens, in nats; see sel.types."""
        if spans is not None:
            return self._within(texts, max_length, spans, special=special)
        ids = self.tokens(texts, max_length, special=special)
        begin = starts if starts is not None else [1] * len(ids)
        pairs = zip(ids, begin, strict=True)
        wanted = [np.arange(max(start, 1), len(some)) for some, start in pairs]
        return self._machine.losses(ids, wanted)

    def _within(
        self, texts: Texts, max_length: int, spans: Sequence[Spans], *, special: bool
    ) -> list[Scores]:
        """The losses of the tokens in some spans of characters."""
        if not self._tokenizer.is_fast:
            msg = "this tokenizer does not say where its tokens stand"
            raise MachineError(f"{msg}. Try: a model with a tokenizer.json")
        if not texts:
            return []
        read = self._tokenizer(
            list(texts),
            truncation=True,
            max_length=self.most(max_length),
            add_special_tokens=special,
            return_offsets_mapping=True,
        )
        wanted = [*map(_inside, read["offset_mapping"], spans)]
        return self._machine.losses(read["input_ids"], wanted)

    def ids(self, texts: Texts) -> list[list[int]]:
        """The tokens of each text, whole, without special ones."""
        return self.tokens(texts, None, special=False)

    @property
    def begin(self) -> list[int]:
        """The tokens that a text begins with."""
        first = self._tokenizer.bos_token_id
        return [] if first is None else [first]

    def after(
        self, sequences: Sequence[Sequence[int]], starts: Sequence[int]
    ) -> list[Scores]:
        """For each sequence of tokens the losses of those from a place on, in nats."""
        pairs = zip(sequences, starts, strict=True)
        wanted = [np.arange(max(start, 1), len(some)) for some, start in pairs]
        return self._machine.losses(sequences, wanted)

    def attention(self, tokens: Sequence[int], first: int, cuts: Indices) -> Scores:
        """How much the tokens from `first` on attend to segments, shape (s,)."""
        return self._machine.attentions(tokens, first, cuts)

    def stretch(self) -> None:
        """Let positions grow beyond the window; see Machine.stretch."""
        self._machine.stretch()


def _inside(offsets: Any, spans: Spans) -> Indices:
    """The places of the tokens in some spans of characters, the first token aside."""
    kept = np.zeros(len(offsets), bool)
    ends = np.array(offsets, np.int64).reshape(-1, 2)
    for start, end in spans:
        kept |= (ends[:, 1] > start) & (ends[:, 0] < end) & (ends[:, 1] > ends[:, 0])
    kept[:1] = False
    return np.flatnonzero(kept)
