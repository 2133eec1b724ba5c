"""Chosen records in the forms of trainers, and the list of data sets beside them."""

import numpy as np
import orjson
import pytest

import sel as library
from sel.errors import UsageError
from sel.records.forms import FORMS
from tests.conftest import DATA, lines

CHATS = FORMS[:-1]
ROLES = {
    "human": "user",
    "gpt": "assistant",
    "function_call": "call",
    "observation": "tool",
}


def rows_of(form):
    data = (DATA / "forms" / f"{form}.jsonl").read_bytes()
    return [orjson.loads(line) for line in data.splitlines()]


def turns(record):
    """Who says what in a record of any form, by the rules of their pages."""
    if "messages" in record:
        return list(map(turn, record["messages"]))
    if "conversations" in record:
        said = [(ROLES[t["from"]], t["value"]) for t in record["conversations"]]
        return [(r, orjson.loads(v) if r == "call" else v) for r, v in said]
    if "completion" in record:
        parts = record["prompt"], record["completion"]
        if isinstance(parts[0], str):
            return list(zip(("user", "assistant"), parts, strict=True))
        return [turn(t) for part in parts for t in part]
    asked = [record["instruction"], record.get("input")]
    last = "\n".join(filter(None, asked)), record["output"]
    pairs = [*record.get("history", []), last]
    return [said for q, a in pairs for said in (("user", q), ("assistant", a))]


def turn(message):
    if "tool_calls" in message:
        (call,) = message["tool_calls"]
        return "call", call["function"]
    return message["role"], message["content"]


@pytest.mark.parametrize("source", CHATS)
@pytest.mark.parametrize("form", CHATS)
def test_each_form_of_each(source, form, tmp_path):
    rows = rows_of(source)
    held = rows
    if form == "alpaca" and source == "sharegpt":
        held = [row for row in rows if "tools" not in row]
    path = tmp_path / "out.jsonl"
    chosen = library.pick("where", rows, condition="true", form=form, on_error="skip")
    chosen.write(path)
    made = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    assert [turns(row) for row in made] == [turns(row) for row in held]
    assert [row["id"] for row in made] == [row["id"] for row in held]
    assert all(needed(form) <= row.keys() for row in made)
    assert chosen.summary["rejected"] == len(rows) - len(held)
    back = library.pick("where", path, condition="true", form=source).to_list()
    assert [turns(row) for row in back] == [turns(row) for row in held]


def needed(form):
    return {
        "messages": {"messages"},
        "sharegpt": {"conversations"},
        "alpaca": {"instruction", "input", "output"},
        "prompt-completion": {"prompt", "completion"},
    }[form]


CHAT = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
RECORDS = [
    {"id": 0, "s": 3, "vector": [1.0, 0.0], "messages": CHAT},
    {"id": 1, "s": 9, "vector": [0.5, 0.5], "messages": CHAT[:1]},
    {"id": 2, "s": 2, "vector": [0.0, 1.0], "messages": CHAT * 2},
    {"id": 3, "s": 1, "vector": [0.0, 1.0], "text": "a"},
]
RUNS = [
    "pick top --by s -k 4",
    "pick sample --by s -k 4",
    "pick random -k 4",
    "pick fuse --rank s -k 4",
    "pick committee --rank s -k 4",
    "pick turns --by vector -k 4",
    "pick where s>0",
    "pick rows --from rows.jsonl",
    "pick demonstrations -k 4 --vectors v.npy --queries q.npy",
    "pick lookup -k 4 --vectors v.npy --queries q.npy",
    "diversify exact --text {s} -j 2",
    "diversify minhash --text {s} -j 2",
    "diversify against --text {s} -j 2",
    "diversify substring --text {s}",
    "diversify facility --vectors @vector -k 4",
    "diversify random -k 4 --order score --ranked",
]


