"""Checkpoints of a training of adapters: weights, Adam's moments, and learning rates.

A checkpoint is a folder with an adapter as peft saves it, and beside it the state of
the optimizer: `optimizer_state.safetensors`, with the tensors NAME|exp_avg and
NAME|exp_avg_sq for each parameter; or the `optimizer.pt` or `optimizer.bin` of a
trainer, whose parameters have names, or numbers in the order of the model.
`trainer_state.json` has the learning rate of each step.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sel.errors import MachineError
from sel.models import adapters, loading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sel.models.adapters import Added
    from sel.models.training import Standing
    from sel.types import Vectors

MOMENTS = "optimizer_state.safetensors"
PICKLED = ("optimizer.bin", "optimizer.pt")
STATE = "trainer_state.json"
FIRST, SECOND = "exp_avg", "exp_avg_sq"


@dataclass(frozen=True)
class Adam:
    """What the optimizer knew when a checkpoint was taken, of p parameters."""

    first: Vectors
    """Running means of the gradient, shape (p,)."""
    second: Vectors
    """Running means of its square, shape (p,)."""
    steps: int
    betas: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-8


@dataclass(frozen=True)
class Checkpoint:
    """A training as it was after some step."""

    weights: Vectors
    """Of all adapters one after another, shape (p,)."""
    adam: Adam | None
    """None where only plain gradients are asked for, and no state was saved."""
    rate: float | None
    """The mean learning rate of its steps; None where it is not known."""


def folders(folder: Path) -> list[Path]:
    """The checkpoints in a folder, by the numbers in their names; or it is one itself.

    Raises:
        MachineError: there are none.
    """
    if (folder / adapters.CONFIG).exists():
        return [folder]
    inside = sorted(folder.iterdir()) if folder.is_dir() else []
    found = [one for one in inside if (one / adapters.CONFIG).exists()]
    found = [one for one in found if not one.name.startswith(".")]
    if not found:
        msg = f"{folder} has no adapters, each in a folder with {adapters.CONFIG}"
        raise MachineError(f"{msg}. Try: --warmup 5%, which trains them")
    return sorted(found, key=_number)


def _number(folder: Path) -> int:
    """The last number in a name."""
    found: list[str] = re.findall(r"\d+", folder.name)
    return int(found[-1]) if found else 0


def read(
    places: Sequence[Path], model: Any, *, moments: bool, pickle: bool
) -> tuple[Added, list[Checkpoint]]:
    """Add the adapters of some checkpoints to a model; they have their last weights.

    Args:
        places: the folders, in the order of the training.
        model: of transformers.
        moments: the state of the optimizer is needed.
        pickle: it may be a pickle.

    Raises:
        MachineError: they belong to another model, or are unlike one another.
    """
    found: list[Checkpoint] = []
    before = 0
    for place in places:
        added = adapters.load(place, model)
        weights = flat([p for _, p in added.parameters])
        if found and len(weights) != len(found[-1].weights):
            msg = f"{place} and {places[0]} have adapters of different sizes"
            raise MachineError(f"{msg}. Try: checkpoints of one training")
        known = _moments(place, added, pickle=pickle) if moments else None
        steps, rate = _rate(place, before)
        before = steps
        found.append(Checkpoint(weights, known, rate))
        if place != places[-1]:
            added.remove()
    return added, found


def flat(values: Sequence[Any]) -> Vectors:
    """Numbers of several tensors one after another."""
    torch = loading.import_torch()
    whole = torch.cat([one.detach().float().reshape(-1).cpu() for one in values])
    numbers: Vectors = whole.numpy()
    return numbers


def digest(known: Sequence[Checkpoint]) -> str:
    """A few letters by which adapters are told from others."""
    import hashlib

    whole = hashlib.sha256()
    for one in known:
        whole.update(one.weights.astype("<f4").tobytes())
    return whole.hexdigest()[:16]


def _rate(place: Path, before: int) -> tuple[int, float | None]:
    """How many steps were done, and the mean learning rate of those after `before`."""
    try:
        state = json.loads((place / STATE).read_bytes())
        steps = int(state["global_step"])
        logged = [
            float(one["learning_rate"])
            for one in state.get("log_history", ())
            if "learning_rate" in one and before < one["step"] <= steps
        ]
    except FileNotFoundError:
        return _number(place), None
    except (ValueError, KeyError, TypeError, AttributeError):
        msg = f"{place / STATE} is not the state of a trainer"
        raise MachineError(f"{msg}. Try: remove it, and give --rates") from None
    return steps, float(np.mean(logged)) if logged else None


def _moments(place: Path, added: Added, *, pickle: bool) -> Adam:
    """The state of Adam beside an adapter.

    Raises:
        MachineError: there is none, or it is that of other parameters.
    """
    steps, _ = _rate(place, 0)
    if (place / MOMENTS).exists():
        named = _tensors(place / MOMENTS)
        return Adam(*_arranged(place, added, named), steps)
    for name in PICKLED:
        if (place / name).exists():
            return _unpickled(place / name, added, steps, pickle=pickle)
    msg = f"{place} has no state of an optimizer: {MOMENTS} or {' or '.join(PICKLED)}"
    raise MachineError(f"{msg}. Try: --adam none, for plain gradients")


def _tensors(file: Path) -> dict[str, dict[str, Any]]:
    """Moments by the names of parameters."""
    from safetensors.torch import load_file

    named: dict[str, dict[str, Any]] = {}
    try:
        for key, value in load_file(file).items():
            name, _, kind = key.rpartition("|")
            named.setdefault(_plain(name), {})[kind] = value
    except Exception as error:  # noqa: BLE001 (the library raises what it likes)
        msg = f"{file} cannot be read ({error})"
        raise MachineError(msg) from None
    return named


def _plain(name: str) -> str:
    """A parameter's name without what trainers put into it."""
    for part in ("_fsdp_wrapped_module.", "_orig_mod."):
        name = name.replace(part, "")
    return name.removeprefix("module.").replace(".default.", ".")


