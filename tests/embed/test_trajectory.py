"""Losses over a training: the same again, the same after a kill, and those of the model."""

import os
import signal
import subprocess

import numpy as np
import orjson
import pytest

import sel as package
from sel.errors import SelError
from sel.maths.text import chat
from sel.models import likelihood, proxies
from sel.models.training import Example, Recipe, Training
from tests.conftest import GOLDEN, HERE, SEL, lines
from tests.harness.kill import killed_once

MODEL = GOLDEN / "rds/tiny_model"
POOL = GOLDEN / "rds/train.jsonl"
SHORT = f"embed trajectory --model {MODEL} --device cpu --learning-rate 1e-3 -q"
FAST = f"{SHORT} --epochs 2 --checkpoints 3 --step-tokens 800"


OPTIONS = {"model": str(MODEL), "device": "cpu", "learning_rate": 1e-3}
OPTIONS |= {"epochs": 2, "checkpoints": 3, "step_tokens": 800}


@pytest.fixture(autouse=True)
def one_thread(monkeypatch):
    """Two wait for each other where the models are this small."""
    import torch

    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def embed(records=str(POOL), **options):
    return package.embed("trajectory", records, **OPTIONS | options)


def answers(*said, asked="what"):
    turns = [("user", asked), ("assistant", "")]
    return [
        {"messages": [{"role": r, "content": t or one} for r, t in turns]}
        for one in said
    ]


def test_one_seed_gives_the_same_bytes():
    rows = embed()
    assert rows.tobytes() == embed().tobytes() != embed(seed=1).tobytes()
    assert rows.shape == (30, 3)
    mean = np.nanmean(rows, axis=0)
    assert mean[0] > mean[1] > mean[2]  # it learns


def test_a_run_that_was_killed_goes_on_to_the_same_bytes(sel, tmp_path):
    long = f"{SHORT} --epochs 2 --checkpoints 4 --step-tokens 500"
    how = {"epochs": 2, "checkpoints": 4, "step_tokens": 500}
    whole = embed(**how)
    words = [*SEL, *f"{long} -o cut.npy {POOL}".split()]
    env = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    run = subprocess.Popen(words, cwd=tmp_path, env=env)
    state = tmp_path / ".cut.npy.sel-training"
    assert killed_once(state.exists, run) == -signal.SIGKILL
    assert not (tmp_path / "cut.npy").exists()
    done = sel(f"{long} --resume -o cut.npy {POOL}".replace(" -q", ""))
    assert "--resume goes on from" in done.err
    assert np.load(tmp_path / "cut.npy").tobytes() == whole.tobytes()
    assert not list(tmp_path.glob(".*"))
    card = orjson.loads((tmp_path / "cut.npy.json").read_bytes())
    assert (card["made_by"], card["options"]["epochs"]) == ("sel embed trajectory", 2)
    state.write_bytes(b"no state")
    run = sel(f"{FAST} --resume -o cut.npy {POOL}", code=3)
    assert "is not a saved state" in run.err


