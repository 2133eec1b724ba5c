"""The jobs of the benchmark, by the name that --only calls them."""

from jobs import neighbours, streams

JOBS = streams.JOBS | neighbours.JOBS
