"""LoRA by hand: low-rank additions to the linear layers of a model, and their files.

An adapter adds s B A x to what a layer gives, with A of shape (r, in), B of shape (out,
r) and s = alpha / r. It hooks onto the layer, which stays as it is: so it works with
any architecture, packed or padded. Folders are those of peft: `adapter_config.json`
and `adapter_model.safetensors`. The state of Adam stands beside them.

Source: Hu et al. 2021, LoRA, arXiv:2106.09685.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sel.errors import MachineError, UsageError
from sel.models import loading

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sel.types import Vectors

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
BEFORE = "base_model.model."
"""What peft writes before the names of layers."""
ODD = ("use_dora", "use_rslora", "rank_pattern", "alpha_pattern", "modules_to_save")
"""What an adapter may have that is not done here."""


class Adapter:
    """What is added to one layer.

    Args:
        name: of the layer in its model.
        layer: Linear, or the Conv1D of GPT-2.
        rank: r.
        alpha: s is alpha / r.
    """

    def __init__(self, name: str, layer: Any, rank: int, alpha: float) -> None:
        torch = loading.import_torch()
        self.name, self.scale = name, alpha / rank
        self.wide, self.high = _shape(layer)
        like = {"device": layer.weight.device, "dtype": torch.float32}
        self.a = torch.nn.Parameter(torch.zeros(rank, self.wide, **like))
        self.b = torch.nn.Parameter(torch.zeros(self.high, rank, **like))
        layer.register_parameter("lora_A", self.a)
        layer.register_parameter("lora_B", self.b)
        self._layer, self._hook = layer, layer.register_forward_hook(self._add)
        self.watch: Any = None
        """Is shown each time what the layer reads, A of it, and what comes out."""

    def _add(self, _: Any, given: tuple[Any, ...], out: Any) -> Any:
        """Called with each forward pass of the layer."""
        read = given[0]
        low = read.to(self.a.dtype) @ self.a.T
        out = out + (self.scale * (low @ self.b.T)).to(out.dtype)
        if self.watch:
            self.watch(self, read, low, out)
        return out

    def remove(self) -> None:
        """Leave the layer as it was."""
        self._hook.remove()
        del self._layer.lora_A, self._layer.lora_B


class Added(NamedTuple):
    """The adapters of a model, in its order."""

    adapters: list[Adapter]
    rank: int
    alpha: float

    @property
    def parameters(self) -> Iterator[tuple[str, Any]]:
        """Names as peft has them, and A and B of each adapter."""
        for one in self.adapters:
            yield f"{BEFORE}{one.name}.lora_A.weight", one.a
            yield f"{BEFORE}{one.name}.lora_B.weight", one.b

    @property
    def size(self) -> int:
        """How many numbers they have."""
        return sum(p.numel() for _, p in self.parameters)

    def remove(self) -> None:
        """Leave the model as it was."""
        for one in self.adapters:
            one.remove()

    def fill(self, values: Vectors) -> None:
        """Give all of them their numbers, one after another, shape (p,)."""
        torch = loading.import_torch()
        at = 0
        with torch.no_grad():
            for _, p in self.parameters:
                part = torch.from_numpy(values[at : at + p.numel()])
                p.copy_(part.view(p.shape))
                at += p.numel()


def _shape(layer: Any) -> tuple[int, int]:
    """How many numbers a layer reads and gives."""
    wide, high = layer.weight.shape
    return (wide, high) if _turned(layer) else (high, wide)


def _turned(layer: Any) -> bool:
    """Whether it is GPT-2's, whose weights stand the other way round."""
    return type(layer).__name__ == "Conv1D"


def _layers(model: Any, modules: str) -> dict[str, Any]:
    """The layers that get an adapter, by name, in the order of the model.

    Args:
        model: of transformers.
        modules: the ends of their names, as a,b,c; or attention, for all linear layers
            of the attention.

    Raises:
        UsageError: there are none.
    """
    torch = loading.import_torch()
    linear = {
        name: layer
        for name, layer in model.named_modules()
        if isinstance(layer, torch.nn.Linear) or _turned(layer)
    }
    if modules == "attention":
        found = {k: one for k, one in linear.items() if "att" in k.rpartition(".")[0]}
    else:
        ends = tuple(f".{name.strip()}" for name in modules.split(","))
        found = {k: one for k, one in linear.items() if f".{k}".endswith(ends)}
    if not found:
        known = sorted({name.rpartition(".")[2] for name in linear})
        msg = f"the model has no linear layers {modules}. Try: --modules"
        raise UsageError(f"{msg} {','.join(known[:8])}")
    return found


