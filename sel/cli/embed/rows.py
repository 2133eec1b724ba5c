"""What `sel embed` does with a block: parse, embed, put rows in their places."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sel.cli.common import blocks
from sel.errors import OptionError
from sel.maths.matrices import vectors
from sel.streams import fields, splice
from sel.streams.records import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from sel.cli.call import Call
    from sel.streams.fields import Field
    from sel.streams.lines import Block
    from sel.streams.records import Parsed

MODELS = {"sentence": "sentence", "hidden": "causal", "image": "images"}
"""Which module of sel.models loads the model of a method."""


def modelling(*, model: str, device: str = "auto", batch: int = 32) -> Modelling:
    """Model.

    Args:
        model: name, or folder.
        device: auto (a GPU where there is one), cpu, cuda, cuda:1, mps.
        batch: texts at once, long ones count as several; it changes the speed alone.
    """
    if batch < 1:
        raise OptionError("--batch", "at least 1", batch)
    return Modelling(model, device, batch)


@dataclass(frozen=True)
class Modelling:
    """Which model, and where it runs."""

    model: str | None
    device: str
    batch: int


def seeing(
    *, model: str | None = None, device: str = "auto", batch: int = 32
) -> Modelling:
    """Model.

    Args:
        model: name, or folder, of a CLIP model; without one the pixels are the row.
        device: auto (a GPU where there is one), cpu, cuda, cuda:1, mps.
        batch: images at once; it changes the speed alone.
    """
    if batch < 1:
        raise OptionError("--batch", "at least 1", batch)
    return Modelling(model, device, batch)


def picturing(*, image: str = "image", size: int = 32) -> Picturing:
    """Images.

    Args:
        image: field of a path, of an image file in base64, or of a list of numbers.
        size: pixels a side of what is read from files, without a model.
    """
    if size < 1:
        raise OptionError("--size", "at least 1", size)
    return Picturing(fields.field(image), size)


@dataclass(frozen=True)
class Picturing:
    """Where images are, and how large they become."""

    field: Field
    size: int


def precision(
    *, precision: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
) -> str:
    """Numbers.

    Args:
        precision: what the model computes in; auto is 16 bits where that is faster.
    """
    return precision


def shaping(
    *, dtype: Literal["float32", "float16"] = "float32", normalize: bool = True
) -> Shaping:
    """Matrix.

    Args:
        dtype: of the numbers that are stored.
        normalize: rows of length 1.
    """
    return Shaping(dtype, normalize)


@dataclass(frozen=True)
class Shaping:
    """How rows are stored."""

    dtype: str
    normalize: bool


def passing(*, records: bool = False) -> bool:
    """Records.

    Args:
        records: pass the records on, each with the number of its _row; needs -o.
    """
    return records


def unknown(count: int, dim: int) -> Any:
    """Rows of bad lines, so that those of the others keep their places."""
    return np.full((count, dim), np.nan, np.float32)


def made_by(call: Call) -> dict[str, Any]:
    """The options on which vectors depend."""
    own = call.own["embed"]
    text = call.given.get("text")
    return {**own, "text": text, "normalize": call.groups["shaping"].normalize}


def model(call: Call) -> tuple[Any, ...]:
    """The model that the method takes, if it takes one."""
    if "words" in call.method.inputs:
        from sel.models import static

        return (static.load(),)
    asked: Modelling | None = call.groups.get("modelling") or call.groups.get("seeing")
    if asked is None:
        return ()
    if asked.model is None:
        return (None,)
    loader = importlib.import_module(f"sel.models.{MODELS[call.method.name]}")
    more = [call.groups["precision"]] if "precision" in call.groups else []
    return (loader.load(asked.model, asked.device, asked.batch, *more),)


def finder(call: Call) -> Callable[[Parsed], tuple[list[Any], str]]:
    """What finds that which the method embeds in the records of a block."""
    if "images" in call.method.inputs:
        from sel.cli.embed import pictures

        picturing: Picturing = call.groups["picturing"]
        seeing: Modelling = call.groups["seeing"]
        size = 0 if seeing.model else picturing.size
        return lambda parsed: (pictures.found(parsed, picturing.field, size), "")
    find = blocks.chats if "chats" in call.method.inputs else blocks.texts
    return lambda parsed: find(parsed, call.groups["text"])


def work(call: Call, more: tuple[Any, ...]) -> Callable[[Block], blocks.Done]:
    """What a process does with a block, with the model in `more`."""
    own = call.own["embed"]
    module = call.method.load()
    shaping: Shaping = call.groups["shaping"]
    find = finder(call)

    def embed(block: Block) -> blocks.Done:
        parsed = parse(block, call.reading.max_line)
        found, shape = find(parsed)
        rows = None
        bad = 0
        if found:
            known = np.asarray(module.embed(found, *more, **own), np.float32)
            if shaping.normalize:
                known = vectors.unit(known)
            bad = int((~vectors.usable(known)).sum())
            rows = _placed(parsed, known, block)
        lines = _numbered(parsed) if call.groups["passing"] else b""
        counts: dict[str, float] = {"unusable": bad}
        kept = len(parsed.records)
        return blocks.Done(
            (rows, lines), kept, parsed.blank, parsed.rejects, shape, counts
        )

    return embed


def _placed(parsed: Parsed, known: Any, block: Block) -> Any:
    """A row for each record of a block; that of a bad line is NaN."""
    if not parsed.rejects:
        return known
    size = len(parsed.records) + len(parsed.rejects)
    rows = unknown(size, known.shape[1])
    rows[np.array(parsed.rows) - block.row] = known
    return rows


def _numbered(parsed: Parsed) -> bytes:
    """The records, each with the number of its row."""
    return splice.splice(parsed, [(blocks.ROW, list(parsed.rows))], overwrite=True)
