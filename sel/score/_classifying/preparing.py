"""How the authors of known classifiers make a line of a text; what they look for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sel.types import Texts

_SPACE = re.compile(
    "[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+"
)
"""White space as Unicode has it; Python counts four control characters more."""

PREPARED: dict[str, Callable[[str], str]] = {
    "plain": str,
    "dclm": lambda text: " ".join(text.strip().splitlines()),
    "dolma": lambda text: " ".join(filter(None, _SPACE.split(text))),
    "fineweb": lambda text: text.replace("\n", " "),
    "nemo": lambda text: text.replace("\n", " ").replace("__label__", " "),
    "preselect": lambda text: text.strip().replace("\n", ""),
    "redpajama": lambda text: " ".join(text.splitlines()).strip(),
}
"""By the name of --prepare; plain leaves the text as it is."""

WANTED = {"dclm": "hq", "nemo": "hq", "preselect": "1"}
"""The label whose probability is the score of a known model."""

UNWANTED = {"redpajama": "cc"}
"""The label of whose probability the score is what is left to 1."""


def prepared(texts: Texts, name: str) -> Texts:
    """The texts in the form that a model is given."""
    return texts if name == "plain" else list(map(PREPARED[name], texts))
