"""What all models of torch need: the package, a device, and words for what fails."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sel.errors import MachineError, MissingPackage, UsageError


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
