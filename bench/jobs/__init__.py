"""The jobs of the benchmark, by the name that --only calls them."""

from jobs import duplicates, streams

JOBS = streams.JOBS | duplicates.JOBS
