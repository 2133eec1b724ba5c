import pytest

from sel.pick import rows
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


def test_a_row_that_is_no_number_is_told(sel, tmp_path):
    (tmp_path / "rows").write_bytes(b'{"_row":[1],"spans":[]}\n')
    for how in ("", "--clean"):
        run = sel(f"pick rows {how} --from rows", POOL, code=3)
        assert "_row" in run.err


def test_pieces_by_hand():
    text = "abc. BAD def gh BAD i"
    spans = [(5, 8), (16, 19)]
    options = {"around": 0, "shortest": 1, "most": 3}
    assert rows.clean([text], [spans], **options) == ["abc.\n\ndef gh\n\ni"]
    assert rows.clean([text], [spans[::-1]], **options) == ["abc.\n\ndef gh\n\ni"]
    assert rows.clean([text], [spans], **options | {"shortest": 4}) == [
        "abc.\n\ndef gh"
    ]
    assert rows.clean([text], [spans], **options | {"around": 2}) == ["abc\n\nef g"]
    assert rows.clean([text], [spans], **options | {"most": 2}) == [None]
    assert rows.clean([text], [[(0, 21)]], **options) == [None]
    assert rows.clean([text], [[(0, 8), (2, 3)]], **options) == ["def gh BAD i"]
    assert rows.clean([text, ""], [[], []], **options) == [text, ""]


def test_the_rule_of_gpt_3():
    hit, clean = "x" * 50, "y" * 700
    left = rows.clean([clean + hit + clean], [[(700, 750)]])
    assert left == ["y" * 500 + "\n\n" + "y" * 500]
    near = "y" * 399 + hit + "y" * 900  # what is left before is too short
    assert rows.clean([near], [[(399, 449)]]) == ["y" * 700]
    many = (clean + hit) * 10 + clean
    spans = [(750 * i + 700, 750 * i + 750) for i in range(10)]
    assert rows.clean([many], [spans]) == [None]  # 11 pieces
    assert len(rows.clean([many], [spans[1:]])[0].split("\n\n")) == 10


ITEM = "one two three four five six seven eight nine ten eleven twelve thirteen"


def test_what_leaks_is_cut_out(sel, tmp_path):
    host = "This is what stands around it. " * 20
    pool = [
        {"id": 1, "text": f"{host}{ITEM} {host}", "n": 2},
        {"id": 2, "text": "no"},
        {"id": 3, "text": ITEM},
    ]
    (tmp_path / "quiz.jsonl").write_bytes(lines([{"text": ITEM}]))
    (tmp_path / "p.jsonl").write_bytes(lines(pool))
    sel("eval leak --against quiz.jsonl --hits hits.jsonl p.jsonl")
    run = sel("pick rows --clean --from hits.jsonl p.jsonl")
    first, second = run.records
    assert second == pool[1] and (first["id"], first["n"]) == (1, 2)
    before, after = first["text"].split("\n\n")
    assert host.startswith(before) and after in host
    assert len(before) + len(after) > 2 * len(host) - 2 * 203
    assert "3 read, 2 kept, 1 dropped" in run.err and "cleaned 2" in run.err
    (again,) = sel("eval leak --against quiz.jsonl -", run.records).records
    assert again["leaked"] == 0


def test_spans_of_any_stream_are_cut_out_by_a_name(sel, tmp_path):
    named = [{"k": "a", "found": [[0, 3]]}, {"k": "a", "found": [[4, 5]]}]
    (tmp_path / "spans").write_bytes(lines(named))
    command = "pick rows --clean --on k --spans found --around 0 --shortest 1"
    pool = [{"k": "b", "text": "one"}, {"k": "a", "text": "one 2 three"}]
    run = sel(f"{command} --from spans", pool)
    assert [one["text"] for one in run.records] == ["one", "three"]


@pytest.mark.parametrize(
    "spans,said",
    [
        ([[0, 9]], "a span ends behind its text"),
        ([[3, 1]], "'spans' must be a list of [start, end]"),
        ([[-1, 1]], "'spans' must be"),
        ([[True, 2]], "'spans' must be"),
        ([["a", 1]], "'spans' must be"),
        (7, "'spans' must be"),
        (None, "'spans' must be"),
    ],
)
def test_spans_that_are_none_are_told(sel, tmp_path, spans, said):
    (tmp_path / "spans").write_bytes(lines([{"_row": 0, "spans": spans}]))
    run = sel("pick rows --clean --from spans", [{"text": "short"}], code=3)
    assert said in run.err and not run.out


def test_options_of_clean_that_do_not_fit(sel, tmp_path):
    (tmp_path / "spans").write_bytes(lines([{"_row": 0, "spans": [[0, 1]]}]))
    some = [{"a": "x", "b": "y"}]
    run = sel("pick rows --clean --not --from spans", some, code=2)
    assert "Give one of them" in run.err
    run = sel("pick rows --clean --around -1 --from spans", some, code=2)
    assert "--around" in run.err
    run = sel(
        ["pick", "rows", "--clean", "--from", "spans", "--text", "{a} {b}"],
        lines(some),
        code=2,
    )
    assert "one plain field" in run.err
