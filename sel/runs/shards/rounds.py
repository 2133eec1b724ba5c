"""Operations on all records of many shards: in rounds, by states in a folder.

In each round every shard writes a state; when those of all are there, each shard knows
by them what the next round is about, and after the last one it writes its part. A run
goes on from what is in the folder, so that the same command is repeated by a user, an
array of jobs or an engine, until the output is there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from sel.errors import DataError, UsageError
from sel.maths.text import partitions
from sel.options.shards import Meeting
from sel.records.ledger import LAW
from sel.streams import landing, remote, shared, state
from sel.streams.ranges import Ranged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.request import Request
    from sel.streams.lines import Stream

Made = TypeVar("Made")
NEAR, FAR = 0.2, 2.0
"""Seconds before it is looked again who is there, on this machine and behind a URL."""


@dataclass(frozen=True)
class Round:
    """What each shard is to say."""

    kind: type
    """The dataclass of the state; see sel.streams.state."""
    make: Callable[[], Any]
    """Gives the state of this shard."""
    large: bool = False
    """Whether it grows with the records: it is mapped, and its sum is not checked."""


class States:
    """What each shard wrote in a round, in their order; read whenever it is asked for.

    Args:
        read: gives that of a shard, by its number.
        shards: how many there are.
    """

    def __init__(self, read: Callable[[int], Any], shards: int) -> None:
        self._read, self._shards = read, shards
        self._made: dict[Any, Any] = {}

    def once(self, made: Callable[[States], Made]) -> Made:
        """What a function makes of all of them, which reads them once."""
        if made not in self._made:
            self._made[made] = made(self)
        return self._made[made]  # type: ignore[no-any-return]

    def __iter__(self) -> Iterator[Any]:
        return self.before(self._shards)

    def before(self, shard: int) -> Iterator[Any]:
        """Those of the shards before one."""
        return map(self._read, range(shard))

    def of(self, shard: int) -> Any:
        """That of one shard."""
        return self._read(shard)


@dataclass(frozen=True)
class Listed:
    """Some records of all shards."""

    shards: npt.NDArray[np.int64]  # (n,), rising
    rows: npt.NDArray[np.int64]  # (n,), among the lines of the shard that are not blank

    def sound(self) -> bool:
        """Whether a run can have left this."""
        return self.shards.ndim == 1 and self.shards.shape == self.rows.shape

    @classmethod
    def of_all(cls, shards: Any, rows: Any) -> Listed:
        """Those of these shards and rows, in any order."""
        order = np.lexsort((rows, shards))
        return cls(shards[order], rows[order])

    def of(self, shard: int) -> Any:
        """The rows of a shard."""
        ends = np.searchsorted(self.shards, [shard, shard + 1]).tolist()
        return self.rows[slice(*ends)]


def check(wanted: Any, *columns: Any) -> None:
    """Refuse slices of columns that are not what was written."""
    if partitions.checksum(*columns) != int(wanted):
        msg = "a state in the folder of --rounds is damaged. Try: an empty folder"
        raise DataError(msg)


def folder(request: Request) -> str:
    """Where shards meet.

    Raises:
        UsageError: it is not said.
    """
    if found := request[Meeting].rounds:
        return found
    msg = "all records are needed: shards have to meet in a folder"
    raise UsageError(f"{msg}. Try: --rounds DIR")


class Form(Protocol):
    """How an operation is done in rounds."""

    def asked(self, known: list[States]) -> Round | None:
        """What the next round is about; None when this shard can write its part.

        Args:
            known: the states of each round so far, all of them whole.
        """
        ...


class Rounds:
    """What the shards of a run have told one another.

    Args:
        request: is one of several shards, and says where the folder is.

    Raises:
        UsageError: it does not.
    """

    def __init__(self, request: Request) -> None:
        asked = request[Meeting]
        assert request.share
        self._request, self._share = request, request.share
        self.shard, self.shards = self._share.number - 1, self._share.of
        self._folder = folder(request)
        self._end = time.monotonic() + asked.wait
        self._run = self._share.facts["key"]

    def stream(self, first: int = 0) -> Stream:
        """The records of this shard.

        Args:
            first: how many records the shards before it have, where rows matter.
        """
        stream = self._request.stream(again=True)
        source = stream.sources[0]
        assert isinstance(source, Ranged)
        source.row = first
        return stream

    def ready(self, form: Form) -> bool:
        """Take part in all rounds that can be held; whether the last one was."""
        shared.make(self._folder)
        known: list[States] = []
        while asked := form.asked(known):
            number = len(known) + 1
            own = self._path(number, self.shard)
            if not landing.identity(own):
                with landing.together():
                    facts = {"run": self._run}
                    state.save(own, asked.make(), self._request.title, facts)
            if lacking := self._lacking(number):
                self._leave(number, lacking)
                return False
            # Without `make`, so that a form and what it knows are no cycle.
            read = partial(self._load, number, asked.kind, asked.large)
            known.append(States(read, self.shards))
        return True

    def _path(self, number: int, shard: int) -> str:
        return shared.joined(self._folder, self._name(number, shard))

    def _name(self, number: int, shard: int) -> str:
        return f"round-{number}-{shard + 1:06}-of-{self.shards:06}.npz"

    def _lacking(self, number: int) -> int:
        """How many shards have not said what is asked, in the time there is."""
        names = {self._name(number, i) for i in range(self.shards)}
        pause = FAR if remote.is_url(self._folder) else NEAR
        while lacking := len(names - shared.names(self._folder)):
            if time.monotonic() >= self._end:
                break
            time.sleep(pause)
        return lacking

    def _load(self, number: int, kind: type, large: bool, shard: int) -> Any:
        path, title = self._path(number, shard), self._request.title
        loaded: tuple[Any, dict[str, Any]]
        loaded = state.load(path, kind, title, mapped=large, summed=not large)
        found, card = loaded
        if card.get("run") != self._run:
            msg = f"{path} is of a run with other options or inputs"
            raise DataError(f"{msg}. Try: --rounds with an empty folder")
        return found

    def _leave(self, number: int, lacking: int) -> None:
        request, self._share.waiting = self._request, True
        others = "another shard is" if lacking == 1 else f"{lacking:,} shards are"
        request.say(
            f"round {number} is done here, and {others} not so far. Try: the same"
            " again, when they are"
        )
        request.close(dict.fromkeys(LAW, 0), round=number, lacking=lacking)
