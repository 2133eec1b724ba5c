"""The jobs of the benchmark, by the name that --only calls them."""

from jobs import coverage, duplicates, looking, models, neighbours, streams

_PARTS = (streams, neighbours, duplicates, coverage, looking, models)
JOBS = {name: job for part in _PARTS for name, job in part.JOBS.items()}