def add(
    model: Any, rank: int, alpha: float, modules: str = "attention", seed: int = 0
) -> Added:
    """Add adapters to a model, and freeze all else.

    A is drawn as peft draws it, uniformly within 1 / sqrt(in); B is 0, so that the
    model says what it said before.

    Args:
        model: of transformers.
        rank: r, at most what a layer is wide.
        alpha: s is alpha / r.
        modules: see `_layers`.
        seed: of A.

    Raises:
        UsageError: it has no such layers.
    """
    torch = loading.import_torch()
    model.requires_grad_(requires_grad=False)
    layers = _layers(model, modules).items()
    found = [Adapter(name, layer, rank, alpha) for name, layer in layers]
    rng = np.random.default_rng(seed)
    with torch.no_grad():
        for one in found:
            drawn = rng.uniform(-1, 1, tuple(one.a.shape)) / np.sqrt(one.wide)
            one.a.copy_(torch.from_numpy(drawn.astype(np.float32)))
    return Added(found, rank, alpha)


def save(
    folder: Path,
    added: Added,
    model: str,
    beside: Mapping[str, Mapping[str, Any] | Mapping[str, Vectors]],
) -> None:
    """Write a folder that peft can read; it appears whole, or not at all.

    Args:
        folder: replaces one that is there.
        added: the adapters.
        model: what the model is called that they were added to.
        beside: more files by name, .json or .safetensors, and what is in them.
    """
    from safetensors.numpy import save_file

    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    weights = {k: p.detach().float().cpu().numpy() for k, p in added.parameters}
    files: dict[str, Mapping[str, Any]] = {
        CONFIG: _config(added, model),
        WEIGHTS: weights,
        **beside,
    }
    for name, values in files.items():
        if name.endswith(".json"):
            (part / name).write_text(json.dumps(values, indent=1) + "\n")
        else:
            save_file(dict(values), part / name)
    shutil.rmtree(folder, ignore_errors=True)
    part.replace(folder)


def _config(added: Added, model: str) -> dict[str, Any]:
    names = sorted({one.name for one in added.adapters})
    return {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": model,
        "r": added.rank,
        "lora_alpha": added.alpha,
        "lora_dropout": 0.0,
        "bias": "none",
        "fan_in_fan_out": any(_turned(one._layer) for one in added.adapters),
        "target_modules": names,
    }


def load(folder: Path, model: Any) -> Added:
    """Add the adapters of a folder to a model, and freeze all else.

    Raises:
        MachineError: they are not there, or are those of another model.
    """
    config, weights = read(folder)
    odd = [name for name in ODD if config.get(name)]
    if config.get("peft_type") != "LORA" or odd:
        what = ", ".join(odd) or config.get("peft_type")
        msg = f"{folder} has an adapter with {what}. Try: plain LoRA"
        raise MachineError(msg)
    names = [k.removeprefix(BEFORE).rpartition(".lora_A")[0] for k in weights]
    names = list(dict.fromkeys(filter(None, names)))
    rank, alpha = int(config["r"]), float(config["lora_alpha"])
    try:
        added = add(model, rank, alpha, ",".join(names))
    except UsageError:
        raise _other(folder) from None
    _fill(folder, added, weights)
    return added


def read(folder: Path) -> tuple[dict[str, Any], dict[str, Vectors]]:
    """The settings of an adapter, and its numbers by the names of the parameters."""
    from safetensors.torch import load_file

    try:
        config = json.loads((folder / CONFIG).read_bytes())
        found = load_file(folder / WEIGHTS)
    except Exception as error:  # noqa: BLE001 (the library raises what it likes)
        msg = f"{folder} has no {CONFIG} and {WEIGHTS} of an adapter ({error})"
        raise MachineError(msg) from None
    plain = {k: v.float().numpy() for k, v in found.items()}  # numpy has no bfloat16
    return config, {k.replace(".default.", "."): v for k, v in plain.items()}


def _other(folder: Path) -> MachineError:
    msg = f"the adapter in {folder} belongs to another model"
    return MachineError(f"{msg}. Try: the --model that it was trained with")


def _fill(folder: Path, added: Added, values: Mapping[str, Vectors]) -> None:
    """Give the adapters their numbers.

    Raises:
        MachineError: there are others.
    """
    torch = loading.import_torch()
    known = dict(added.parameters)
    same = known.keys() == values.keys()
    if not same or any(tuple(known[k].shape) != values[k].shape for k in values):
        raise _other(folder)
    with torch.no_grad():
        for name, parameter in known.items():
            parameter.copy_(torch.from_numpy(values[name]))
