import hashlib
from collections import Counter
from functools import cache

import numpy as np
import orjson
import pytest
import zstandard

from sel.errors import OptionError
from sel.score import heuristics
from sel.score._signals import boundaries, c4, dclm, spacy_like
from sel.score._signals.batch import Batch
from sel.score._signals.families import SETS
from tests.conftest import GOLDEN

FOLDER = GOLDEN / "filters"
DOLMA_LINES = ("lines_with_no_ending_punctuation", "lines_with_too_few_words")
DOLMA_PAGE = ("has_curly_brace", "has_lorem_ipsum", "has_naughty_word")


@cache
def read(name):
    data = zstandard.ZstdDecompressor().decompressobj()
    packed = (FOLDER / f"{name}.jsonl.zst").read_bytes()
    return [orjson.loads(line) for line in data.decompress(packed).splitlines()]


@cache
def documents():
    return [one["text"] for one in read("docs")]


@cache
def measured(words="spacy-like"):
    lists = [
        ",".join((FOLDER / name).read_text().splitlines())
        for name in ("naughty_en.txt", "stop_words_en.txt")
    ]
    return heuristics.score(
        documents(), set="all", words=words, naughty=lists[0], stop_words=lists[1]
    )


def column(name, words="spacy-like"):
    found = measured(words)[name]
    if isinstance(found, list):
        return found
    return [None if np.isnan(one) else one for one in found.tolist()]


def rounded(value, digits):
    if isinstance(value, list):
        return [rounded(one, digits) for one in value]
    return value if value is None else round(value, digits)


def sha(text):
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def test_words_are_those_of_spacy():
    tokens = Batch(documents(), "spacy-like").tokens
    for i, expected in enumerate(read("expected_datatrove")):
        ids = tokens.ids[tokens.bounds[i] : tokens.bounds[i + 1]]
        words = [tokens.names[j] for j in ids.tolist()]
        known = expected["words"]
        assert len(words) == known["n"]
        assert sha("\0".join(words)) == known["sha"]
        assert spacy_like.sentences(documents()[i]) == known["sentences"]


@pytest.mark.parametrize("family", ["gopher_quality", "gopher_repetition", "fineweb"])
def test_every_ratio_is_that_of_datatrove(family):
    expected = [one[family] for one in read("expected_datatrove")]
    names = expected[0].keys() - {"keep", "reason", "at_0.1"}
    assert len(names) >= 5
    for name in names:
        for got, one in zip(column(name), expected, strict=True):
            if one[name] is None:
                assert got is None
            else:
                assert got == pytest.approx(one[name], rel=0, abs=1e-12), name


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_every_score_is_that_of_dolmas_gopher(version):
    expected = [one[f"gopher_{version}"] for one in read("expected_dolma")]
    names = max(expected, key=len).keys()
    assert len(names) == 19
    for name in names:
        ours = f"{name}_v2" if "lines" in name and version == "v2" else name
        for got, one in zip(column(ours, "spaces"), expected, strict=True):
            assert rounded(got, 10) == one.get(name), name


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_every_count_is_that_of_dolmas_c4(version):
    script = "has_javascript" + "_v2" * (version == "v2")
    names = dict(zip(DOLMA_LINES + DOLMA_PAGE, DOLMA_LINES + DOLMA_PAGE))
    names[script] = "has_javascript"
    for i, one in enumerate(read("expected_dolma")):
        spans = one[f"c4_{version}"]
        counts = Counter(kind for _, _, kind, _ in spans)
        for ours, theirs in names.items():
            assert column(ours)[i] == counts[theirs], (ours, one["id"])
        (lines,) = (score for *_, kind, score in spans if kind == "line_count")
        assert column("line_count")[i] == lines


def test_the_spans_that_stay_are_those_that_dolma_does_not_take():
    for text, one, kept in zip(
        documents(), read("expected_dolma"), column("dolma_spans"), strict=True
    ):
        gone = {(a, b) for a, b, kind, _ in one["c4_v1"] if kind in DOLMA_LINES}
        assert not gone & set(kept)
        assert sum(b - a for a, b in gone | set(kept)) == len(text)


