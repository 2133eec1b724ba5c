"""Images: the vectors of a CLIP model, or plain pixels without one.

The field --image holds the path of a file (relative to the folder of the records), such
a file in base64, or a list of numbers, nested as rows and colours. With --model a CLIP
model of sentence-transformers sees them. Without one the pixels themselves are the row:
files are brought to --size by --size pixels of RGB, lists are taken as they are and
must all have one shape. Pixels tell likeness of layout and colour, not of meaning.

Source: Radford et al. 2021, Learning Transferable Visual Models From Natural Language
Supervision, arXiv:2103.00020.
"""

from collections.abc import Sequence

import numpy as np

from sel.errors import DataError
from sel.types import Image, ImageModel, Vectors


def embed(images: Sequence[Image], encoder: ImageModel | None) -> Vectors:
    """One row for each image, shape (n, d).

    Args:
        images: n arrays.
        encoder: what embeds them; None for pixels.
    """
    if encoder:
        return encoder.encode(images)
    shapes = {image.shape for image in images}
    if len(shapes) > 1:
        some = " and ".join(map(str, sorted(shapes, key=str)[:2]))
        msg = f"images have shapes {some}. Try: files in place of lists, or --model"
        raise DataError(msg)
    return np.stack([image.reshape(-1) for image in images]).astype(np.float32)