@pytest.mark.parametrize("command", RUNS)
def test_what_a_form_cannot_hold_is_a_bad_line_of_any_run(sel, tmp_path, command):
    (tmp_path / "rows.jsonl").write_bytes(lines([{"_row": i} for i in range(4)]))
    np.save(tmp_path / "v.npy", np.eye(4, dtype="f4"))
    np.save(tmp_path / "q.npy", np.ones((1, 4), "f4"))
    run = sel(f"{command} --form alpaca --on-error quarantine=bad.jsonl", RECORDS)
    assert {row["id"]: row["output"] for row in run.records} == {0: "b", 2: "b"}
    assert "4 read, 2 kept, 0 dropped, 2 rejected, 0 blank" in run.err
    bad = [orjson.loads(b) for b in (tmp_path / "bad.jsonl").read_bytes().splitlines()]
    assert [(one["line"], one["reason"]) for one in bad] == [(2, "form"), (4, "form")]
    run = sel(f"{command} --form alpaca", RECORDS, code=3)
    assert "standard input:2: the form 'alpaca' cannot hold it" in run.err


def test_lines_that_are_cut_go_with_their_own_records(sel):
    records = [
        {"text": "a\nb"},
        {"messages": CHAT, "text": "z\nb"},
        {"text": "c\nb\nd"},
        {"text": "b"},
    ]
    run = sel("diversify exact --level line --form text --on-error skip", records)
    assert run.records == [{"text": "a\nb"}, {"text": "c\nd"}]


def test_only_the_inputs_are_asked(sel, tmp_path):
    (tmp_path / "old.jsonl").write_bytes(lines([{"text": "what was there before"}]))
    run = sel(
        "diversify against --form messages --old old.jsonl --text {messages.0.content}"
        " --on-error skip",
        RECORDS,
        code=3,
    )
    assert "old.jsonl:1" in run.err  # its text, not its form
    (tmp_path / "old.jsonl").write_bytes(lines([{"id": 0, "_row": 0}]))
    run = sel(
        "diversify random -k 4 --already old.jsonl --form messages --on-error skip",
        RECORDS,
    )
    assert {row["id"] for row in run.records} == {1, 2}


def test_the_inputs_may_be_packed_and_the_output_a_table(sel, tmp_path):
    pytest.importorskip("pyarrow")
    sel("pick where true -o in.parquet", rows_of("alpaca"))
    sel("pick where true --form messages -o out.jsonl.zst in.parquet")
    sel("pick where true --form alpaca -o back.parquet out.jsonl.zst")
    back = sel("pick where true back.parquet").records
    assert [turns(row) for row in back] == [turns(row) for row in rows_of("alpaca")]


def test_lines_in_the_form_stay_as_they_are(sel):
    line = b'{"instruction": "a\\u0041", "output": "b", "n": 1.50}\n'
    assert sel("pick where true --form alpaca", line).out == line
    line = b'{"prompt":"a","completion":"b","n":18446744073709551617}\n'
    made = sel("pick where true --form alpaca", line).out
    assert made.endswith(b'"output":"b","n":18446744073709551617}\n')


def read_by_llama_factory(folder, name):
    """What LLaMA-Factory reads: who says what, or None for what it leaves out."""
    entry = orjson.loads((folder / "dataset_info.json").read_bytes())[name]
    columns, tags = entry["columns"], entry.get("tags", {})
    data = (folder / entry["file_name"]).read_bytes()
    rows = [orjson.loads(line) for line in data.splitlines()]
    there = {key for row in rows for key in row}
    assert set(columns.values()) <= there  # it stops at a column that no row has
    alpaca = entry["formatting"] == "alpaca"
    reader = of_alpaca if alpaca else of_sharegpt
    return [reader(row, columns, tags) for row in rows]


def of_alpaca(row, columns, tags):
    assert not tags
    pairs = row.get(columns.get("history"), [])
    asked = [row.get(columns[name]) for name in ("prompt", "query") if name in columns]
    said = [part for pair in pairs for part in pair]
    said.append("\n".join(filter(None, asked)))
    said += [row[columns["response"]]] if "response" in columns else []
    system = row.get(columns.get("system"), "")
    return system, None, [(i % 2, one) for i, one in enumerate(said)]


