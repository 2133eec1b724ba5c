"""Perplexity of a text under an n-gram model of the target.

Low means like the target: 2 to the mean bits of a unit, the end of the text counted as
one. With --against, the difference of the cross-entropies in bits a unit, target less
the other (Moore and Lewis): low means more like the target than like the other. Take
the lowest, `sel pick top --lowest`, or a share of each language, `sel pick where --per
language --percentile 'ngramlm < 30'`. A text without units gets null.

The model is interpolated, modified Kneser-Ney; units are the words of `sel score dsir`,
the pieces of --tokenizer, or bytes. Linear, and the pool is read once. The target is
held: about 100 bytes for each of its units, and 32 for each different n-gram.

Source: Wenzek et al. 2020, CCNet: Extracting High Quality Monolingual Datasets from Web
Crawl Data, LREC, arXiv:1911.00359; Moore and Lewis 2010, Intelligent Selection of
Language Model Training Data, ACL; Chen and Goodman 1998, TR-10-98, Harvard.

Differs: texts are normalised as CCNet's only with --prepare ccnet, and there ends of
lines become blanks, where CCNet joins what they part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from sel import check
from sel.errors import DataError
from sel.maths.text import backoff
from sel.maths.text.backoff import Model
from sel.maths.text.tables import Table
from sel.score import _units
from sel.score._units import Sample
from sel.types import Scores, Texts, Tokenizer

LONGEST = 16
MOST = 1 << 31  # units of a target


@dataclass(frozen=True)
class Models:
    """What a fit leaves: a model of the target, and perhaps one of the other texts."""

    words: npt.NDArray[np.uint64]  # what names the units, rising; they count from 1
    keys: npt.NDArray[np.uint64]  # of n-grams, one model after the other
    logs: npt.NDArray[np.float32]
    backs: npt.NDArray[np.float32]
    sizes: npt.NDArray[np.int64]  # (models, order), n-grams of each length
    unknown: npt.NDArray[np.float64]  # (models,)
    unit: str
    prepare: str
    tokenizer: str

    def sound(self) -> bool:
        """Whether a fit can have left this."""
        sizes, units = self.sizes, len(self.words) + 1
        return (
            self.unit in ("words", "pieces", "bytes")
            and self.prepare in ("none", "ccnet")
            and sizes.ndim == 2
            and len(sizes) in (1, 2)
            and 0 < sizes.shape[1] <= LONGEST
            and bool((sizes[:, 0] == units).all() and (sizes >= 0).all())
            and self.logs.shape == self.backs.shape == (sizes.sum(),)
            and self.keys.shape == (sizes[:, 1:].sum(),)
            and self.unknown.shape == (len(sizes),)
            and bool((self.logs <= 0).all() and (self.backs <= 0).all())
            and bool(np.isfinite(self.unknown).all())
        )

    @cached_property
    def table(self) -> Table:
        """The places of the units."""
        return Table(self.words)

    @cached_property
    def each(self) -> list[Model]:
        """The models."""
        keys = np.split(self.keys, np.cumsum(self.sizes[:, 1:].sum(axis=1))[:-1])
        ends = np.cumsum(self.sizes.sum(axis=1))[:-1]
        arrays = (keys, np.split(self.logs, ends), np.split(self.backs, ends))
        rest = (self.sizes, self.unknown.tolist())
        return [Model.of(*one) for one in zip(*arrays, *rest, strict=True)]


def collect(
    texts: Texts,
    tokenizer: Tokenizer | None,
    *,
    unit: Literal["words", "pieces", "bytes"] = "words",
    prepare: Literal["none", "ccnet"] = "none",
) -> Sample:
    """The units of a batch.

    Args:
        texts: n strings.
        tokenizer: makes the pieces.
        unit: what n-grams are made of; pieces needs --tokenizer.
        prepare: ccnet takes texts in lower case, without accents, with 0 for each digit
            and marks of ASCII.
    """
    return Sample.of(texts, tokenizer, unit, prepare)


def fit(
    targets: Sequence[Sample], against: Sequence[Sample], *, order: int = 5
) -> Models:
    """A model of the targets, and one of the others if there are any.

    Args:
        targets: texts to be like.
        against: texts to be unlike.
        order: longest n-gram, in units.
    """
    check.between("--order", order, 1, LONGEST)
    sets = [
        sum(some[1:], start=some[0]).joined() for some in (targets, against) if some
    ]
    if any(len(units) + len(texts) >= MOST for units, texts in sets):
        msg = f"a model is made of at most {MOST:,} units. Try: a sample of the texts"
        raise DataError(msg)
    table = Table.of(np.concatenate([Table.of(units).keys for units, _ in sets]))
    words = table.keys
    kinds = targets[0].kinds or len(words) + 2  # an end, and what is in neither
    number = len(words) + 1
    models = [
        backoff.train(_units.coded(table, units, texts), order, number, kinds)
        for units, texts in sets
    ]
    keys, logs, backs, sizes = zip(*(model.arrays() for model in models), strict=True)
    return Models(
        words,
        np.concatenate(keys),
        np.concatenate(logs),
        np.concatenate(backs),
        np.stack(sizes),
        np.array([model.unknown for model in models]),
        targets[0].unit,
        targets[0].prepare,
        targets[0].tokenizer,
    )


def score(texts: Texts, tokenizer: Tokenizer | None, state: Models) -> Scores:
    """The perplexity of each text, or its difference in bits, shape (n,).

    Args:
        texts: n strings.
        tokenizer: makes the pieces.
        state: what `fit` gave.
    """
    texts = _units.prepared(texts, state.prepare)
    units, sizes = _units.units(texts, tokenizer, state.unit)
    if state.unit == "pieces" and tokenizer and tokenizer.digest != state.tokenizer:
        msg = "the model was made with another --tokenizer. Try: the same one"
        raise DataError(msg)
    codes = _units.coded(state.table, units, sizes)
    owner = np.repeat(np.arange(len(texts)), sizes + 1)
    means = [
        np.bincount(owner, backoff.bits(model, codes), len(texts)) / (sizes + 1)
        for model in state.each
    ]
    found: Scores = np.exp2(means[0]) if len(means) == 1 else means[0] - means[1]
    found[sizes == 0] = np.nan
    return found
