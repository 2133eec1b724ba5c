"""The jobs of the benchmark, by the name that --only calls them."""

from jobs import coverage, duplicates, looking, neighbours, streams, texts

JOBS = streams.JOBS | neighbours.JOBS | duplicates.JOBS | coverage.JOBS | looking.JOBS
JOBS |= texts.JOBS
