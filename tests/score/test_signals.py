"""Every signal that was recorded of seven projects, on 396 documents."""

from dataclasses import replace

import numpy as np
import pytest

from sel.maths.expression import parsed
from sel.records import presets
from sel.score import heuristics
from sel.score._signals import c4, c4_dclm, dclm, spacy_like
from sel.score._signals.batch import Batch
from tests.score.test_heuristics import column, documents, measured, read, rounded, sha

N = 396


def told(preset, every=True):
    found = presets.judged(preset, documents(), every=every)
    return [one.reasons[0] if one.reasons else None for one in found]


def step(name, which):
    preset = presets.load(name)
    return replace(preset, steps=[one for one in preset.steps if one.name == which])


def decided(reasons):
    """Keep and reason, as datatrove tells them."""
    names = [reason and reason.partition(".")[2] for reason in reasons]
    return {"keep": [name is None for name in names], "reason": names}


def datatrove():
    tokens = Batch(documents(), "spacy-like").tokens
    words = [
        [tokens.names[j] for j in tokens.ids[a:b].tolist()]
        for a, b in zip(tokens.bounds, tokens.bounds[1:])
    ]
    yield "words.n", tokens.counts.tolist()
    yield "words.sha", [sha("\0".join(some)) for some in words]
    yield "words.sentences", list(map(spacy_like.sentences, documents()))
    fineweb = step("fineweb", "fineweb")
    looser = {**fineweb.steps[0].rules, "char_dup_ratio": parsed("char_dup > 0.1")}
    named = {
        "gopher_quality": step("gopher-datatrove", "gopher_quality"),
        "gopher_repetition": step("gopher-datatrove", "gopher_repetition"),
        "fineweb": fineweb,
        "fineweb.at_0.1": replace(
            fineweb, steps=[replace(fineweb.steps[0], rules=looser)]
        ),
        "c4": step("c4", "c4"),
        "c4_no_terminal": step("fineweb", "c4"),
    }
    for family, preset in named.items():
        for name, values in decided(told(preset)).items():
            yield f"{family}.{name}", values
    for name in ("c4", "c4_no_terminal"):
        kept = decided(told(named[name]))["keep"]
        pages = [c4.clean(text, terminal=name == "c4").text for text in documents()]
        pairs = list(zip(pages, kept, strict=True))
        yield f"{name}.text_sha", [sha(page) if keep else None for page, keep in pairs]
        yield f"{name}.chars", [len(page) if keep else None for page, keep in pairs]
    chain = told(presets.load("fineweb"), every=False)
    yield "fineweb_pipeline.keep", [reason is None for reason in chain]
    for at, name in ((0, "at"), (2, "reason")):
        parts = [reason and reason.partition(".")[at] for reason in chain]
        yield f"fineweb_pipeline.{name}", parts
    third = [size >= 200 for size in column("c4_third_line")]
    yield "c4_paragraph.keep", third
    ratios = read("expected_datatrove")[0]
    for family in ("gopher_quality", "gopher_repetition", "fineweb"):
        for name in ratios[family].keys() - {"keep", "reason", "at_0.1"}:
            yield f"{family}.{name}", column(name)


def dolma():
    for version in ("v1", "v2"):
        expected = max(
            (one[f"gopher_{version}"] for one in read("expected_dolma")), key=len
        )
        for name in expected:
            ours = f"{name}_v2" if "lines" in name and version == "v2" else name
            found = column(ours, "spaces")
            yield f"gopher_{version}.{name}", [rounded(one, 10) for one in found]
        texts = documents()
        texts = [text.lower() for text in texts] if version == "v2" else texts
        lists = [text.split("\n") for text in texts]
        for name, holds in (
            ("lines_with_no_ending_punctuation", c4._open),
            ("lines_with_too_few_words", c4._few),
        ):
            yield f"c4_{version}.{name}", [lines_of(some, holds) for some in lists]
        script = "has_javascript" + "_v2" * (version == "v2")
        for ours in (script, "has_curly_brace", "has_lorem_ipsum", "has_naughty_word"):
            name = ours.removesuffix("_v2")
            pairs = zip(column(ours), texts, strict=True)
            found = [[[0, len(text), 1.0]] if has else [] for has, text in pairs]
            yield f"c4_{version}.{name}", found
        pairs = zip(column("line_count"), texts, strict=True)
        yield f"c4_{version}.line_count", [[[0, len(t), n]] for n, t in pairs]


