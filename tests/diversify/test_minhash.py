import random
import re
import subprocess
import sys
import unicodedata
from itertools import combinations

import numpy as np
import orjson
import pytest

from sel.maths.text import minhash
from sel.maths.text.lsh import REPS, UnionFind, cluster, runs
from sel.maths.text.shingles import Shingling, jaccard, sets
from tests.conftest import DATA, lines, texts

WORDS = Shingling(5, "words")
CHARS = Shingling(13, "chars")
ODD = [
    "",
    " \n",
    "one",
    "İstanbul “quoted” words—dash ü",
    "a b c d e",
    "a_b 1 2 3 4 5 6",
]


def versions(count, seed=0):
    """Texts with near and not so near ones among them."""
    rng = random.Random(seed)
    made = []
    while len(made) < count:
        words = [str(rng.randrange(1000)) for _ in range(rng.randrange(20, 90))]
        for _ in range(rng.randrange(1, 5)):
            made.append(" ".join(words))
            for _ in range(rng.randrange(4)):
                words[rng.randrange(len(words))] = "changed"
    rng.shuffle(made)
    return made[:count]


def records(made):
    rng = random.Random(5)
    return [{"id": f"r{i}", "text": t, "q": rng.random()} for i, t in enumerate(made)]


def grams(text, how):
    if how.unit == "words":
        units = re.findall(r"\w+", text.lower())
    else:
        units = list(" ".join(text.lower().split()))
    size = min(how.ngrams, len(units))
    return {tuple(units[i : i + size]) for i in range(len(units) - size + 1) if size}


def similarity(a, b):
    return len(a & b) / max(len(a | b), 1)


def clusters(made, threshold, how=WORDS):
    """By brute force: the lowest number of each one's connected component."""
    found = [grams(text, how) for text in made]
    label = list(range(len(made)))
    for a, b in combinations(range(len(made)), 2):
        if similarity(found[a], found[b]) >= threshold and label[a] != label[b]:
            old, new = sorted((label[a], label[b]))[::-1]
            label = [new if at == old else at for at in label]
    return label


@pytest.mark.parametrize(
    "how", [WORDS, CHARS, Shingling(1, "words"), Shingling(3, "chars")]
)
def test_shingles_are_those_of_a_regular_expression(how):
    made = [*texts(DATA / "wiki.jsonl.zst")[:20], *versions(20), *ODD]
    ours, true = sets(made, how), [grams(text, how) for text in made]
    assert [len(one) for one in ours] == [len(one) for one in true]
    for a, b in combinations(range(len(made)), 2):
        assert jaccard(ours[a], ours[b]) == pytest.approx(similarity(true[a], true[b]))


@pytest.mark.parametrize("order", [1, 3, 5])
def test_the_compiled_form_gives_the_same_signatures(order, monkeypatch):
    pool = texts(DATA / "pool.jsonl.zst")
    long = ["x " * words for words in (4095, 4096, 4097, 4098, 8191)]
    longer = [" ".join(pool[:60]), *[f"{text}y" for text in long], *long]
    made = [*pool[::9], *longer, *ODD, *versions(50)]
    how = Shingling(order, "words")
    compiled = minhash.signatures(made, how, 100)
    monkeypatch.setattr(minhash, "_kernel", lambda: None)
    assert (compiled == minhash.signatures(made, how, 100)).all()
    alone = [minhash.signatures([text], how, 100)[0] for text in made[:40]]
    assert (np.array(alone) == compiled[:40]).all()


