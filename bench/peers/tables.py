"""Tables by pyarrow alone, in one thread.

usage: tables.py make BYTES STEM      STEM.csv and STEM.parquet, of the first records
       tables.py top K TABLE OUTPUT   the k rows with the highest score, as a table
"""

import io
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.compute


def make(size: str, stem: str) -> None:
    """Write the first records as tables."""
    import pyarrow.csv
    import pyarrow.json
    import pyarrow.parquet

    with open(f"{stem}.jsonl", "rb") as file:
        head = file.read(int(size))
    head = head[: head.rfind(b"\n") + 1]
    options = pyarrow.json.ReadOptions(block_size=1 << 24)
    table = pyarrow.json.read_json(io.BytesIO(head), read_options=options)
    nested = [f.name for f in table.schema if pa.types.is_nested(f.type)]
    table = table.drop_columns(nested)  # which CSV has not
    pyarrow.csv.write_csv(table, f"{stem}.csv")
    pyarrow.parquet.write_table(table, f"{stem}.parquet", row_group_size=1 << 16)


def top(k: str, path: str, output: str) -> None:
    """Read all, choose, write."""
    table = _read(path)
    order = [("score", "descending")]
    rows = pyarrow.compute.select_k_unstable(table, int(k), order)
    best = table.take(rows)
    if Path(output).suffix == ".csv":
        pyarrow.csv.write_csv(best, output)
    else:
        pyarrow.parquet.write_table(best, output, compression="zstd")


def _read(path: str) -> pa.Table:
    if Path(path).suffix == ".csv":
        import pyarrow.csv

        threads = pyarrow.csv.ReadOptions(use_threads=False)
        lines = pyarrow.csv.ParseOptions(newlines_in_values=True)
        return pyarrow.csv.read_csv(path, threads, lines)
    import pyarrow.parquet

    return pyarrow.parquet.read_table(path, use_threads=False)


if __name__ == "__main__":
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    {"make": make, "top": top}[sys.argv[1]](*sys.argv[2:])
