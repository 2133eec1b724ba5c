import shutil
import subprocess
import sys

import numpy as np
import pytest

from sel.errors import UsageError
from sel.score import length
from tests.conftest import GOLDEN


def test_characters_and_words():
    np.testing.assert_array_equal(length.score(["a bc", "", "é"]), [4, 0, 1])
    np.testing.assert_array_equal(
        length.score(["a bc", "", " é "], unit="words"), [2, 0, 1]
    )


def test_tokens_need_a_tokenizer():
    with pytest.raises(UsageError, match="--tokenizer"):
        length.score(["a"], unit="tokens")


def test_whole_numbers_are_written_without_a_point(sel):
    assert (
        sel("score length", b'{"text":"abc"}\n').out == b'{"text":"abc","length":3}\n'
    )


def test_tokens_are_counted_by_a_tokenizer_file(sel, tmp_path):
    import tokenizers

    words = tokenizers.Tokenizer(
        tokenizers.models.WordLevel({"a": 0, "?": 1}, unk_token="?")
    )
    words.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    words.save(str(tmp_path / "tokenizer.json"))
    run = sel(
        "score length --unit tokens --tokenizer tokenizer.json", [{"text": "a b c"}]
    )
    assert run.records[0]["length"] == 3


MODEL = GOLDEN / "rds/tiny_model"


def fetched(cache):
    """A cache of the hub with the tokenizer of a model, and another model without."""
    for name in "tiny", "other":
        place = cache / f"models--org--{name}"
        (place / "refs").mkdir(parents=True)
        (place / "refs/main").write_text("abc")
        (place / "snapshots/abc").mkdir(parents=True)
    file = cache / "models--org--tiny/snapshots/abc/tokenizer.json"
    shutil.copy(MODEL / "tokenizer.json", file)


def test_a_tokenizer_by_its_file_its_folder_and_its_name(sel, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    fetched(tmp_path / "cache")
    texts = [{"text": "to be or not"}, {"text": ""}]
    wanted = [len(tokens(row["text"])) for row in texts]
    for name in MODEL / "tokenizer.json", MODEL, "org/tiny":
        run = sel(f"score length --unit tokens --tokenizer {name}", texts)
        assert [row["length"] for row in run.records] == wanted
    for name in "org/other", "org/none", "no/such/name", "./here", str(tmp_path):
        command = f"score length --unit tokens --tokenizer {name}"
        assert "no tokenizer.json is" in sel(command, texts, code=4).err


def tokens(text):
    import tokenizers

    whole = tokenizers.Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    whole.no_padding()
    whole.no_truncation()
    return whole.encode(text, add_special_tokens=False).ids


def test_tokens_need_no_torch():
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['torch', 'transformers']))\n"
        "import sel\n"
        "made = sel.score('length', [{'text': 'a b'}], unit='tokens',"
        f" tokenizer={str(MODEL)!r})\n"
        "print(made.to_list()[0]['length'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == str(len(tokens("a b"))), done.stderr


def test_texts_of_almost_no_words_are_told(sel):
    coded = [
        {"text": "".join(chr(97 + i * j % 26) for i in range(500))} for j in range(9)
    ]
    said = "standard input: texts have a word for 500 characters. Try: another --text"
    assert said in sel("score length", coded).err
    for text in "雨雪风云" * 100, "A text of many words. " * 30, "x" * 80:
        assert "a word for" not in sel("score length", [{"text": text}] * 9).err


def test_nearly_empty_texts_are_told_once(sel):
    rows = [{"text": "a", "x": "b" * (i == 5)} for i in range(20)]
    said = "standard input: 19 of 20 texts are empty. Try: another --text FIELD"
    for jobs in 1, 2:
        run = sel(f"score length --text x --jobs {jobs}", rows)
        assert run.err.count(said) == 1
    assert "are empty" not in sel("score length", rows).err
    assert "are empty" not in sel("score length --text x -q", rows).err
    rows[0]["x"] = rows[1]["x"] = "c"
    assert "are empty" not in sel("score length --text x", rows).err
    silent = [{"messages": []}, {"messages": [{"role": "user", "content": None}]}]
    assert "2 of 2 texts are empty" in sel("diversify exact", silent).err
