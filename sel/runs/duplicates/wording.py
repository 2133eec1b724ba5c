"""`sel diversify rouge`: one pass, with a memory of the texts that are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sel.options.text import Older
from sel.runs.duplicates.reading import Dropped, Pass, kept_lines
from sel.streams.output import finished

if TYPE_CHECKING:
    from sel.request import Request
    from sel.runs.duplicates.reading import Collected


def run(request: Request) -> int:
    """Drop what is too like an earlier text."""
    module, own = request.method.load(), request.own
    novel = module.begin(**own["begin"])
    report = Dropped(request)
    pass_ = Pass(
        request,
        lambda texts: module.collect(texts, **own["collect"]),
        names=bool(report),
    )
    names: list[bytes] = []
    wordless = kept = 0
    with finished(request.output()) as output, finished(report):
        if old := request[Older].old:
            for read in pass_.older(old, "older records"):
                module.remember(read.result.values, novel)
                names += read.result.names
        older = novel.count
        for read in pass_.read(request.stream(), "comparing"):
            found: Collected = read.result
            twins, scores = module.diversify(found.values, novel)
            names += _kept(found.names, twins)
            if report:
                for i in np.flatnonzero(twins >= 0).tolist():
                    twin = names[twins[i]]
                    report.add(found.names[i], twin, float(scores[i]), "rouge-l")
            wordless += sum(not tokens for tokens in found.values)
            new = twins < 0
            kept += int(new.sum())
            output.write(kept_lines(read.block, found.spread(new, False)))
    ledger = pass_.ledger
    facts = {"older": older or None, "compared": novel.compared}
    facts["without words"] = wordless or None
    request.close(ledger.law(kept), text=ledger.shape or None, **facts)
    return 0


def _kept(names: list[bytes], twins: np.ndarray) -> list[bytes]:
    """The names of those that are kept, if they have any."""
    return [name for name, twin in zip(names, twins.tolist(), strict=False) if twin < 0]