def test_every_signal_is_that_of_redpajama():
    expected = read("expected_redpajama")
    names = expected[0].keys() - {"id"}
    assert len(names) == 27
    for name in names:
        for got, one in zip(column(name), expected, strict=True):
            assert rounded(got, 8) == rounded(one[name], 8), (name, one["id"])


def test_words_of_dclm():
    for name in ("n_words_fasttext", "n_words_fasttext_nopunct"):
        assert column(name) == [one[name] for one in read("expected_dclm")]
    name = "n_words_uniseg_nopunct"
    assert column(name) == [one[name] for one in read("expected_dclm")]


@pytest.mark.parametrize("end", range(1, len(dclm.RULES) + 1))
def test_each_line_rule_of_dclm_leaves_the_same(end):
    name = dclm.RULES[end - 1][0]
    for text, one in zip(documents(), read("expected_dclm"), strict=True):
        if name in one["lines"]:
            left = dclm.clean(text, dclm.RULES[:end])
            page = "page dropped" if left is None else [len(left), sha(left)]
            assert one["lines"][name] == page


def test_what_dclm_removes():
    expected = [one.get("removed_ratio") for one in read("expected_dclm")]
    assert column("removed_ratio") == expected


@pytest.mark.parametrize("name", ["c4", "c4_no_terminal"])
def test_what_is_left_by_c4(name):
    for text, one in zip(documents(), read("expected_datatrove"), strict=True):
        if one[name]["keep"]:
            page = c4.clean(text, terminal=name == "c4")
            assert (sha(page.text), len(page.text)) == (
                one[name]["text_sha"],
                one[name]["chars"],
            )


def test_numbers_by_hand():
    found = heuristics.score(["- The cat.\nand # it..."], words="spaces")
    assert found["n_words"] == 6
    assert found["n_non_symbol_words"] == 4  # The cat. and it...
    assert found["mean_word_length"] == (3 + 4 + 3 + 5) / 4
    assert found["hash_ratio"] == found["ellipsis_ratio"] == 1 / 6
    assert found["bullet_lines"] == found["ellipsis_lines"] == 1 / 2
    assert found["alpha_words"] == 4 / 6
    assert found["stop_words"] == 1  # case matters: The is none
    assert found["median_word_length"] == 3


def test_three_ways_to_count_repeated_runs():
    text = "a b c d e a b c d e a b"
    walk = heuristics.score([text], set="gopher-repetition", words="spaces")
    assert walk["dup_5"] == 5 / len(text)  # the second run, and then too few words
    assert walk["dup_10"] == 0
    sums = walk["fraction_of_characters_in_duplicate_5grams"]
    assert sums == 6 / 8  # abcde, bcdea and cdeab stand twice, deabc and eabcd once
    mask = heuristics.score([text], set="redpajama")
    assert mask["rps_doc_frac_chars_dupe_5grams"] == 1


def test_runs_are_joined_where_datatrove_joins_them():
    text = "ab c d e f a bc d e f"
    found = heuristics.score([text], set="gopher-repetition", words="spaces")
    assert found["dup_5"] == 6 / len(text)
    assert found["fraction_of_characters_in_duplicate_5grams"] == 0


def test_the_first_of_equally_common_runs_wins_and_one_time_counts():
    found = heuristics.score(["a bb ccc"], set="gopher-repetition", words="spaces")
    assert found["top_2"] == len("a bb") / len("a bb ccc")
    assert np.isnan(found["top_4"])


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t\n",
        "x" * 200_000,
        "!?., ;;; ... ---",
        "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645. \u05e9\u05dc\u05d5\u05dd",
        "日本語 mixed テキスト and кириллица, हिन्दी",
        "a\0b \0 c",
        "lone \ud800 half",
        "(" * 200_000,
        "a://" * 20_000 + ".",
        ":)" * 10_000,
        "a:" * 10_000,
        "a.b" * 10_000,
    ],
    ids=lambda text: repr(text[:12]),
)
@pytest.mark.parametrize("words", ["spaces", "marks", "spacy-like"])
def test_odd_texts_have_numbers_or_none(text, words):
    found = heuristics.score([text, "and the", text], set="all", words=words)
    for name, values in found.items():
        assert len(values) == 3, name
        if not isinstance(values, list):
            assert not np.isinf(values).any(), name
            np.testing.assert_array_equal(values[0], values[2], name)


