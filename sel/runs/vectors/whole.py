"""`sel diversify` by vectors and scores: records that are chosen as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import MachineError, OptionError, UsageError
from sel.inputs import ABSENT
from sel.inputs.already import Kind as Before
from sel.inputs.costs import Kind as Costs
from sel.maths.greedy.choice import usable_rows
from sel.options.declare import Share
from sel.options.scores import Portion
from sel.options.vectors import Already, Memory
from sel.options.writing import Explaining, Order
from sel.records import beside, pools, splice
from sel.records.fields import ROW
from sel.records.passes import lines_of
from sel.records.projection import Projection
from sel.records.store import Store
from sel.records.table import collected
from sel.request import refuse_twice
from sel.runs.given import given_to
from sel.runs.picks.ranking import spending
from sel.streams.output import finished

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.inputs import Input
    from sel.maths.greedy.choice import Choice
    from sel.records.ledger import Ledger
    from sel.records.pools import Pool
    from sel.request import Request
    from sel.streams.lines import Stream
    from sel.streams.output import Output

BASE = 150 << 20
"""Bytes of the program itself, with its libraries."""
GIGA = 1e9


def run(request: Request) -> int:
    """Choose among the records of the inputs."""
    _check_names(request)
    _check_amount(request)
    module, own = request.method.load(), request.own["diversify"]
    kinds = kinds_of(request, module)
    refuse_twice(request, *(path for kind in kinds.values() for path in kind.files))
    stream = request.pool = request.stream(again=True)
    # Without a record nothing is chosen, but what cannot be asked for is refused.
    columns = [name for kind in kinds.values() for name in kind.pooled]
    empty = pools.nothing([*columns, "costs", *({"keys"} & kinds.keys())])
    none = dict.fromkeys({"k"} & own.keys(), 0)
    _refuse_groups(request, module.diversify(**given(kinds, empty), **own | none))
    ledger = request.started_ledger()
    with finished(request.output()) as output:
        pool, costless = gathered(request, stream, kinds, ledger)
        if "k" in own:
            many = _most(request[Portion], ledger.records, pool)
            own["k"] = request.values["k"] = many
        data = given(kinds, pool)
        weigh(request, kinds, data)
        choice = _chosen(request, pool, data, own)
        _write(request, stream, pool, choice, output)
        ledger.close()
    if (row := request[Explaining].explain) is not None:
        from sel.runs.vectors.explaining import explained

        request.say(explained(row, pool, choice, data))
    lost = costless | _lacking(pool, data, own)
    _close(request, ledger.law(len(choice.rows)), pool, choice, lost)
    return 0


def kinds_of(request: Request, module: Any) -> dict[str, Input]:
    """The inputs of the method, by the names of its parameters."""
    return {
        kind.__module__.rpartition(".")[2]: kind
        for kind in given_to(request, module.diversify)
    }


def _check_names(request: Request) -> None:
    """Refuse options that need one another."""
    explain, already = request[Explaining].explain, request.get(Already)
    on, path = (already.on, already.already) if already else (None, None)
    if on and not (path or explain):
        msg = "--on goes with --already, or with --explain NAME"
        raise UsageError(msg)
    if explain and not on and not explain.isdigit():
        raise OptionError("explain", "the number of a row, or --on FIELD", explain)


def _check_amount(request: Request) -> None:
    """Refuse a run that does not know how many, and one that cannot be told."""
    amount = request[Portion]
    silent = {amount.k, amount.fraction, amount.budget} == {None}
    k = {one.name: one for one in request.method.options}.get("k")
    if k is None and not silent:
        msg = f"{request.method.name} cannot be told how many to choose"
        raise UsageError(msg)
    if k and k.required and silent:
        msg = "say how many: -k N, --fraction X, or --budget N --cost F"
        raise UsageError(msg)


def _refuse_groups(request: Request, empty: Choice) -> None:
    """Refuse to pay for records where groups are chosen as wholes."""
    if request[Portion].budget is not None and "groups" in empty.facts:
        msg = "--budget is for records, and whole groups are chosen. Try: -k N"
        raise UsageError(msg)


def gathered(
    request: Request, stream: Stream, kinds: dict[str, Input], ledger: Ledger
) -> tuple[Pool, dict[str, int]]:
    """Read the records once, and those chosen before.

    Returns:
        All but those without a cost, where one is asked for; how many those are.
    """
    wanted = {name: w for k in kinds.values() for name, w in k.pooled.items()}
    wanted |= Costs(request).wanted
    matrices = [k.pool_matrix for k in kinds.values() if k.pool_matrix is not None]
    ledger.strict_rows = True
    want = Projection(wanted, row=True)
    keys = kinds.get("keys")
    numbers = [n for n in ("scores", "confidence", "costs") if n in wanted]
    found: list[Any] = [np.empty(0, np.uint64)]

    def parts() -> Iterator[Any]:
        for part in request.reader.parts(stream, want, ledger, "reading"):
            beside.check_within(part, *matrices)
            if keys:
                found.append(keys.give(part))
            yield part

    codes = ["groups"] if "groups" in wanted else []
    lists = [pools.NAMES] if pools.NAMES in wanted else []
    table = collected(parts(), numbers=numbers, codes=codes, lists=lists)
    if keys:
        table.columns["keys"] = np.concatenate(found)
    for matrix in matrices:
        beside.check_count(matrix.name, len(matrix), ledger)
    before = kinds.get("already")
    chosen = before.chosen() if isinstance(before, Before) else []
    path = request[Already].already if before else None
    pool = pools.pool(table, matrices, chosen, path)
    if "costs" not in wanted:
        return pool, {}
    lost = np.isnan(pool.columns["costs"])
    return pool.some(~lost), {"cost": int(lost.sum())}


def wanted_of(amount: Portion, records: int) -> int | None:
    """How many of so many records are asked for."""
    if amount.fraction is not None:
        return Share(amount.fraction).of(records)
    return amount.k


def _most(amount: Portion, records: int, pool: Pool) -> int | None:
    """How many may be chosen: of a budget, as many as the cheapest could be."""
    k = wanted_of(amount, records)
    if amount.budget is None:
        return k
    free = pool.places >= 0
    free[pool.already] = False
    paid = np.cumsum(np.sort(pool.columns["costs"][free])) <= amount.budget
    return int(paid.sum()) if k is None else min(k, int(paid.sum()))


def _chosen(
    request: Request, pool: Pool, data: dict[str, Any], own: dict[str, Any]
) -> Choice:
    """What the method chooses; of a budget, the longest such choice that is within it.

    A method that knows no costs is asked for fewer, until all that it gives fits.
    """
    module, budget = request.method.load(), request[Portion].budget
    while True:
        choice: Choice = module.diversify(**data, **own)
        if budget is None:
            return choice
        paid = np.cumsum(pool.columns["costs"][choice.rows]) <= budget
        if paid.all():
            return choice
        own["k"] = int(paid.sum())


def given(kinds: dict[str, Input], pool: Pool) -> dict[str, Any]:
    """The method's positional parameters, by name."""
    if "vectors" in kinds and all(kind.pool_matrix is None for kind in kinds.values()):
        msg = "give --vectors FILE.npy, from sel embed"
        raise UsageError(msg)
    values = {name: kind.of_pool(pool) for name, kind in kinds.items()}
    return {name: value for name, value in values.items() if value is not ABSENT}


