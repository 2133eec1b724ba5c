"""The jobs of the benchmark, by the name that --only calls them."""

from jobs import coverage, streams

JOBS = streams.JOBS | coverage.JOBS
