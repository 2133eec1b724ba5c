from functools import cache

import orjson
import pytest
import zstandard

from sel.errors import UsageError
from sel.records import presets
from tests.conftest import GOLDEN

FOLDER = GOLDEN / "filters"


@cache
def read(name):
    data = zstandard.ZstdDecompressor().decompressobj()
    packed = (FOLDER / f"{name}.jsonl.zst").read_bytes()
    return [orjson.loads(line) for line in data.decompress(packed).splitlines()]


def texts():
    return [one["text"] for one in read("docs")]


def only(name, step):
    preset = presets.load(name)
    (wanted,) = [one for one in preset.steps if one.name == step]
    return presets.Preset(preset.words, [wanted])


def first(verdict):
    return verdict.reasons[0] if verdict.reasons else None


@pytest.mark.parametrize(
    "name,step,theirs,kept",
    [
        ("gopher-datatrove", "gopher_quality", "gopher_quality", 211),
        ("gopher-datatrove", "gopher_repetition", "gopher_repetition", 281),
        ("fineweb", "fineweb", "fineweb", 283),
        ("fineweb", "c4", "c4_no_terminal", 307),
        ("c4", "c4", "c4", 259),
    ],
)
def test_every_decision_and_reason_is_that_of_datatrove(name, step, theirs, kept):
    found = presets.judged(only(name, step), texts(), every=True)
    for verdict, one in zip(found, read("expected_datatrove"), strict=True):
        reason = one[theirs].get("reason")
        assert first(verdict) == (reason and f"{step}.{reason}"), one["id"]
    assert sum(not one.reasons for one in found) == kept


@pytest.mark.parametrize("every", [False, True])
def test_the_chain_of_fineweb(every):
    found = presets.judged(presets.load("fineweb"), texts(), every=every)
    for verdict, one in zip(found, read("expected_datatrove"), strict=True):
        theirs = one["fineweb_pipeline"]
        wanted = None if theirs["keep"] else f"{theirs['at']}.{theirs['reason']}"
        assert first(verdict) == wanted, one["id"]
    assert sum(not one.reasons for one in found) == 142


def test_every_decision_of_dclm():
    found = presets.judged(presets.load("gopher-dclm"), texts(), every=True)
    rules = [*presets.load("gopher-dclm").steps[0].rules]
    assert len(rules) == 20
    for verdict, one in zip(found, read("expected_dclm"), strict=True):
        wanted = [f"gopher.{rule}" for rule in rules if not one[rule]]
        assert verdict.reasons == wanted, one["id"]


def test_the_line_rules_of_refinedweb_come_last():
    found = presets.judged(presets.load("refinedweb"), texts(), every=True)
    for verdict, one in zip(found, read("expected_dclm"), strict=True):
        gone = one.get("removed_ratio")
        last = "refinedweb.removed_ratio"
        assert (last in verdict.reasons) == (gone is None or gone > 0.05)


def test_every_decision_of_dolma():
    found = presets.judged(presets.load("gopher-dolma"), texts(), every=True)
    for verdict, one in zip(found, read("expected_dolma"), strict=True):
        scores = one["gopher_v1"]
        gone = scores["fraction_of_duplicate_lines"] > 0.3
        assert ("gopher.duplicate_lines" in verdict.reasons) == gone
        gone = scores.get("fraction_of_characters_in_most_common_2grams", 0) > 0.2
        assert ("gopher.most_common_2grams" in verdict.reasons) == gone
        gone = not 3 <= scores["median_word_length"] <= 10
        assert any("median" in reason for reason in verdict.reasons) == gone


def test_pages_of_dolmas_c4():
    found = presets.judged(presets.load("c4-dolma"), texts(), every=True)
    for verdict, one in zip(found, read("expected_dolma"), strict=True):
        kinds = {kind for *_, kind, _ in one["c4_v2"]}
        pages = ("has_javascript", "has_curly_brace", "has_lorem_ipsum")
        assert verdict.reasons == [f"c4.{kind}" for kind in pages if kind in kinds]


GOOD = "The cat and the dog have been with it. " * 2