def weigh(request: Request, kinds: dict[str, Input], data: dict[str, Any]) -> None:
    """Say what memory the method will need, and refuse more than may be used."""
    sized = [data.get(name) for name in ("vectors", "trajectories", "graph")]
    rows = next((some for some in sized if some is not None), None)
    module = request.method.load()
    if rows is None or not hasattr(module, "memory"):
        return
    # What is mapped counts as well, though the system may take it back.
    matrices = (kind.pool_matrix for kind in kinds.values())
    mapped = sum(int(matrix.rows.nbytes) for matrix in matrices if matrix is not None)
    mapped = 0 if request.share else mapped  # a shard reads its own rows
    need = BASE + mapped + module.memory(rows, request.own["diversify"])
    limit = request[Memory].memory
    if limit is not None and need > limit:
        msg = (
            f"this needs {need / GIGA:.2f} GB and --memory allows {limit / GIGA:.2f}."
            " Try: fewer records, --neighbours or --cells, or more memory"
        )
        raise MachineError(msg)
    request.say(f"needs about {need / GIGA:.2f} GB")


def _write(
    request: Request, stream: Stream, pool: Pool, choice: Choice, output: Output
) -> None:
    """The chosen lines, from a second pass."""
    ranked = request[Explaining].ranked
    told = ranked or choice.weights is not None
    if request[Order].order == "input":
        for line, at in _lines(stream, pool, choice):
            output.write(_told(line, at, pool, choice, ranked) if told else line)
        return
    store = Store()
    lines = {at: store.put(line) for line, at in _lines(stream, pool, choice)}
    for at in range(len(choice.rows)):
        line = store.get(lines[at])
        output.write(_told(line, at, pool, choice, ranked) if told else line)


