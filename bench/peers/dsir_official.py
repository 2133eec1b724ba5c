"""DSIR by its authors' package, data-selection 1.0.3: fit and score, one process.

usage: dsir_official.py POOL TARGET WEIGHTS.npy
"""

import sys
import tempfile

import numpy as np
from data_selection import HashedNgramDSIR


def main() -> None:
    """Weigh every record of the pool, and keep the weights in a file."""
    pool, target, weights = sys.argv[1:]
    with tempfile.TemporaryDirectory() as cache:
        dsir = HashedNgramDSIR([pool], [target], cache, num_proc=1)
        dsir.fit_importance_estimator()
        dsir.compute_importance_weights()
        shards = sorted(dsir.log_importance_weights_dir.glob("*.npy"))
        np.save(weights, np.concatenate([np.load(shard) for shard in shards]))


if __name__ == "__main__":
    main()
