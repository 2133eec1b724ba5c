"""Perplexity, against the losses that RDS+'s authors recorded."""

import numpy as np
import orjson
import pytest

from sel.errors import OptionError
from sel.models import likelihood
from sel.score import perplexity
from tests.conftest import GOLDEN

RDS = GOLDEN / "rds"
MODEL = RDS / "tiny_model"


def test_losses_are_those_of_the_authors(sel):
    run = sel(f"score perplexity --model {MODEL} {RDS}/train.jsonl")
    losses = np.log([record["perplexity"] for record in run.records])
    said = orjson.loads((RDS / "out_baselines/ppl.json").read_bytes())
    np.testing.assert_allclose(losses, said["mean_nll_all_tokens"], rtol=0, atol=3e-6)
    ids = [record["id"] for record in run.records]
    top = [ids[i] for i in np.argsort(-losses, kind="stable")[:5]]
    assert sorted(top) == sorted(said["select5"]["top"])


def test_batches_change_no_loss():
    texts = ["Hello", "", "What is two and two? " * 9, "a", "Why?"]
    one, many = (
        likelihood.load(str(MODEL), "cpu", batch).losses(texts, 64) for batch in (1, 32)
    )
    sizes = likelihood.load(str(MODEL), "cpu", 1).lengths(texts)
    for a, b, size in zip(one, many, sizes, strict=True):
        assert len(a) == max(min(size, 64) - 1, 0)
        np.testing.assert_allclose(a, b, rtol=0, atol=3e-6)


class Model:
    """Every character costs as much as its place."""

    end = "$"

    def render(self, turns):
        return "|".join(said for _, said in turns)

    def losses(self, texts, max_length, *, special=True):
        return [np.arange(1.0, len(text[:max_length])) for text in texts]


def test_the_mean_is_over_all_tokens_after_the_first():
    chats = [[("", "abc")], [("", "a")], [("", "")], [("", "abcdefg")]]
    found = perplexity.score(chats, Model(), max_length=5)
    np.testing.assert_allclose(found, np.exp([1.5, np.nan, np.nan, 2.5]))


def test_templates():
    chats = [[("user", "ab"), ("assistant", "c")]]
    sizes = {"tulu": len("<|user|>\nab\n<|assistant|>\nc$"), "model": 4, "none": 4}
    for template, size in sizes.items():
        found = perplexity.score(chats, Model(), template=template)
        np.testing.assert_allclose(found, np.exp(size / 2))
    with pytest.raises(OptionError, match="--max-length must be at least 2"):
        perplexity.score(chats, Model(), max_length=1)


def test_texts_without_tokens(sel):
    run = sel(
        f"score perplexity --model {MODEL}", [{"text": ""}, {"text": "Hello you"}]
    )
    assert [r["perplexity"] is None for r in run.records] == [True, False]
    sel("score perplexity", [{"text": "a"}], code=2)
