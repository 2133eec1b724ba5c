from tests.conftest import lines

POOL = [{"id": f"d{i}", "t": i} for i in range(10)]


def test_rows_bring_records_back(sel, tmp_path):
    (tmp_path / "rows").write_bytes(lines([{"_row": 7, "s": 1}, {"_row": 2}]))
    assert [r["t"] for r in sel("pick rows --from rows", POOL).records] == [2, 7]
    assert [
        r["t"] for r in sel("pick rows --from rows --not --limit 3", POOL).records
    ] == [0, 1, 3]


def test_rows_count_over_files_and_pass_over_blank_lines(sel, tmp_path):
    (tmp_path / "a").write_bytes(b"\n" + lines(POOL[:5]) + b"\n\n")
    (tmp_path / "b").write_bytes(lines(POOL[5:]))
    (tmp_path / "rows").write_bytes(lines([{"_row": 6}]))
    assert [r["t"] for r in sel("pick rows --from rows a b").records] == [6]


def test_keys_bring_records_back(sel, tmp_path):
    (tmp_path / "keys").write_bytes(lines([{"id": "d3"}, {"id": 3}]))
    assert [r["t"] for r in sel("pick rows --from keys --on id", POOL).records] == [3]


def test_a_stream_that_names_nothing_is_refused(sel, tmp_path):
    (tmp_path / "rows").write_bytes(lines([{"id": 1}]))
    assert "'_row' is missing" in sel("pick rows --from rows", POOL, code=3).err