def of_sharegpt(row, columns, tags):
    role, content = tags.get("role_tag", "from"), tags.get("content_tag", "value")
    odd = {tags.get("user_tag", "human"), tags.get("observation_tag", "observation")}
    even = {
        tags.get("assistant_tag", "gpt"),
        tags.get("function_tag", "function_call"),
    }
    turns = row[columns["messages"]]
    system = row.get(columns.get("system"), "")
    if turns and turns[0][role] == tags.get("system_tag", "system"):
        system, turns = turns[0][content], turns[1:]
    good = [t[role] in (odd, even)[i % 2] for i, t in enumerate(turns)]
    if not all(good) or len(turns) % 2:
        return None
    tools = row.get(columns.get("tools"))
    assert tools is None or type(tools) is str
    return system, tools, [(i % 2, t[content]) for i, t in enumerate(turns)]


def test_llama_factory_reads_an_array_too(sel, tmp_path):
    more = "--form text -o all.json --dataset-info dataset_info.json"
    sel(f"pick where true {more}", [{"text": "a"}, {"text": "b"}])
    entry = orjson.loads((tmp_path / "dataset_info.json").read_bytes())["all"]
    assert entry["file_name"] == "all.json"
    data = orjson.loads((tmp_path / "all.json").read_bytes())
    assert [row[entry["columns"]["prompt"]] for row in data] == ["a", "b"]


