"""The jobs of the benchmark, by the name that --only calls them."""

from jobs import classifying, coverage, duplicates, looking, neighbours, streams

JOBS = (
    streams.JOBS
    | neighbours.JOBS
    | duplicates.JOBS
    | coverage.JOBS
    | looking.JOBS
    | classifying.JOBS
)