def test_losses_are_those_of_the_model_at_that_checkpoint(sel, tmp_path):
    """Saved as a trainer saves it, and read by `score perplexity`, and by --models."""
    rows = embed()
    reader = likelihood.load(str(MODEL), "cpu", 32)
    records = [*map(orjson.loads, POOL.read_bytes().splitlines())]
    turns = [[(t["role"], t["content"]) for t in r["messages"]] for r in records]
    texts = [chat.tulu(one, reader.end) for one in turns]
    spans = [chat.answers(*each) for each in zip(texts, turns, strict=True)]
    ids, wanted, cut = reader.within(texts, 512, spans, special=True)
    assert cut == 8
    recipe = Recipe(epochs=2, rate=1e-3, tokens=800)
    training = Training(reader.machine, [*map(Example, ids, wanted)], recipe)
    for i in (1, 2, 3):
        training.until(training.steps * i // 3)
        folder = tmp_path / f"out/checkpoint-{training.step}"
        reader.machine.model.save_pretrained(folder)
        for name in ("tokenizer.json", "tokenizer_config.json"):
            (folder / name).symlink_to(MODEL / name)
        # what a trainer leaves beside them, and nobody reads
        (folder / "optimizer.pt").write_bytes(b"")
    for i, folder in enumerate(sorted((tmp_path / "out").iterdir(), key=number)):
        asked = {"of": "answer", "statistic": "mean", "max_length": 512, "as_": "s"}
        scored = package.score("perplexity", str(POOL), model=str(folder), **asked)
        scores = np.array([r["s"] for r in scored], float)
        np.testing.assert_allclose(rows[:, i], scores, rtol=1e-5)
    saved = package.embed("trajectory", str(POOL), models=str(tmp_path / "out"))
    np.testing.assert_allclose(saved, rows, rtol=1e-5)


def number(folder):
    return int(folder.name.partition("-")[2])


def test_records_of_all_kinds(sel, tmp_path):
    """A row is there for each line; what cannot be learnt is NaN, and said."""
    records = [*answers("yes, it is so", " ", "word " * 60), {"messages": []}]
    data = lines(records) + b"{\n" + lines(answers("no"))
    run = sel(
        f"{FAST.replace(' -q', '')} --checkpoints 1 --max-length 40 --on-error skip"
        " -o a.npy -",
        data,
    )
    rows = np.load(tmp_path / "a.npy")[:, 0]
    assert np.isnan(rows).tolist() == [False, True, False, True, True, False]
    assert "truncated 1" in run.err
    assert "unusable 2" in run.err
    assert "1 rejected" in run.err


def test_a_plain_text_is_learnt_as_a_whole():
    texts = [{"text": "one two three"}, {"text": ""}]
    rows = embed(texts, checkpoints=1)
    assert np.isnan(rows[:, 0]).tolist() == [False, True]
    np.testing.assert_array_equal(rows, embed(texts, checkpoints=1, of="all"))


def test_adapters_alone_are_trained():
    """Before the first step they add nothing; then the losses fall, and do so again."""
    how = {"lora": 2, "learning_rate": 3e-2, "checkpoints": 2}
    rows = embed(**how)
    assert rows.tobytes() == embed(**how).tobytes()
    assert (np.nanmean(rows, axis=0) < np.nanmean(embed(learning_rate=1e-12))).all()
    assert not np.allclose(
        rows, embed(checkpoints=2, learning_rate=3e-2), equal_nan=True
    )


@pytest.mark.parametrize("lora", [None, 2])
def test_going_on_from_what_was_kept(lora):
    texts = [f"{word} " * 9 for word in ("one", "two", "three", "four", "five", "six")]
    recipe = Recipe(epochs=3, rate=1e-2, tokens=60)
    states = []

    def run(kept=None):
        one = proxies.Trained(
            str(MODEL), recipe, 3, ("cpu", 32), pickle=False, lora=lora
        )
        one.kept = kept
        one.keep = lambda *known: states.append(proxies.Kept("", *known[0], known[1]))
        return one.trajectories(texts, 100)

    whole = run()
    assert [one.losses.size for one in states] == [0, 6, 12, 18]
    for kept in list(states):
        assert kept.sound()
        assert run(kept).tobytes() == whole.tobytes()


def test_clusters_are_made_of_it(sel, tmp_path):
    run = sel(f"{FAST} --log log.jsonl -o a.npy {POOL}")
    last = orjson.loads((tmp_path / "log.jsonl").read_bytes().splitlines()[-1])
    assert (last["doing"], last["rows"]) == ("done", 30)
    assert last["tokens"] > 10_000
    run = sel(f"diversify clusters --trajectories a.npy --cells 3 -k 9 {POOL} -q")
    assert len(run.records) == 9


@pytest.mark.parametrize(
    "options,code,said",
    [
        ("", 2, "to train, or"),
        (f"--model {MODEL} --models .", 2, "to train, or"),
        ("--models .", 4, "no folder in . has a model"),
        ("--models nowhere", 4, "there is no model in ./nowhere"),
        ("--model ./nowhere", 4, "there is no model in ./nowhere"),
        (f"--model {MODEL} --checkpoints 99", 2, "at most 6, the steps of the"),
        (f"--model {MODEL} --epochs 0", 2, "epochs must be at least 1"),
        (f"--model {MODEL} --lora 0", 2, "must be at least 1"),
        (f"--model {MODEL} --learning-rate 0", 2, "must be above 0"),
        (f"--model {MODEL} --warmup 2", 2, "warmup must be between 0 and 1"),
        (f"--model {MODEL} --max-length 1", 2, "must be at least 2"),
        (f"--model {MODEL} --max-length 2", 4, "no record has a token that counts"),
        (
            f"--model {MODEL} --learning-rate 1e30 --epochs 8",
            4,
            "the training diverged at step",
        ),
    ],
)
def test_what_cannot_be_is_said(options, code, said):
    words = options.split()
    names = [word[2:].replace("-", "_") for word in words[::2]]
    values = [
        float(w) if "e3" in w else int(w) if w.isdigit() else w for w in words[1::2]
    ]
    with pytest.raises(SelError) as caught:
        package.embed("trajectory", str(POOL), **dict(zip(names, values, strict=True)))
    assert (caught.value.exit_code, said in str(caught.value)) == (code, True)
    assert "\n" not in str(caught.value)
