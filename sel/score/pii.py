"""Personal data: addresses, telephone and account numbers, keys.

A high number means more of it. Fields: pii, how many there are; pii_email and so on,
how many of each kind; pii_spans, where they stand, as [start, end, kind] in characters
(code points). Patterns and check digits, no model: names and postal addresses are not
found. With --mask the text is written with <EMAIL> and the like in their places.

Cost: more than 50 MB of text a second, in time that grows with the length alone.

Source: the kinds of Soldaini et al. 2024, Dolma, arXiv:2402.00159, and of Penedo et al.
2024, FineWeb, arXiv:2406.17557; ISO 13616 and ISO/IEC 7812 for check digits.

Differs: from dolma and datatrove as docs/score/pii.md says, place by place.
"""

from typing import Any

import numpy as np

from sel.errors import OptionError
from sel.score._personal import KINDS, found
from sel.types import Texts


def score(
    texts: Texts,
    *,
    kinds: str = "email,phone,ip,iban,card,key",
    public: bool = False,
    random: bool = False,
) -> dict[str, Any]:
    """The columns: counts, and lists of spans that do not overlap.

    Args:
        texts: n strings.
        kinds: what to look for, some of email, phone, ip, iban, card and key, as a,b.
        public: leave out IP addresses that are not of the public internet.
        random: count long tokens that look random as keys.

    Raises:
        OptionError: there is no such kind.
    """
    asked = tuple(dict.fromkeys(kinds.split(",")))
    for kind in asked:
        if kind not in KINDS:
            raise OptionError("kinds", f"some of {', '.join(KINDS)}", kind)
    spans = [found(text, asked, public=public, random=random) for text in texts]
    counts = {kind: np.zeros(len(texts), np.float64) for kind in ("", *asked)}
    for i in [i for i, some in enumerate(spans) if some]:
        counts[""][i] = len(spans[i])
        for span in spans[i]:
            counts[span.kind][i] += 1
    return {**counts, "spans": [[list(span) for span in some] for some in spans]}


def mask(texts: Texts, spans: list[list[list[Any]]]) -> list[str]:
    """The texts with the kind of each span in its place.

    Args:
        texts: n strings.
        spans: of each, the column that score gives.
    """
    return [_masked(text, some) for text, some in zip(texts, spans, strict=True)]


def _masked(text: str, spans: list[list[Any]]) -> str:
    parts, last = [], 0
    for start, end, kind in spans:
        parts += [text[last:start], f"<{kind.upper()}>"]
        last = end
    return "".join([*parts, text[last:]])
