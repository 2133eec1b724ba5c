"""What is not there is not zero: who can be chosen, in all picks, and what is said."""

import numpy as np
import orjson
import pytest

RECORDS = [
    {"i": 0, "q": 5, "t": 10, "g": "a"},
    {"i": 1, "q": 4, "t": None, "g": "a"},
    {"i": 2, "q": None, "t": 5, "g": "b"},
    {"i": 3, "q": 3, "t": 7, "g": None},
    {"i": 4, "q": 3, "t": 7, "g": "b"},
    {"i": 5, "q": 1, "t": 2, "g": "a"},
]


def rows(run):
    return [record["i"] for record in run.records]


def summary(tmp_path):
    return orjson.loads((tmp_path / "s").read_bytes())


@pytest.mark.parametrize("method", ["top --by q", "random", "sample --by q"])
def test_a_record_without_a_cost_is_not_free(sel, method):
    pool = [{"q": 5, "t": 100}, {"q": 4, "t": None}, {"q": 2, "t": 50}]
    run = sel(f"pick {method} --budget 1000 --cost t", pool)
    assert [record["t"] for record in run.records] == [100, 50]
    assert "1 without a cost" in run.err
    assert "budget asked 1,000, spent 150, left 850" in run.err


def test_a_cost_of_zero_is_one_and_a_negative_cost_none(sel):
    pool = [{"q": 5, "t": 0}, {"q": 4, "t": 3}, {"q": 2, "t": 50}]
    run = sel("pick top --by q --budget 3 --cost t", pool)
    assert [record["t"] for record in run.records] == [0, 3]
    assert (
        "is negative"
        in sel("pick top --by q --budget 3 --cost t", [{"q": 1, "t": -1}], code=3).err
    )


@pytest.mark.parametrize("more", ["", " --fraction 0.5", " -k 20"])
@pytest.mark.parametrize("shares", ["equal", "proportional", "a=0.5,b=0.5"])
def test_shares_count_who_can_be_chosen(sel, tmp_path, more, shares):
    pool = [{"g": "b", "s": None}] * 17 + [{"g": "b", "s": i} for i in range(3)]
    pool += [{"g": "a", "s": i} for i in range(20)]
    more = more or " -k 20"
    run = sel(f"pick top --by s --per g --shares {shares} --summary s{more}", pool)
    found = [record["g"] for record in run.records]
    assert (found.count("a"), found.count("b")) == {
        "equal": (17, 3),
        "proportional": (17, 3),
        "a=0.5,b=0.5": (10, 3),
    }[shares]
    assert summary(tmp_path)["without"] == {"score": 17}
    assert summary(tmp_path)["shares"]["b"]["kept"] == 3


def test_shares_count_who_passes_the_threshold(sel):
    pool = [{"g": "ab"[i % 2], "s": i} for i in range(20)]
    pool = [one | {"s": one["s"] / 100} if one["g"] == "b" else one for one in pool]
    run = sel("pick top --by s --threshold 0.15 -k 8 --per g", pool)
    found = [record["g"] for record in run.records]
    assert (found.count("a"), found.count("b")) == (5, 3)


@pytest.mark.parametrize(
    "options,kept,spent",
    [
        ("equal", [0, 4, 5], {"a": [12, 12, 0], "b": [12, 7, 5]}),
        ("each", [0, 4, 5], {"a": [24, 12, 12], "b": [24, 7, 17]}),
        ("a=0.75,b=0.25", [0, 5], {"a": [18, 12, 6], "b": [6, 0, 6]}),
    ],
)
def test_what_each_group_has_spent_and_left(sel, tmp_path, options, kept, spent):
    command = f"pick top --by q --budget 24 --cost t --per g --shares {options}"
    run = sel(f"{command} --summary s", RECORDS)
    assert rows(run) == kept
    said = summary(tmp_path)
    shares = {group: list(one.values()) for group, one in said["shares"].items()}
    assert shares == spent
    assert said["without"] == {"score": 1, "group": 1, "cost": 1}
    asked, gone, left = (sum(column) for column in zip(*spent.values(), strict=True))
    assert said["budget"] == {"asked": asked, "spent": gone, "left": left}


