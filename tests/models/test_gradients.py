"""Gradients of adapters, and the features made of them: LESS's own numbers."""

import json
import shutil
from pathlib import Path

import numpy as np
import orjson
import pytest
import torch

from sel.errors import MachineError, UsageError
from sel.models import adapters, checkpoints, features, gradients, loading
from sel.models.checkpoints import Adam
from sel.models.machine import Machine
from sel.models.projection import Projection
from tests.conftest import GOLDEN
from tests.models.test_machine import TESTS, made, one_thread, sequences

assert one_thread
LESS, MODEL = GOLDEN / "less", str(GOLDEN / "rds/tiny_model")
PLACES = [LESS / f"ckpt-{n}" for n in (5, 10, 15)]
FORMULAS = {"authors": "adam_code", "paper": "adam_paper", "torch": "adam_torch"}


def encoded(kind):
    some = orjson.loads((LESS / "encoded.json").read_bytes())[kind]
    tokens = [one["input_ids"] for one in some]
    return tokens, [np.arange(one["first"], len(one["input_ids"])) for one in some]


def machine(budget):
    model, _ = loading.transformer(
        MODEL, "AutoModelForCausalLM", "float32", pickle=False
    )
    return Machine(model, budget, TESTS)


def grown(kind, budget):
    """Adapters with numbers, on a model that is not trained."""
    reader = Machine(made(kind), budget, TESTS)
    added = adapters.add(reader.model, 4, 16)
    rng = np.random.default_rng(1)
    added.fill(rng.normal(0, 0.1, added.size).astype(np.float32))
    return gradients.Slopes(reader, added)


def apart(rows, others):
    """How far rows are from others, as a share of their lengths."""
    ends = [np.linalg.norm(one, axis=1) for one in (rows - others, others)]
    return (ends[0] / ends[1]).max()


class Recorded:
    """The authors' matrix."""

    columns = 256

    def of(self, rows):
        bits = np.load(LESS / "projection.npz")["bits"]
        signs = np.unpackbits(bits)[: 1792 * 256].reshape(1792, 256) * 2.0 - 1
        return rows @ torch.from_numpy(signs).to(rows)


@pytest.mark.parametrize("budget", [1, 4000])
def test_gradients_are_those_of_the_authors(budget):
    reader = machine(budget)
    added = adapters.load(PLACES[1], reader.model)
    slopes = gradients.Slopes(reader, added)
    for kind in ("train", "val"):
        recorded = np.load(LESS / "full_gradients_fp32.npz")[f"{kind}-10"]
        assert apart(slopes.of(*encoded(kind)).numpy(), recorded) < 1e-5


@pytest.mark.parametrize("formula", FORMULAS)
def test_scores_are_those_of_the_authors(formula):
    reader = machine(2000)
    added, known = checkpoints.read(PLACES, reader.model, moments=True, pickle=False)
    raw = orjson.loads((LESS / "warmup.json").read_bytes())["checkpoint_weights_raw"]
    weights = features._weights(known, raw)
    of = features.Features(
        gradients.Slopes(reader, added), known, weights, Recorded(), formula
    )
    ours = of.of(*encoded("train"), plain=False).rows
    theirs = of.of(*encoded("val"), plain=True).rows
    np.testing.assert_allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-6)
    cosines = (ours @ theirs.T).reshape(24, 9, 2).mean(axis=2)
    recorded = np.load(LESS / "scores_float64.npz")
    name = f"{FORMULAS[formula]}|proj"
    np.testing.assert_allclose(cosines, recorded[f"{name}|per_subtask"], atol=1e-6)
    if formula == "authors":
        official = orjson.loads((LESS / "official/fp32_scores.json").read_bytes())
        scores = official["scores"]
        np.testing.assert_allclose(cosines.max(axis=1), scores, atol=1e-4)


def test_adam_makes_of_a_gradient_what_the_formulas_say():
    for one in orjson.loads((LESS / "adam_unit.json").read_bytes()):
        known = Adam(np.array([one["m"]]), np.array([one["v"]]), one["t"] - 1)
        for formula, name in FORMULAS.items():
            slope = torch.tensor([[one["g"]]], dtype=torch.float64)
            found, _ = gradients.step(slope, known, formula)
            assert found.item() == pytest.approx(one[name.removeprefix("adam_")], 1e-9)


