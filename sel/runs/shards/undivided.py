"""What no shards can do, why, and what can be done instead.

Of a method that can be divided its own run says what of it cannot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sel.errors import UsageError

if TYPE_CHECKING:
    from sel.catalog import Method

FLAGS = ("--shard", "--merge", "--rounds", "--wait", "--engine", "--address")
"""What asks for shards."""


class Reason(NamedTuple):
    """Why methods have no distributed form."""

    methods: tuple[str, ...]
    why: str
    instead: str


REASONS = (
    Reason(
        (
            *("diversify craig", "diversify dpp"),
            *("diversify graphcut", "diversify herding", "diversify kcenter"),
            *("diversify mmr", "diversify novelty", "diversify votek"),
        ),
        "each choice depends on those before it",
        "score cells, and a run for each cell; or pick top first, for a smaller pool",
    ),
    Reason(
        (
            *("diversify clusters", "diversify medoids", "diversify prototypes"),
            "diversify semantic",
        ),
        "its cells are learnt from all vectors",
        "score cells --save on a sample, --load on the shards, and a run for each cell",
    ),
    Reason(
        ("diversify random",),
        "it is the baseline of other choices from one matrix",
        "pick random, which has shards",
    ),
    Reason(
        ("diversify strata",),
        "strata share what one of them lacks, by the range of all scores",
        "a field with the stratum, and pick random --per FIELD",
    ),
    Reason(
        ("diversify substring",),
        "a span may come again anywhere: all texts would have to be sorted",
        "diversify exact and minhash first, then a run for each source",
    ),
    Reason(
        ("diversify rouge",),
        "a text is compared with all that are kept before it",
        "diversify exact and minhash first; or a run for each part, with --old",
    ),
    Reason(
        ("pick coverage", "pick demonstrations", "pick lookup"),
        "a query is compared with all records",
        "score nearest or rds on the shards, and pick top or turns",
    ),
    Reason(
        ("pick target",),
        "its requests are one file for all",
        "a run for each file of the input: no record depends on another",
    ),
    Reason(
        ("pick route",),
        "one learner is trained on all queries",
        "a run on those that have runs, and some of the others",
    ),
    Reason(
        ("pick pairs",),
        "answers to one prompt may be in several shards",
        "files that each hold all answers to their prompts, and a run for each",
    ),
    Reason(
        ("pick committee",),
        "seats depend on the ranks of all records, and on one another",
        "pick fuse, which has shards, or pick top --per FIELD",
    ),
    Reason(
        ("score aflite",),
        "each round takes away what classifiers of all that is left are surest of",
        "a run on a sample, or on each of several parts",
    ),
    Reason(
        ("embed columns",),
        "columns are chosen by all rows of a matrix",
        "a run on a sample of the rows",
    ),
    Reason(
        ("embed trajectory",),
        "one model is trained on all records",
        "a trainer of many machines, and --models with its checkpoints",
    ),
    Reason(
        (
            *("index add", "index build", "index codebook", "index info"),
            *("index remove", "index search"),
        ),
        "an index is one file, and its cells are those of all vectors",
        "score cells --save on a sample, and an index for each cell",
    ),
    Reason(
        (
            *("eval compare", "eval coverage", "eval probe"),
            *("eval stability", "eval utility"),
        ),
        "selections are compared with random ones of the whole pool",
        "pick random for a smaller pool, and the same measure of that",
    ),
    Reason(
        ("eval classes", "eval columns", "eval neighbours"),
        "neighbours and means are those of whole matrices",
        "a run on a sample of the rows",
    ),
    Reason(
        ("eval conjoint", "eval doremi", "eval effect", "eval mixture"),
        "a model is fitted to all records, which are a table of outcomes, and few",
        "one run",
    ),
    Reason(
        ("eval forget",),
        "one model is trained on all rows",
        "a run on a sample of the rows, with those to forget",
    ),
    Reason(
        ("eval tournament",),
        "every choice is made from the whole pool",
        "pick random for a smaller pool",
    ),
    Reason(
        ("eval cut",),
        "its threshold is found in the order of all scores",
        "pick random for fewer records, and the same measure of those",
    ),
    Reason(
        ("eval drift",),
        "its tenths are those of all scores",
        "pick random for fewer records, and the same measure of those",
    ),
)


def refuse(method: Method, flag: str) -> None:
    """Say why a method does not have an option that asks for shards.

    Args:
        method: does not have it.
        flag: as it was typed.

    Raises:
        UsageError: it is such an option.
    """
    if flag not in FLAGS:
        return
    from sel.options.splitting import Splitting
    from sel.runs.shapes import shape

    title = f"{method.command} {method.name}"
    if any(issubclass(one, Splitting) for one in shape(method).takes):
        msg = f"{flag} has no use: the shards of {title} need not meet"
        raise UsageError(f"{msg}. Try: without {flag}")
    for one in REASONS:
        if title in one.methods:
            msg = f"{flag} has no form for {title}: {one.why}. Try: {one.instead}"
            raise UsageError(msg)
    msg = f"{flag} has no form for {title}, which is a plugin of its own shape"
    raise UsageError(f"{msg}. Try: one run")
