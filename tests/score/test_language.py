from functools import cache

import numpy as np
import orjson
import pytest
import zstandard

from sel.models import fasttext, languages
from sel.models.profiles import Profiles
from sel.score import language
from sel.score._scripts import scripts
from tests.conftest import GOLDEN

DATA = zstandard.ZstdDecompressor().decompressobj()
ROWS = [
    orjson.loads(line)
    for line in DATA.decompress(
        (GOLDEN / "language/udhr.jsonl.zst").read_bytes()
    ).splitlines()
]
TEXTS = [row["text"] for row in ROWS]


@cache
def lid():
    return fasttext.load(str(languages.required()))


@pytest.mark.parametrize("prepare", ["datatrove", "dolma", "nemo", "ccnet"])
def test_labels_and_scores_are_those_of_fasttext(prepare):
    found = language.score(TEXTS, lid(), prepare=prepare)
    for row, label, score in zip(ROWS, found[""], found["score"], strict=True):
        assert label == row[prepare][0], row["variety"]
        assert score == pytest.approx(min(row[prepare][1], 1), abs=1e-5)


def test_what_the_preparation_changes():
    of = {p: language.score(TEXTS, lid(), prepare=p)["score"] for p in language.PREPARE}
    assert (of["datatrove"] == of["nemo"]).all()  # white space at the ends is nothing
    assert (of["datatrove"] != of["dolma"]).mean() > 0.5
    assert (of["datatrove"] != of["ccnet"]).any()


def test_the_fallback_on_texts_that_it_was_not_made_of():
    known = Profiles()
    other = {"uzn_cyrl", "tuk_cyrl", "azj_cyrl", "uig_latn", "mly_arab", "tgl_tglg"}
    other |= {"khk_mong", "srp_latn"}  # in another script than the profile
    rows = [r for r in ROWS if r["code"] in known.labels and r["variety"] not in other]
    found = language.score([row["text"] for row in rows], known)
    right = [a == row["code"] for a, row in zip(found[""], rows, strict=True)]
    assert len({row["code"] for row in rows}) == len(known.labels) == 85
    assert np.mean(right) > 0.97
    assert ((found["score"] > 0) & (found["score"] <= 1)).all()


def test_the_fallback_says_nothing_of_what_it_does_not_know():
    found = language.score(["12 34", "\U00012000" * 9, "", "ab"], Profiles())
    assert found[""][:3] == [None] * 3
    assert np.isnan(found["score"][:3]).all()
    assert found[""][3]


def test_a_blank_text_has_no_language():
    found = language.score(["", " \n\t", "123", "Guten Tag, mein Herr"], lid())
    assert found[""][:2] == [None, None] and found[""][3] == "de"
    assert np.isnan(found["score"]).tolist() == [True, True, False, False]
    assert found["script"] == [None, None, None, "Latn"]


@pytest.mark.parametrize(
    "text,script",
    [
        ("", None),
        ("12 ?!", None),
        ("abc", "Latn"),
        ("Stra\u00dfe 7", "Latn"),
        ("\u043f\u0440\u0438\u0432\u0435\u0442 ok", "Cyrl"),
        ("\u4e2d\u6587\u4e2d\u6587", "Hani"),
        ("\u4e2d\u6587\u306e\u672c", "Jpan"),
        ("\u4e2d" * 20 + "\u306e", "Hani"),
        ("\ud55c\uad6d\uc5b4", "Hang"),
        ("\u0645\u0631\u062d\u0628\u0627", "Arab"),
        ("\u05e9\u05dc\u05d5\u05dd", "Hebr"),
        ("\u0939\u093f\u0928\u094d\u0926\u0940", "Deva"),
        ("\U00010400\U00010428", "Dsrt"),
        ("\ud800\x00", None),
        ("\ufffd\u2028", None),
    ],
)
def test_scripts(text, script):
    assert scripts([text]) == [script]


def test_labels_that_name_a_script():
    class Known:
        labels = ("deu_Latn", "cmn_Hans", "zh", "a_b")

        def predict(self, texts):
            return np.eye(4, dtype="f4")[[1, 0, 2, 3]]

    found = language.score(["x", "y", "\u4e2d", "z"], Known())
    assert found[""] == ["cmn", "deu", "zh", "a_b"]
    assert found["script"] == ["Hans", "Latn", "Hani", "Latn"]


def test_by_the_command_line(sel):
    rows = [{"text": "Das ist ein kurzer Satz auf Deutsch."}, {"text": ""}]
    run = sel("score language", rows)
    assert run.records[0]["language"] == "de"
    assert run.records[1] == {
        "text": "",
        "language": None,
        "language_score": None,
        "language_script": None,
    }
    assert "prepare datatrove; model lid.176.ftz" in run.err
    kept = sel(["pick", "where", 'language == "de" and language_score > 0.65'], run.out)
    assert kept.records == run.records[:1]
    thin = sel("score language --as l --thin --jobs 2", rows * 50).records
    assert list(thin[0]) == ["_row", "l", "l_score", "l_script"] and len(thin) == 100


def test_any_model_of_fasttext(sel, tmp_path):
    path = GOLDEN / "fasttext" / "softmax_words.bin"
    run = sel(["score", "language", "--model", path], [{"text": "\u0434\u043b\u044f"}])
    assert run.records[0]["language"] in fasttext.load(str(path)).labels
    assert "model softmax_words.bin" in run.err
    (tmp_path / "m.bin").write_bytes(path.read_bytes()[:9999])
    bad = sel("score language --model m.bin", [{"text": "a"}], code=4)
    assert bad.err.count("\n") == 1 and "it ends too early" in bad.err
    none = sel("score language --model none.bin", [{"text": "a"}], code=4)
    assert none.err.count("\n") == 1 and "none.bin" in none.err


def test_without_the_extra_the_fallback_says_what_it_is(monkeypatch, capsys):
    import sel

    monkeypatch.setattr(languages, "packaged", lambda: None)
    found = list(sel.score("language", [{"text": "Questo \u00e8 un testo breve."}]))
    assert found[0]["language"] == "it"
    name, known = languages.identifier(None)
    assert name == languages.FALLBACK and isinstance(known, Profiles)
