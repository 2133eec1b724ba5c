"""Models, and where they run."""

from __future__ import annotations

import math
from typing import Literal

from sel.errors import OptionError, UsageError
from sel.options.chance import Seed
from sel.options.declare import Count, group, option, required


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
class Correspondence:
    """Somebody else answers."""

    requests: str | None = option(
        "write what has no valid reply to FILE, for somebody to answer",
        metavar="FILE",
        writes="lines",
    )
    replies: str | None = option("read the replies from FILE", metavar="FILE")


@group
class Answerer(Correspondence, Running):
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
class ReferenceModel:
    """Another model."""

    reference: str = required(
        "name or folder of the reference model, with the same tokenizer"
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


@group
class Proxy(Running):
    """Model."""

    model: str | None = option("name or folder of the small model that is trained")
    models: str | None = option(
        "instead of training: the folder of the checkpoints that a trainer left, in "
        "the order of the numbers in their names",
        metavar="DIR",
    )

    def __post_init__(self) -> None:
        """One of them."""
        super().__post_init__()
        if bool(self.model) == bool(self.models):
            msg = "give --model NAME to train, or --models DIR with checkpoints"
            raise UsageError(msg)


@group
class Tuning(Seed):
    """Training: AdamW, with a warm-up; dropout is off."""

    epochs: int = option("how often each record is read", 3)
    checkpoints: int = option(
        "how often losses are taken, evenly over the training and at its end", 8
    )
    learning_rate: float = option("the highest learning rate", 2e-5)
    schedule: Literal["cosine", "linear", "constant"] = option(
        "how the learning rate falls to 0 after the warm-up", "cosine"
    )
    warmup: float = option("share of the steps in which the learning rate rises", 0.03)
    step_tokens: Count = option(
        "tokens of a step of the optimiser; a longer record stands alone", 8192
    )
    clip: float = option("the greatest norm of a gradient; 0 for any", 1.0)
    weight_decay: float = option("decay of the weights", 0.0)
    lora: int | None = option(
        "train adapters of rank N on the linear layers of attention (LoRA, alpha 2 N), "
        "and leave the model's own weights"
    )

    def __post_init__(self) -> None:
        """Check the numbers."""
        for name in ("epochs", "checkpoints", "step_tokens"):
            if getattr(self, name) < 1:
                raise OptionError(name, "at least 1", getattr(self, name))
        if self.lora is not None and self.lora < 1:
            raise OptionError("lora", "at least 1", self.lora)
        if self.learning_rate <= 0:
            raise OptionError("learning_rate", "above 0", self.learning_rate)
        for name in ("clip", "weight_decay"):
            if getattr(self, name) < 0:
                raise OptionError(name, "at least 0", getattr(self, name))
        if not 0 <= self.warmup <= 1:
            raise OptionError("warmup", "between 0 and 1", self.warmup)
        if self.seed < 0:
            raise OptionError("seed", "at least 0", self.seed)


@group
class Adapters(Seed):
    """Adapters: LoRA, whose gradients are taken."""

    adapters: str = required(
        "folder of the checkpoints of adapters; made by --warmup, else read",
        metavar="DIR",
    )
    warmup: Count | None = option(
        "train adapters first, on so many records drawn at random, or on 5% of them"
    )
    lora: int = option("rank of the adapters that --warmup trains", 64)
    alpha: float | None = option("their scale is alpha / rank [4 times the rank]")
    modules: str = option(
        "ends of the names of the linear layers that get adapters, as q_proj,v_proj; "
        "attention is all of those of the attention",
        "attention",
    )
    epochs: int = option("how often the warm-up reads each record", 4)
    learning_rate: float = option("highest learning rate of the warm-up", 2e-5)
    step_records: int = option("records of a step of the warm-up", 128)
    rates: str | None = option(
        "learning rate of each checkpoint, as 2e-5,1e-5 [as the trainer wrote them]",
        metavar="RATES",
    )
    adam: Literal["paper", "torch", "authors", "none"] = option(
        "what Adam makes of a gradient: paper corrects its moments for their bias and "
        "has epsilon inside the root, torch has it outside, authors corrects nothing; "
        "none is the plain gradient",
        "paper",
    )
    target_task: bool = option(
        "records are those of a task: their gradients stay plain", False
    )

    def __post_init__(self) -> None:
        """Check the numbers."""
        for name in ("lora", "epochs", "step_records"):
            if getattr(self, name) < 1:
                raise OptionError(name, "at least 1", getattr(self, name))
        if not 0 < self.learning_rate < math.inf:
            raise OptionError("learning_rate", "above 0", self.learning_rate)
        if self.alpha is not None and not 0 < self.alpha < math.inf:
            raise OptionError("alpha", "above 0", self.alpha)
        if not 0 <= self.seed < 1 << 63:
            raise OptionError("seed", "at least 0", self.seed)
        if self.warmup is not None and self.warmup <= 0:
            raise OptionError("warmup", "at least 1", self.warmup)
        if self.warmup is not None and self.target_task:
            msg = "--warmup is for the pool, and --target-task reads its adapters"
            raise UsageError(msg)
        self.given  # noqa: B018 (raises)

    @property
    def given(self) -> list[float] | None:
        """The rates."""
        if self.rates is None:
            return None
        try:
            return [float(one) for one in self.rates.split(",")]
        except ValueError:
            rule = "numbers such as 2e-5,1e-5"
            raise OptionError("rates", rule, self.rates) from None
