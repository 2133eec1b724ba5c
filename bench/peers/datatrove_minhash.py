"""Near-duplicates by datatrove's MinHash pipeline, in one process.

usage: datatrove_minhash.py FILE.jsonl    writes the records that are kept
"""

import glob
import gzip
import logging
import os
import shutil
import sys
import tempfile

os.environ["DATATROVE_COLORIZE_LOGS"] = "0"
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import (
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from loguru import logger


def main() -> None:
    """Signatures, buckets, clusters, filter."""
    logger.remove()
    logging.disable(logging.CRITICAL)
    path = os.path.abspath(sys.argv[1])
    folder = tempfile.mkdtemp()
    reader = JsonlReader(os.path.dirname(path), glob_pattern=os.path.basename(path))
    s, b, r, o = (f"{folder}/{name}" for name in ("sig", "buckets", "remove", "out"))
    stages = [
        [reader, MinhashDedupSignature(output_folder=s)],
        [MinhashDedupBuckets(input_folder=s, output_folder=b)],
        [MinhashDedupCluster(input_folder=b, output_folder=r)],
        [reader, MinhashDedupFilter(input_folder=r), JsonlWriter(o)],
    ]
    for number, stage in enumerate(stages):
        tasks = 14 if number == 1 else 1
        logs = f"{folder}/logs{number}"
        run = LocalPipelineExecutor(stage, tasks=tasks, workers=1, logging_dir=logs)
        run.run()
    for file in sorted(glob.glob(f"{o}/*.gz")):
        with gzip.open(file) as found:
            shutil.copyfileobj(found, sys.stdout.buffer)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
