"""`sel eval mixture`: what runs say of the weights of domains; mixtures to be run."""

from __future__ import annotations

from collections import Counter
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import DataError, UsageError, printable
from sel.eval._laws import Runs as Known
from sel.inputs import shared
from sel.options.evaluation import listed
from sel.options.mixtures import Prior, Runs
from sel.records import fields, hints, samples
from sel.records.faults import BadRecord
from sel.records.fields import Wanted, floated
from sel.records.ledger import added

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sel.request import Request

WEIGHTS = "weights"
"""The field in which mixtures to be run have their weights."""


def run(request: Request) -> int:
    """Propose weights from runs, or runs."""
    module, own, asked = request.method.load(), request.own, request[Runs]
    prior = shared(request, "prior").whole()
    if own["propose"]["propose"] is not None:
        return _propose(request, module, prior)
    if not asked.targets:
        msg = "give --target FIELD, in which a run has its loss, or --propose N"
        raise UsageError(msg)
    runs, law, without = _read(request)
    given = None
    if prior is not None:
        given = np.array([prior.pop(name, -1.0) for name in runs.names])
        _refuse_unlike(request[Prior].prior, runs.names, given, prior)
    if asked.highest and own["measure"]["law"] == "log-linear":
        msg = "the log-linear law is one of losses. Try: --law linear with --highest"
        raise UsageError(msg)
    rng = shared(request, "rng").whole()
    rows, facts = module.measure(runs, given, rng, **own["measure"])
    for row in rows if asked.highest else ():
        row |= {name: -row[name] for name in module.EXPECTED if name in row}
    request.write_rows(rows)
    request.close(law, without=without, **facts)
    return 0


def _propose(request: Request, module: Any, prior: dict[str, float] | None) -> int:
    """Write mixtures to be run."""
    if request.sources:
        msg = "--propose writes mixtures to be run, and reads none. Try: no FILE"
        raise UsageError(msg)
    if prior is None:
        msg = "--propose goes with --prior FILE, the tokens of each domain"
        raise UsageError(msg)
    generator = shared(request, "generator").whole()
    sizes = np.array(list(prior.values()))
    drawn = module.propose(sizes, generator, **request.own["propose"]).tolist()
    rows = [
        {"run": i, WEIGHTS: dict(zip(prior, row, strict=True))}
        for i, row in enumerate(drawn)
    ]
    request.write_rows(rows)
    request.close(added([]), proposals=len(rows), domains=len(prior))
    return 0


def _refuse_unlike(
    path: str | None, names: Sequence[str], given: Any, left: dict[str, float]
) -> None:
    """Refuse a prior of other domains than those of the runs."""
    if (given < 0).any():
        name = printable(names[int((given < 0).argmax())])
        msg = f"{path} has nothing for {name!r}, a domain of the runs"
        raise DataError(msg)
    if some := [name for name, weight in left.items() if weight]:
        msg = f"{path} has {printable(some[0])!r}, a domain that no run has"
        raise DataError(f"{msg}. Try: leave it out, or --weights")


def _read(request: Request) -> tuple[Known, Mapping[str, int], Counter[str]]:
    """All runs, and what became of the records."""
    asked = request[Runs]
    more = {f"target {name}": fields.moderate(name) for name in asked.targets}
    more[WEIGHTS] = Wanted(_finder(asked.weights))
    reader = request.reader
    ledger = request.ledgers.another()
    stream = reader.stream(request.inputs)
    sample = samples.read(reader, stream, ledger, more=more)
    columns = [sample[f"target {name}"] for name in asked.targets]
    outcomes = np.array(columns, np.float64).T.reshape(len(sample), len(columns))
    good = np.isfinite(outcomes).all(axis=1)
    names = list(dict.fromkeys(name for one in sample[WEIGHTS] for name in one))
    place = {name: i for i, name in enumerate(names)}
    found = np.zeros((len(sample), len(names)))
    for row, one in zip(found, sample[WEIGHTS], strict=True):
        for name, weight in one.items():
            row[place[name]] = weight
    ledger.kept = int(good.sum())
    if not ledger.kept:
        msg = "there is no run with weights and all of --target"
        raise DataError(msg)
    found = found[good] / found[good].sum(axis=1, keepdims=True)
    without = Counter(score=int((~good).sum()))
    outcomes = outcomes[good] * (-1.0 if asked.highest else 1.0)
    known = Known(names, found, asked.targets, outcomes)
    return known, request.ledgers.close(), without


def _finder(asked: str) -> Any:
    """What gives the weights of a run, by domain."""
    several = listed(asked)
    pattern = "*" in asked
    if pattern and (len(several) > 1 or asked.count("*") > 1):
        msg = "--weights 'train_*' is one pattern with one *. Try: a,b,c"
        raise UsageError(msg)
    start, _, end = asked.partition("*")
    single = None if pattern or len(several) != 1 else fields.field(several[0])
    paths = {} if single else {name: fields.field(name) for name in several}

    def find(record: dict[str, Any]) -> dict[str, float]:
        if pattern:
            whole = {
                name.removeprefix(start).removesuffix(end): value
                for name, value in record.items()
                if fnmatchcase(name, asked.replace("[", "[[]"))
            }
        elif single:
            whole = single(record)
        else:
            whole = {name: get(record) for name, get in paths.items()}
        if type(whole) is not dict or not whole:
            what = hints.kind_of(whole) if type(whole) is not dict else "not there"
            msg = f"the weights in {asked!r} are {what}, not an object of weights"
            raise BadRecord("field-type", f"{msg}. Try: --weights a,b,c")
        known = {name: _weight(name, value) for name, value in whole.items()}
        if not any(known.values()):
            raise BadRecord("field-type", "no weight of the run is above 0")
        return known

    return find


def _weight(name: str, value: Any) -> float:
    """A weight; BadRecord if it is none."""
    weight = floated(value, name)
    if weight is None or not 0 <= weight < 1e300:
        msg = f"the weight of {printable(name)!r} is {value}, not a number from 0 on"
        raise BadRecord("field-type", msg)
    return weight
