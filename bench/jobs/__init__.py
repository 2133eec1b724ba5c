"""The jobs of the benchmark, by the name that --only calls them."""

from jobs import coverage, neighbours, streams

JOBS = streams.JOBS | neighbours.JOBS | coverage.JOBS
