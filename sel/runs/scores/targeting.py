"""`sel pick target`: what is to be trained on, beside each record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sel.errors import UsageError
from sel.options.targets import Candidates, Referee
from sel.runs.given import given_to
from sel.runs.scores.scorers import Scorer, name_of

if TYPE_CHECKING:
    from sel.request import Request


def scorer(request: Request) -> Scorer:
    """What gives each record its target."""
    own, pick = request.own["pick"], request.method.load().pick
    command, field = request[Referee].judge_cmd, request[Candidates].own_ok
    if not (own["judge"] or command or field):
        msg = "say who judges: --judge number, --judge-cmd COMMAND or --own-ok FIELD"
        raise UsageError(msg)
    if own["judge"] and command:
        msg = "--judge and --judge-cmd are two judges. Try: one of them"
        raise UsageError(msg)
    given = given_to(request, pick)
    nothing = [[] if kind.each else kind.whole() for kind in given]
    name = name_of(request)
    names = [f"{name}_{column}" if column else name for column in pick(*nothing, **own)]
    offered: Any = given[0]

    def scores(*values: Any) -> list[Any]:
        columns = pick(*values, **own)
        offered.tell(columns["source"])
        return list(columns.values())

    return Scorer(request, request.stream(), scores, names, given)