@pytest.mark.parametrize("kind", ["llama", "gpt2", "gemma2", "bloom"])
def test_neither_batches_nor_architectures_move_a_gradient(kind):
    """Packed or padded, many or one, as the library's own backward pass says."""
    tokens = sequences(9, 40, 3, 17, 18, 33)
    wanted = [np.arange(max(len(some) // 2, 1), len(some)) for some in tokens]
    many, one = grown(kind, 400), grown(kind, 1)
    rows = many.of(tokens, wanted).numpy()
    assert apart(rows, one.of(tokens, wanted).numpy()) < 1e-5
    parameters = [p.requires_grad_() for _, p in one.added.parameters]
    some, places = tokens[1], wanted[1]
    one.machine.model.set_attn_implementation("eager")
    logits = one.machine.model(torch.tensor([some])).logits[0]
    lost = torch.nn.functional.cross_entropy(
        logits[places - 1], torch.tensor(some)[places]
    )
    flat = torch.cat([g.ravel() for g in torch.autograd.grad(lost, parameters)])
    assert apart(rows[1:2], flat[None].numpy()) < 1e-4


@pytest.mark.parametrize("sketch", [False, True])
def test_a_projection_keeps_products(sketch):
    rows = torch.randn(60, 5000, generator=torch.manual_seed(0))
    found = Projection(1024, 0, sketch=sketch).of(rows)
    wide, short = (torch.nn.functional.normalize(one) for one in (rows, found))
    off = ~torch.eye(60, dtype=torch.bool)
    error = (short @ short.T - wide @ wide.T)[off]
    assert 0.8 / 32 < error.std() < 1.2 / 32  # 1 / sqrt(1024)
    assert abs(error.mean()) < 0.005


def test_a_block_of_signs_is_that_of_the_whole():
    projection = Projection(128, 9, sketch=False)
    whole = projection.signs(0, 50)
    assert torch.equal(projection.signs(13, 31), whole[13:31])
    packed = np.packbits(whole[:2].numpy() > 0, axis=1, bitorder="little")
    assert packed.tobytes().hex() == (
        "e4a666fd0b6b5877a90809a38ff175d44724a1e0f18a555a9a85337504fa6631"
    )


@pytest.mark.parametrize("named", [True, False])
def test_the_state_of_a_trainer_is_read(tmp_path, named):
    """Its parameters have names, or numbers; the features are the same."""
    place = tmp_path / "checkpoint-10"
    shutil.copytree(PLACES[1], place)
    model = machine(100).model
    added, known = checkpoints.read([place], model, moments=True, pickle=False)
    parts = torch.from_numpy(np.stack([known[0].adam.first, known[0].adam.second]))
    sizes = [p.numel() for _, p in added.parameters]
    state = {}
    for i, (part, (name, p)) in enumerate(
        zip(parts.split(sizes, dim=1), added.parameters, strict=True)
    ):
        moments = dict(zip(("exp_avg", "exp_avg_sq"), part, strict=True))
        key = f"module.{name}" if named else i
        state[key] = {k: v.view(p.shape) for k, v in moments.items()} | {
            "step": torch.tensor(10.0)
        }
    groups = [{"params": list(state), "betas": (0.9, 0.99), "eps": 1e-6}]
    torch.save({"state": state, "param_groups": groups}, place / "optimizer.pt")
    (place / checkpoints.MOMENTS).unlink()
    added.remove()
    with pytest.raises(MachineError, match="--allow-pickle"):
        checkpoints.read([place], model, moments=True, pickle=False)
    model = machine(100).model
    _, again = checkpoints.read([place], model, moments=True, pickle=True)
    np.testing.assert_array_equal(again[0].adam.second, known[0].adam.second)
    assert again[0].adam.betas == (0.9, 0.99)
    assert (again[0].adam.steps, again[0].adam.epsilon) == (10, 1e-6)


def spoilt(tmp_path, name, change):
    place = tmp_path / "checkpoint-5"
    shutil.copytree(PLACES[0], place)
    change(place / name)
    return place


def without(file):
    file.unlink()


def halved(file):
    from safetensors.numpy import load_file, save_file

    save_file({k: v[:2].copy() for k, v in load_file(file).items()}, file)


@pytest.mark.parametrize(
    "name,change,said",
    [
        (checkpoints.MOMENTS, without, "no state of an optimizer"),
        (checkpoints.MOMENTS, halved, "is not that of its adapter"),
        (adapters.WEIGHTS, without, "of an adapter"),
        (adapters.WEIGHTS, halved, "another model"),
        (adapters.WEIGHTS, lambda file: file.write_bytes(b"x"), "of an adapter"),
    ],
)
def test_checkpoints_that_do_not_match_are_refused(tmp_path, name, change, said):
    place = spoilt(tmp_path, name, change)
    with pytest.raises(MachineError, match=said):
        checkpoints.read([place], machine(100).model, moments=True, pickle=False)


def test_adapters_of_another_model_are_refused():
    with pytest.raises(MachineError, match="another model"):
        adapters.load(PLACES[0], made("gpt2"))
    with pytest.raises(UsageError, match="c_attn"):
        adapters.add(made("gpt2"), 4, 16, "q_proj")


def test_adapters_change_nothing_at_first_and_are_saved_as_peft_does(tmp_path):
    model = made("llama")
    some = torch.tensor([sequences(12)[0]])
    before = model(some).logits
    added = adapters.add(model, 4, 16, "q_proj,down_proj")
    assert len(added.adapters) == 4
    assert torch.equal(model(some).logits, before)
    rng = np.random.default_rng(0)
    added.fill(rng.normal(0, 1, added.size).astype(np.float32))
    after = model(some).logits
    adapters.save(tmp_path / "a", added, "llama", {})
    config = json.loads((tmp_path / "a" / adapters.CONFIG).read_bytes())
    assert (config["peft_type"], config["r"], config["lora_alpha"]) == ("LORA", 4, 16)
    added.remove()
    assert torch.equal(model(some).logits, before)
    adapters.load(tmp_path / "a", model)
    assert torch.equal(model(some).logits, after)
    assert [*Path(tmp_path).iterdir()] == [tmp_path / "a"]


def test_weights_of_checkpoints_are_shares_of_their_rates():
    known = [checkpoints.Checkpoint(np.zeros(1), None, rate) for rate in (3e-5, 1e-5)]
    assert features._weights(known, None).tolist() == pytest.approx([0.75, 0.25])
    assert features._weights(known, [1.0, 1.0]).tolist() == [0.5, 0.5]
    assert features._weights(known[:1], None).tolist() == [1.0]
    for rates in ([1.0], [0.0, 0.0], [float("nan"), 1.0], [-1.0, 3.0]):
        with pytest.raises(MachineError, match="--rates"):
            features._weights(known, rates)
