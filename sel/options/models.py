"""Models, and where they run."""

from __future__ import annotations

from typing import Literal

from sel.errors import OptionError
from sel.options.declare import group, option, required


@group
class Device:
    """Device."""

    device: str = option(
        "auto (a GPU where there is one), cpu, cuda, cuda:1, mps", "auto"
    )


@group
class Running(Device):
    """Model."""

    batch: int = option(
        "texts or images in a batch, a long text counting as several; changes "
        "only speed and memory",
        32,
    )
    allow_pickle: bool = option(
        "read weights that are no .safetensors: such a file can run code", False
    )

    def __post_init__(self) -> None:
        """Check the number."""
        if self.batch < 1:
            raise OptionError("batch", "at least 1", self.batch)


@group
class Model(Running):
    """Model."""

    model: str = required("name or folder of the model")


@group
class Answerer(Running):
    """Question, and who answers it."""

    ask: str = option(
        "difficulty, complexity, quality, yes-no, accuracy, educational, better, a "
        "scale such as 1-6, or a FILE of TOML",
        "difficulty",
        metavar="QUESTION",
    )
    model: str | None = option(
        "name or folder of the model; with --requests or --replies a name, not loaded"
    )
    requests: str | None = option(
        "write what has no valid reply to FILE, for somebody to answer",
        metavar="FILE",
        writes="lines",
    )
    replies: str | None = option("read the replies from FILE", metavar="FILE")


@group
class Encoder(Running):
    """Model."""

    model: str | None = option(
        "name or folder of a CLIP model; without one a row holds the pixels"
    )


@group
class Identifying:
    """Model."""

    model: str | None = option(
        "model of fastText, .bin or .ftz [that of the extra lang]", metavar="FILE"
    )


@group
class Precision:
    """Numbers."""

    precision: Literal["auto", "float32", "bfloat16", "float16"] = option(
        "precision of the model; auto is 16 bits where that is faster", "auto"
    )


@group
class Exact(Precision):
    """Numbers."""

    precision: Literal["auto", "float32", "bfloat16", "float16"] = option(
        "precision of the model; auto is 16 bits where that is faster, and moves a "
        "loss by a thousandth or so",
        "float32",
    )


@group
class ShortModel:
    """Another model."""

    short_model: str | None = option(
        "name or folder of a model of the same family with a short window, to compare "
        "with; without one --model reads with --short-window"
    )


@group
class Images:
    """Images."""

    image: str = option(
        "field that holds a path, an image file in base64, or a list of numbers",
        "image",
        metavar="FIELD",
    )
    size: int = option("pixels on a side that files are scaled to, without a model", 32)

    def __post_init__(self) -> None:
        """Check the size."""
        if self.size < 1:
            raise OptionError("size", "at least 1", self.size)