def lines_of(lines, holds):
    """The spans of the lines for which something holds, each with its line end."""
    found, end = [], 0
    for number, line in enumerate(lines, 1):
        begin, end = end, end + len(line) + (number < len(lines))
        if holds(line):
            found.append([begin, end, 1.0])
    return found


def redpajama():
    for name in read("expected_redpajama")[0].keys() - {"id"}:
        yield name, [rounded(one, 8) for one in column(name)]


def dclm_():
    found = presets.judged(presets.load("gopher-dclm"), documents(), every=True)
    gone = [{reason.partition(".")[2] for reason in one.reasons} for one in found]
    for rule in presets.load("gopher-dclm").steps[0].rules:
        yield rule, [rule not in some for some in gone]
    yield "stop_word_unique", [size >= 2 for size in column("stop_word_unique")]
    repeated = [any(rule.startswith("rep_") for rule in some) for some in gone]
    yield "massive_web_repetition_filters", [not one for one in repeated]
    for name in ("fasttext", "fasttext_nopunct", "uniseg_nopunct"):
        yield f"n_words_{name}", column(f"n_words_{name}")
    for end, (name, _, _) in enumerate(dclm.RULES, 1):
        pages = [dclm.clean(text, dclm.RULES[:end]) for text in documents()]
        before = [dclm.clean(text, dclm.RULES[: end - 1]) for text in documents()]
        yield (
            f"lines.{name}",
            [
                # A page that is dropped is not looked at again.
                None
                if last is None
                else "page dropped"
                if page is None
                else [len(page), sha(page)]
                for page, last in zip(pages, before, strict=True)
            ],
        )
    pages = [dclm.clean(text) for text in documents()]
    dropped = [page is None for page in pages]
    counts = dclm._counts([page or "" for page in pages])[1].tolist()
    for name, values in (
        ("words_before", column("n_words_fasttext_nopunct")),
        ("words_after", counts),
        ("removed_ratio", column("removed_ratio")),
    ):
        pairs = zip(values, dropped, strict=True)
        yield name, [None if gone else value for value, gone in pairs]


def wanted(project, name, one):
    """What is recorded, as the signal is compared."""
    if project == "dolma" and name.startswith("c4_"):
        version, _, kind = name.partition(".")
        return [[a, b, score] for a, b, which, score in one[version] if which == kind]
    if project == "datatrove" and name.startswith("fineweb.at_0.1."):
        return one["fineweb"]["at_0.1"].get(name.removeprefix("fineweb.at_0.1."))
    family, dot, inner = name.partition(".")
    return one[family].get(inner) if dot else one.get(name)


SIGNALS = {
    "datatrove": (datatrove, 49),
    "dolma": (dolma, 52),
    "redpajama": (redpajama, 27),
    "dclm": (dclm_, 35),
}


def test_there_are_163_signals():
    assert sum(count for _, count in SIGNALS.values()) == 163


@pytest.mark.parametrize("project", SIGNALS)
def test_every_recorded_signal_is_that_of_its_authors(project):
    signals, count = SIGNALS[project]
    expected = read(f"expected_{project}")
    found = dict(signals())
    assert len(found) == count and len(expected) == N
    for name, values in found.items():
        assert len(values) == N
        for got, one in zip(values, expected, strict=True):
            known = wanted(project, name, one)
            if project == "redpajama":
                known = rounded(known, 8)
            if type(got) is float and type(known) is float:
                assert got == pytest.approx(known, rel=0, abs=1e-12), (name, one["id"])
            else:
                assert got == known, (name, one["id"])


def test_lengths_marks_and_repetitions_are_those_of_dolma():
    found = {name: column(name) for name in measured() if "__" in name}
    assert len(found) == 12
    for i, one in enumerate(read("expected_dolma_more")):
        for name, values in found.items():
            tagger, _, score = name.partition("__")
            known = one[tagger]
            if isinstance(known, list):
                assert list(map(list, values[i])) == known, (name, one["id"])
            else:
                assert rounded(values[i], 10) == known[score], (name, one["id"])


@pytest.mark.parametrize("project,count", [("nemo", 29), ("data_juicer", 10)])
def test_every_number_is_that_of(project, count):
    expected = read(f"expected_{project}")
    names = expected[0].keys() - {"id", "dropped_by"}
    assert len(names) == count
    nulls = {0, 1, None}  # what the authors have where there is nothing to count
    for name in names:
        for got, one in zip(column(name, "spaces"), expected, strict=True):
            if got is None:
                assert one[name] in nulls
            elif one[name] is not None:
                assert got == pytest.approx(one[name], rel=0, abs=1e-12), name


