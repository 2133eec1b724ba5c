import numpy as np
import pytest

from sel.errors import UsageError
from sel.score import length


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
