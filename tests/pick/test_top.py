import heapq
import random

import orjson
import pytest

from tests.conftest import lines

RECORDS = [
    {"i": i, "s": s, "g": g, "c": c}
    for i, (s, g, c) in enumerate(
        [
            (3, "a", 2),
            (1, "b", 1),
            (3, "a", 2),
            (5, "b", 4),
            (None, "a", 1),
            (2, "a", 3),
        ]
    )
]


def rows(run):
    return [record["i"] for record in run.records]


@pytest.mark.parametrize(
    "options,expected",
    [
        ("-k 2", [0, 3]),
        ("-k 2 --order score", [3, 0]),
        ("-k 3", [0, 2, 3]),
        ("-k 0", []),
        ("-k 99", [0, 1, 2, 3, 5]),
        ("-k 1 --lowest", [1]),
        ("--threshold 3", [0, 2, 3]),
        ("--threshold 2 -k 1", [3]),
        ("--fraction 0.5", [0, 2, 3]),
        ("--fraction 0.01", [3]),
        ("--budget 5 --cost c", [3]),
        ("--budget 5 --cost c --over over", [0, 3]),
        ("--budget 5 --cost c --over nearest", [3]),
        ("--budget 6 --cost c", [0, 3]),
        ("--budget 0 --cost c", []),
        ("--budget 99 --cost c", [0, 1, 2, 3, 5]),
        ("-k 2 --per g", [0, 3]),
        ("-k 4 --per g", [0, 1, 2, 3]),
        ("-k 5 --per g", [0, 1, 2, 3, 5]),
        ("-k 1 --per g --shares each", [0, 3]),
        ("-k 3 --per g --shares proportional", [0, 2, 3]),
        ("-k 4 --per g --shares a=0.75,b=0.25", [0, 2, 3, 5]),
        ("-k 3 --limit 1", [0]),
    ],
)
def test_hand_worked(sel, options, expected):
    assert rows(sel(f"pick top --by s {options}", RECORDS)) == expected


def test_says_so_when_there_are_fewer_than_wanted(sel):
    assert "5 kept" in (run := sel("pick top --by s -k 99", RECORDS)).err
    assert "wanted 99, and all that can be are kept" in run.err


@pytest.mark.parametrize("k", [1, 10, 500, 5000, 30_000])
def test_agrees_with_a_heap(sel, k):
    rng = random.Random(k)
    records = [{"i": i, "s": rng.choice([rng.random(), 0.5])} for i in range(20_000)]
    best = heapq.nsmallest(k, records, key=lambda r: (-r["s"], r["i"]))
    assert rows(sel(f"pick top --by s -k {k} --order score", records)) == [
        r["i"] for r in best
    ]


def test_lines_pass_unchanged(sel):
    line = b'{"s": 1.50, "n":18446744073709551617,"s2":"\\u00e9","s2":2}'
    assert sel("pick top --by s -k 1", line + b"\r\n").out == line + b"\r\n"


@pytest.mark.parametrize(
    "words,said",
    [
        ("pick top --by s", "say how many"),
        ("pick top --by s -k 1 --fraction 0.1", "cannot both"),
        ("pick top --by s --budget 3", "go together"),
        ("pick top --by s -k -1", "at least 0"),
        ("pick top --by s -k many", "not a whole number"),
        ("pick top --by s --fraction 2", "at most 1"),
        ("pick top -k 1", "--by"),
        ("pick top --by s -k 1 --shares x", "--shares"),
        ("pick tpo --by s", "Did you mean 'top'"),
        ("pikc top", "No such command"),
    ],
)
def test_wrong_command_lines_say_what_to_type(sel, words, said):
    run = sel(words, RECORDS, code=2)
    assert said in run.err
    assert run.out == b""


def test_suffixes(sel):
    assert len(sel("pick top --by s -k 1k", RECORDS).records) == 5


def test_fail_if_empty(sel):
    sel("pick top --by s --threshold 99 --fail-if-empty", RECORDS, code=1)


def test_many_lines_are_held_outside_of_the_memory(sel, monkeypatch, tmp_path):
    records = [{"i": i, "s": i, "t": "x" * 10_000} for i in range(9000)]
    (tmp_path / "in").write_bytes(lines(records))
    assert rows(sel("pick top --by s -k 8000 in")) == list(range(1000, 9000))


def test_a_bad_score_leaves_groups_and_costs_with_their_records(sel):
    stdin = [
        {"s": 1, "g": "a", "c": 1},
        {"g": "b", "c": 2},
        {"s": 3, "g": "b", "c": 3},
        {"s": 4, "c": 3},
        {"s": 5, "g": "a", "c": 8},
    ]
    command = "pick top --budget 8 --cost c --per g --shares each --by s"
    run = sel(f"{command} --on-error skip --max-errors 9", stdin)
    assert [r["s"] for r in run.records] == [3, 5]


