import gzip
import random
import re
from unicodedata import normalize

import orjson
import pytest

from sel.eval import leak
from tests.conftest import DATA, lines, texts

POOL = texts(DATA / "pool.jsonl.zst")
WIKI = [t for t in texts(DATA / "wiki.jsonl.zst") if len(t.split()) >= 30][:120]
RULES = ["13-gram", "8-gram", "50-chars"]


def rate(sets, records, rule):
    items = leak.prepare({"set": sets}, rule=rule)
    (row,) = leak.measure(leak.collect(records, items), items)
    return row


def part(text, words=60):
    return " ".join(text.split()[:words])


def edited(text, share, rng):
    words = text.split()
    for i in rng.sample(range(len(words)), round(share * len(words))):
        words[i] = f"edit{i}"
    return " ".join(words)


@pytest.mark.parametrize("rule", RULES)
def test_every_exact_copy_is_found(rule):
    items = [part(text) for text in WIKI]
    planted = [f"{host[:300]} {item} {host[300:]}" for host, item in zip(POOL, items)]
    row = rate(items, planted + POOL[len(items) :], rule)
    assert row["leaked"] == row["items"] == len(items) and row["unchecked"] == 0
    assert row["records_leaking"] >= len(items)


@pytest.mark.parametrize("rule", RULES)
def test_other_case_and_punctuation_hide_nothing(rule):
    items = [part(text) for text in WIKI[:30]]
    planted = [re.sub(r"[,.;]", " -- ", item).upper() for item in items]
    assert rate(items, planted, rule)["leaked"] >= 29  # one with ß or the like


# Of items of 60 words, with so many words replaced at random: how many are found.
RATES = {
    "13-gram": {0.02: 0.99, 0.05: 0.95, 0.1: 0.65},
    "8-gram": {0.02: 0.90, 0.05: 0.15, 0.1: 0.0},
    "50-chars": {0.02: 0.99, 0.05: 0.95, 0.1: 0.75},
}


@pytest.mark.parametrize("rule", RULES)
def test_edited_copies_are_found_at_the_stated_rates(rule):
    rng = random.Random(0)
    items = [part(text) for text in WIKI if len(text.split()) >= 60]
    for share, least in RATES[rule].items():
        row = rate(items, [edited(item, share, rng) for item in items], rule)
        assert row["rate"] >= least, (rule, share, row)


def reference(items, records, n, needed):
    """The published rule, word for word: which items have enough of their n-grams."""

    def grams(text):
        words = re.findall(r"\w+", text.lower())
        return [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]

    seen = {gram for record in records for gram in grams(record)}
    found = []
    for item in items:
        own = grams(item)
        hits = sum(gram in seen for gram in own)
        found.append(bool(own) and hits > 0 and hits / len(own) >= needed)
    return found


@pytest.mark.parametrize("rule,n,needed", [("13-gram", 13, 0), ("8-gram", 8, 0.7)])
def test_agrees_with_the_published_rule_on_real_text(rule, n, needed):
    rng = random.Random(1)
    items = [edited(part(t), rng.choice([0, 0.03, 0.1, 0.3]), rng) for t in WIKI]
    items = [item for item in items if len(re.findall(r"\w+", item)) >= 13]
    records = POOL[:400] + WIKI
    wanted = reference(items, records, n, needed)
    prepared = leak.prepare({"set": items}, rule=rule)
    found = leak.collect(records[:300], prepared) + leak.collect(
        records[300:], prepared
    )
    assert leak.measure(found, prepared)[0]["leaked"] == sum(wanted)
    assert 10 < sum(wanted) < len(items)


def test_spans_and_shares_by_hand():
    item = "one two three four five six seven eight nine"
    items = leak.prepare({"a": ["short"], "b": [item]}, rule="8-gram")
    text = "Yes: ONE two three, four five six seven eight! And more."
    found = leak.collect(["nothing", text, f"{text} x {item}."], items)
    (hit,) = found.hits
    assert hit["record"] == 2 and hit["item"] == 1 and hit["share"] == 1.0
    whole = f"{text} x {item}."
    assert [whole[a:b] for a, b in hit["spans"]] == [
        "ONE two three, four five six seven eight",
        item,
    ]
    a, b = leak.measure(found, items)
    assert (a["unchecked"], a["rate"]) == (1, None)
    assert (b["leaked"], b["rate"], b["records"], b["records_leaking"]) == (1, 1, 3, 1)


def test_the_parts_of_an_item_may_stand_in_several_records():
    item = " ".join(f"w{i}" for i in range(20))
    halves = [" ".join(f"w{i}" for i in range(a, a + 13)) for a in (0, 7)]
    row = rate([item], halves, "8-gram")
    assert row["leaked"] == 1 and row["records_leaking"] == 0


def test_short_items_are_looked_for_whole():
    row = rate(["a b c d e f g h i"], ["x a b c d e f g h", "y"], "13-gram")
    assert row["leaked"] == 0
    row = rate(["a b c d e f g h i"], ["x a b c d e f g h i", "y"], "13-gram")
    assert row["leaked"] == 1


