"""The few shapes that travel between the floors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Texts = Sequence[str]
"""One text per record."""

Scores = npt.NDArray[np.floating]
"""Shape (n,): one number per record, higher is kept first; NaN where there is none."""

Vectors = npt.NDArray[np.float32]
"""Shape (n, d): one row per record."""

Keys = npt.NDArray[np.uint64]
"""Shape (n,): what chance knows a record by: its row, or the hash of its key."""

Indices = npt.NDArray[np.integer[Any]]
"""Shape (n,): numbers of rows, of groups or of classes, of any width."""

Mask = npt.NDArray[np.bool_]
"""Shape (n,): which records to keep."""


Labels = Sequence[str | int | float | bool]
"""One label per target."""


class Noise(Protocol):
    """Noise that depends on the seed and the record, never on order or batches."""

    def uniform(self, keys: Keys) -> Scores:
        """Shape (n,): numbers between 0 and 1, both excluded."""
        ...

    def gumbel(self, keys: Keys) -> Scores:
        """Shape (n,): numbers from the standard Gumbel distribution."""
        ...


Chat = Sequence[tuple[str, str]]
"""Turns: who speaks, and what is said; one turn without a speaker is a plain text."""


Image = npt.NDArray[np.float32]
"""Numbers of an image: shape (height, width, 3), (height, width), or any other."""


class ImageModel(Protocol):
    """Turns images into vectors."""

    def encode(self, images: Sequence[Image]) -> Vectors:
        """Shape (n, d), whatever the batches."""
        ...


class TextModel(Protocol):
    """Turns texts into vectors."""

    def encode(self, texts: Texts) -> Vectors:
        """Shape (n, d), whatever the batches."""
        ...


class SentenceModel(Protocol):
    """An encoder that may want words before each text."""

    precision: str
    """The type of its numbers, such as bfloat16."""

    def encode(self, texts: Texts, prompt: str = "") -> Vectors:
        """Shape (n, d); rounding alone depends on the batches."""
        ...


Spans = Sequence[tuple[int, int]]
"""Where parts of a text begin and end, in characters."""


class Renders(Protocol):
    """A model that knows a template for chats."""

    end: str
    """The token that ends a sequence."""

    def render(self, turns: Chat) -> str:
        """A chat in the tokenizer's own template."""
        ...


class LanguageModel(Renders, Protocol):
    """A causal language model with its tokenizer."""

    def pooled(
        self, texts: Texts, pooling: str, max_length: int, *, special: bool = True
    ) -> Vectors:
        """Pooled states of the last layer, shape (n, d); see `sel embed hidden`.

        Without `special` no tokens are added to those that a text is written with.
        """
        ...


class Likelihood(Renders, Protocol):
    """A causal language model that says how likely texts are."""

    def lengths(self, texts: Texts) -> list[int]:
        """How many tokens each text has."""
        ...

    def losses(
        self,
        texts: Texts,
        max_length: int,
        *,
        special: bool = True,
        starts: Sequence[int] | None = None,
        spans: Sequence[Spans] | None = None,
    ) -> list[Scores]:
        """For each text the losses of its tokens after the first, in nats.

        Args:
            texts: n strings.
            max_length: tokens that are read of each.
            special: tokens are added to those that a text is written with.
            starts: the place of the first token that is wanted of each.
            spans: where the tokens stand that are wanted of each, in characters.
        """
        ...


class Proxy(Renders, Protocol):
    """A small model that is trained on records, or was, and tells their losses."""

    def trajectories(
        self,
        texts: Texts,
        max_length: int,
        *,
        special: bool = True,
        spans: Sequence[Spans] | None = None,
    ) -> Vectors:
        """The mean loss of each text at each checkpoint, shape (n, checkpoints).

        Args:
            texts: all there are.
            max_length: tokens that are read of each.
            special: tokens are added to those that a text is written with.
            spans: where the tokens stand that count, in characters; None for all.
        """
        ...


