"""The Vendi score of all rows of a matrix.

usage: vendi.py sel|vendi-score FILE.npy
"""

import json
import sys

import numpy as np


def main() -> None:
    """Write the score."""
    who, path = sys.argv[1:]
    rows = np.load(path).astype(np.float32)
    if who == "sel":
        from sel.eval._diversity import vendi
        from sel.maths.matrices.vectors import unit

        found = vendi(unit(rows))
    else:
        from vendi_score import vendi as package

        found = package.score_dual(rows.astype(np.float64), normalize=True)
    print(json.dumps(float(found)))


if __name__ == "__main__":
    main()
