"""Gradients of adapters from records to a matrix: warm-up, checkpoints, what is cut."""

import shutil

import numpy as np
import orjson
import pytest

import sel as package
from sel.embed import gradient
from sel.errors import SelError
from tests.conftest import GOLDEN
from tests.models.test_machine import one_thread

assert one_thread
MODEL, LESS = str(GOLDEN / "rds/tiny_model"), GOLDEN / "less"
POOL, TASK = str(LESS / "train.jsonl"), str(LESS / "val.jsonl")
QUICK = {"lora": 2, "learning_rate": 1e-3, "step_records": 4, "epochs": 2}
SHORT = {"model": MODEL, "project": 128, "device": "cpu"}


def embed(records, adapters, **options):
    return package.embed("gradient", records, adapters=str(adapters), **SHORT | options)


@pytest.fixture(scope="module")
def warmed(tmp_path_factory):
    """Adapters of two epochs, and the pool's features of that run."""
    folder = tmp_path_factory.mktemp("warm") / "lora"
    return folder, embed(POOL, folder, warmup="50%", **QUICK)


def test_the_text_that_is_read_is_the_authors():
    """The tokens of their encoder, and from which on losses count."""
    import tokenizers

    known = tokenizers.Tokenizer.from_file(f"{MODEL}/tokenizer.json")
    known.no_truncation()

    class Asked:
        render = None

        def features(self, texts, max_length, spans, **how):
            self.texts, self.spans, self.how = texts, spans, how

    config = orjson.loads(
        (GOLDEN / "rds/tiny_model/tokenizer_config.json").read_bytes()
    )
    asked = Asked()
    asked.end = config["eos_token"]
    chats = [
        [(turn["role"], turn["content"]) for turn in one["messages"]]
        for one in map(orjson.loads, (LESS / "train.jsonl").read_bytes().splitlines())
    ]
    gradient.embed(chats, asked)
    encoded = orjson.loads((LESS / "encoded.json").read_bytes())["train"]
    for text, spans, one in zip(asked.texts, asked.spans, encoded, strict=True):
        read = known.encode(text)
        assert read.ids == one["input_ids"]
        starts = [i for i, (_, b) in enumerate(read.offsets) if b > spans[0][0]]
        assert starts[0] == one["first"]
        assert spans[-1][1] == len(text)
    assert asked.how == {"special": True, "columns": 8192, "sketch": False}


def test_a_warmup_writes_checkpoints_and_the_next_run_reads_them(warmed):
    folder, rows = warmed
    assert sorted(one.name for one in folder.iterdir()) == [
        "checkpoint-3",
        "checkpoint-6",
        "warmup.json",
    ]
    assert rows.shape == (24, 2 * 128)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(rows, embed(POOL, folder))
    state = orjson.loads((folder / "checkpoint-6/trainer_state.json").read_bytes())
    rates = [one["learning_rate"] for one in state["log_history"]]
    assert len(rates) == state["global_step"] == 6
    share = np.sum(rates[:3]) / np.sum(rates)
    lengths = np.linalg.norm(rows[:, :128], axis=1) ** 2
    np.testing.assert_allclose(lengths, share, atol=1e-5)


def test_the_warmup_goes_on_after_its_last_checkpoint(warmed, tmp_path, sel):
    """A run that died after the first epoch gives what one that did not gives."""
    said = f"embed gradient --model {MODEL} --device cpu --project 128"
    said += " --lora 2 --learning-rate 1e-3 --step-records 4 --epochs 2 --warmup 50%"
    said += f" --adapters lora -o g.npy {POOL} --resume"
    sel(said)
    whole = (tmp_path / "g.npy").read_bytes()
    shutil.rmtree(tmp_path / "lora/checkpoint-6")
    made = tmp_path / "lora/warmup.json"
    made.write_text(made.read_text().replace("true", "false"))
    sel(said)
    assert (tmp_path / "g.npy").read_bytes() == whole
    np.testing.assert_array_equal(np.load(tmp_path / "g.npy"), warmed[1])
    again = sel(said.removesuffix(" --resume"), code=4)
    assert "without --warmup" in again.err
    sel(f"{said} --lora 3", code=4)


@pytest.mark.parametrize("options", [{"batch": 1}, {"projection": "count-sketch"}])
def test_batches_move_nothing(warmed, options):
    folder, rows = warmed
    if "projection" in options:
        rows, options = embed(POOL, folder, **options), options | {"batch": 2}
    np.testing.assert_allclose(embed(POOL, folder, **options), rows, atol=2e-6)