@pytest.mark.parametrize("project,least", [("nemo", 150), ("data_juicer", 20)])
def test_every_decision_is_that_of(project, least):
    preset = presets.load(project.replace("_", "-"))
    rules = [*preset.steps[0].rules]
    verdicts = presets.judged(preset, documents(), every=True)
    dropped = 0
    for verdict, one in zip(verdicts, read(f"expected_{project}"), strict=True):
        if None in one.values():
            continue  # NeMo divides by zero
        ours = [rules.index(reason.partition(".")[2]) for reason in verdict.reasons]
        assert len(ours) == len(set(ours))
        theirs = set(one["dropped_by"]) - {
            "nemo_porn_urls",  # no part of the pipeline
            "stopwords_ratio",  # need lists
            "flagged_words_ratio",
        }
        assert len(ours) == len(theirs), (one["id"], verdict.reasons, theirs)
        dropped += bool(theirs)
    assert dropped >= least


def test_what_is_left_by_c4_as_dclm_has_it():
    ends = set()
    for text, one in zip(documents(), read("expected_c4_dclm"), strict=True):
        page = c4_dclm.clean(text)
        if one["at"] is None:
            assert (len(page.text), sha(page.text)) == (one["chars"], one["text_sha"])
        else:
            assert page.text == ""
            assert page.lorem == (one["at"] == "lorem_ipsum")
            assert page.bracket == (one["at"] == "curly_bracket")
        for begin, end in page.spans:
            assert "\n" not in text[begin:end]
        ends.add(one["at"])
    assert len(ends) >= 5


def test_pages_that_c4_drops_as_dclm_has_it():
    preset = presets.load("c4-dclm")
    good = "There are five words here. And there are some more. So it ends."
    texts = [
        good,
        "x " * 100_000,
        f"{good} lorem ipsum.",
        f"{good} {{.",
        "Only one sentence of five words.",
        "",
    ]
    found = presets.judged(preset, texts, every=True)
    assert [one.reasons for one in found] == [
        [],
        ["c4.page_length_filter", "c4.too_few_sentences"],
        ["c4.lorem_ipsum"],
        ["c4.curly_bracket"],
        ["c4.too_few_sentences"],
        ["c4.too_few_sentences"],
    ]
    twice = presets.judged(preset, [f"{good}\nno end\n{good.upper()}\n"], every=True)
    assert twice[0].text == good


def test_repetitions_by_hand():
    def found(text, name="repetitions_v1"):
        columns = heuristics.score([text], set="dolma")
        return [
            columns[f"{name}__doc_{k}_repetition"][0]
            for k in ("max_score", "max_length", "frac")
        ]

    assert found("so ha ha ha ha, abab") == [4, 12, 12 / 20]
    assert found("no no no") == [0, 0, 0]
    assert found("on\non\non\non\n") == [4, 11, 11 / 12]
    assert found("on\non\non\non\n", "paragraph_repetitions_v1") == [0, 0, 0]
    assert found("\n" * 9) == [0, 0, 0]


@pytest.mark.parametrize("across", [True, False])
def test_repetitions_are_those_of_the_expression(across):
    import re

    from sel.score._signals.dolma import repeated

    gap = r"\s?" if across else r"[^\S\n]?"
    expression = re.compile(rf"(.+?)({gap}\1){{3,}}")
    rng = np.random.default_rng(5)
    some = 0
    for _ in range(1500):
        letters = ["ab", "a ", "ab \n", "abc  \n"][rng.integers(4)]
        text = "".join(rng.choice(list(letters), rng.integers(60)))
        group = "".join(rng.choice(list("abcdefgh i\n"), rng.integers(1, 30)))
        gaps = rng.choice(["", "\n", " "], rng.integers(6))
        text += "".join(group + gap for gap in gaps) + text
        known = [
            (one.start(), one.end(), one[0].count(one[1]))
            for one in expression.finditer(text)
        ]
        assert repeated(text, across=across) == known
        some += len(known)
    assert some > 1000


def test_long_repetitions_take_no_square():
    from sel.score._signals.dolma import repeated

    for text in ("a" * 300_000, "ab " * 100_000, "(" * 100_000 + "xy" * 9):
        first, *_ = repeated(text, across=True)
        assert first[0] == 0 and first[2] > 50_000
