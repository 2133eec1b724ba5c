"""Runs `sel` as it is where numba is not installed.

usage: without_numba.py COMMAND METHOD [OPTION]... [FILE]...
"""

import sys

sys.modules["numba"] = None  # type: ignore[assignment]

from sel.cli.app import main  # noqa: E402

if __name__ == "__main__":
    sys.argv[0] = "sel"
    main()
