"""Causal language models that answer: how likely each of some answers is."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import DataError, MachineError
from sel.maths.text.questions import Answers
from sel.models.transformer import Reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sel.maths.text.questions import Parts, Question

CUTS = 20
"""How often a text is cut until its question fits."""


class Answerer(Reader):
    """A model that is asked."""

    def answers(
        self, question: Question, asked: Sequence[Parts], max_length: int
    ) -> Answers:
        """The probability of each label right behind the question.

        Args:
            question: with its labels.
            asked: what each of n records gives to it.
            max_length: tokens; see sel.maths.text.questions.Answering.

        Raises:
            MachineError: a label cannot be written in the model's tokens.
        """
        spelled = self._spelled(question)
        longest = max(len(some) - 1 for label in spelled for some in label)
        limit = self.most(max_length) - longest
        notes: list[str | None] = [None] * len(asked)
        read = self._read(question, asked)
        for i, ids in enumerate(read):
            if len(ids) > limit:
                read[i], notes[i] = self._cut(question, asked[i], ids, limit)
        known = [i for i, ids in enumerate(read) if ids]
        found = np.full((len(asked), len(spelled)), np.nan)
        if known:
            found[known] = self._chances([read[i] for i in known], spelled)
        return Answers(found, np.where(np.isnan(found[:, 0]), np.nan, 1.0), notes)

    def _chances(
        self, read: list[list[int]], spelled: list[list[tuple[int, ...]]]
    ) -> Any:
        """The probability of each label, the sum of its spellings, (n, labels)."""
        every = [some for label in spelled for some in label]
        each = np.empty((len(read), len(every)))
        alone = [i for i, some in enumerate(every) if len(some) == 1]
        tokens = np.array([every[i][0] for i in alone], np.int64)
        if alone:
            each[:, alone] = self.machine.ends(read, tokens)
        for i, some in enumerate(every):
            if len(some) > 1:
                whole = [[*ids, *some] for ids in read]
                wanted = [np.arange(len(ids), len(ids) + len(some)) for ids in read]
                losses = self.machine.losses(whole, wanted)
                each[:, i] = [-one.sum() for one in losses]
        each = np.exp(each)
        owners = [i for i, label in enumerate(spelled) for _ in label]
        apart = each.copy()
        for i, some in enumerate(every):  # what goes on to a longer one is none of it
            for j, more in enumerate(every):
                if owners[i] != owners[j] and some == more[: len(some)]:
                    apart[:, i] -= each[:, j]
        sums = np.zeros((len(read), len(spelled)))
        np.add.at(sums.T, owners, np.maximum(apart, 0).T)
        return sums

    def _read(self, question: Question, asked: Sequence[Parts]) -> list[list[int]]:
        """The tokens of the question about each record."""
        chat = question.chat and bool(self._tokenizer.chat_template)
        texts = [
            self._chat(question, parts) if chat else question.plain(parts)
            for parts in asked
        ]
        read = self.tokens(texts, None, special=not chat)
        end = self._tokenizer.eos_token_id
        return [ids[:-1] if ids[-1:] == [end] and not chat else ids for ids in read]

    def _chat(self, question: Question, parts: Parts) -> str:
        """The question in the tokenizer's own template, as far as the answer."""
        turns = question.turns(parts)
        try:
            return self.render(turns, answer=True)
        except DataError:
            if len(turns) == 1:
                raise
        whole = "\n\n".join(said for _, said in turns)  # a template without system
        return self.render([("user", whole)], answer=True)

    def _cut(
        self, question: Question, parts: Parts, ids: list[int], limit: int
    ) -> tuple[list[int], str]:
        """The tokens of a question of which the longest parts were cut at their end."""
        short = {name: parts[name] for name in question.places}
        for _ in range(CUTS):
            name = max(short, key=lambda one: len(short[one]))
            text = short[name]
            if not text:
                break
            size = len(self.tokens([text], None, special=False)[0])
            left = 1 - (len(ids) - limit) / max(size, 1)
            short[name] = text[: max(min(int(len(text) * left), len(text) - 1), 0)]
            ids = self._read(question, [short])[0]
            if len(ids) <= limit:
                return (ids, "truncated") if any(short.values()) else ([], "too long")
        return [], "too long"

    def _spelled(self, question: Question) -> list[list[tuple[int, ...]]]:
        """For each label the tokens that it may be written with."""
        found = [self._spellings(question, i) for i in range(len(question.labels))]
        for label, some in zip(question.labels, found, strict=True):
            if not some:
                msg = f"the answer {label!r} cannot be written in the model's tokens"
                raise MachineError(f"{msg}. Try: another label, or another model")
        return found

    def _spellings(self, question: Question, i: int) -> list[tuple[int, ...]]:
        label = question.labels[i]
        cases = {label, label.lower(), label.upper(), label.capitalize()}
        forms = [space + case for case in sorted(cases) for space in ("", " ")]
        known = {
            self._vocabulary[mark + case]
            for mark in ("", "\u0120", "\u2581")
            for case in cases
            if mark + case in self._vocabulary
        }
        written = self.tokens(forms, None, special=False)
        known |= {ids[0] for ids in written if len(ids) == 1}
        alone = [one for one in known if question.label(self._shown([one])) == i]
        if alone:
            return [(one,) for one in sorted(alone)]
        whole = self.tokens([label, f" {label}"], None, special=False)
        said = {tuple(ids) for ids in whole if ids}
        return sorted(one for one in said if question.label(self._shown(one)) == i)

    @cached_property
    def _vocabulary(self) -> dict[str, int]:
        known: dict[str, int] = self._tokenizer.get_vocab()
        return known

    def _shown(self, ids: Sequence[int]) -> str:
        shown: str = self._tokenizer.decode(ids, clean_up_tokenization_spaces=False)
        return shown


load = Answerer