class Gradients(Renders, Protocol):
    """A model whose adapters were trained, and how each record would move them."""

    def features(
        self,
        texts: Texts,
        max_length: int,
        spans: Sequence[Spans],
        *,
        special: bool,
        columns: int,
        sketch: bool,
    ) -> Vectors:
        """A row for each text, shape (n, checkpoints times columns); NaN for none.

        Args:
            texts: n strings.
            max_length: tokens that are read of each.
            spans: where the tokens stand whose losses count, in characters.
            special: tokens are added to those that a text is written with.
            columns: for each checkpoint.
            sketch: project by a count-sketch, and not by signs.
        """
        ...


class Identifier(Protocol):
    """Says how likely each of some labels is for a text, by a model that is given."""

    labels: list[str]

    def predict(self, texts: Texts) -> npt.NDArray[np.float32]:
        """Shape (n, labels); NaN where nothing is known of a text."""
        ...


class LongLikelihood(Likelihood, Protocol):
    """A language model that reads tokens, and shows where it looks."""

    @property
    def begin(self) -> list[int]:
        """The tokens that a text begins with."""
        ...

    def most(self, max_length: int) -> int:
        """So many tokens, or as many as the model has positions for."""
        ...

    def ids(self, texts: Texts) -> list[list[int]]:
        """The tokens of each text, whole, without special ones."""
        ...

    def located(
        self, texts: Texts, max_length: int
    ) -> tuple[list[list[int]], list[Indices]]:
        """The tokens of each text, cut, and where they stand in it.

        Returns:
            Numbers of t tokens of each text, special ones too, and (t, 2): from which
            character to which; those that stand for none have an empty range.
        """
        ...

    def after(
        self, sequences: Sequence[Sequence[int]], starts: Sequence[int]
    ) -> list[Scores]:
        """For each sequence of tokens the losses of those from a place on, in nats."""
        ...

    def attention(self, tokens: Sequence[int], first: int, cuts: Indices) -> Scores:
        """How much the tokens from `first` on attend to segments, shape (s,).

        The mean over layers, heads, those tokens and the tokens of a segment.

        Args:
            tokens: of one text.
            first: place of the first token that attends.
            cuts: where segments begin, and where the last ends, (s + 1,).
        """
        ...

    def stretch(self) -> None:
        """Let positions grow with a text that is longer than the model's window."""
        ...


Pairs = Sequence[tuple[str, str]]
"""What was asked, and what was answered."""


class Tokenizer(Protocol):
    """Cuts texts into tokens."""

    size: int
    """How many different tokens there are."""

    @property
    def digest(self) -> str:
        """Names its vocabulary and its rules."""
        ...

    def lengths(self, texts: Texts) -> Scores:
        """Shape (n,): how many tokens each text has."""
        ...

    def pieces(
        self, texts: Texts
    ) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
        """The numbers of all tokens, and how many each text has, shape (n,)."""
        ...


@dataclass(frozen=True)
class Verdicts:
    """What rules say of n texts."""

    words: str
    """What a word is."""
    rules: list[str]
    """Names of the rules, in their order."""
    reasons: list[list[str]]
    """For each text the rules that drop it, in their order."""


class Classifier(Protocol):
    """Says how likely each of some classes is."""

    prepare: str
    """How the texts that it is given are prepared."""

    @property
    def classes(self) -> list[str]:
        """Their names."""
        ...

    def chances(self, texts: Texts) -> Scores:
        """Shape (n, classes); NaN where nothing is known."""
        ...


@dataclass(frozen=True)
class Trial:
    """Records of which some were treated."""

    treated: npt.NDArray[np.bool_]
    """Shape (n,); some are, and some are not."""
    outcomes: Scores
    """Shape (n,), finite."""
    covariates: npt.NDArray[np.float64]
    """Shape (n, d), finite; d may be 0."""
