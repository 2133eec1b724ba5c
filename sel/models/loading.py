"""What all models of torch need: the package, a device, and words for what fails."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sel.errors import MachineError, MissingPackage, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

Model = TypeVar("Model")
PATIENCE = 5  # seconds for the first answer of the hub


def import_torch() -> Any:
    """The package, or advice; what stands on it is told to keep still."""
    import logging

    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL)
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    try:
        import torch
    except ImportError:
        raise MissingPackage("torch", "models") from None
    return torch


def device(choice: str) -> str:
    """A device by name; auto takes a GPU where there is one."""
    torch = import_torch()
    if choice != "auto":
        try:
            torch.empty(1, device=choice)
        except (RuntimeError, AssertionError):
            msg = f"there is no device {choice!r} here. Try: --device auto"
            raise UsageError(msg) from None
        return choice
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def hush() -> None:
    """No progress bar for the weights."""
    from transformers.utils import logging

    logging.disable_progress_bar()


def precision(choice: str, place: str) -> str:
    """The type that a model computes in; auto takes half of float32 where it is fast.

    On a GPU that is bfloat16 where the GPU has it, else float16; on a processor it is
    bfloat16 where there are instructions for it, which is asked and never assumed.
    """
    if choice != "auto":
        return choice
    torch = import_torch()
    if place.startswith("cuda"):
        with torch.cuda.device(place):
            has = torch.cuda.is_bf16_supported(including_emulation=False)
        return "bfloat16" if has else "float16"
    asked = getattr(torch.cpu, "get_capabilities", dict) if place == "cpu" else dict
    can: dict[str, Any] = asked()
    names = ("avx512_bf16", "amx_bf16", "bf16")
    return "bfloat16" if any(can.get(name) for name in names) else "float32"


def found(name: str, make: Callable[..., Model]) -> Model:
    """A model from a folder or from what was fetched before, else from the network.

    Args:
        name: of the Hugging Face hub, or a folder.
        make: loads it; takes `local_files_only`.

    Raises:
        MachineError: it is not there, or it is not a model.
    """
    check_place(name)
    try:
        try:
            return make(local_files_only=True)
        except (OSError, ValueError):
            if Path(name).is_dir():
                raise
        _check_network(name)
        return make(local_files_only=False)
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise unknown(name, error) from None


def _check_network(name: str) -> None:
    """Ask the hub once: its own client asks for most of a minute."""
    from huggingface_hub import constants, get_session

    try:
        get_session().head(constants.ENDPOINT, timeout=PATIENCE)
    except Exception as error:  # noqa: BLE001 (what it raises depends on its version)
        raise unknown(name, error) from None


def check_place(model: str) -> None:
    """Refuse a folder that is not there before any network is asked."""
    if model.startswith((".", "/", "~")) and not Path(model).is_dir():
        msg = f"there is no model in {model}"
        raise MachineError(msg)


def unknown(model: str, error: Exception) -> MachineError:
    """A model that cannot be loaded."""
    why = " ".join(str(error).split())[:160]
    msg = f"the model {model!r} cannot be loaded. Try: a folder, or a network ({why})"
    return MachineError(msg)
