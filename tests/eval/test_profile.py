import re
from collections import Counter

import numpy as np
import orjson
import pytest
import zstandard

from sel.eval import profile
from sel.report import profile as page
from tests.conftest import DATA, lines

POOL = [
    orjson.loads(line)
    for line in zstandard.ZstdDecompressor()
    .decompressobj()
    .decompress((DATA / "pool.jsonl.zst").read_bytes())
    .splitlines()
]


def taken(records, **more):
    texts = [record["text"] for record in records]
    groups = {"domain": [record["domain"] for record in records]}
    return profile.collect(records, texts, groups, **more)


def test_counts_are_those_of_plain_python():
    found = profile.measure(taken(POOL))
    texts = [record["text"] for record in POOL]
    assert found["records"] == len(POOL)
    alone = re.compile(r"([\u0e01-\u0e33\u3041-\u30ff\u4e00-\u9fff])")
    words = [len(alone.sub(r" \1 ", text).split()) for text in texts]
    assert found["lengths"]["words"]["sum"] == sum(words)
    assert found["lengths"]["words"]["max"] == max(words)
    assert found["lengths"]["characters"]["mean"] == pytest.approx(
        np.mean([len(text) for text in texts])
    )
    assert found["duplicates"]["distinct"] == len(set(texts))
    domains = Counter(record["domain"] for record in POOL)
    group = found["groups"]["domain"]
    assert group["coverage"] == len(domains)
    assert group["long_tail"] == sum(n < 500 for n in domains.values())
    assert group["shares"] == {name: n / len(POOL) for name, n in domains.most_common()}
    for name, field in found["fields"].items():
        if "." not in name:
            there = sum(name in record for record in POOL)
            assert field["missing_share"] == pytest.approx(1 - there / len(POOL))


def test_shards_add_up():
    whole, parts = taken(POOL), taken(POOL[:50]) + taken(POOL[50:777])
    parts += taken(POOL[777:])
    assert profile.measure(parts) == profile.measure(whole)


def test_fields_by_hand():
    records = [
        {"text": "a b", "n": 1, "m": {"x": True}},
        {"text": "", "n": None},
        {"text": "a b", "n": 2.5, "m": None},
        {"text": "c", "n": "3"},
    ]
    found = profile.measure(profile.collect(records, [r["text"] for r in records], {}))
    assert found["fields"]["n"] == {
        "types": {"null": 1, "number": 2, "string": 1},
        "missing_share": 0.0,
        "null_share": 0.25,
        "min": 1.0,
        "mean": 1.75,
        "max": 2.5,
        "empty_share": 0.0,
        "length_p50": 1,
        "length_max": 1,
    }
    assert found["fields"]["text"]["empty_share"] == 0.25
    assert found["fields"]["m.x"]["types"] == {"boolean": 1}
    assert found["duplicates"]["exact_share"] == 0.25


def test_outliers_lie_beyond_the_fences():
    texts = ["w " * n for n in [100] * 50 + [110] * 50 + [1, 5000]]
    found = profile.measure(profile.collect([{}] * 102, texts, {}))["outliers"]
    assert (found["short"], found["long"]) == (1, 1)


def test_a_run_does_not_depend_on_jobs(sel, tmp_path):
    file = DATA / "pool.jsonl.zst"
    one = sel(f"eval profile --by domain -j 1 {file}").out
    assert sel(f"eval profile --by domain -j 3 {file}").out == one
    found = orjson.loads(one)
    assert found == orjson.loads(orjson.dumps(profile.measure(taken(POOL))))


def test_languages_are_told_without_a_network(sel):
    texts = {
        "en": "The weather is nice today and we are going to the beach.",
        "de": "Das Wetter ist heute schön und wir gehen an den Strand.",
        "fr": "Il fait beau aujourd'hui et nous allons à la plage.",
        "ru": "Сегодня хорошая погода, и мы идём на пляж.",
        "ja": "今日は天気が良いので、海に行きます。",
        "unknown": "",
    }
    found = sel("eval profile --languages", [{"text": t} for t in texts.values()])
    assert found.records[0]["groups"]["language"]["shares"] == dict.fromkeys(
        sorted(texts), 1 / 6
    )