def test_a_run_names_sets_records_and_spans(sel, tmp_path):
    quiz = [{"q": part(text, 40), "a": "42"} for text in WIKI[:20]]
    (tmp_path / "quiz.jsonl").write_bytes(lines(quiz))
    (tmp_path / "other.jsonl").write_bytes(lines([{"q": "x " * 20}]))
    pool = [{"text": text} for text in POOL[:500]]
    pool[321] = {"text": "Here: " + quiz[7]["q"]}
    (tmp_path / "pool.jsonl").write_bytes(lines(pool))
    command = (
        "eval leak --against quiz.jsonl --against other.jsonl --against-text q"
        " --hits hits.jsonl pool.jsonl -j "
    )
    one = sel(command + "1")
    hits = [
        orjson.loads(line)
        for line in (tmp_path / "hits.jsonl").read_bytes().splitlines()
    ]
    assert sel(command + "2").out == one.out
    quiz_row, other = one.records
    assert (quiz_row["set"], quiz_row["items"], other["leaked"]) == (
        "quiz.jsonl",
        20,
        0,
    )
    hit = next(hit for hit in hits if hit["line"] == 322)
    assert (hit["set"], hit["item"], hit["share"]) == ("quiz.jsonl", 8, 1.0)
    ((start, end),) = hit["spans"]
    assert start == 6 and pool[321]["text"][start:end] in quiz[7]["q"]


def test_bad_input(sel, tmp_path):
    (tmp_path / "q.jsonl").write_bytes(lines([{"q": "a"}]))
    (tmp_path / "none.jsonl").write_bytes(b"")
    some = [{"text": "a"}]
    assert "--text" in sel("eval leak --against q.jsonl", some, code=3).err
    assert "no records" in sel("eval leak --against none.jsonl", some, code=3).err
    assert "only once" in sel("eval leak --against -", some, code=2).err
    bare = "eval leak --against q.jsonl --against-text q"
    assert "no records" in sel(bare, b"", code=3).err
    failing = f"{bare} --hits hits.jsonl"
    sel(failing, lines(some) + b"{]\n", code=3)
    assert not (tmp_path / "hits.jsonl").exists()


COPY = "Zoë ate twelve cafés naïvely, and then she paid the whole bill in São Paulo"
HAN = "春眠不觉晓处处闻啼鸟夜来风雨声花落知多少白日依山尽黄河入海流"


@pytest.mark.parametrize("rule", RULES)
def test_no_form_of_unicode_hides_a_copy(rule):
    wide = "".join(
        chr(ord(c) + 0xFEE0) if c.isascii() and c.isalpha() else c for c in COPY
    )
    records = ["nothing", normalize("NFD", COPY), wide, "Not this."]
    assert rate([COPY], records, rule)["records_leaking"] == 2
    assert rate([normalize("NFD", COPY)], [COPY], rule)["leaked"] == 1
    assert rate([HAN], [f"他说,{HAN}。", HAN[::-1]], rule)["records_leaking"] == 1


def test_spans_are_those_of_the_text_as_it_is():
    text = f"\ufb01rst, {normalize('NFD', COPY)}!"
    items = leak.prepare({"set": [COPY]})
    (hit,) = leak.collect([text], items).hits
    ((start, end),) = hit["spans"]
    assert normalize("NFC", text[start:end]) == COPY


ITEM = "one two three four five six seven eight nine ten eleven twelve thirteen"


@pytest.mark.parametrize("rule", ["13-gram", "8-gram", "50-chars"])
@pytest.mark.parametrize(
    "pool",
    [
        [{"text": "no"}, {"text": ITEM}, {"text": f"so {ITEM} is"}, {"text": "nor"}],
        [{"_row": 7, "text": ITEM}, {"_row": 3, "text": "no"}],
        [{"text": "no"}, {"text": "nor"}],
    ],
)
def test_the_records_that_leak_are_left_out_by_their_hits(sel, tmp_path, rule, pool):
    (tmp_path / "quiz.jsonl").write_bytes(lines([{"text": ITEM}] * 2))
    (tmp_path / "p.jsonl").write_bytes(lines(pool))
    leak = f"eval leak --against quiz.jsonl --rule {rule}"
    sel(f"{leak} --hits hits.jsonl -j 2 p.jsonl")
    bad = [i for i, record in enumerate(pool) if ITEM in record["text"]]
    hits = map(orjson.loads, (tmp_path / "hits.jsonl").read_bytes().splitlines())
    rows = [pool[i].get("_row", i) for i in bad]
    assert [hit["_row"] for hit in hits] == [row for row in rows for _ in range(2)]
    clean = sel("pick rows --not --from hits.jsonl p.jsonl")
    assert clean.records == [one for one in pool if ITEM not in one["text"]]
    (one,) = sel(leak, clean.records).records
    assert (one["leaked"], one["records_leaking"]) == (0, 0)


def test_rows_count_over_files_and_bad_lines(sel, tmp_path):
    (tmp_path / "quiz.jsonl").write_bytes(lines([{"text": ITEM}]))
    (tmp_path / "a.jsonl").write_bytes(lines([{"text": "no"}, {"text": 1}]))
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(lines([{"text": ITEM}])))
    files = "a.jsonl b.jsonl.gz --on-error skip"
    sel(f"eval leak --against quiz.jsonl --hits hits.jsonl {files} --max-errors 1")
    run = sel(f"pick rows --not --from hits.jsonl {files}")
    assert run.records == [{"text": "no"}, {"text": 1}]
