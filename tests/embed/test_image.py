"""Pixels, and a tiny CLIP model that is made here."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from sel.embed import image
from sel.models import images
from tests.conftest import lines

RED, BLUE = (250, 10, 10), (10, 10, 250)


def png(colour, size=(40, 50)):
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/red.png").write_bytes(png(RED))
    (tmp_path / "in/blue.png").write_bytes(png(BLUE, (9, 7)))
    coded = base64.b64encode(png(RED)).decode()
    records = [
        {"image": "red.png"},
        {"image": "blue.png"},
        {"image": coded},
        {"image": f"data:image/png;base64,{coded}"},
    ]
    (tmp_path / "in/a.jsonl").write_bytes(lines(records))
    return tmp_path


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    import torch
    from transformers import (
        CLIPConfig,
        CLIPImageProcessor,
        CLIPModel,
        CLIPProcessor,
        CLIPTokenizer,
    )

    place = tmp_path_factory.mktemp("clip")
    letters = [chr(97 + i) for i in range(26)]
    words = [*letters, *(f"{c}</w>" for c in letters)]
    words += ["<|startoftext|>", "<|endoftext|>"]
    vocabulary = {word: i for i, word in enumerate(words)}
    (place / "vocab.json").write_text(json.dumps(vocabulary))
    (place / "merges.txt").write_text("#version: 0.2\n")
    tokenizer = CLIPTokenizer(str(place / "vocab.json"), str(place / "merges.txt"))
    size = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1}
    size |= {"num_attention_heads": 2, "projection_dim": 8}
    text = size | {"vocab_size": 54, "max_position_embeddings": 16}
    text |= {"eos_token_id": 53, "bos_token_id": 52}
    sight = size | {"image_size": 32, "patch_size": 16}
    torch.manual_seed(0)
    config = CLIPConfig(text_config=text, vision_config=sight, projection_dim=8)
    CLIPModel(config).save_pretrained(place)
    side = {"height": 32, "width": 32}
    seen = CLIPImageProcessor(size={"shortest_edge": 32}, crop_size=side)
    CLIPProcessor(seen, tokenizer).save_pretrained(place)
    return place


@pytest.mark.parametrize("jobs", [1, 2])
def test_files_become_pixels_of_one_size(sel, folder, jobs):
    sel(f"embed image --size 4 --no-normalize --jobs {jobs} -o v.npy in/a.jsonl")
    rows = np.load(folder / "v.npy")
    np.testing.assert_array_equal(rows[0], np.tile(RED, 16))
    np.testing.assert_array_equal(rows[1], np.tile(BLUE, 16))
    np.testing.assert_array_equal(rows[2], rows[0])
    np.testing.assert_array_equal(rows[3], rows[0])


def test_lists_are_taken_as_they_are(sel, tmp_path):
    records = [{"digit": [[0, 1], [2, 3]]}, {"digit": [[4, 5], [6, 7.5]]}]
    sel("embed image --image digit --no-normalize -o v.npy", records)
    expected = [[0, 1, 2, 3], [4, 5, 6, 7.5]]
    np.testing.assert_array_equal(np.load(tmp_path / "v.npy"), expected)


def test_shapes_that_differ():
    from sel.errors import DataError

    with pytest.raises(DataError, match="images have shapes"):
        image.embed([np.zeros((2, 2)), np.zeros(4)], None)


@pytest.mark.parametrize(
    "value,said",
    [
        ("none.png", "No such file"),
        (
            base64.b64encode(b"text, not an image").decode(),
            "not an image that can be read",
        ),
        ([[1, 2], [3]], "not a list of numbers"),
        (["a"], "not a list of numbers"),
        (7, "not a path, base64 or list of numbers"),
    ],
)
def test_what_is_no_image_is_a_bad_line(sel, value, said):
    run = sel("embed image -o v.npy", [{"image": value}], code=3)
    assert said in run.err
    assert run.err.count("\n") == 1


def test_a_clip_model_sees_files_and_lists_alike(sel, folder, clip):
    from sentence_transformers import SentenceTransformer

    sel(f"embed image --model {clip} --no-normalize -o v.npy in/a.jsonl")
    rows = np.load(folder / "v.npy")
    theirs = SentenceTransformer(str(clip), device="cpu").encode(
        [Image.new("RGB", (40, 50), RED), Image.new("RGB", (9, 7), BLUE)]
    )
    np.testing.assert_allclose(rows[:2], theirs, atol=1e-6)
    model = images.load(str(clip), "cpu", 1)
    pixels = np.asarray(Image.new("RGB", (40, 50), RED), np.float32)
    np.testing.assert_allclose(model.encode([pixels])[0], rows[0], atol=1e-6)


def test_a_model_without_eyes(sel):
    from tests.embed.test_sentence import MODEL

    run = sel(f"embed image --model {MODEL} -o v.npy", [{"image": [1]}], code=3)
    assert "reads no images" in run.err
