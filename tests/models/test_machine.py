"""The machine: the same numbers whatever is read beside a text, and however."""

from itertools import pairwise

import numpy as np
import pytest

from sel.errors import MachineError
from sel.models import likelihood, machine, packing
from sel.models.machine import Machine
from tests.conftest import GOLDEN

LONG = GOLDEN / "gateau/model_long"
SMALL = {"vocab_size": 96, "hidden_size": 32, "num_hidden_layers": 2}
HEADS = {"num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 48}
ODD = {"initializer_range": 0.4, "tie_word_embeddings": False}
"""Weights so large that what one text sees of another shows."""
KINDS = {
    "llama": SMALL | HEADS | ODD,
    "qwen2": SMALL | HEADS | ODD,
    "qwen3": SMALL | HEADS | ODD | {"head_dim": 8},
    "mistral": SMALL | HEADS | ODD | {"sliding_window": 8},
    "gemma2": SMALL | HEADS | ODD | {"head_dim": 8, "sliding_window": 8},
    "gpt2": {"vocab_size": 96, "n_embd": 32, "n_layer": 2, "n_head": 4} | ODD,
    "gpt_neox": SMALL | ODD | {"num_attention_heads": 4, "intermediate_size": 48},
    "bloom": {"vocab_size": 96, "hidden_size": 32, "n_layer": 2, "n_head": 4} | ODD,
    "cohere": SMALL | HEADS | ODD | {"logit_scale": 0.5},
}
PADDED = {"gemma2", "bloom"}
WHOLE = {"gemma2", "cohere"}
"""What changes the logits after its output layer."""


def made(kind, **more):
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    torch.manual_seed(0)
    ends = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
    config = AutoConfig.for_model(kind, **KINDS[kind], **ends, **more)
    return AutoModelForCausalLM.from_config(config).float().eval()


def sequences(*lengths):
    rng = np.random.default_rng(5)
    return [rng.integers(3, 96, length).tolist() for length in lengths]


@pytest.fixture(autouse=True)
def one_thread():
    """Two wait for each other where the models are this small."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


TESTS = sequences(11, 3, 30)
TEXTS = sequences(9, 40, 2, 17, 18, 33, 40, 1, 5, 26)


def by_the_library(model, some):
    """One at a time, by the whole model."""
    import torch

    with torch.inference_mode():
        logits = model(torch.tensor([some]), use_cache=False).logits[0, :-1].double()
    rows = np.arange(len(some) - 1)
    return -logits.log_softmax(-1).numpy()[rows, some[1:]]


@pytest.mark.parametrize("kind", KINDS)
def test_no_loss_depends_on_what_is_read_beside_it(kind):
    model = made(kind)
    expected = [by_the_library(model, some) for some in TEXTS]
    wanted = [np.arange(1, len(some)) for some in TEXTS]
    for budget in (1, 64, 10_000):
        one = Machine(made(kind), budget, TESTS)
        assert one.packed == (kind not in PADDED)
        assert one._whole == (kind in WHOLE)
        for ours, theirs in zip(one.losses(TEXTS, wanted), expected, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("kind", ["llama", "gpt2", "gemma2", "cohere"])
def test_what_comes_after_the_end(kind, monkeypatch):
    import torch

    model, tokens = made(kind), np.array([3, 95, 3, 40])
    with torch.inference_mode():
        logits = [model(torch.tensor([some])).logits[0, -1].double() for some in TEXTS]
    expected = [one.log_softmax(-1).numpy()[tokens] for one in logits]
    monkeypatch.setattr(machine, "LOGITS", 3 * 96)  # three sequences at once
    for budget in (1, 64, 10_000):
        found = Machine(made(kind), budget, TESTS).ends(TEXTS, tokens)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=2e-6)
    assert Machine(made(kind), 64, TESTS).ends([], tokens).shape == (0, 4)


def test_only_what_is_wanted_is_given():
    model = made("llama")
    one = Machine(made("llama"), 64, TESTS)
    wanted = [np.array([1, 3]), np.array([39]), np.array([], int)]
    losses = one.losses(TEXTS[:3], wanted)
    for some, places, found in zip(TEXTS, wanted, losses, strict=False):
        every = by_the_library(model, some)
        np.testing.assert_allclose(found, every[places - 1], rtol=1e-5, atol=2e-6)
    assert one.losses([], []) == []


def test_a_mask_that_leaks_is_found_out(monkeypatch):
    """Positions alone do not keep texts apart."""
    whole = packing.Pack.__init__

    def leaking(self, lengths, place, watch):
        whole(self, lengths, place, watch)
        self.groups = whole_row(sum(lengths), place)

    def whole_row(tokens, place):
        return [packing._Group(0, [tokens], place)]

    monkeypatch.setattr(packing.Pack, "__init__", leaking)
    assert not Machine(made("llama"), 64, TESTS).packed


def test_layers_that_attend_in_another_way_are_padded():
    model = made("llama")
    model.config.layer_types = ["full_attention", "chunked_attention"]
    assert not Machine(model, 64, TESTS).packed


def test_half_the_budget_where_there_is_no_memory(monkeypatch):
    import torch

    wanted = [np.arange(1, len(some)) for some in TEXTS]
    expected = Machine(made("llama"), 1, TESTS).losses(TEXTS, wanted)
    one = Machine(made("llama"), 10_000, TESTS)
    states, sizes = Machine._states, []

    def small(self, base, some):
        sizes.append(sum(map(len, some)))
        if sizes[-1] > 45:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return states(self, base, some)

    monkeypatch.setattr(Machine, "_states", small)
    for ours, theirs in zip(one.losses(TEXTS, wanted), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=2e-6)
    assert sizes[0] > 45
    assert one.budget <= 45
    with pytest.raises(MachineError, match="no memory for a text of 99 tokens"):
        one.losses(sequences(100), [np.arange(1, 100)])

    def wrong(self, base, some):
        raise RuntimeError("shapes do not fit")

    monkeypatch.setattr(Machine, "_states", wrong)
    with pytest.raises(RuntimeError, match="shapes"):
        one.losses(TEXTS, wanted)


def test_learnt_positions_end():
    one = Machine(made("gpt2", n_positions=32), 64, TESTS)
    with pytest.raises(MachineError, match="a text has 39 tokens, and the model 32"):
        one.losses(TEXTS[1:2], [np.arange(1, 40)])


@pytest.mark.parametrize("stretched", [True, False])
def test_positions_do_not_remember_longer_texts(stretched):
    """Dynamic rotary positions, as they are for each text alone."""
    rope = {"rope_type": "dynamic", "factor": 1.0, "rope_theta": 10_000.0}
    own = {} if stretched else {"rope_parameters": rope}
    texts = sequences(60, 20, 15, 45, 60, 8, 17)
    wanted = [np.arange(1, len(some)) for some in texts]

    def fresh():
        one = Machine(
            made("llama", max_position_embeddings=16, **own), 500, sequences(3, 9)
        )
        if stretched:
            one.stretch()
        assert one.packed
        return one

    alone = [fresh().losses([a], [b])[0] for a, b in zip(texts, wanted, strict=True)]
    together = fresh().losses(texts, wanted)
    twice = fresh()
    twice.losses(texts, wanted)
    for losses in (together, twice.losses(texts, wanted)):
        for ours, theirs in zip(losses, alone, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=2e-6)
    plain = Machine(made("llama", max_position_embeddings=16), 500, sequences(3, 9))
    as_it_is = plain.losses(texts, wanted)
    assert abs(as_it_is[0] - together[0]).max() > 0.01  # beyond the window
    np.testing.assert_allclose(as_it_is[2], together[2], rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("kind", ["llama", "gpt2"])
@pytest.mark.parametrize("scores", [1 << 24, 100])
def test_attention_is_that_of_the_library(kind, scores, monkeypatch):
    import torch

    monkeypatch.setattr(machine, "SCORES", scores)
    model = made(kind)
    (some,) = sequences(40)
    model.set_attn_implementation("eager")
    with torch.inference_mode():
        found = model(torch.tensor([some]), output_attentions=True).attentions
    whole = torch.stack(found).double().mean((0, 1, 2)).numpy()[33:]
    cuts = np.array([1, 9, 17, 20])
    expected = [whole[:, a:b].mean() for a, b in pairwise(cuts)]
    ours = Machine(model, 64, TESTS).attentions(some, 33, cuts)
    np.testing.assert_allclose(ours, expected, rtol=1e-5)


def test_attention_that_cannot_be_looked_at():
    one = Machine(made("bloom"), 64, TESTS)
    with pytest.raises(MachineError, match="cannot be looked at"):
        one.attentions(TEXTS[1], 30, np.array([0, 8]))


def test_texts_are_heard_of_pass_by_pass():
    model = likelihood.load(str(LONG), "cpu", 1)
    heard = []
    model.listen(heard.append)
    model.losses(["Some words. " * 20, "One", ""], 512)
    assert len(heard) == 2
    assert sum(heard) == sum(n - 1 for n in model.lengths(["Some words. " * 20, "One"]))


def test_sixteen_bits_are_near():
    texts = ["On day 3 Mira put the blue lamp in the market.", "It rained."]
    exact = likelihood.load(str(LONG), "cpu", 32).losses(texts, 512)
    model = likelihood.load(str(LONG), "cpu", 32, "bfloat16")
    assert model.precision == "bfloat16"
    for a, b in zip(model.losses(texts, 512), exact, strict=True):
        assert a.mean() == pytest.approx(b.mean(), rel=0.03)
