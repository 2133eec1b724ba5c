"""The jobs of the benchmark, by the name that --only calls them."""

from jobs import looking, streams

JOBS = {**streams.JOBS, **looking.JOBS}
