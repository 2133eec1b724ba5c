"""What came of routing, from the closing line of `sel pick route`.

usage: python route.py SUMMARY METHOD SEED

Printed are lines of figures: what the method passes, and as random what a toss at its
cost does. Of the first seed the best single option, the cheapest, chance and hindsight
are told, too.
"""

import json
import sys


def main(path: str, method: str, seed: str) -> None:
    """Print the figures; what else there is goes to standard error."""
    with open(path, encoding="utf-8") as file:
        said = json.load(file)
    passed = said["routed"]["pass"]
    toss = passed - said["over chance at its cost"]["pass"]
    for name, value in ((method, passed), ("random", toss)):
        line = f"task={method} method={name} seed={seed} value={value}"
        sys.stdout.write(f"{line}\n")
    told = ("routed", "single", "cheapest", "random", "hindsight")
    for name in told if seed == "1" else ():
        figures = ", ".join(f"{k} {v:,.3f}" for k, v in said[name].items())
        sys.stderr.write(f"{method}, {name}: {figures}\n")


if __name__ == "__main__":
    main(*sys.argv[1:4])
