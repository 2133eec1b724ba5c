"""The language of each text, how sure that is, and its script.

Fields: language, a code such as de; language_score, its probability, from 0 to 1;
language_script, the script of most letters, such as Latn. A blank text has null in all
three, one without letters has no script.

The model is lid.176.ftz of the extra lang, which knows 176 languages, or any supervised
model of fastText, .bin or .ftz, by --model; it is read without the package fasttext.
Without either a fallback tells 85 languages from runs of letters, roughly, and the
closing line says so. Cost: about 10 MB of text a second with lid.176.ftz.

Source: Joulin et al. 2016, arXiv:1607.01759; kept above 0.65 by Penedo et al. 2023,
arXiv:2306.01116, and 2024, arXiv:2406.17557; as datatrove 0.10.1, dolma 1.2.1, NeMo
Curator and CCNet prepare texts.
"""

from typing import Any, Literal

import numpy as np

from sel.score._scripts import scripts
from sel.types import Identifier, Texts

PREPARE = {
    "datatrove": lambda text: text.replace("\n", " "),
    "dolma": lambda text: text.lower().replace("\n", " ").strip(),
    "nemo": lambda text: text.strip().replace("\n", " "),
    "ccnet": lambda text: text.replace("\n", ""),
}


def score(
    texts: Texts,
    identifier: Identifier,
    *,
    prepare: Literal["datatrove", "dolma", "nemo", "ccnet"] = "datatrove",
) -> dict[str, Any]:
    """The columns, of n values each.

    Args:
        texts: n strings.
        identifier: says how likely each language is.
        prepare: what becomes of a text before: line ends to spaces; in lower case and
            stripped too, as dolma; stripped, as NeMo Curator; line ends removed, as
            CCNet.
    """
    asked = [PREPARE[prepare](text) for text in texts]
    likely = identifier.predict(asked)
    known = np.array([bool(text.strip()) for text in texts], np.bool_)
    known &= ~np.isnan(likely).any(axis=1)
    best = np.where(known[:, None], likely, 0).argmax(axis=1)
    names = [_code(label) for label in identifier.labels]
    written = [_script(label) for label in identifier.labels]
    pairs = list(zip(best.tolist(), known.tolist(), scripts(texts), strict=True))
    top = likely[np.arange(len(best)), best]
    return {
        "": [names[i] if there else None for i, there, _ in pairs],
        "score": np.where(known, top, np.nan).astype(np.float32),
        "script": [written[i] or found if there else None for i, there, found in pairs],
    }


def _script(label: str) -> str | None:
    """The script that a label such as deu_Latn names."""
    _, _, script = label.partition("_")
    return script if len(script) == 4 and script.isalpha() else None


def _code(label: str) -> str:
    return label.partition("_")[0] if _script(label) else label
