"""Images: decoding with Pillow, and CLIP models of sentence-transformers."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from sel import extras
from sel.errors import DataError
from sel.models import loading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sel.types import Image, ImageModel, Vectors


def _pillow() -> Any:
    return extras.library("PIL.Image")


def decoded(data: bytes, size: int) -> Image | None:
    """The pixels of a file as RGB, shape (height, width, 3), 0 to 255.

    Args:
        data: the file.
        size: the height and width to bring it to; 0 leaves it as it is.

    Returns:
        None if it is not an image.
    """
    pillow = _pillow()
    try:
        image = pillow.open(io.BytesIO(data)).convert("RGB")
    except (OSError, ValueError, SyntaxError, pillow.DecompressionBombError):
        return None
    if size:
        image = image.resize((size, size), pillow.Resampling.BILINEAR)
    return np.asarray(image, np.float32)


def load(name: str, device: str, batch: int, *, pickle: bool = False) -> ImageModel:
    """A CLIP model by name or path.

    Args:
        name: what sentence-transformers knows it by, or its folder.
        device: auto, cpu, cuda, cuda:1, mps.
        batch: images at once.
        pickle: weights may be pickles.
    """
    model = loading.sentences(name, loading.device(device), pickle=pickle).eval()
    if not model.supports("image"):
        msg = f"the model {name!r} reads no images. Try: a CLIP model"
        raise DataError(msg)
    return _Clip(model, batch)


class _Clip:
    def __init__(self, model: Any, batch: int) -> None:
        self._model = model
        self._batch = batch

    def encode(self, images: Sequence[Image]) -> Vectors:
        """Shape (n, d); numbers are pixels from 0 to 255."""
        pictures = [_picture(image) for image in images]
        rows = self._model.encode(
            pictures, batch_size=self._batch, show_progress_bar=False
        )
        return np.asarray(rows, np.float32)


def _picture(image: Image) -> Any:
    """An array as an image of Pillow."""
    if image.ndim < 2 or (image.ndim == 3 and image.shape[2] != 3):
        msg = (
            f"an image of shape {image.shape} is neither grey (rows of numbers) nor RGB"
            " (rows of triples). Try: without --model"
        )
        raise DataError(msg)
    pixels = np.clip(np.round(image), 0, 255).astype(np.uint8)
    return _pillow().fromarray(pixels).convert("RGB")
