"""`sel embed trajectory`: losses of each record at checkpoints of a training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.engine import memory
from sel.inputs import shared
from sel.models.proxies import Kept
from sel.options.models import Proxy, Tuning
from sel.options.text import Text
from sel.options.writing import Resuming
from sel.records.passes import none_there
from sel.records.projection import Projection
from sel.report.progress import Work
from sel.runs import resuming
from sel.streams import landing, npy, state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.models.training import Standing
    from sel.records.ledger import Ledger
    from sel.request import Request
    from sel.types import Vectors


def run(request: Request) -> int:
    """Write a row of losses for every record."""
    memory.hold()
    chats, proxy = shared(request, "chats"), shared(request, "proxy")
    followed = proxy.loaded  # a model that cannot be loaded leaves nothing behind
    ledger = request.started_ledger()
    stream = request.stream()
    known: list[Any] = []
    places: list[int] = []
    for part in request.reader.parts(
        stream, Projection(chats.wanted), ledger, "reading"
    ):
        known += chats.give(part)
        places += part.places
    if not ledger.records:
        raise none_there(stream)
    writer = npy.Writer(request.path, 1, "float32")
    kept = _Keeping(request, resuming.stream_key(request, stream, proxy.files))
    followed.keep, followed.kept = kept.save if kept.key else None, kept.found
    followed.follow = lambda steps, size: _shown(request, steps, size)
    rows = request.method.load().embed(known, followed, **request.own["embed"])
    _write(request, writer, _placed(rows, places, ledger), followed.made_by)
    kept.remove()
    ledger.close()
    _close(request, ledger, rows, followed)
    return 0


def _shown(request: Request, steps: Iterator[int], size: int) -> Iterator[int]:
    """What is done, step by step, and how far it is."""
    doing = "training" if request[Proxy].model else "reading models"
    work: Any = Work(steps, size)
    return request.following(work, doing)


def _placed(rows: Vectors, places: list[int], ledger: Ledger) -> Vectors:
    """A row for each record of the input; that of a bad line is NaN."""
    total = ledger.records + ledger.rejected
    whole = np.full((total, rows.shape[1]), np.nan, np.float32)
    whole[places] = rows
    return whole


def _write(
    request: Request, writer: npy.Writer, rows: Vectors, made_by: dict[str, Any]
) -> None:
    """The matrix, and beside it what made it."""
    writer.dim = rows.shape[1]
    writer.start(0)
    writer.write(rows)
    options = {**request.own["embed"], "text": request[Text].text}
    if request[Proxy].model:
        options |= vars(request[Tuning])
    writer.commit({"made_by": request.title, "options": options, **made_by})


def _close(request: Request, ledger: Ledger, rows: Vectors, followed: Any) -> None:
    law = {"kept": ledger.records, "rejected": ledger.rejected, "blank": ledger.blank}
    shape = {"rows": ledger.records + ledger.rejected, "columns": rows.shape[1]}
    request.close(
        {"read": sum(law.values()), "dropped": 0, **law},
        matrix={**shape, "dtype": "float32"},
        unusable=int(np.isnan(rows[:, 0]).sum()) or None,
        truncated=followed.cut or None,
        text=ledger.shape or None,
        proxy=followed.made_by,
        **followed.facts,
    )


class _Keeping:
    """What a later run can go on from, in a file beside the output.

    Args:
        request: names the output.
        key: what the result depends on; None where inputs cannot be read again.
    """

    def __init__(self, request: Request, key: str | None) -> None:
        self._request = request
        self.key = key if request.path else None
        self.found: Kept | None = None
        if self.key:
            path = Path(request.path or "")
            self.path = path.with_name(f".{path.name}.sel-training")
            if request[Resuming].resume and self.path.exists():
                with landing.together():
                    found, _ = state.load(str(self.path), Kept, request.title)
                self.found = found if found.key == self.key else None
                if self.found:
                    request.say(f"goes on after step {found.steps:,}")
            else:
                self.path.unlink(missing_ok=True)
        self._said = False

    def save(self, standing: Standing, losses: Vectors) -> None:
        """Put the file in its place; the one before is there until then."""
        kept = Kept(self.key or "", *standing, losses)
        with landing.together():
            state.save(str(self.path), kept, self._request.title, {})
        if not self._said:
            self._said = True
            size = self.path.stat().st_size
            self._request.say(f"--resume goes on from {self.path}, {size:,} bytes")

    def remove(self) -> None:
        """It is no longer needed once the output is in its place."""
        run = landing.current()
        if self.key and run:
            run.ready(_Gone(self.path))


class _Gone:
    """A file that is removed when those of a run are in their places."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def place(self) -> None:
        """Nothing is put anywhere."""

    undo = place

    def abort(self, *, keep: bool = True) -> None:
        """It stays."""

    def done(self) -> None:
        """Remove it."""
        self.path.unlink(missing_ok=True)