def test_a_record_is_the_same_wherever_it_stands(warmed, tmp_path):
    folder, rows = warmed
    some = (LESS / "train.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "some.jsonl").write_bytes(b"".join(some[5:3:-1]))
    np.testing.assert_allclose(
        embed(str(tmp_path / "some.jsonl"), folder), rows[5:3:-1], atol=2e-6
    )


def test_without_an_answer_there_is_no_gradient(warmed, tmp_path):
    folder, _ = warmed
    chats = [
        [("user", "hi"), ("assistant", said)] for said in ("", "yes", "\0", "\udcff")
    ]
    chats.append([("user", "why " * 400), ("assistant", "cut off")])
    records = [
        {"messages": [{"role": role, "content": said} for role, said in one]}
        for one in chats
    ]
    text = "".join(f"{package_json(one)}\n" for one in records)
    (tmp_path / "odd.jsonl").write_text(text)
    rows = embed(
        str(tmp_path / "odd.jsonl"),
        folder,
        max_length=200,
        on_error="skip",
        max_errors="9",
    )
    known = np.isfinite(rows).all(axis=1)
    assert known.tolist()[:2] == [False, True]
    assert not known[-1]
    assert np.isnan(rows[~known]).all()


def package_json(record):
    import json

    return json.dumps(record)


def test_a_target_is_plain_and_does_not_need_moments(warmed, tmp_path):
    folder, rows = warmed
    shutil.copytree(folder, tmp_path / "bare")
    for file in (tmp_path / "bare").glob("*/optimizer_state.safetensors"):
        file.unlink()
    plain = embed(TASK, tmp_path / "bare", target_task=True)
    np.testing.assert_array_equal(plain, embed(TASK, folder, adam="none"))
    assert not np.allclose(embed(POOL, folder, adam="none"), rows, atol=1e-3)
    with pytest.raises(SelError, match="no state of an optimizer"):
        embed(POOL, tmp_path / "bare")


def test_checkpoints_of_a_trainer_are_read():
    rows = embed(TASK, LESS, target_task=True, rates="3,2,1")
    assert rows.shape == (18, 3 * 128)
    one = embed(TASK, LESS / "ckpt-10", target_task=True)
    two = rows[:, 128:256] / np.linalg.norm(rows[:, 128:256], axis=1, keepdims=True)
    np.testing.assert_allclose(one, two, atol=1e-6)


@pytest.mark.parametrize(
    "options,said",
    [
        ({"adapters": "nowhere"}, "has no adapters"),
        ({"adapters": "nowhere", "warmup": 5, "target_task": True}, "for the pool"),
        ({"project": 100}, "a multiple of 64"),
        ({"project": 0}, "at least 64"),
        ({"rates": "a,b"}, "2e-5,1e-5"),
        ({"rates": "1,1,1"}, "2 checkpoints and 3 rates"),
        ({"lora": 0}, "at least 1"),
        ({"max_length": 1}, "at least 2"),
        ({"adapters": "new", "warmup": 2, "max_length": 2}, "has an answer"),
        ({"adapters": "new", "warmup": 2, "modules": "x"}, "q_proj"),
    ],
)
def test_what_cannot_be_is_said(warmed, tmp_path, options, said):
    folder = options.pop("adapters", None)
    folder = tmp_path / folder if folder else warmed[0]
    with pytest.raises(SelError, match=said) as error:
        embed(POOL, folder, **options)
    assert "\n" not in str(error.value)


def test_memory_is_said_and_other_matrices_are_refused(warmed, tmp_path, sel):
    folder = warmed[0]
    said = f"embed gradient --model {MODEL} --device cpu --project 64"
    run = sel(f"{said} --adapters {folder} -o g.npy {POOL}")
    assert "MB beside the model" in run.err
    sel(f"{said} --adapters {LESS} --rates 1,1,1 --target-task -o t.npy {TASK}")
    scores = f"score less --vectors g.npy --target-vectors t.npy {POOL}"
    assert "columns" in sel(scores, code=3).err
    sel(
        f"{said} --adapters {LESS / 'ckpt-5'} --projection count-sketch"
        f" --project 128 --target-task -o t.npy {TASK}"
    )
    assert "made in different ways" in sel(scores, code=3).err
