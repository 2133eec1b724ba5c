"""The one door of models: packages, devices, and files that are safe to load.

Whatever a folder or the hub holds, no code of a model runs, nothing is asked on
standard input, and no pickle is read unless the user says so.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sel import extras
from sel.errors import MachineError, SelError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Model = TypeVar("Model")
SAFE = {"trust_remote_code": False, "local_files_only": True}
"""What every loader is told: it runs no code of a model and never asks whether to."""
FILES = ("*.json", "*.safetensors", "*.txt", "*.model", "*.jinja", "*.tiktoken")
"""What is fetched from the hub."""
OTHERS = ["onnx/*", "openvino/*", "original/*", "checkpoint-*", "consolidated*"]
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
HARMLESS = ("training_args", "optimizer", "scheduler", "scaler", "rng_state")
"""Pickles that training leaves beside the weights, and that no loader reads."""
TOKENIZER = "tokenizer.json"
NEVER_RUN = "which sel never runs. Try: a model that the library itself knows"
PATIENCE = 5  # seconds for the first answer of the hub
FULL = ("out of memory", "not enough memory", "can't allocate memory")
"""What torch says where it finds no memory."""


def import_torch() -> Any:
    """The package, or advice; what stands on it is told to keep still."""
    import logging

    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    logging.getLogger("huggingface_hub").setLevel(logging.CRITICAL)
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    return extras.library("torch")


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


def transformer(
    name: str, kind: str, precision: str, *, pickle: bool
) -> tuple[Any, Any]:
    """A model of transformers, and its tokenizer.

    Args:
        name: of the Hugging Face hub, or a folder.
        kind: class of transformers that makes it, such as AutoModel.
        precision: the type of its numbers, such as float32.
        pickle: weights may be pickles.
    """
    torch = import_torch()
    transformers = extras.library("transformers")
    hush()

    def make(folder: str) -> tuple[Any, Any]:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **SAFE)
        model = getattr(transformers, kind).from_pretrained(
            folder,
            dtype=getattr(torch, precision),
            use_safetensors=not pickle or None,
            **SAFE,
        )
        return model, tokenizer

    model, tokenizer = _found(name, make, pickle=pickle)
    if hasattr(tokenizer, "backend_tokenizer"):
        plain(tokenizer.backend_tokenizer)
    tokenizer.truncation_side = "right"
    return model, tokenizer


def unpickled(file: Path) -> Any:
    """What a pickle of torch holds: numbers, texts and tensors, and nothing else."""
    return import_torch().load(file, map_location="cpu", weights_only=True)


def sentences(name: str, place: str, *, pickle: bool) -> Any:
    """A model of sentence-transformers.

    Args:
        name: what it is known by, or its folder.
        place: a device of torch.
        pickle: weights may be pickles.
    """
    import_torch()
    library = extras.library("sentence_transformers")
    known = library.util.ORIGINAL_TRANSFORMER_MODELS
    hush()
    weights = {"use_safetensors": not pickle or None}

    def make(folder: str) -> Any:
        return library.SentenceTransformer(
            folder, device=place, model_kwargs=weights, **SAFE
        )

    if "/" not in name and not Path(name).is_dir() and name.lower() not in known:
        name = f"sentence-transformers/{name}"
    return _found(name, make, pickle=pickle)


def tokenizer(name: str) -> Any:
    """A tokenizer as it is before it is told to cut or to pad; torch is not needed.

    Args:
        name: a `tokenizer.json`, a folder with one, or what a model is called on the
            Hugging Face hub, from which it must have been fetched before.

    Raises:
        MachineError: it is not there, or it is something else.
    """
    tokenizers = extras.library("tokenizers")
    path = _tokenizer_file(name)
    try:
        return plain(tokenizers.Tokenizer.from_file(path))
    except Exception as error:  # noqa: BLE001 (the library raises nothing else)
        msg = f"{path} is not a tokenizer.json ({error})"
        raise MachineError(msg) from None


def _tokenizer_file(name: str) -> str:
    """Where a tokenizer is."""
    if Path(name).is_file():
        return name
    path: Any = Path(name, TOKENIZER)
    if not Path(name).is_dir() and not name.startswith((".", "/", "~")):
        from huggingface_hub import try_to_load_from_cache

        with suppress(ValueError):  # it cannot be a name
            path = try_to_load_from_cache(name, TOKENIZER)
    if isinstance(path, str | Path) and Path(path).is_file():
        return str(path)
    msg = f"no {TOKENIZER} is {name}, in a folder {name}, or in the cache of the hub"
    raise MachineError(f"{msg}. Try: hf download {name} {TOKENIZER}")


def plain(tokenizer: Any) -> Any:
    """Turn off what a file may have been saved with: padding, truncation, dropout."""
    tokenizer.no_padding()
    tokenizer.no_truncation()
    if getattr(tokenizer.model, "dropout", None):
        tokenizer.model.dropout = None
    return tokenizer


def made_by(tokenizer: Any, precision: str) -> dict[str, str]:
    """What numbers depend on besides the weights of a model.

    Args:
        tokenizer: of transformers; where it cuts is said by each call, and is no part
            of its hash.
        precision: the type of the model's numbers.
    """
    backend = getattr(tokenizer, "backend_tokenizer", None)
    said = {
        "tokenizer": plain(backend).to_str()
        if backend
        else repr(sorted(tokenizer.get_vocab().items())),
        "template": str(getattr(tokenizer, "chat_template", None) or ""),
    }
    hashes = {name: _hash(text) for name, text in said.items() if text}
    return {"precision": precision} | hashes


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _found(name: str, make: Callable[[str], Model], *, pickle: bool) -> Model:
    """A model from a folder or from what was fetched before, else from the network.

    Args:
        name: of the Hugging Face hub, or a folder.
        make: loads it from a folder.
        pickle: weights may be pickles.

    Raises:
        MachineError: it is not there, or it is not a model that is safe to load.
    """
    check_place(name)
    here = Path(name).is_dir()

    def opened(folder: Path) -> Model:
        _check_files(folder, pickle=pickle)
        return make(str(folder))

    try:
        try:
            return opened(Path(name) if here else _fetched(name, pickle, online=False))
        except (OSError, ValueError) as error:
            if here or _own_code(error):
                raise
        _check_network(name)
        return opened(_fetched(name, pickle, online=True))
    except (SelError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 (libraries raise all kinds)
        raise unknown(name, error) from None


def _fetched(name: str, pickle: bool, *, online: bool) -> Path:
    """The folder of a model of the hub; code is never fetched."""
    from huggingface_hub import snapshot_download

    wanted = [*FILES, *(f"*{end}" for end in PICKLES if pickle)]
    return Path(
        snapshot_download(
            name,
            allow_patterns=wanted,
            ignore_patterns=OTHERS,
            local_files_only=not online,
        )
    )


def _check_files(folder: Path, *, pickle: bool) -> None:
    """Refuse what would be unpickled, would run code, or lies in another folder."""
    for part in {folder, *_modules(folder)}:
        files = sorted(part.iterdir()) if part.is_dir() else []
        kinds = {file.suffix for file in files}
        for file in files:
            if file.name == "adapter_config.json":
                msg = f"{file} belongs to an adapter, which needs another model"
                raise MachineError(f"{msg}. Try: merge the two, and save the result")
            if ".safetensors" in kinds or pickle or file.stem in HARMLESS:
                continue
            if file.suffix in PICKLES:
                msg = (
                    f"{file} is a pickle, which can run code when it is read."
                    " Try: weights as .safetensors, or --allow-pickle if you trust it"
                )
                raise MachineError(msg)


def _modules(folder: Path) -> Iterator[Path]:
    """The folders that a model of sentence-transformers is spread over."""
    listed = folder / "modules.json"
    for module in json.loads(listed.read_bytes()) if listed.exists() else []:
        if not module["type"].startswith("sentence_transformers."):
            msg = f"{listed} names code of its own ({module['type']})"
            raise MachineError(f"{msg}, {NEVER_RUN}")
        part = folder / module["path"]
        yield part
        if part != folder and part.is_dir():
            yield from filter(Path.is_dir, part.iterdir())


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
    why = " ".join(str(error).split())
    if _own_code(error):
        return MachineError(f"the model {model!r} has code of its own, {NEVER_RUN}")
    msg = f"the model {model!r} cannot be loaded. Try: a folder, or a network"
    return MachineError(f"{msg} ({why[:160]})")


def _own_code(error: Exception) -> bool:
    """Whether a library refused what a model would have it run."""
    return "trust_remote_code" in str(error)


def no_memory(error: BaseException) -> bool:
    """Whether there was not enough memory."""
    torch = import_torch()
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return any(words in str(error) for words in FULL)
