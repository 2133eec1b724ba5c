"""What takes part in `sel eval tournament`, and who judges it."""

from __future__ import annotations

from sel.errors import OptionError
from sel.options.declare import Share, group, number, option, required


@group
class Entries:
    """Tournament."""

    pool: list[str] = required(
        "records that the methods choose from; may be given several times",
        metavar="FILE",
    )
    methods: list[str] = required(
        "names of methods, as dsir,rds,facility; or a pipeline, such as "
        "'NAME=score length | pick top --by length'; may be given several times",
        metavar="METHODS",
    )
    sizes: str = option(
        "records to choose: shares of the pool or numbers, as 1%,5%,200", "1%,5%"
    )
    seeds: int = option(
        "number of rounds, each with its own halves of the target and random choices",
        5,
    )
    draws: int = option(
        "number of random choices in each round, whose mean is compared with", 5
    )
    judge: str = option(
        "utility, probe or match, perhaps with options: 'utility --ngrams 4'",
        "utility",
        metavar="MEASURE",
    )
    embed: str = option(
        "what makes the vectors, perhaps with options: static, ngrams, "
        "'sentence --model DIR'",
        "static",
        metavar="METHOD",
    )
    model: str | None = option("model for each command that takes a --model")
    work: str | None = option(
        "keep vectors and finished rounds in DIR, and pass over those that are there",
        metavar="DIR",
    )
    report: str | None = option(
        "write a self-contained HTML page to FILE.html",
        metavar="FILE",
        writes="page",
    )

    def __post_init__(self) -> None:
        """Check the numbers, and the name of the page."""
        if self.seeds < 2:
            raise OptionError("seeds", "at least 2", self.seeds)
        if self.draws < 1:
            raise OptionError("draws", "at least 1", self.draws)
        if not self.counts or any(one < 1 for one in self.counts if type(one) is int):
            rule = "numbers of records or shares of the pool, as 1%,200"
            raise OptionError("sizes", rule, self.sizes)
        if self.report is not None and not self.report.endswith((".html", ".htm")):
            raise OptionError("report", "a name that ends in .html", self.report)

    @property
    def counts(self) -> dict[int | Share, str]:
        """The sizes, and how each was written.

        Raises:
            UsageError: one is neither a number nor a share.
        """
        parts = (part.strip() for part in self.sizes.split(","))
        return {number(part): part for part in parts if part}
