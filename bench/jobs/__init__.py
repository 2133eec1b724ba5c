"""The jobs of the benchmark, by the name that --only calls them."""

from jobs import streams

JOBS = streams.JOBS
