"""The k records with the highest score, by DuckDB, whole records out.

usage: duckdb_top.py K FILE
"""

import sys

import duckdb

QUERY = """
    select json from read_ndjson_objects(?)
    order by cast(json ->> '$.score' as double) desc limit ?
"""


def main() -> None:
    """Write the winners, best first."""
    k, path = sys.argv[1:]
    connection = duckdb.connect(config={"threads": 1})
    rows = connection.execute(QUERY, [path, int(k)]).fetchall()
    sys.stdout.writelines(f"{json}\n" for (json,) in rows)


if __name__ == "__main__":
    main()
