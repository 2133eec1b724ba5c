"""Which signals belong to which set, and what takes lines away from a text."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sel.score._signals import (
    c4,
    c4_dclm,
    dclm,
    dolma,
    fineweb,
    gopher,
    juicer,
    nemo,
    redpajama,
)
from sel.score._signals.batch import Batch, Columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sel.types import Texts

SETS: dict[str, tuple[Callable[..., Columns], ...]] = {
    "gopher-quality": (gopher.quality, gopher.dolma_quality),
    "gopher-repetition": (gopher.repetition, gopher.dolma_repetition),
    "c4": (
        c4.signals,
        c4.without_terminal,
        c4.paragraphs,
        c4.dolma,
    ),
    "c4-dclm": (c4_dclm.signals,),
    "fineweb": (fineweb.signals,),
    "refinedweb": (dclm.signals, dclm.repetition),
    "redpajama": (redpajama.signals,),
    "dolma": (dolma.signals,),
    "nemo": (nemo.signals,),
    "data-juicer": (juicer.signals,),
}
EVERY = tuple(dict.fromkeys(one for some in SETS.values() for one in some))

CLEANERS: dict[str, Callable[[str], str]] = {
    "c4": lambda text: c4.clean(text, terminal=True).text,
    "c4_no_terminal": lambda text: c4.clean(text, terminal=False).text,
    "c4_dolma": c4.dolma_text,
    "c4_dclm": lambda text: c4_dclm.clean(text).text,
    "refinedweb": lambda text: dclm.clean(text) or "",
}
"""What line rules leave of a text."""


def measured(
    texts: Texts,
    words: str,
    families: Iterable[Callable[..., Columns]],
    naughty: tuple[str, ...] = (),
    stop: tuple[str, ...] = (),
) -> Columns:
    """The columns of some families of signals.

    Args:
        texts: n strings.
        words: spaces, marks or spacy-like.
        families: of SETS; each is measured once.
        naughty: words and phrases for dolma's C4.
        stop: stop words for RedPajama.
    """
    batch = Batch(texts, words)
    given = {
        c4.dolma: partial(c4.dolma, naughty=naughty),
        redpajama.signals: partial(redpajama.signals, stop=stop),
        juicer.signals: partial(juicer.signals, stop=stop, naughty=naughty),
    }
    columns: Columns = {}
    for family in dict.fromkeys(families):
        columns |= given.get(family, family)(batch)
    return columns
