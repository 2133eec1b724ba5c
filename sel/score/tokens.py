"""Which tokens a model can still learn, as a reference model tells.

The excess loss of a token is its loss under --model less its loss under --reference, in
nats. Fields: tokens, the mean excess of a text; tokens_spans, where the tokens with the
highest excess stand, as [start, end] in characters (code points), neighbours in one;
tokens_kept, the share of the tokens that they are. With --level segment lines and
sentences are kept as a whole, by the mean excess of their tokens. High means that the
reference model, trained on good data, knows what the other does not yet.

A token counts where it has a loss and stands in the text: special ones do not count,
nor does the first token where the tokenizer puts none before it. A text without such
tokens gets null and no span. Both models must have the same tokenizer.

Cost: a forward pass of each model over each record.

Source: Lin et al. 2024, Rho-1: Not All Tokens Are What You Need, arXiv:2404.07965.

Differs: the share is that of a record, where Rho-1 takes that of a batch; --above is a
bound that does not depend on what is read together. Segments are not in the paper.
"""

from __future__ import annotations

import re
from math import ceil
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sel import check
from sel.errors import OptionError

if TYPE_CHECKING:
    from sel.types import Indices, LongLikelihood, Scores, Texts

_END = re.compile(
    r"(?<=[.!?…])\s+|(?<=[.!?…][\"'”’)\]])\s+|\n\s*|[。！？]+[」』”’）]*\s*"  # noqa: RUF001
)
"""What a sentence or a line ends with; what it matches belongs to that."""


def score(
    texts: Texts,
    model: LongLikelihood,
    reference: LongLikelihood,
    *,
    level: Literal["token", "segment"] = "token",
    keep: str | None = None,
    above: float | None = None,
    dropped: bool = False,
    max_length: int = 2048,
) -> dict[str, Any]:
    """The columns: means and shares, shape (n,), and n lists of spans.

    Args:
        texts: n strings.
        model: learns.
        reference: was trained on good data; its tokens are those of `model`.
        level: keep tokens, or lines and sentences as a whole.
        keep: share of the tokens, or segments, of a text that is kept, rounded up [60%;
            100% with --above].
        above: keep only what has a higher excess than this, in nats.
        dropped: give the spans of the others, for pick rows --clean to remove.
        max_length: longest text in tokens, at most the positions of the models; what
            lies behind is in no span.

    Raises:
        OptionError: the share is none.
    """
    check.at_least("--max-length", max_length, 2)
    share = _share(keep or ("60%" if above is None else "100%"))
    bound = -np.inf if above is None else above
    if np.isnan(bound):
        raise OptionError("above", "a number", above)
    most = reference.most(model.most(max_length))
    ids, offsets = model.located(texts, most)
    found = [one.after(ids, [1] * len(ids)) for one in (model, reference)]
    means, kept = np.full((2, len(texts)), np.nan)
    spans: list[list[list[int]]] = []
    for i, (text, places) in enumerate(zip(texts, offsets, strict=True)):
        counted = places[1:, 1] > places[1:, 0]
        where = places[1:][counted]
        excess = np.subtract(*(losses[i] for losses in found), dtype=np.float64)
        excess = excess[counted]
        owners, bounds = _units(text, where, level)
        chosen = _highest(_means(excess, owners), share, bound)
        spans.append(_merged(bounds, ~chosen if dropped else chosen))
        if len(excess):
            means[i], kept[i] = excess.mean(), chosen[owners].mean()
    return {"": means, "spans": spans, "kept": kept}


def _share(keep: str) -> float:
    try:
        share = float(keep.removesuffix("%")) / 100
    except ValueError:
        share = np.nan
    if not (keep.endswith("%") and 0 <= share <= 1):
        raise OptionError("keep", "a share from 0% to 100%", keep)
    return share


def _units(text: str, where: Indices, level: str) -> tuple[Indices, Indices]:
    """Of which unit each token is, shape (t,), and where units stand, (u, 2).

    A token that spans a border is of the unit of its last character. Units without
    tokens are left out.
    """
    if level == "token" or not len(where):
        return np.arange(len(where)), where
    read = int(where[:, 1].max())  # less than all where a text is cut
    ends = np.unique([*(one.end() for one in _END.finditer(text, 0, read)), read])
    held, owners = np.unique(
        np.searchsorted(ends, where[:, 1] - 1, side="right"), return_inverse=True
    )
    return owners, np.stack([np.append(0, ends[:-1]), ends], 1)[held]


def _means(excess: Scores, owners: Indices) -> Scores:
    """The mean excess of the tokens of each unit, shape (u,)."""
    means: Scores = np.bincount(owners, excess) / np.bincount(owners)
    return means


def _highest(values: Scores, share: float, bound: float) -> Any:
    """Which are kept, shape (u,): of equal ones the first, and never NaN."""
    kept = np.zeros(len(values), bool)
    count = ceil(share * len(values) - 1e-9)
    kept[np.argsort(-values, kind="stable")[:count]] = True
    return kept & (values > bound)


def _merged(bounds: Indices, chosen: Any) -> list[list[int]]:
    """The spans of the units that are chosen, neighbours in one.

    Tokens of one character have the same bounds: it is chosen with any of them.
    """
    spans: list[list[int]] = []
    last = -2
    for i in np.flatnonzero(chosen).tolist():
        start, end = bounds[i].tolist()
        if spans and (i == last + 1 or start <= spans[-1][1]):
            spans[-1][1] = max(spans[-1][1], end)
        else:
            spans.append([start, end])
        last = i
    return spans
