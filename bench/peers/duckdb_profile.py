"""The counts of `sel eval profile` that duckdb has, with one thread.

usage: duckdb_profile.py FILE

Words are what stands between blanks of ASCII; sel and pandas know those of Unicode too.
"""

import json
import sys

import duckdb

QUERY = r"""
    select count(*), sum(length(text)), count(distinct text),
        sum(len(regexp_extract_all(text, '\S+')))
    from read_ndjson(?, columns = {text: 'VARCHAR'}, maximum_object_size = 67108864)
"""


def main() -> None:
    """Write records, characters and distinct texts; words by another rule."""
    database = duckdb.connect(config={"threads": 1})
    row = database.execute(QUERY, [sys.argv[1]]).fetchone()
    assert row
    names = ("records", "characters", "distinct", "words_ascii")
    print(json.dumps(dict(zip(names, map(int, row), strict=True))))


if __name__ == "__main__":
    main()