def test_a_report_of_how_often_each_group_was_chosen(sel, tmp_path):
    records = [{"s": i, "g": "ab"[i % 4 == 0]} for i in range(40)]
    command = "pick top -k 12 --by s --per g --shares proportional --report r.jsonl"
    kept = sel(command, records).records
    report = [orjson.loads(line) for line in (tmp_path / "r.jsonl").open("rb")]
    assert [(one["value"], one["pool"], one["kept"]) for one in report] == [
        ("b", 10, 3),
        ("a", 30, 9),
    ]
    assert report[0]["field"] == "g" and report[0]["rate"] == 0.3
    assert 0 < report[0]["low"] < 0.3 < report[0]["high"] < 1
    assert sum(one["g"] == "b" for one in kept) == 3
    for command in ("pick random", "pick sample --by s"):
        kept = sel(f"{command} -k 6 --per g --report r.jsonl", records).records
        report = [orjson.loads(line) for line in (tmp_path / "r.jsonl").open("rb")]
        assert {one["value"]: (one["pool"], one["kept"]) for one in report} == {
            g: (n, sum(one["g"] == g for one in kept))
            for g, n in (("a", 30), ("b", 10))
        }
    run = sel("pick top -k 3 --by s --report r.jsonl", records, code=2)
    assert "Try: --per FIELD" in run.err


def test_a_share_of_the_records(sel):
    assert rows(sel("pick top --by s -k 50%", RECORDS)) == [0, 2, 3]
    assert "a whole number, got 50%" in sel("score length -j 50%", RECORDS, code=2).err
    assert "is not a share" in sel("pick top --by s -k 500%", RECORDS, code=2).err


def test_old_names_of_options_say_the_new_one(sel):
    records = [{"s": i, "t": -i} for i in range(4)]
    run = sel("diversify random -k 50% --ranks", records)
    assert "--ranks is now called --ranked" in run.err
    assert [record["_rank"] for record in run.records] in ([1, 2], [2, 1])


@pytest.mark.parametrize("how", ["-k 4", "--fraction 0.5", "--budget 40 --cost w"])
def test_a_share_for_a_group_that_is_not_there(sel, tmp_path, how):
    rows = [{"d": d, "s": i, "w": 10} for i in range(4) for d in ("wiki", "books")]
    command = f"pick top --by s --per d {how} -o out.jsonl --shares"
    run = sel(f"{command} wiki=0.5,boks=0.5", rows, code=2)
    assert (
        "names 'boks', which no record has as its d. Did you mean 'books'?" in run.err
    )
    assert not list(tmp_path.iterdir())
    sel(f"{command} wiki=0.5,books=0.5,gone=0", rows)
    assert len((tmp_path / "out.jsonl").read_bytes().splitlines()) == 4


@pytest.mark.parametrize("command", ["sample --by s", "random", "fuse --rank s"])
def test_every_method_with_shares_knows_its_groups(sel, command):
    rows = [{"d": 1, "s": 1}, {"d": 2, "s": 2}]
    run = sel(f"pick {command} --per d -k 1 --shares 1=0.5,3=0.5", rows, code=2)
    assert "names '3'" in run.err


def test_shares_that_say_nothing(sel):
    rows = [{"d": "a", "s": 1}]
    command = "pick top --by s --per d"
    assert (
        "-k, --fraction"
        in sel(f"{command} --threshold 0 --shares a=1", rows, code=2).err
    )
    assert (
        "shares such as"
        in sel(f"{command} -k 1 --shares a=0.5,a=0.5", rows, code=2).err
    )
    assert sel(f"{command} -k 1 --shares a=1", []).out == b""


def test_several_fields_with_directions(sel):
    """The same as sorting by a tuple; null is never picked, and ties keep the input."""
    rng = random.Random(3)
    pool = [
        {
            "i": i,
            "g": rng.randrange(4),
            "ok": [True, False, None, 0.5][rng.randrange(4)],
            "t": rng.randrange(3),
        }
        for i in range(300)
    ]
    command = "pick top -k 3 --per g --shares each --order score --by ok:desc,t:asc"
    made = sel(command, pool).records
    known = [one for one in pool if one["ok"] is not None]
    known.sort(key=lambda one: (-one["ok"], one["t"]))
    kept = []
    for one in known:
        if sum(other["g"] == one["g"] for other in kept) < 3:
            kept.append(one)
    assert made == kept
    whole = sel("pick top --fraction 0.1 --by t:asc,ok:asc", pool).records
    known.sort(key=lambda one: (one["t"], one["ok"], one["i"]))
    assert whole == sorted(known[:30], key=lambda one: one["i"])


@pytest.mark.parametrize(
    "words,said",
    [
        ("top -k 1 --by a:desc,b", "all have :asc or :desc"),
        ("top -k 1 --by a:asc --lowest", "say the same"),
        ("top --threshold 1 --by a:asc", "does not go with --threshold"),
        ("sample -k 1 --by a:asc", "does not go with chance"),
        ("top -k 1 --by a:asc --shard 1/2 -o s.jsonl", "no form for --shard"),
    ],
)
def test_directions_that_cannot_be(sel, words, said, tmp_path):
    (tmp_path / "p.jsonl").write_text('{"a":1}\n')
    assert said in sel(f"pick {words} p.jsonl", code=2).err