def _lines(stream: Stream, pool: Pool, choice: Choice) -> Iterator[tuple[bytes, int]]:
    """The chosen lines in the order of the input, each with its place in the choice."""
    places = pool.places[choice.rows]
    order = np.argsort(places, kind="stable")
    lines = lines_of(stream, places[order].tolist())
    return zip(lines, order.tolist(), strict=True)


def _told(line: bytes, at: int, pool: Pool, choice: Choice, ranked: bool) -> bytes:
    """A line with its weight, its rank, and what else there is to say of it."""
    fields: dict[str, Any] = {}
    if choice.weights is not None:
        fields["_weight"] = float(choice.weights[at])
    if not ranked:
        return splice.extended(line, fields)
    if not pool.said:
        fields[ROW] = int(pool.rows[choice.rows[at]])
    fields["_rank"] = at + 1
    if choice.gains is not None:
        fields["_gain"] = float(choice.gains[at])
    if choice.covers is not None:
        fields["_covers"] = int(choice.covers[at])
    return splice.extended(line, fields)


def _lacking(pool: Pool, data: dict[str, Any], own: dict[str, Any]) -> dict[str, int]:
    """How many records lack what is needed to choose or to compare them."""
    bad: dict[str, Any] = {}
    if (scores := data.get("scores")) is not None:
        bad["score"] = np.isnan(scores)
    if (groups := data.get("groups")) is not None:
        bad["group"] = groups < 0
    if (vectors := data.get("vectors")) is not None:
        bad["vector"] = np.ones(len(pool.rows), bool)
        bad["vector"][usable_rows(vectors)] = False
    elif "trajectories" in data and own["rule"] != "released":
        bad["vector"] = ~np.isfinite(data["trajectories"]).all(axis=1)
    elif (graph := data.get("graph")) is not None:
        bad["vector"] = (graph < 0).all(axis=1)
    free = pool.places >= 0
    free[pool.already] = False
    counts = {}
    for name, lost in bad.items():
        counts[name] = int((lost & free).sum())
        free &= ~lost
    return counts


def _close(
    request: Request,
    law: dict[str, int],
    pool: Pool,
    choice: Choice,
    lacking: dict[str, int],
) -> None:
    amount = request[Portion]
    wanted = wanted_of(amount, law["kept"] + law["dropped"])
    spent = None
    if amount.budget is not None:
        spent = spending(amount.budget, pool.columns["costs"][choice.rows])
    short = wanted is not None and len(choice.rows) < wanted
    if "groups" in choice.facts:
        short = choice.facts["groups"] < wanted
    request.close(
        law,
        without=lacking,
        wanted=f"{wanted:,}, and all that can be are kept" if short else None,
        already=len(pool.already) or None,
        budget=spent,
        **{name.replace(" ", "_"): fact for name, fact in choice.facts.items()},
    )