def test_what_stands_in_a_block_beside_a_text_changes_nothing():
    alone = [heuristics.score([t], set="all") for t in documents()[:40]]
    for name, values in heuristics.score(documents()[:40], set="all").items():
        some = [one[name][0] for one in alone]
        if isinstance(values, list):
            assert values == some
        else:
            np.testing.assert_array_equal(values, some)


@pytest.mark.parametrize(
    "text,words",
    [
        (
            "can't 3.14 a_b x:y 1,000;5 a.b. 'quoted'",
            "can't|3.14|a_b|x:y|1,000;5|a.b|quoted",
        ),
        (
            "don\u2019t \u00bd e\u0301t\u00e9 a1b2",
            "don\u2019t|\u00bd|e\u0301t\u00e9|a1b2",
        ),
        (
            "\u65e5\u672c \u30ab\u30ca \u3042\u3044 \uff21",
            "\u65e5|\u672c|\u30ab\u30ca|\u3042|\u3044|\uff21",
        ),
        ("a\u200bb", "a|b"),
        ("__init__ _ 5_000", "5_000"),
    ],
)
def test_words_are_those_of_unicode(text, words):
    assert boundaries.words(text) == words.split("|")


def test_marks_on_letters_belong_to_words_and_fractions_do_not():
    assert boundaries.marks("cafe\u0301!? 1\u00bd") == [
        "cafe\u0301",
        "!?",
        "1",
        "\u00bd",
    ]


def test_the_fields_are_called_as_their_authors_call_them(sel):
    run = sel("score heuristics --set fineweb", b'{"text":"One.\\nTwo\\n"}\n')
    assert run.records == [
        {
            "text": "One.\nTwo\n",
            "n_lines": 2,
            "line_punct": 0.5,
            "short_lines": 1,
            "char_dup": 0,
            "newline_words": 2 / 3,
        }
    ]
    assert "set fineweb; words spacy-like" in run.err
    named = sel("score heuristics --set fineweb --as f", b'{"text":"a","n_lines":1}\n')
    assert named.records[0]["f_n_lines"] == 1


def test_a_field_of_that_name_is_not_replaced_unasked(sel):
    run = sel("score heuristics --set fineweb", b'{"text":"a","n_lines":1}\n', code=3)
    assert "'n_lines' is there already" in run.err


def test_numbers_are_the_same_on_two_processes(sel):
    lines = b"".join(orjson.dumps({"text": t}) + b"\n" for t in documents() * 3)
    some = "--set fineweb,c4-dclm,nemo"
    one, two = (sel(f"score heuristics {some} -j {j}", lines).out for j in (1, 2))
    assert one == two and len(one.splitlines()) == 3 * 396


def test_an_unknown_set_is_told():
    with pytest.raises(OptionError, match="gopher-quality"):
        heuristics.score(["a"], set="gopher")


def test_no_two_sets_have_a_field_of_one_name():
    names = [name for one in SETS for name in heuristics.score([], set=one)]
    assert len(names) == len(set(names))


def test_the_short_way_to_cut_a_chunk_is_the_long_one():
    chunks = {chunk for text in documents() for chunk in text.split()}
    for case in spacy_like._cases():
        ends = ("", ",", ";", "!", "?", ".", "-x")
        chunks |= {f"{a}{case}{b}" for a in ("", '"', "(", "“") for b in ends}
    short = 0
    for chunk in chunks:
        found = spacy_like._simple(chunk)
        if found:
            short += 1
            assert found == spacy_like._pieces(chunk), chunk
    assert short > 5_000
