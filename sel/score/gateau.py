"""Whether an answer to a long text needs all of it, as two models say.

`gateau_hmg`: how much easier the answer is to a model with a long window than to one of
the same family with a short window, or with --short-window to the same model that sees
only the end: the difference of mean losses in nats. `gateau_cam`: the correlation of
how much the answer attends to each segment of the text with how hard the answer is
behind that segment alone. High means that the text is needed, or hard to use.

`sel pick fuse --rank gateau_hmg:0.7,gateau_cam:0.3` joins the two by ranks, and so does
--norm rank, which adds the score `gateau`. paper and authors are the normalisations of
the paper and of the released code: the softmax of attentions of a thousandth is nearly
even, so that hardly any attention is left in their `cam`. --norm reads the records
twice, and does not --resume.

Cost: a pass over the text for each model, and one over each segment with question and
answer. Memory: attention is taken in blocks of 64 MB, never from all to all.

Source: Si et al. 2025, GATEAU: Selecting Influential Samples for Long Context
Alignment, arXiv:2410.15633.

Differs: perplexity is over the answer's tokens alone; a text beyond the short window
stretches its positions for itself, and not for those after it; the released code does
not hold the step from attention to score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from sel import check
from sel.errors import UsageError
from sel.score import _gateau
from sel.types import LongLikelihood, Scores

SEGMENTS = ("segment_ppl", "segment_attention")
FAR = 1 << 40  # more tokens than there are
HIGHEST = 700.0
"""A mean loss of which there still is a perplexity."""


def score(
    contexts: Sequence[_gateau.Context],
    model: LongLikelihood,
    short_model: LongLikelihood | None,
    *,
    short_window: int | None = None,
    segment: int = 128,
    max_context: int = 64_000,
    positions: Literal["ntk", "plain"] = "ntk",
    parts: bool = False,
    norm: Literal["rank", "paper", "authors"] | None = None,
    alpha: float = 0.7,
) -> dict[str, Any]:
    """Signals, shape (n,), and what they are made of.

    Args:
        contexts: n long texts, each with what is asked of it, and the answer.
        model: has the long window.
        short_model: has a short one; None for `model` itself with `short_window`.
        short_window: tokens that are read last of what is longer [all].
        segment: tokens of a segment.
        max_context: tokens that are read of the long text.
        positions: how the short model reads beyond its window: dynamic NTK-aware
            scaling of its rotary positions, or as it is.
        parts: add the perplexities, and those and the attention of each segment.
        norm: add a score over all records, with signals normalised so.
        alpha: the weight of `hmg` in it; `cam` has the rest. The authors take 0.7, and
            0.8 where short data are plenty.

    Raises:
        UsageError: there is neither a short model nor a short window.
    """
    check.at_least("--segment", segment, 1)
    check.at_least("--max-context", max_context, 1)
    check.between("--alpha", alpha, 0, 1)
    if short_window is not None:
        check.at_least("--short-window", short_window, 2)
    names = ("hmg", "cam", "ppl_short", "ppl_long")
    found: dict[str, Any] = {name: np.full(len(contexts), np.nan) for name in names}
    found |= {name: [[]] * len(contexts) for name in SEGMENTS}
    if len(contexts):
        if short_model is None and short_window is None:
            msg = "give --short-model MODEL, or --short-window TOKENS"
            raise UsageError(f"{msg}. Try: --short-window 2048")
        texts = read = _gateau.texts(model, contexts, max_context, model.most(FAR))
        if short_model is not None:
            read = _gateau.texts(short_model, contexts, max_context, FAR)
            if positions == "ntk":
                short_model.stretch()
        short = _losses(short_model or model, read, short_window)
        long = _losses(model, texts, None)
        found["hmg"] = short - long
        found["ppl_short"], found["ppl_long"] = _exp(short), _exp(long)
        found |= _segments(model, texts, segment)
        how = "softmax" if norm in ("paper", "authors") else "pearson"
        pairs = zip(*(found[name] for name in SEGMENTS), strict=True)
        aware = [_gateau.awareness(np.array(p), np.array(a), how) for p, a in pairs]
        found["cam"] = np.array(aware)
    kept = tuple(found) if parts else names if norm else names[:2]
    return {name: found[name] for name in kept}


def finish(columns: dict[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Signals and their weighted sum over all records, shape (n,).

    Args:
        columns: what `score` gave of all n records.
        options: those of `score`.
    """
    hmg, norm = columns["hmg"], options["norm"]
    if norm != "rank":
        hmg = _gateau.guidance(columns["ppl_short"], columns["ppl_long"], norm)
    total = _gateau.combined(hmg, columns["cam"], options["alpha"], norm)
    kept = columns if options["parts"] else {"cam": columns["cam"]}
    return {"": total, "hmg": hmg} | {k: v for k, v in kept.items() if k != "hmg"}


def _losses(
    model: LongLikelihood, texts: list[_gateau.Text], window: int | None
) -> Scores:
    """The mean loss of each answer, shape (n,); NaN for one that is empty."""
    whole = [text.whole[-window:] if window else text.whole for text in texts]
    starts = [len(a) - len(b.answer) for a, b in zip(whole, texts, strict=True)]
    losses = model.after(whole, starts)
    return np.array([one.mean() if len(one) else np.nan for one in losses])


def _exp(losses: Scores) -> Scores:
    """Perplexities, as far as there are numbers."""
    found: Scores = np.exp(np.minimum(losses, HIGHEST))
    return found


def _segments(
    model: LongLikelihood, texts: list[_gateau.Text], size: int
) -> dict[str, list[list[float]]]:
    """The perplexity of each answer behind each segment alone, and its attention."""
    alone, starts, owners = [], [], []
    for i, text in enumerate(texts):
        for at in range(0, len(text.long) if text.answer else 0, size):
            some = [*text.begin, *text.long[at : at + size], *text.rest]
            alone.append(some)
            starts.append(len(some) - len(text.answer))
            owners.append(i)
    losses = model.after(alone, starts)
    means = _exp(np.array([one.mean() for one in losses])).tolist()
    ends = np.searchsorted(owners, np.arange(len(texts) + 1)).tolist()
    looked: list[list[float]] = []
    for text in texts:
        looked.append([])
        if text.long and text.answer:
            first = len(text.whole) - len(text.answer)
            cuts = np.array([*range(0, len(text.long), size), len(text.long)])
            found = model.attention(text.whole, first, cuts + len(text.begin))
            looked[-1] = found.tolist()
    hard = [means[a:b] for a, b in pairwise(ends)]
    return dict(zip(SEGMENTS, (hard, looked), strict=True))
