"""The jobs of the benchmark, by the name that --only calls them."""

from jobs import (
    classifying,
    coverage,
    duplicates,
    looking,
    models,
    neighbours,
    streams,
    tables,
    texts,
)

JOBS = (
    streams.JOBS
    | tables.JOBS
    | neighbours.JOBS
    | duplicates.JOBS
    | coverage.JOBS
    | looking.JOBS
    | classifying.JOBS
    | texts.JOBS
    | models.JOBS
)
