"""The records whose score is above a number, by DuckDB, whole records out.

usage: duckdb_where.py LEAST FILE
"""

import sys

import duckdb

QUERY = """
    select json from read_ndjson_objects(?)
    where cast(json ->> '$.score' as double) > ?
"""


def main() -> None:
    """Write the records, in the order of the input."""
    least, path = sys.argv[1:]
    connection = duckdb.connect(config={"threads": 1})
    rows = connection.execute(QUERY, [path, float(least)]).fetchall()
    sys.stdout.writelines(f"{json}\n" for (json,) in rows)


if __name__ == "__main__":
    main()
