"""Fields of records in the names of folders."""

import pyarrow as pa
import pyarrow.dataset
import pytest

from sel.streams.folders import files
from sel.streams.partitions import Adding, Partitioned
from tests.conftest import lines


@pytest.fixture
def pool(tmp_path):
    """Parquet as pyarrow writes it, and lines beside."""
    table = pa.table({"lang": ["de", "en", "de"], "n": [1, 2, 2], "id": [0, 1, 2]})
    kinds = pa.schema([("lang", pa.string()), ("n", pa.int32())])
    how = pa.dataset.partitioning(kinds, flavor="hive")
    pa.dataset.write_dataset(
        table, tmp_path / "pool", format="parquet", partitioning=how
    )
    return tmp_path / "pool"


def test_folders_give_fields_as_pyarrow_reads_them(sel, pool):
    found = sel("pick where true pool").records
    whole = pa.dataset.dataset(pool, partitioning="hive").to_table()
    assert sorted(found, key=str) == sorted(whole.to_pylist(), key=str)
    assert {type(one["n"]) for one in found} == {int}
    assert sel(["pick", "where", 'lang == "de"', "pool"]).out.count(b"\n") == 2


def test_only_those_below_the_folder_that_is_named(sel, pool):
    found = sel("pick where true pool/lang=de").records
    assert found == [{"id": 0, "n": 1}, {"id": 2, "n": 2}]
    run = sel(["pick", "where", "true", *files(f"{pool}/lang=en/n=2")])
    assert run.records == [{"id": 1}]


def fields(tmp_path, *names):
    for i, name in enumerate(names):
        (tmp_path / "p" / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / "p" / name / f"{i}.jsonl").write_bytes(b"{}\n")
    found = files(str(tmp_path / "p"))
    return [one.fields if isinstance(one, Partitioned) else {} for one in found]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a=1", "a=20"], [{"a": 1}, {"a": 20}]),
        (["a=1", "a=x"], [{"a": "1"}, {"a": "x"}]),
        (["m=01", "m=10"], [{"m": "01"}, {"m": "10"}]),
        (["a=1", "a=__HIVE_DEFAULT_PARTITION__"], [{"a": 1}, {"a": None}]),
        (["a=-3/b=0.5", "b"], [{"a": -3, "b": "0.5"}, {}]),
        (["a=x%2Fy%20=", "=1"], [{}, {"a": "x/y ="}]),
        (["a=", "b=1"], [{"a": ""}, {"b": 1}]),
    ],
)
def test_numbers_where_all_are(tmp_path, names, expected):
    assert fields(tmp_path, *names) == expected


@pytest.mark.parametrize(
    ("line", "made"),
    [
        (b'{"x":1}\n', b'{"x":1,"a":"\xc3\xa9","b":2}\n'),
        (b'{"x":{}}\n', b'{"x":{},"a":"\xc3\xa9","b":2}\n'),
        (b'{"x":1}', b'{"x":1,"a":"\xc3\xa9","b":2}\n'),
        (b"{}\n", b'{"a":"\xc3\xa9","b":2}\n'),
        (b"{ } \r\n", b'{ "a":"\xc3\xa9","b":2} \r\n'),
        (b'{"x":"}"}\r\n', b'{"x":"}","a":"\xc3\xa9","b":2}\r\n'),
        (b'{"b":2}\n', b'{"b":2,"a":"\xc3\xa9"}\n'),
        (b'{"b":2,"a":"\\u00e9"}\n', b'{"b":2,"a":"\\u00e9"}\n'),
        (b'{"x":{"b":3}}\n', b'{"x":{"b":3},"a":"\xc3\xa9","b":2}\n'),
        (b"\n", b"\n"),
        (b"[1]\n", b"[1]\n"),
        (b'{"x":1\n', b'{"x":1\n'),
    ],
)
@pytest.mark.parametrize("before", [b"", b'{"y":0}\n', b'{"b":2}\n'])
def test_fields_stand_before_the_last_brace(line, made, before):
    adding = Adding({"a": "é", "b": 2})
    if before:
        first = adding.to(before, cut=False)
        assert adding.to(before + line, cut=False) in (first + made, first + made[:-1])
    else:
        assert adding.to(line, cut=False) in (made, made.removesuffix(b"\n"))


def test_a_clash_is_a_bad_line(sel, tmp_path):
    (tmp_path / "p/lang=de").mkdir(parents=True)
    records = [{"lang": "de"}, {"lang": "en"}, {"lang": None}, {"x": '"lang"'}]
    (tmp_path / "p/lang=de/x.jsonl").write_bytes(lines(records))
    run = sel("pick where true p", code=3)
    assert "x.jsonl:2" in run.err
    assert 'field \'lang\' is "en", and its folder says "de"' in run.err
    run = sel("pick where true p --on-error quarantine=q.jsonl --max-errors 9")
    assert run.records == [{"lang": "de"}, {"x": '"lang"', "lang": "de"}]
    assert rb'"raw":"{\"lang\":\"en\"}"' in (tmp_path / "q.jsonl").read_bytes()


def test_a_line_that_is_too_long_is_told_as_such(sel, tmp_path):
    (tmp_path / "p/a=1").mkdir(parents=True)
    long = b'{"x":{"y":"%b"}}\n' % (b"}" * 2_000_000)
    (tmp_path / "p/a=1/x.jsonl").write_bytes(b'{"x":0}\n' + long + b'{"x":2}\n')
    run = sel("pick where true p --max-line 1000000 --on-error skip --max-errors 9")
    assert run.records == [{"x": 0, "a": 1}, {"x": 2, "a": 1}]
