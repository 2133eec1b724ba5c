"""The jobs of the benchmark, by the name that --only calls them."""

from jobs import coverage, duplicates, looking, neighbours, streams, tables

JOBS = streams.JOBS | tables.JOBS | neighbours.JOBS | duplicates.JOBS
JOBS |= coverage.JOBS | looking.JOBS
