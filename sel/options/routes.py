"""Options that were tried for some queries."""

from __future__ import annotations

from sel.options.declare import group, option, required


@group
class Runs:
    """Runs."""

    runs: str = required(
        "table of what came of each option for each of some queries", metavar="FILE"
    )
    on: str = option(
        "field that identifies a query, in it and in the queries", "id", metavar="FIELD"
    )
    name: str = option(
        "field of --runs that names the option", "option", metavar="FIELD"
    )
    success: str = option(
        "field of --runs that says whether it worked: true or false, 1 or 0",
        "success",
        metavar="FIELD",
    )
    cost: str = option(
        "field of --runs with what it cost, or an expression such as a*b",
        "tokens",
        metavar="FIELD",
    )
    hard: str | None = option(
        "field of the queries that says how difficult each is, such as complexity",
        metavar="FIELD",
    )
