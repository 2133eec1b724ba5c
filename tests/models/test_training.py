"""Training: one seed gives one result, whole or in parts, and learns what is there."""

import math

import numpy as np
import pytest

from sel.errors import MachineError
from sel.models import machine, training
from sel.models.machine import Machine
from sel.models.training import Example, Recipe, Training
from tests.models.test_machine import KINDS, TESTS, made, one_thread, sequences

assert one_thread
LENGTHS = np.random.default_rng(0).integers(2, 40, 40).tolist()
EXAMPLES = [
    Example(some, np.arange(max(len(some) // 2, 1), len(some)))
    for some in sequences(*LENGTHS)
]
FAST = Recipe(epochs=3, rate=3e-3, tokens=300)


def trained(recipe=FAST, *, kind="llama", budget=100, examples=EXAMPLES, until=None):
    one = Training(Machine(made(kind), budget, TESTS), examples, recipe)
    one.until(one.steps if until is None else until)
    return one


def losses(one):
    tokens, counted = zip(*EXAMPLES, strict=True)
    return [float(some.mean()) for some in one.machine.losses(tokens, counted)]


def same(ours, theirs):
    return all(map(np.array_equal, ours, theirs))


def test_one_seed_gives_the_same_numbers():
    first = trained().standing()
    assert same(first, trained().standing())
    other = trained(Recipe(epochs=3, rate=3e-3, tokens=300, seed=1)).standing()
    assert not np.array_equal(first.weights, other.weights)


@pytest.mark.parametrize("at", [0, 1, 7])
def test_going_on_gives_the_same_numbers(at):
    before = trained(until=at).standing()
    later = trained(until=0)
    later.restore(before)
    later.until(later.steps)
    assert same(later.standing(), trained().standing())


@pytest.mark.parametrize("kind", ["llama", "gpt2", "gemma2", "cohere"])
def test_passes_do_not_change_what_is_learnt(kind):
    assert kind in KINDS
    one, other = trained(kind=kind), trained(kind=kind, budget=1)
    np.testing.assert_allclose(losses(one), losses(other), rtol=1e-4)


def test_a_step_is_that_of_the_library():
    """AdamW on the mean loss of the tokens that count, by transformers and torch."""
    import torch

    recipe = Recipe(epochs=1, rate=1e-2, schedule="constant", warmup=0, tokens=10**6)
    model = made("llama")
    total = count = 0.0
    for tokens, counted in EXAMPLES:
        labels = torch.full((1, len(tokens)), -100)
        labels[0, counted] = torch.tensor(tokens)[counted]
        loss = model(torch.tensor([tokens]), labels=labels).loss
        total, count = total + loss * len(counted), count + len(counted)
    (total / count).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=0.0).step()
    ours = trained(recipe)
    assert ours.steps == 1
    assert ours.loss == pytest.approx((total / count).item(), rel=1e-6)
    theirs = torch.cat([p.detach().reshape(-1) for p in model.parameters()]).numpy()
    # where a gradient is all but 0, its sign is a matter of rounding
    assert np.quantile(np.abs(ours.standing().weights - theirs), 0.99) < 1e-6


def test_a_training_is_that_of_the_library():
    """The same records, one at a time, by its optimiser and its schedule."""
    import torch
    from transformers import get_cosine_schedule_with_warmup

    recipe = Recipe(epochs=3, rate=3e-3, warmup=0.2, tokens=300, decay=0.1)
    ours, model = trained(recipe), made("llama")
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.1)
    warm = math.ceil(0.2 * ours.steps)
    schedule = get_cosine_schedule_with_warmup(optimiser, warm, ours.steps)
    for places in ours._steps:
        count = sum(len(EXAMPLES[i].counted) for i in places)
        for i in places:
            tokens, counted = EXAMPLES[i]
            labels = torch.full((1, len(tokens)), -100)
            labels[0, counted] = torch.tensor(tokens)[counted]
            loss = model(torch.tensor([tokens]), labels=labels).loss
            (loss * len(counted) / count).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
    tokens, counted = zip(*EXAMPLES, strict=True)
    theirs = Machine(model, 100, TESTS).losses(tokens, counted)
    np.testing.assert_allclose(losses(ours), [one.mean() for one in theirs], rtol=1e-4)
    assert np.mean(losses(ours)) < np.mean(losses(trained(until=0))) - 0.1


def test_it_learns():
    before = np.mean(losses(trained(until=0)))
    assert np.mean(losses(trained(Recipe(epochs=20, rate=1e-2)))) < before - 0.5


def test_only_what_asks_for_a_gradient_is_trained():
    model = made("llama")
    model.requires_grad_(False)
    head = model.get_output_embeddings().weight.requires_grad_(True)
    before = model.base_model.layers[0].mlp.up_proj.weight.clone()
    one = Training(Machine(model, 100, TESTS), EXAMPLES, FAST)
    one.until(2)
    assert len(one.standing().weights) == head.numel()
    assert (model.base_model.layers[0].mlp.up_proj.weight == before).all()


def test_steps_keep_their_budget():
    one = trained(until=0)
    lengths = [len(some.tokens) - 1 for some in EXAMPLES]
    sums = [sum(lengths[i] for i in some) for some in one._steps]
    assert max(sums) <= 300
    assert sum(sums) == 3 * sum(lengths)
    few = trained(Recipe(epochs=1, records=4), until=0)
    assert {len(some) for some in few._steps} == {4}


def test_rates():
    one = Recipe(rate=1.0, warmup=0.25, schedule="linear")
    assert [one.rate_at(i, 8) for i in range(8)] == pytest.approx(
        [0, 0.5, 1, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6]
    )
    cosine = Recipe(rate=1.0, warmup=0.0)
    assert cosine.rate_at(2, 4) == pytest.approx(0.5)
    assert cosine.rate_at(1, 4) == pytest.approx((1 + math.cos(math.pi / 4)) / 2)


def test_what_diverges_is_said():
    with pytest.raises(
        MachineError, match=r"diverged at step .*Try: a lower --learning-rate"
    ):
        trained(Recipe(epochs=200, rate=1e12, clip=0))


def test_half_the_budget_where_there_is_no_memory(monkeypatch):
    whole = Machine.with_gradient

    def small(self, some, wanted):
        if sum(map(len, some)) > 80:
            raise MemoryError
        return whole(self, some, wanted)

    expected = losses(trained())
    monkeypatch.setattr(Machine, "with_gradient", small)
    one = trained(budget=1000)
    assert one.machine.budget <= 80
    np.testing.assert_allclose(losses(one), expected, rtol=1e-4)


def test_logits_in_parts_give_the_same_gradient(monkeypatch):
    expected = losses(trained())
    monkeypatch.setattr(machine, "LOGITS", 96 * 7)
    np.testing.assert_allclose(losses(trained()), expected, rtol=1e-5)


def test_a_state_of_another_model_is_refused():
    standing = trained(until=1).standing()
    with pytest.raises(MachineError, match="were saved"):
        trained(kind="gpt2", until=0).restore(standing)


def test_examples_without_a_token_that_counts():
    nothing = training.Example([5, 6, 7], np.array([], int))
    assert same(trained(examples=[*EXAMPLES, nothing]).standing(), trained().standing())
