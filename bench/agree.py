"""Says by its exit status whether two commands gave the same answer.

usage: agree.py lines A B        the same lines, in any order
       agree.py count A B        as many lines
       agree.py weights NPY JSONL FIELD   the same numbers, to 1e-9
       agree.py scores A B       the same field `classifier`, to 1e-5
       agree.py fields A B FIELD LEAST   so many numbers are the same, to 1%
       agree.py recall A B LEAST   so much of each list `rows` of A is in that of B
       agree.py leaked A B       the number A is that of the items leaked in B
       agree.py close A B        the same number, to 1e-6
       agree.py least A B        the number B is at most 0.5% above A
       agree.py rows A B         99% of the rows of matrices, to a cosine of 0.99
       agree.py labels A B FIELD   the same value of a field in 99.9% of the lines
       agree.py profile A B      the counts A are those of the profile B
       agree.py tables A B       the same rows, in any order
"""

import json
import sys
from hashlib import blake2b
from math import isclose
from typing import Any


def lines(path: str) -> list[bytes]:
    """A short name for each line, sorted."""
    with open(path, "rb") as file:
        return sorted(
            blake2b(line.rstrip(b"\n"), digest_size=12).digest() for line in file
        )


def count(path: str) -> int:
    """How many lines there are."""
    with open(path, "rb") as file:
        return sum(1 for _ in file)


def weights(recorded: str, stream: str, field: str) -> bool:
    """Whether the numbers of a file are those of a field."""
    import numpy as np

    with open(stream, "rb") as file:
        found = [json.loads(line)[field] for line in file]
    wanted = np.load(recorded)
    return len(wanted) == len(found) and np.allclose(wanted, found, 1e-9, 1e-6)


def scores(a: str, b: str) -> bool:
    """Whether records have the same scores."""
    with open(a, "rb") as one, open(b, "rb") as other:
        lines = [map(json.loads, file) for file in (one, other)]
        pairs = [[r["classifier"] for r in two] for two in zip(*lines, strict=True)]
    return all(abs(x - y) <= 1e-5 for x, y in pairs if y is not None)


def fields(one: str, other: str, field: str, least: str) -> bool:
    """Whether a field is the same to 1% in enough records of both."""
    pairs = []
    for path in one, other:
        with open(path, "rb") as file:
            pairs.append([json.loads(line)[field] for line in file])
    alike = [
        a is None or b is None or isclose(a, b, rel_tol=0.01)
        for a, b in zip(*pairs, strict=True)
    ]
    return sum(alike) >= float(least) * len(alike)


def recall(truth: str, found: str, least: str) -> bool:
    """Whether enough of the true rows were found."""
    with open(truth, "rb") as one, open(found, "rb") as other:
        pairs = [
            (json.loads(a)["rows"], json.loads(b)["rows"])
            for a, b in zip(one, other, strict=True)
        ]
    hits = sum(len(set(a) & set(b)) for a, b in pairs)
    share = hits / sum(len(a) for a, _ in pairs)
    print(f"bench: recall {share:.4f}", file=sys.stderr)
    return share >= float(least)


def leaked(number: str, rows: str) -> bool:
    """Whether as many items have leaked."""
    return read(number) == read(rows)["leaked"]


def close(a: str, b: str) -> bool:
    """Whether two numbers are the same, but for rounding."""
    return isclose(read(a), read(b), rel_tol=1e-6)


def least(a: str, b: str) -> bool:
    """Whether a sum to be made small is as small as the first, or about."""
    one, other = read(a), read(b)
    print(f"bench: {other:,.6g} beside {one:,.6g}", file=sys.stderr)
    return bool(other <= 1.005 * one)


def rows(a: str, b: str) -> bool:
    """Whether two matrices of rows of length 1 are the same, but for a few rows."""
    import numpy as np

    one, other = matrix(a), matrix(b)
    if one.shape != other.shape:
        return False
    cosines = np.einsum("ij,ij->i", one, other)
    print(f"bench: median cosine {np.median(cosines):.6f}", file=sys.stderr)
    return float((cosines > 0.99).mean()) >= 0.99


def labels(a: str, b: str, field: str) -> bool:
    """Whether nearly all records have the same value of a field."""
    with open(a, "rb") as one, open(b, "rb") as other:
        same = [
            json.loads(x)[field] == json.loads(y)[field]
            for x, y in zip(one, other, strict=True)
        ]
    print(f"bench: the same {field} {sum(same) / len(same):.5f}", file=sys.stderr)
    return sum(same) >= 0.999 * len(same)


def profile(counts: str, whole: str) -> bool:
    """Whether a profile has the same counts."""
    found = read(whole)
    lengths = {unit: one["sum"] for unit, one in found["lengths"].items()}
    distinct = found["duplicates"]["distinct"]
    known = {"records": found["records"], **lengths, "distinct": distinct}
    wanted = {n: count for n, count in read(counts).items() if n[:6] != "words_"}
    return bool(wanted) and wanted.items() <= known.items()


def tables(a: str, b: str) -> bool:
    """Whether two tables have the same rows, in any order."""
    one, other = (sorted(map(repr, rows_of(path))) for path in (a, b))
    return len(one) > 0 and one == other


def rows_of(path: str) -> list[Any]:
    """The rows of CSV or Parquet."""
    import pyarrow.csv
    import pyarrow.parquet

    if path.endswith(".csv"):
        options = pyarrow.csv.ParseOptions(newlines_in_values=True)
        table = pyarrow.csv.read_csv(path, parse_options=options)
    else:
        table = pyarrow.parquet.read_table(path)
    return table.to_pylist()


def matrix(path: str) -> Any:
    """The rows of a file, in which one image may follow another."""
    import numpy as np

    images = []
    with open(path, "rb") as file:
        while file.peek(1):
            images.append(np.load(file))
    return np.concatenate(images)


def read(path: str) -> Any:
    """The JSON of a file."""
    with open(path, "rb") as file:
        return json.loads(file.read())


def main() -> None:
    """Compare."""
    how, *what = sys.argv[1:]
    if how in ("lines", "count"):
        of = {"lines": lines, "count": count}[how]
        same = of(what[0]) == of(what[1])
    else:
        by = {
            "fields": fields,
            "weights": weights,
            "scores": scores,
            "recall": recall,
            "leaked": leaked,
            "profile": profile,
            "close": close,
            "least": least,
            "rows": rows,
            "labels": labels,
            "tables": tables,
        }
        same = by[how](*what)
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