def test_the_compiled_form_needs_no_folder_to_write_to(tmp_path):
    code = (
        "from numba.core import caching\n"
        "def refuse(self): raise OSError\n"
        "kinds = [v for n, v in vars(caching).items() if n.endswith('CacheLocator')]\n"
        "assert len(kinds) > 2\n"
        "for kind in kinds: kind.ensure_cache_path = refuse\n"
        "from sel.maths.text import minhash, minhash_numba\n"
        "from sel.maths.text.shingles import Shingling\n"
        "print(minhash.signatures(['a b'], Shingling(2, 'words'), 4).tolist())\n"
    )
    env = {"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    expected = minhash.signatures(["a b"], Shingling(2, "words"), 4).tolist()
    assert done.stdout.strip() == str(expected)


def test_signatures_agree_as_often_as_sets():
    made = versions(300)
    found, true = minhash.signatures(made, WORDS, 512), sets(made, WORDS)
    pairs = [(a, b) for a, b in combinations(range(300), 2)]
    real = np.array([jaccard(true[a], true[b]) for a, b in pairs])
    a, b = np.array(pairs).T
    off = minhash.agreement(found[a], found[b]) - real
    near = real > 0.2
    assert near.sum() > 100
    expected = np.sqrt((real * (1 - real))[near].mean() / 512)
    assert abs(off[near].mean()) < 0.01
    assert np.sqrt((off[near] ** 2).mean()) == pytest.approx(expected, rel=0.15)


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.8, 0.9])
def test_bands_are_solved_from_the_threshold(threshold):
    plan = minhash.plan(None, threshold, None, None, None)
    assert plan.found(threshold) >= minhash.FOUND
    more = plan.rows + 1
    assert 1 - (1 - threshold**more) ** (128 // more) < minhash.FOUND
    assert f"{threshold:g}: {plan.found(threshold):.3f}" in plan.curve()


def test_candidates_follow_the_curve():
    made = versions(1500)
    plan = minhash.plan(None, 0.8, None, None, None)
    keys = minhash.band_keys(
        minhash.signatures(made, WORDS, 128), plan.bands, plan.rows
    )
    true = sets(made, WORDS)
    expected, found = [], []
    for a in range(0, 1500, 3):
        for b in range(1500):
            s = jaccard(true[a], true[b]) if a != b else 0
            if s >= 0.4:
                expected.append(plan.found(s))
                found.append((keys[a] == keys[b]).any())
    assert len(found) > 200
    assert abs(np.mean(found) - np.mean(expected)) < 0.04


@pytest.mark.parametrize("options", ["--threshold 0.6", "--threshold 0.8"])
def test_clusters_are_those_of_brute_force(sel, options, tmp_path):
    made = versions(250)
    label = clusters(made, float(options.split()[1]))
    # So many permutations that no pair at the threshold is missed.
    command = f"diversify minhash {options} --permutations 1024 --report r"
    run = sel(command, records(made))
    kept = sorted(set(label))
    assert [r["id"] for r in run.records] == [f"r{i}" for i in kept]
    found = [grams(text, WORDS) for text in made]
    for told in map(orjson.loads, (tmp_path / "r").open()):
        row, twin = int(told["id"][1:]), int(told["twin"][1:])
        assert twin == label[row]
        assert told["similarity"] == pytest.approx(similarity(found[row], found[twin]))
        near = told["similarity"] >= float(options.split()[1])
        assert told["reason"] == ("near" if near else "chain")


def test_the_best_stays_whatever_the_order(sel):
    rows = records(versions(200))
    command = "diversify minhash --keep best --by q --permutations 512"
    kept = sel(command, rows).records
    random.Random(1).shuffle(rows)
    again = sel(command, rows).records
    assert sorted(r["id"] for r in kept) == sorted(r["id"] for r in again)
    label = clusters([r["text"] for r in rows], 0.8)
    best = {}
    for at, row in zip(label, rows, strict=True):
        best[at] = max(best.get(at, row), row, key=lambda r: r["q"])
    assert {r["id"] for r in again} == {r["id"] for r in best.values()}


def test_keep_longest_and_null_scores(sel):
    text = " ".join(map(str, range(100)))
    rows = [
        {"i": 0, "text": text},
        {"i": 1, "text": text + " !!"},
        {"i": 2, "text": text},
    ]
    assert [r["i"] for r in sel("diversify minhash --keep longest", rows).records] == [
        1
    ]
    for row, q in zip(rows, (None, 1, 1), strict=True):
        row["q"] = q
    run = sel("diversify minhash --keep best --by q", rows)
    assert [r["i"] for r in run.records] == [1]


@pytest.mark.parametrize("size", [2, REPS, 5 * REPS])
def test_a_bucket_of_any_size_is_joined(size):
    members, sizes = runs(np.array([7] * size + [0, 0, 9], np.uint64))
    assert (members.tolist(), sizes.tolist()) == (list(range(size)), [size])
    forest, asked = UnionFind(size + 3), []

    def alike(a, b):
        asked.append((a, b))
        return a % 3 == b % 3

    cluster(forest, members, sizes, alike)
    roots = forest.roots(np.arange(size))
    assert roots.tolist() == [i % 3 for i in range(size)]
    assert len(asked) <= size * REPS


def test_a_huge_bucket_costs_a_multiple_of_its_size():
    asked = []
    size = 2000
    bucket = np.arange(size), np.array([size])
    cluster(UnionFind(size), *bucket, lambda a, b: asked.append((a, b)) or False)
    assert len(asked) < REPS * size


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_jobs_bad_lines_and_the_law(sel, tmp_path, jobs):
    made = versions(1500)
    data = lines(records(made)).splitlines(True)
    data[100:100] = [b"\n", b"bad\n", b'{"id":1,"text":3,"q":1}\n', b'{"text":"a"}\n']
    (tmp_path / "in").write_bytes(b"".join(data))
    options = f"--jobs {jobs} --on-error skip --keep best --by q --summary s"
    run = sel(f"diversify minhash {options} in")
    counts = orjson.loads((tmp_path / "s").read_bytes())
    law = {name: counts[name] for name in ("read", "rejected", "blank")}
    assert law == {"read": 1504, "rejected": 3, "blank": 1}
    assert counts["kept"] == len(run.out.splitlines())
    assert sum(law.values()) - 1504 + counts["kept"] + counts["dropped"] == 1504
    expected = sel("diversify minhash --jobs 1 --keep best --by q", records(made))
    assert run.out == expected.out


@pytest.mark.parametrize(
    "rows", [[], [""], ["", "", " "], ["x"], ["x", "x"], ["?", "?"]]
)
def test_next_to_nothing(sel, rows):
    run = sel("diversify minhash", [{"text": text} for text in rows])
    assert len(run.records) == len(rows) - (rows == ["x", "x"])


@pytest.mark.parametrize("preset", minhash.PRESETS)
def test_presets_find_copies(sel, preset):
    row = {"text": " ".join(map(str, range(50)))}
    run = sel(f"diversify minhash --preset {preset}", [row, {"text": "no"}, row])
    assert len(run.records) == 2


def test_saved_signatures_give_the_same_again(sel, tmp_path):
    rows = records(versions(300))
    first = sel("diversify minhash --threshold 0.7 --save s", rows)
    again = sel("diversify minhash --threshold 0.7 --load s", rows)
    assert first.out == again.out
    for other in (rows[:-1], [*rows, rows[0]]):
        run = sel("diversify minhash --load s", other, code=3)
        assert "other records" in run.err


@pytest.mark.parametrize(
    "words,said,code",
    [
        ("--threshold 0", "--threshold", 2),
        ("--threshold 1.5", "--threshold", 2),
        ("--threshold nan", "--threshold", 2),
        ("--ngrams 0", "--ngrams", 2),
        ("--permutations 0", "--permutations", 2),
        ("--keep best", "--by", 2),
        ("--by q", "--keep best", 2),
        ("--preset x", "lee", 2),
        ("--keep best --by text", "not a number", 3),
        ("--load bad", "not a saved state", 3),
        ("--load s --ngrams 4", "made with --ngrams 5", 3),
    ],
)
def test_what_cannot_be_is_said_in_a_line(sel, tmp_path, words, said, code):
    (tmp_path / "bad").write_bytes(b"x")
    sel("diversify minhash --save s", records(["a"]))
    run = sel(f"diversify minhash -o out {words}", records(["a", "b"]), code=code)
    assert said in run.err
    assert not (tmp_path / "out").exists()


PHRASE = (
    "Zoë\u0308 ate twelve cafe\u0301s nai\u0308vely, and paid the bill in São Paulo"
)
TWINS = [PHRASE, unicodedata.normalize("NFC", PHRASE)]
WIDE = "".join(
    chr(ord(c) + 0xFEE0) if c.isascii() and c.isalpha() else c for c in PHRASE
)


@pytest.mark.parametrize("method", ["minhash", "against"])
@pytest.mark.parametrize("unit", ["words", "chars"])
def test_composed_and_decomposed_texts_are_near(sel, method, unit):
    rows = [{"text": text} for text in [*TWINS, WIDE]]
    command = f"diversify {method} --unit {unit} --ngrams 3"
    assert sel(command, rows).records == [rows[0], rows[2]]
    assert sel(f"{command} --fold", rows).records == [rows[0]]


def test_a_preset_takes_texts_as_its_authors_do(sel):
    rows = [{"text": text} for text in TWINS]
    assert sel("diversify minhash --preset fineweb", rows).records == rows
    assert len(sel("diversify minhash --preset fineweb --fold", rows).records) == 1


def test_an_index_says_in_which_form_its_texts_are(sel):
    rows = [{"text": text} for text in TWINS]
    sel("diversify minhash --fold --save s.npz", rows)
    sel("diversify against --fold --load s.npz", rows)
    said = sel("diversify against --load s.npz", rows, code=3).err
    assert "s.npz was made with --fold" in said


THAI = "ประเทศไทยเป็นประเทศที่ตั้งอยู่ในเอเชียตะวันออกเฉียงใต้"
HAN = "春眠不觉晓处处闻啼鸟夜来风雨声花落知多少白日依山尽黄河入海流"


@pytest.mark.parametrize("text", [THAI, HAN])
def test_scripts_without_spaces_have_near_texts(sel, text):
    rows = [{"text": text * 3}, {"text": text * 3 + text[:4]}, {"text": text[::-1] * 3}]
    assert sel("diversify minhash --ngrams 2", rows).records == [rows[0], rows[2]]


@pytest.mark.parametrize("form", ["composed", "folded", "literal"])
def test_the_compiled_form_gives_the_same_in_all_scripts(form, monkeypatch):
    texts = [*TWINS, WIDE, THAI, HAN, "ภาษา abc漢字 \u0e34x", "ខ្មែរ។ a\u0e34", "", "漢"]
    how = Shingling(2, "words", form)
    compiled = minhash.signatures(texts, how, 16)
    monkeypatch.setattr(minhash, "_kernel", lambda: None)
    assert (compiled == minhash.signatures(texts, how, 16)).all()
