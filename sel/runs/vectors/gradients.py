"""`sel embed gradient`: adapters are trained first, where that is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.inputs import shared
from sel.options.declare import Share
from sel.options.models import Adapters, Model
from sel.options.writing import Resuming
from sel.records.passes import none_there
from sel.records.projection import Projection
from sel.report.progress import Work
from sel.runs import resuming
from sel.runs.vectors import matrix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.request import Request
    from sel.streams.lines import Stream

WHOLE = 1 << 62
"""Tokens of a step: as many as its records have."""


def run(request: Request) -> int:
    """Embed the records by their gradients."""
    stream = None
    if request[Adapters].warmup is not None:
        stream = request.stream(again=True)
        _warm(request, stream)
    gradients = shared(request, "gradients").loaded
    gradients.told = request.say
    return matrix.run(request, stream)


def _warm(request: Request, stream: Stream) -> None:
    """Train adapters on some of the records, unless that was done."""
    from sel.models import training, warmup

    asked = request[Adapters]
    gradients = shared(request, "gradients")
    recipe = training.Recipe(
        epochs=asked.epochs,
        rate=asked.learning_rate,
        schedule="linear",
        tokens=WHOLE,
        records=asked.step_records,
        seed=asked.seed,
    )
    alpha = 4.0 * asked.lora if asked.alpha is None else asked.alpha
    trained = warmup.Warmup(
        gradients.reader,
        Path(asked.adapters),
        warmup.LoRA(request[Model].model, asked.lora, alpha, asked.modules, asked.seed),
        recipe,
        resuming.stream_key(request, stream, gradients.read) or "",
    )
    if trained.found(resume=request[Resuming].resume):
        return
    trained.follow = lambda steps, size: _shown(request, steps, size)
    chosen = _chosen(request, stream)
    request.method.load().embed(chosen, trained, **request.own["embed"])
    request.say(f"the warm-up learnt {trained.records:,} records: {asked.adapters}")


def _shown(request: Request, steps: Iterator[int], size: int) -> Iterator[int]:
    """What is done, step by step, and how far it is."""
    work: Any = Work(steps, size)
    return request.following(work, "training")


def _chosen(request: Request, stream: Stream) -> list[Any]:
    """The chats of the warm-up, drawn at random, in the order of the input."""
    asked, chats = request[Adapters], shared(request, "chats")
    reader, want = request.reader, Projection(chats.wanted)
    ledger = reader.ledger()
    for _ in reader.parts(stream, want, ledger, "counting"):
        pass
    if not ledger.records:
        raise none_there(stream)
    k: Any = asked.warmup
    k = k.of(ledger.records) if isinstance(k, Share) else min(k, ledger.records)
    order = np.random.default_rng(asked.seed).permutation(ledger.records)[:k]
    taken = np.zeros(ledger.records, bool)
    taken[order] = True
    found: list[Any] = []
    at = 0
    for part in reader.parts(stream, want, reader.ledger(), "reading"):
        given = chats.give(part)
        found += [given[i] for i in np.flatnonzero(taken[at : at + len(part)])]
        at += len(part)
    return found