def _arranged(
    place: Path, added: Added, named: Mapping[Any, Mapping[str, Any]]
) -> tuple[Vectors, Vectors]:
    """Both moments of all parameters, in the order of the model."""
    wanted = dict(added.parameters)
    if named.keys() != wanted.keys() or any(
        kind not in named[name] or named[name][kind].shape != parameter.shape
        for name, parameter in wanted.items()
        for kind in (FIRST, SECOND)
    ):
        msg = f"the state of the optimizer in {place} is not that of its adapter"
        raise MachineError(f"{msg}. Try: --adam none, for plain gradients")
    first, second = (flat([named[k][kind] for k in wanted]) for kind in (FIRST, SECOND))
    return first, second


def _unpickled(file: Path, added: Added, steps: int, *, pickle: bool) -> Adam:
    """The state of a trainer's optimizer; names or numbers stand for parameters."""
    if not pickle:
        msg = f"{file} is a pickle, which can run code when it is read"
        raise MachineError(f"{msg}. Try: --allow-pickle if you trust it")
    try:
        found = loading.unpickled(file)
        state, groups = found["state"], found.get("param_groups", [])
        numbers = [i for group in groups for i in group.get("params", ())]
        if all(isinstance(key, int) for key in state):
            order = [i for i in numbers or sorted(state) if i in state]
            names = [name for name, _ in added.parameters]
            if len(order) != len(names):
                raise _unlike(file, len(order), len(names))
            named = {k: state[i] for k, i in zip(names, order, strict=True)}
        else:
            named = {_plain(str(key)): value for key, value in state.items()}
        moments = _arranged(file.parent, added, named)
        some = next(iter(named.values()))
        known = groups[0] if groups else {}
        beta, other = known.get("betas", (0.9, 0.999))
        epsilon = float(known.get("eps", 1e-8))
        return Adam(*moments, int(some.get("step", steps)), (beta, other), epsilon)
    except MachineError:
        raise
    except Exception as error:  # noqa: BLE001 (torch raises what it likes)
        why = " ".join(str(error).split())[:160]
        msg = f"{file} is not the state of an optimizer ({why})"
        raise MachineError(msg) from None


def _unlike(file: Path, theirs: int, ours: int) -> MachineError:
    msg = f"{file} has the state of {theirs:,} parameters, and the adapter {ours:,}"
    return MachineError(f"{msg}. Try: --adam none, for plain gradients")


def again(place: Path, added: Added) -> tuple[Vectors, Vectors, Vectors]:
    """Weights and both moments of a checkpoint that `write` has made."""
    _, values = adapters.read(place)
    weights = [values[name] for name, _ in added.parameters]
    adam = _moments(place, added, pickle=False)
    return np.concatenate([w.ravel() for w in weights]), adam.first, adam.second


def write(
    folder: Path, added: Added, standing: Standing, model: str, rates: Sequence[float]
) -> None:
    """Save a training as it stands; the folder appears whole, or not at all.

    Args:
        folder: of the checkpoint.
        added: the adapters.
        standing: of the training.
        model: what the model is called.
        rates: the learning rate of each step so far.
    """
    moments: dict[str, Any] = {}
    at = 0
    for name, p in added.parameters:
        part = slice(at, at + p.numel())
        for kind, values in ((FIRST, standing.first), (SECOND, standing.second)):
            moments[f"{name}|{kind}"] = values[part].reshape(p.shape)
        at += p.numel()
    logged = [{"step": i, "learning_rate": rate} for i, rate in enumerate(rates, 1)]
    state = {"global_step": standing.steps, "log_history": logged}
    adapters.save(folder, added, model, {MOMENTS: moments, STATE: state})
