"""Hidden states against the vectors of RDS+'s authors."""

import numpy as np
import orjson
import pytest

from sel.embed import hidden
from sel.maths.matrices.vectors import unit
from sel.models import causal
from sel.records import shapes
from tests.conftest import GOLDEN

RDS = GOLDEN / "rds"
POOLINGS = {"weighted-mean": "weighted_mean", "mean": "mean", "last": "none"}


def embed(sel, tmp_path, *options, file="train"):
    command = f"embed hidden --model {RDS}/tiny_model -o v.npy {RDS}/{file}.jsonl"
    run = sel([*command.split(), *options])
    return np.load(tmp_path / "v.npy"), run


def test_vectors_are_those_of_the_authors(sel, tmp_path):
    rows, _ = embed(sel, tmp_path)
    recorded = np.load(RDS / "out/train_vectors_weighted_mean.npy")
    np.testing.assert_allclose(rows, recorded, rtol=0, atol=2e-6)


@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("batch", [1, 32])
def test_neither_pooling_nor_batches_move_a_vector(pooling, batch):
    model = causal.load(str(RDS / "tiny_model"), "cpu", batch)
    lines_ = (RDS / "train.jsonl").read_bytes().splitlines()
    chats = [shapes.chat(None).of(r)[1].find(r) for r in map(orjson.loads, lines_)]
    rows = unit(hidden.embed(chats, model, pooling=pooling))
    recorded = np.load(RDS / f"out/train_vectors_{POOLINGS[pooling]}.npy")
    np.testing.assert_allclose(rows, recorded, rtol=0, atol=2e-6)


def test_vectors_before_they_get_length_one(sel, tmp_path):
    rows, _ = embed(sel, tmp_path, "--no-normalize", file="query_a")
    exact = np.load(RDS / "out/float64_reference.npz")["pooled_weighted_mean_a"]
    np.testing.assert_allclose(rows, exact, rtol=0, atol=2e-5)


def test_card_says_what_made_the_matrix(sel, tmp_path):
    embed(sel, tmp_path)
    card = orjson.loads((tmp_path / "v.npy.json").read_bytes())
    assert card["made_by"] == "sel embed hidden"
    assert card["options"]["pooling"] == "weighted-mean"
    assert card["model"].endswith("tiny_model")
    assert (card["rows"], card["dim"]) == (30, 32)


def test_a_plain_text_is_a_text(sel, tmp_path):
    (tmp_path / "t.jsonl").write_bytes(b'{"text":"one two three"}\n')
    sel(f"embed hidden --model {RDS}/tiny_model --max-length 1 -o a.npy t.jsonl")
    assert np.load(tmp_path / "a.npy").shape == (1, 32)


@pytest.mark.parametrize(
    "options,code,said",
    [
        ("--model ./nowhere", 4, "there is no model in ./nowhere"),
        (f"--model {RDS}/tiny_model --template model", 2, "no chat template"),
        (f"--model {RDS}/tiny_model --device cuda:77", 2, "no device"),
        (f"--model {RDS}/tiny_model --max-length 0", 2, "at least 1"),
    ],
)
def test_what_cannot_be_is_said(sel, options, code, said):
    run = sel(f"embed hidden -o a.npy {options} {RDS}/query_a.jsonl", code=code)
    assert said in run.err
    assert run.err.count("\n") == 1
