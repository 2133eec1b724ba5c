"""What --dry-run says of a run: what it would read, hold and write."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sel.engine import local
from sel.options.fitting import Fitting, Training
from sel.options.groups import Percentiles
from sel.options.models import Model
from sel.options.reading import Jobs
from sel.options.shards import Meeting
from sel.options.splitting import Splitting
from sel.options.writing import State
from sel.runs import needs, places
from sel.runs.shards import rounds, splitting
from sel.streams import remote
from sel.streams.blocks import BLOCK
from sel.streams.lines import STDIN

if TYPE_CHECKING:
    from sel.request import Request
    from sel.runs.shapes import Shape

GIGA = 1e9


@dataclass(frozen=True)
class Plan:
    """What is known of a run before it reads."""

    passes: int | str = "as many times as the records ask for"
    """Over the records."""
    memory: str = "not known before the records are"
    temporary: str = ""
    """Files beside the copy of what can be read only once."""


def divided(request: Request, shape: Shape) -> int:
    """Say what a shard would do, or an engine, or --merge.

    Raises:
        SelError: it cannot be.
    """
    splitting.check(request)
    needs.check(request)
    number, of = request[Splitting].part or (0, 0)
    summed = splitting.sums(request)
    if not number:
        say(request, shape)
        return 0
    path = splitting.part_path(request, number, fits=bool(summed))
    meets = rounds.folder(request) if _meets(request) else ""
    say(request, shape, (summed or "output", path))
    share = f"1 of {of:,} parts of the input, cut between its blocks"
    request.say(f"shard {number:,}: {share}; a file that is packed is in one of them")
    if meets:
        request.say(f"would write the states of its rounds to {meets}")
    return 0


def _meets(request: Request) -> bool:
    """Whether shards have to tell one another what they found."""
    if Meeting not in request:
        return False
    return Percentiles not in request or bool(request[Percentiles].percentile)


def say(request: Request, shape: Shape, part: tuple[str, str] | None = None) -> None:
    """Say what a run would do.

    Args:
        request: what is asked for; it can be.
        shape: how it is run.
        part: the option that names what a shard writes, and what that is then.

    Raises:
        OSError: a file that would be read is not there.
    """
    plan = _plan(request, shape)
    read, written = places.of(request, shape.gives)
    if part:
        flag = "-o" if part[0] == "output" else f"--{part[0]}"
        written = [one for one in written if one.option not in (part[0], "output")]
        written.append(places.Place(part[0], flag, part[1]))
    if request.title == "sel pick where":  # its first operand is a condition
        read = read[len(request.operands) :]
    names = dict.fromkeys((one.flag, one.path) for one in read)
    if not shape.operands[0]:  # no file but those of options
        names.pop(("", STDIN), None)
    for flag, path in names:
        request.say("would read " + _named(flag, path, _size(path)))
    if shape.operands[0]:
        request.say(f"passes over the records: {plan.passes}")
    request.say(f"memory: {plan.memory}")
    copied = ("", STDIN) in names and plan.passes != 1
    kept = ["a packed copy of standard input"] * copied
    kept += filter(None, [plan.temporary])
    request.say(f"temporary files: {' and '.join(kept) or 'none'}{_room(bool(kept))}")
    for place in written:
        request.say("would write " + _named(place.flag, place.path, _free(place.path)))


def _plan(request: Request, shape: Shape) -> Plan:
    """What is known of a run, or of a shard of it."""
    asked = request.get(Splitting)
    if asked and asked.merge:
        return Plan(1, "a MiB of a part, and what the shards have counted")
    if asked and asked.asked and _meets(request):
        return Plan("one in each round, and one to write", "a block, and some states")
    if asked and asked.part and splitting.sums(request):
        return Plan(1, _blocks(request))
    return _PLANS[shape.module](request) if shape.module in _PLANS else Plan()


def _named(flag: str, path: str, known: str) -> str:
    """A file, by the option that names it."""
    path = {STDIN: "standard input", "/dev/stdout": ""}.get(path, path)
    return " ".join(filter(None, (flag, path, known)))


def _size(path: str) -> str:
    if path == STDIN or path[:1] == "@" or remote.is_url(path):
        return ""
    status = os.stat(path)
    return f"({status.st_size:,} bytes)" if stat.S_ISREG(status.st_mode) else ""


def _free(path: str) -> str:
    if remote.is_url(path) or path.startswith("/dev/"):
        return ""
    folder = os.path.dirname(path.rstrip("/")) or "."
    free = shutil.disk_usage(folder).free if os.path.isdir(folder) else 0
    return f"({free / GIGA:,.1f} GB are free there)" if free else ""


def _room(used: bool) -> str:
    import tempfile

    place = tempfile.gettempdir()
    return f", in {place} {_free(f'{place}/file')}" if used else ""


def _blocks(request: Request) -> str:
    """What holds no more than some blocks."""
    asked = request.get(Jobs)
    jobs = (asked.jobs or local.cores()) if asked else 1
    processes = f"{jobs:,} process{'es' if jobs > 1 else ''}"
    model = ", and the model" if Model in request else ""
    blocks = f"a few blocks of {BLOCK >> 10:,} KiB for {processes}"
    return f"{blocks}{model}, however many records"


def _rows(request: Request) -> Plan:
    if {"labelled", "runs"} & set(request.method.inputs):
        return Plan(2, "all vectors, and the blocks of one pass")
    return Plan(_fitted(request), _blocks(request))


def _fitted(request: Request) -> int | str:
    """The passes of `sel score`."""
    from sel.runs.scores.scorers import APART

    if request.values.get("norm") or "labels" in request.method.inputs:
        return Plan.passes
    training = request.get(Training)
    if training:
        return 1 if training.load or training.pos or training.train else 2
    if (APART.keys() - {"candidates"}) & set(request.method.inputs):
        return Plan.passes
    state = request.get(State)
    if "fit" in request.method.functions and not (state and state.load):
        return 2 if Fitting in request else Plan.passes
    return 1


def _once(request: Request) -> Plan:
    return Plan(1, _blocks(request))


def _best(request: Request) -> Plan:
    from sel.runs.picks.best import choice_of

    passes = 2 if choice_of(request).twice else 1
    return Plan(passes, "a block, and the records that are kept")


def _judged(request: Request) -> Plan:
    asked = request.get(Percentiles)
    if asked is None or asked.percentile:
        return Plan()
    return Plan(1, _blocks(request))


def _exact(request: Request) -> Plan:
    from sel.diversify._seen import PER_HASH, Bloom

    seen: Any = request.method.load().begin(**request.own["begin"])
    if isinstance(seen, Bloom):
        return Plan(1, f"{seen.size / 1e6:,.0f} MB, the Bloom filter")
    return Plan(1, f"about {PER_HASH} MB for each million different texts")


def _near(request: Request) -> Plan:
    from sel.runs.duplicates.near import PER_RECORD, temporary

    against = request.method.name == "against"
    memory = f"about {PER_RECORD} MB for each million records"
    state = request[State]
    if state.load:  # the state says how long signatures are
        return Plan(2 if against else 3, memory, "signatures")
    plan = request.method.load().plan(**request.own["plan"])
    size = temporary(plan, kept=against or bool(state.save))
    files = f"about {size} MB for each million records"
    return Plan(2 if against else 3, memory, files)


def _spans(request: Request) -> Plan:
    from sel.diversify._spans import PER_UNIT

    unit = request.own["diversify"]["unit"]
    each = PER_UNIT if unit == "bytes" else PER_UNIT // 3
    return Plan(2, f"about {each} bytes for each character of the texts")


def _covering(_: Request) -> Plan:
    return Plan(2, "about 30 bytes for each different n-gram of each record")


def _wording(_: Request) -> Plan:
    return Plan(1, "the tokens of the texts that are kept")


def _whole(_: Request) -> Plan:
    memory = "the vectors, mapped from disk, and what the run says before it chooses"
    return Plan(2, f"{memory}; --memory is a ceiling")


_PLANS: dict[str, Callable[[Request], Plan]] = {
    "scores.rows": _rows,
    "vectors.matrix": _once,
    "picks.best": _best,
    "picks.judged": _judged,
    "duplicates.exact": _exact,
    "duplicates.near": _near,
    "duplicates.spans": _spans,
    "duplicates.wording": _wording,
    "picks.covering": _covering,
    "vectors.whole": _whole,
    "measures.summed": _once,
    "measures.drifting": _once,
}
"""What is known, by the module of a run."""
