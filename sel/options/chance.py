"""Where randomness comes from."""

from __future__ import annotations

from math import inf

from sel.errors import OptionError
from sel.options.declare import group, option


@group
class Seed:
    """Chance."""

    seed: int = option(
        "seed of the random numbers; the same seed makes the same choice", 0
    )


@group
class Chance(Seed):
    """Chance."""

    key: str | None = option(
        "field that identifies a record to the random numbers, instead of its place",
        metavar="FIELD",
    )


@group
class Temperature:
    """Temperature."""

    temperature: str = option(
        "divisor of the scores, or a field with one for each record: near 0 takes the "
        "top, a large one draws at random",
        "1",
        metavar="X|FIELD",
    )

    def __post_init__(self) -> None:
        """Check the number, if it is one."""
        if self.number is not None and not 0 < self.number < inf:
            rule = "a number above 0, or a field"
            raise OptionError("temperature", rule, self.temperature)

    @property
    def number(self) -> float | None:
        """The same for all records; None where a field has it."""
        try:
            return float(self.temperature)
        except ValueError:
            return None


@group
class Noise:
    """Noise."""

    noise: str | None = option(
        "read the Gumbel noise from FILE.npy, in the order of the records that "
        "have a score; with several fields, one row for each",
        metavar="FILE",
    )


@group
class Normalizing:
    """Scale."""

    normalize: bool = option(
        "divide the scores by their standard deviation over all records, which takes "
        "two passes",
        False,
    )


@group
class Baselines(Seed):
    """Chance."""

    seeds: int = option(
        "number of random selections of the same size to compare with", 10
    )

    def __post_init__(self) -> None:
        """Check the number."""
        if self.seeds < 0 or self.seeds == 1:
            raise OptionError("seeds", "0, or at least 2", self.seeds)

    @property
    def each(self) -> range:
        """The seed of each."""
        return range(self.seed, self.seed + self.seeds)
