"""Causal language models of transformers: how likely each token of a text is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import MachineError
from sel.models.transformer import Reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sel.types import Indices, Scores, Spans, Texts


class Reading(Reader):
    """A model with its output layer; see Reader."""

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
            read, wanted, _ = self.within(texts, max_length, spans, special=special)
            return self.machine.losses(read, wanted)
        ids = self.tokens(texts, max_length, special=special)
        begin = starts if starts is not None else [1] * len(ids)
        pairs = zip(ids, begin, strict=True)
        wanted = [np.arange(max(start, 1), len(some)) for some, start in pairs]
        return self.machine.losses(ids, wanted)

    def within(
        self,
        texts: Texts,
        max_length: int,
        spans: Sequence[Spans] | None,
        *,
        special: bool,
    ) -> tuple[list[list[int]], list[Indices], int]:
        """The tokens of each text, which of them count, and how many texts were cut.

        Args:
            texts: n strings.
            max_length: tokens that are read of each.
            spans: where the tokens stand that count, in characters; None for all.
            special: tokens are added to those that a text is written with.

        Raises:
            MachineError: the tokenizer does not say where its tokens stand.
        """
        read = self._read(texts, max_length, special=special)
        ids = [one.ids for one in read]
        cut = sum(bool(one.overflowing) for one in read)
        if spans is None:
            return ids, [np.arange(1, max(len(some), 1)) for some in ids], cut
        pairs = zip(read, spans, strict=True)
        return ids, [_inside(one.offsets, some) for one, some in pairs], cut

    def located(
        self, texts: Texts, max_length: int
    ) -> tuple[list[list[int]], list[Indices]]:
        """The tokens of each text, cut, and where they stand; see sel.types."""
        read = self._read(texts, max_length, special=True)
        places: list[Indices] = [
            np.array(one.offsets, np.int64).reshape(-1, 2) for one in read
        ]
        return [one.ids for one in read], places

    def _read(self, texts: Texts, max_length: int, *, special: bool) -> list[Any]:
        """The encodings of texts by a tokenizer that says where its tokens stand."""
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
        )
        encodings: list[Any] = read.encodings
        return encodings

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
        return self.machine.losses(sequences, wanted)

    def attention(self, tokens: Sequence[int], first: int, cuts: Indices) -> Scores:
        """How much the tokens from `first` on attend to segments, shape (s,)."""
        return self.machine.attentions(tokens, first, cuts)

    def stretch(self) -> None:
        """Let positions grow beyond the window; see Machine.stretch."""
        self.machine.stretch()


def _inside(offsets: Any, spans: Spans) -> Indices:
    """The places of the tokens in some spans of characters, the first token aside."""
    kept = np.zeros(len(offsets), bool)
    ends = np.array(offsets, np.int64).reshape(-1, 2)
    for start, end in spans:
        kept |= (ends[:, 1] > start) & (ends[:, 0] < end) & (ends[:, 1] > ends[:, 0])
    kept[:1] = False
    return np.flatnonzero(kept)


load = Reading