def test_many_groups_are_only_counted_on_the_closing_line(sel, tmp_path):
    pool = [{"g": i, "s": i} for i in range(30)]
    run = sel("pick top --by s -k 1 --per g --shares each --summary s", pool)
    assert "7 (asked 1, kept 1), and 22 more" in run.err
    assert len(summary(tmp_path)["shares"]) == 30


def test_fused_ranks_and_committees_count_who_has_no_score(sel):
    run = sel("pick fuse --rank q,t -k 9 --per g --shares each", RECORDS)
    assert rows(run) == [0, 4, 5]
    assert "2 without a score, 1 without a group" in run.err
    run = sel("pick committee --rank q,t -k 9", [*RECORDS, {"q": None, "t": None}])
    assert "1 without a score" in run.err


def test_a_report_counts_only_records_of_a_group(sel, tmp_path):
    sel("pick top --by q -k 3 --per g --report r", RECORDS)
    lines = map(orjson.loads, (tmp_path / "r").read_bytes().splitlines())
    found = [(one["value"], one["pool"], one["kept"]) for one in lines]
    assert found == [("a", 3, 2), ("b", 2, 1)]


def test_demonstrations_cost_what_is_known(sel, tmp_path):
    np.save(tmp_path / "v.npy", np.eye(5, 4, dtype="f4") + 0.1)
    np.save(tmp_path / "z.npy", np.eye(5, 4, dtype="f4"))  # the last is of zeros
    np.save(tmp_path / "q.npy", np.ones((2, 4), "f4"))
    pool = [{"i": i, "t": t} for i, t in enumerate([1, None, 2, 3, 9])]
    asked = [{"t": 1}, {"t": None}]
    (tmp_path / "q.jsonl").write_bytes(b"\n".join(map(orjson.dumps, asked)))
    command = "pick demonstrations --queries q.npy --budget 7 --cost t --packing skip"
    run = sel(f"{command} --vectors v.npy --query-records q.jsonl", pool)
    assert {(r["i"], r["_query"]) for r in run.records} == {(0, 0), (2, 0), (3, 0)}
    assert "1 without a cost; queries 2; unusable queries 1" in run.err
    run = sel(f"{command} --vectors z.npy", pool)
    assert {r["i"] for r in run.records} == {0, 2, 3}
    assert "1 without a cost, 1 without a usable vector" in run.err


def test_demonstrations_without_a_group_take_no_turn(sel, tmp_path):
    np.save(tmp_path / "v.npy", np.eye(3, dtype="f4") + 0.1)
    np.save(tmp_path / "q.npy", np.ones((1, 3), "f4"))
    pool = [{"g": "a"}, {"g": None}, {"g": "b"}]
    command = "pick demonstrations --vectors v.npy --queries q.npy -k 3 --per g"
    run = sel(command, pool)
    assert {record["g"] for record in run.records} == {"a", "b"}
    assert "1 without a group" in run.err


def test_what_is_beyond_the_limit_is_not_spent(sel, tmp_path):
    command = "pick top --by q --budget 24 --cost t --per g --limit 2 --summary s"
    assert rows(sel(command, RECORDS)) == [0, 4]
    said = summary(tmp_path)
    assert said["budget"] == {"asked": 24, "spent": 17, "left": 7}
    assert said["shares"]["a"] == {"asked": 12, "spent": 10, "left": 2}


def test_a_record_with_a_score_for_one_field_is_not_without(sel):
    pool = [{"a": 1, "b": None}, {"a": None, "b": 2}, {"a": None, "b": None}]
    for command in ("pick top --by a,b -k 3", "pick turns --by a,b -k 3"):
        run = sel(command, pool)
        assert len(run.records) == 2
        assert "1 without a score" in run.err