@pytest.mark.parametrize("source", CHATS)
@pytest.mark.parametrize("form", ["messages", "sharegpt", "alpaca"])
def test_llama_factory_reads_what_is_entered(sel, tmp_path, source, form):
    system = [{"role": "system", "content": "Be brief."}]
    rows = rows_of(source)
    if source == "messages":
        rows[3]["messages"] = system + rows[3]["messages"]
    if form != "sharegpt":
        rows = [row for row in rows if "tools" not in row]
    command = f"pick where true --form {form} --dataset-info dataset_info.json"
    sel(f"{command} -o chosen.jsonl", rows)
    found = read_by_llama_factory(tmp_path, "chosen")
    assert len(found) == len(rows)
    for row, (told, tools, said) in zip(rows, found, strict=True):
        own = turns(row)
        if own[0][0] == "system":
            assert told == own.pop(0)[1]
        else:
            assert not told
        assert (tools is not None) == ("tools" in row)
        assert [i for i, _ in said] == [0, 1] * (len(own) // 2)
        words = [
            orjson.loads(s) if r == "call" else s
            for (r, _), (_, s) in zip(own, said, strict=True)
        ]
        assert words == [one for _, one in own]


def test_texts_are_entered_for_pretraining(sel, tmp_path):
    records = [{"text": "a"}, {"text": "b"}]
    sel("pick where true --form text --dataset-info d.json -o x.jsonl", records)
    entry = orjson.loads((tmp_path / "d.json").read_bytes())["x"]
    assert entry == {
        "file_name": "x.jsonl",
        "formatting": "alpaca",
        "columns": {"prompt": "text"},
    }


def test_no_column_is_entered_that_no_record_has(sel, tmp_path):
    command = "pick where true --dataset-info dataset_info.json -o x.jsonl --form"
    plain = {"instruction": "a", "output": "b", "input": None, "tools": 1}
    sel(f"{command} alpaca", [plain, {"messages": CHAT}])
    assert read_by_llama_factory(tmp_path, "x")[0] == ("", None, [(0, "a"), (1, "b")])
    sel(f"{command} alpaca", [plain])
    entry = orjson.loads((tmp_path / "dataset_info.json").read_bytes())["x"]
    assert entry["columns"] == {"prompt": "instruction", "response": "output"}
    sel(f"{command} text", [{"text": "a", "system": "b", "history": []}])
    entry = orjson.loads((tmp_path / "dataset_info.json").read_bytes())["x"]
    assert entry["columns"] == {"prompt": "text"}


def test_other_entries_stay_as_they_are(sel, tmp_path):
    info = tmp_path / "d.json"
    info.write_text('{"é": {"hf_hub_url": "x/y", "n": 18446744073709551617}, "b": 1}')
    (tmp_path / "data").mkdir()
    run = "pick where true --form alpaca --dataset-info d.json --on-error skip -o"
    sel(f"{run} data/x.jsonl", RECORDS)
    assert list(known := orjson.loads(info.read_bytes())) == ["é", "b", "x"]
    assert b"18446744073709551617" in info.read_bytes()
    assert known["b"] == 1
    assert known["x"]["file_name"] == "data/x.jsonl"
    assert known["x"]["columns"]["history"] == "history"  # which the third record has
    before = info.read_bytes()
    err = sel(f"{run} x.jsonl", RECORDS, code=2).err
    assert "has an entry 'x' of other data. Try: another name for -o" in err
    assert info.read_bytes() == before
    assert not (tmp_path / "x.jsonl").exists()
    sel(f"{run} data/x.jsonl", RECORDS[:1])
    assert "history" not in orjson.loads(info.read_bytes())["x"]["columns"]


@pytest.mark.parametrize(
    "options,code,why",
    [
        ("--dataset-info d.json -o x.jsonl", 2, "--dataset-info goes with --form"),
        ("--form alpaca --dataset-info d.json", 2, "goes with -o FILE.jsonl"),
        ("--form alpaca --dataset-info d.json -o x.jsonl.gz", 2, "goes with -o"),
        ("--form alpaca --dataset-info d.txt -o x.jsonl", 2, "only .json"),
        ("--form prompt-completion --dataset-info d.json -o x.jsonl", 2, "not read"),
        ("--form alpaca --dataset-info bad.json -o x.jsonl", 3, "is not JSON"),
        ("--form alpaca --dataset-info list.json -o x.jsonl", 3, "not an object"),
        ("--form messages --dataset-info d.json -o x.jsonl", 3, "--form sharegpt"),
    ],
)
def test_what_cannot_be_entered(sel, tmp_path, options, code, why):
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "list.json").write_text("[]")
    run = sel(f"pick where true --on-error skip {options}", RECORDS, code=code)
    assert why in run.err
    assert sorted(one.name for one in tmp_path.iterdir()) == ["bad.json", "list.json"]


def test_a_new_field_is_none_of_a_form(sel):
    err = sel("diversify substring --as tools --form text", [], code=2).err
    assert "--as must be no field of a trainer's form" in err


def test_the_library_writes_forms_too(tmp_path):
    records = [row for row in RECORDS if row["id"] in (0, 2)]
    made = library.diversify("exact", records, form="sharegpt", text="{id}").to_list()
    assert made[0]["conversations"][1] == {"from": "gpt", "value": "b"}
    info = tmp_path / "dataset_info.json"
    library.pick("top", records, by="s", k=1, form="alpaca", dataset_info=info).write(
        tmp_path / "best.jsonl"
    )
    assert read_by_llama_factory(tmp_path, "best") == [("", None, [(0, "a"), (1, "b")])]
    with pytest.raises(UsageError, match="form must be one of"):
        library.pick("top", records, by="s", k=1, form="chatml").to_list()


@pytest.mark.parametrize("form", CHATS)
def test_datasets_loads_the_same_rows(sel, tmp_path, form):
    datasets = pytest.importorskip("datasets")
    rows = rows_of("messages")
    sel(f"pick where true --form {form} -o x.jsonl", rows)
    path, cache = str(tmp_path / "x.jsonl"), str(tmp_path / "cache")
    loaded = list(datasets.Dataset.from_json(path, cache_dir=cache))
    assert [row["id"] for row in loaded] == [row["id"] for row in rows]
    assert [turns(row) for row in loaded] == [turns(row) for row in rows]