def test_the_tokens_of_a_tokenizer(sel, tmp_path):
    words = {"a": 0, "b": 1, "?": 2}
    model = {"type": "WordLevel", "vocab": words, "unk_token": "?"}
    whole = {"version": "1.0", "model": model, "pre_tokenizer": {"type": "Whitespace"}}
    (tmp_path / "t.json").write_bytes(orjson.dumps(whole))
    found = sel("eval profile --tokenizer t.json", [{"text": "a b"}, {"text": "a, c"}])
    assert found.records[0]["lengths"]["tokens"]["sum"] == 5


def test_the_page_fits_a_terminal(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    records = [{**r, "n" * 70: 1e300, "\x1b[31mred": -1} for r in POOL[:40]]
    page.show(profile.measure(taken(records)))
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert "\x1b" not in out and "duplicates" in out and "█" in out


def test_bars_are_as_long_as_shares():
    assert page.bar(1.0) == "█" * page.BAR
    assert page.bar(0.0) == ""
    assert page.bar(1e-9) == "▏"


def test_bad_input(sel):
    assert "there are no records" in sel("eval profile", b"", code=3).err
    assert "not JSON" in sel("eval profile", b"{]\n", code=3).err
    assert "--tail" in sel("eval profile --tail 0", [{"text": "a"}], code=2).err
    one = sel("eval profile --by lang", [{"text": "a"}]).records[0]
    assert one["groups"]["lang"]["shares"] == {"null": 1.0}
    bad = lines([{"text": "a"}]) + b"{]\n" + lines([{"text": "b"}])
    skipped = sel("eval profile --on-error skip", bad)
    assert skipped.records[0]["records"] == 2 and "1 rejected" in skipped.err


def test_what_presets_drop_by_hand(sel, tmp_path):
    (tmp_path / "mine.toml").write_text(
        'words = "spaces"\n[[step]]\nname = "s"\n[step.drop]\n'
        'few = "n_words < 2"\nhashes = "hash_ratio > 0.4"\nnever = "n_words > 99"\n'
    )
    records = [{"text": text} for text in ("a b", "#", "a", "# # b", "", "x #")]
    (found,) = sel("eval profile --rules mine.toml --rules c4", records).records
    rules = found["rules"]["mine.toml"]
    assert rules == {
        "words": "spaces",
        "kept": 1,
        "kept_share": 1 / 6,
        "dropped": {
            "s.few": {"first": 3, "any": 3, "alone": 2},
            "s.hashes": {"first": 2, "any": 3, "alone": 2},
            "s.never": {"first": 0, "any": 0, "alone": 0},
        },
    }
    assert sum(one["first"] for one in rules["dropped"].values()) == 5
    assert found["rules"]["c4"]["kept"] == 0
    assert "rules" not in sel("eval profile", records).records[0]


def test_what_presets_drop_is_what_pick_where_drops(sel):
    data = b"".join(orjson.dumps(one) + b"\n" for one in POOL[:400])
    (found,) = sel("eval profile --rules fineweb -j 2", data).records
    run = sel("pick where --preset fineweb --explain why.jsonl", data)
    kept = len(run.records)
    assert 100 < found["rules"]["fineweb"]["kept"] == kept < 400


def test_the_share_for_which_a_condition_holds(sel):
    records = [{"text": "a", "n": n} for n in (1, 5, None, 7)]
    command = ["eval", "profile", "--where", "n > 4", "--where", "m == 1"]
    (found,) = sel(command, lines(records)).records
    assert found["where"]["n > 4"] == {"records": 2, "share": 0.5, "unknown": 0}
    bad = found["where"]["m == 1"]
    assert (bad["share"], bad["unknown"]) == (None, 4) and "'m' is missing" in bad[
        "why"
    ]
    run = sel(["eval", "profile", "--where", "n >"], lines(records), code=2)
    assert "n >" in run.err
    run = sel(["eval", "profile", "--rules", "c5"], lines(records), code=2)
    assert "--rules c5: No such file" in run.err


def test_rules_on_a_terminal(capsys):
    found = profile.measure(taken(POOL[:20]))
    dropped = {
        "a.b": {"first": 5, "any": 6, "alone": 1},
        "a.never": {"first": 0, "any": 0, "alone": 0},
    }
    rules = {"words": "spaces", "kept": 15, "kept_share": 0.75, "dropped": dropped}
    held = {"n > 1": {"records": 4, "share": None, "unknown": 2, "why": "x"}}
    page.show(found | {"rules": {"mine": rules}, "where": held})
    out = capsys.readouterr().out
    assert "dropped by mine" in out and "15 kept, 75.0%" in out and "n > 1" in out
    assert "a.never" not in out and "25.0%" in out
