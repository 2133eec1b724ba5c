"""`sel score` by what is learnt from examples alone: the pool is read once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_type_hints

from sel.errors import UsageError
from sel.inputs import Input, Wants
from sel.options.fitting import Against, Fitting
from sel.options.writing import Fields
from sel.runs.given import given_to
from sel.runs.scores.scorers import Scorer
from sel.runs.summaries import summarise
from sel.streams import state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sel.records.projection import Part
    from sel.request import Request


class _Several(Input):
    """Kinds of input that are handed over together."""

    def __init__(self, request: Request, kinds: Sequence[Input]) -> None:
        super().__init__(request)
        self._kinds = kinds

    @property
    def wanted(self) -> Wants:
        """See Input."""
        return {name: one for kind in self._kinds for name, one in kind.wanted.items()}

    def give(self, part: Part) -> list[Any]:
        """What each gives of a block."""
        return [kind.give(part) for kind in self._kinds]


def scorer(request: Request) -> Scorer:
    """The method, fitted to examples or loaded."""
    asked, against = request[Fitting], request[Against].against or []
    if not (asked.target or asked.load):
        msg = "give --target FILE to learn what to look for, or --load STATE"
        raise UsageError(msg)
    if against and asked.load:
        msg = "--load brings what was learnt --against others. Try: one of them"
        raise UsageError(msg)
    module, own = request.method.load(), request.own
    kind = get_type_hints(module.fit)["return"]
    if asked.load:
        learnt, _ = state.load(asked.load, kind, request.title)
    else:
        sets = [_summaries(request, module, paths) for paths in (asked.target, against)]
        learnt = module.fit(*sets, **own["fit"])
    if asked.save:
        facts = {"options": own["collect"] | own["fit"]}
        state.save(asked.save, learnt, request.title, facts)
    more = [*(asked.target or ()), *against, *filter(None, [asked.load])]

    def scores(*values: Any) -> list[Any]:
        return [module.score(*values, learnt, **own["score"])]

    given, name = given_to(request, module.score), request[Fields].as_
    names = [name or request.method.name]
    return Scorer(request, request.stream(), scores, names, given, more=more)


def _summaries(request: Request, module: Any, paths: Any) -> list[Any]:
    """What there is to learn from each of some files."""
    reader, given = request.reader, _Several(request, given_to(request, module.collect))

    def collect(values: list[Any]) -> Any:
        return module.collect(*values, **request.own["collect"])

    streams = [reader.stream([path]) for path in paths or ()]
    return [summarise(reader, stream, given, collect) for stream in streams]
