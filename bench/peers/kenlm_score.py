"""The perplexity of each record by KenLM, written as a field.

usage: kenlm_score.py MODEL.arpa POOL.jsonl
"""

import re
import sys

import kenlm
import orjson


def main() -> None:
    """Words in lower case, marks apart; one sequence for each text."""
    path, pool = sys.argv[1:]
    model, words = kenlm.Model(path), re.compile(r"\w+|[^\w\s]+").findall
    with open(pool, "rb") as file:
        for line in file:
            record = orjson.loads(line)
            units = words(record["text"].lower())
            log = model.score(" ".join(units))
            record["ngramlm"] = 10 ** (-log / (len(units) + 1))
            sys.stdout.buffer.write(orjson.dumps(record) + b"\n")


if __name__ == "__main__":
    main()