def test_what_is_dropped_is_explained(sel, tmp_path):
    records = [{"text": "{ a b c."}, {"text": GOOD * 3 + "\nshort\n"}, {"text": ""}]
    run = sel("pick where --preset c4 --explain why.jsonl", records)
    assert run.records == [records[1]]
    why = [orjson.loads(x) for x in (tmp_path / "why.jsonl").read_bytes().splitlines()]
    assert why == [
        {
            "_row": 0,
            "keep": False,
            "reason": "c4.curly_bracket",
            "all": ["c4.curly_bracket"],
        },
        {"_row": 1, "keep": True, "reason": None, "all": []},
        {
            "_row": 2,
            "keep": False,
            "reason": "c4.too_few_sentences",
            "all": ["c4.too_few_sentences"],
        },
    ]
    assert "3 read, 1 kept, 2 dropped" in run.err
    assert "preset c4; words spacy-like" in run.err


def test_the_clean_text_takes_the_place_of_the_old_one(sel):
    text = GOOD * 3 + "[12] end.\nshort\nSee our privacy policy for all of it.\n"
    kept = GOOD * 3 + " end."
    run = sel("pick where --preset c4 --clean", [{"id": 7, "text": text, "n": 1}])
    assert run.records == [{"id": 7, "n": 1, "text": kept}]
    other = [{"meta": {"body": text}}]
    run = sel("pick where --preset c4 --clean --text meta.body", other, code=2)
    assert "one plain field" in run.err


def test_thresholds_are_changed_in_a_file(sel, tmp_path):
    (tmp_path / "mine.toml").write_text(
        'words = "spaces"\n[[step]]\nname = "mine"\n'
        '[step.drop]\nfew = "n_words < 3"\nhashes = "hash_ratio > 0.5"\n'
    )
    records = [{"text": "a b"}, {"text": "a b c"}, {"text": "# ##"}, {"text": ""}]
    sel("pick where --preset mine.toml --explain why.jsonl", records)
    said = map(orjson.loads, (tmp_path / "why.jsonl").read_bytes().splitlines())
    assert [one["all"] for one in said] == [
        ["mine.few"],
        [],
        ["mine.few", "mine.hashes"],
        ["mine.few"],  # a ratio of no words is null, and breaks no rule
    ]


def test_the_same_by_stored_signals(sel):
    records = [{"text": "a b"}, {"text": "a b c"}]
    scored = sel("score heuristics --words spaces", records).out
    run = sel(["pick", "where", "n_words >= 3 and hash_ratio <= 0.5"], scored)
    assert [one["text"] for one in run.records] == ["a b c"]


@pytest.mark.parametrize(
    "rules,said",
    [
        ("words = 1", "words must be one of"),
        ('words = "spaces"', "no [[step]]"),
        ('words = "spaces"\n[[step]]', "has no name"),
        ('words = "spaces"\n[[step]]\nname = "a"\nclean = "b"', "clean must be one of"),
        ('words = "spaces"\n[[step]]\nname = "a"\ndrop = {b = 1}', "a condition for"),
        (
            'words = "spaces"\n[[step]]\nname = "a"\ndrop = {b = "c > 1"}',
            "no signal 'c'",
        ),
        ('words = "spaces"\n[[step]]\nname = "a"\ndrop = {b = "1 +"}', "bad.toml: a: "),
        ("words = ", "is not TOML"),
    ],
)
def test_a_file_that_is_no_preset_is_told(sel, tmp_path, rules, said):
    (tmp_path / "bad.toml").write_text(rules)
    run = sel("pick where --preset bad.toml", b"{}\n", code=2)
    assert said in run.err and "bad.toml" in run.err


def test_a_preset_that_is_not_there_is_told():
    with pytest.raises(UsageError, match="fineweb, gopher-datatrove"):
        presets.load("finewep")


def test_options_of_presets_need_one(sel):
    run = sel(["pick", "where", "--clean", "a > 1"], b"{}\n", code=2)
    assert "--clean goes with --preset" in run.err


def test_the_library_takes_presets():
    import sel as library

    records = [{"text": GOOD * 3}, {"text": "no"}]
    assert list(library.pick("where", records, preset="c4")) == records[:1]


def test_it_is_the_same_on_two_processes(sel, tmp_path):
    data = b"".join(orjson.dumps({"text": text}) + b"\n" for text in texts() * 4)
    outs = []
    for jobs in (1, 2):
        command = f"pick where --preset c4 --clean --explain why.jsonl -j {jobs}"
        run = sel(command, data)
        outs.append((run.out, (tmp_path / "why.jsonl").read_bytes()))
    assert outs[0] == outs[1]
    assert len(outs[0][1].splitlines()) == 4 * 396
    few = sel("pick where --preset c4 --clean --limit 5 -j 2", data)
    assert few.out.splitlines() == outs[0][0].splitlines()[:5]
