"""How much of evaluation sets stands in training records.

A high rate is bad: what a model has seen measures memory. The rules of three papers:
13-gram, 13 words in a row in common; 8-gram, at least 70% of an item's runs of 8
words found, anywhere in the records; 50-chars, 50 letters and digits in a row in
common, whatever stands between them. Words are runs of letters, digits and _, or single
letters in scripts without spaces; capitals make no difference, nor how a letter is
composed or how wide it is (NFKC). An item shorter than a run is looked for whole, from
8 words or 25 letters on; what is shorter still is counted as unchecked. Cost: one pass,
about 20 s of one core for a gigabyte, and more where many records leak; memory grows
with the evaluation sets alone, by about 50 bytes for each of their words.

Source: Brown et al. 2020, GPT-3, arXiv:2005.14165, appendix C; Chowdhery et al. 2022,
PaLM, arXiv:2204.02311, section 8; OpenAI 2023, GPT-4, arXiv:2303.08774, appendix C.
Differs: GPT-3's n depends on the evaluation set, from 8 to 13; GPT-4 looks for three
random runs of an item, here all are looked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from sel.eval._overlap import Windows, merged
from sel.maths.statistics.intervals import wilson
from sel.types import Texts

_RULES = {
    "13-gram": (False, 13, 8, 0.0),
    "8-gram": (False, 8, 8, 0.7),
    "50-chars": (True, 50, 25, 0.0),
}
"""Whether letters are counted, how many, the shortest item, and the share needed."""


@dataclass(frozen=True)
class Items:
    """The items of evaluation sets, ready to be looked for."""

    names: list[str]
    """The set of each item."""
    numbers: list[int]
    """Its place in the set, from 1."""
    windows: Windows
    share: float


@dataclass(frozen=True)
class Found:
    """What some records have of the items; sums over records."""

    records: int
    masks: dict[int, int]
    """By item, a bit for each of its windows that was found."""
    leaking: dict[str, int]
    """By set, the records that have enough of an item."""
    hits: list[dict[str, Any]] = field(default_factory=list)
    """What each such record has: an item, its place here, share, spans. Not summed."""

    def __add__(self, other: Self) -> Self:
        """Both together, without the hits."""
        masks = dict(self.masks)
        for item, mask in other.masks.items():
            masks[item] = masks.get(item, 0) | mask
        leaking = dict(self.leaking)
        for name, count in other.leaking.items():
            leaking[name] = leaking.get(name, 0) + count
        return type(self)(self.records + other.records, masks, leaking)


def prepare(
    sets: Mapping[str, Texts],
    *,
    rule: Literal["13-gram", "8-gram", "50-chars"] = "13-gram",
) -> Items:
    """Make evaluation sets ready.

    Args:
        sets: the texts of the items, by the name of their set.
        rule: what counts as a leak.
    """
    letters, size, least, share = _RULES[rule]
    names = [name for name, texts in sets.items() for _ in texts]
    numbers = [i for texts in sets.values() for i in range(1, len(texts) + 1)]
    texts = [text for some in sets.values() for text in some]
    windows = Windows.of(texts, letters=letters, size=size, least=least)
    return Items(names, numbers, windows, share)


def collect(texts: Texts, items: Items) -> Found:
    """Look for the items in a batch.

    Args:
        texts: n strings.
        items: what to look for.
    """
    result = Found(len(texts), {}, {})
    for i, matches in items.windows.matches(texts):
        masks: dict[int, int] = defaultdict(int)
        spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for start, end, item, window, count in matches:
            masks[item] |= ((1 << count) - 1) << window
            spans[item].append((start, end))
        leaks = set()
        for item, mask in sorted(masks.items()):
            result.masks[item] = result.masks.get(item, 0) | mask
            share = _share(mask, item, items)
            if share >= items.share:
                leaks.add(items.names[item])
                place = {"set": items.names[item], "item": items.numbers[item]}
                hit = {"record": i, "share": share, "spans": merged(spans[item])}
                result.hits.append(place | hit)
        for name in leaks:
            result.leaking[name] = result.leaking.get(name, 0) + 1
    return result


def measure(found: Found, items: Items) -> list[dict[str, Any]]:
    """The share of each set that is found, with its 95% interval (Wilson).

    Args:
        found: what all records have.
        items: what was looked for.
    """
    rows = []
    for name in dict.fromkeys(items.names):
        own = [i for i, other in enumerate(items.names) if other == name]
        checked = [i for i in own if items.windows.totals[i]]
        bad = sum(_leaked(i, found, items) for i in checked)
        low, high = wilson(bad, len(checked))
        rows.append(
            {
                "set": name,
                "items": len(own),
                "unchecked": len(own) - len(checked),
                "leaked": bad,
                "rate": bad / len(checked) if checked else None,
                "rate_low": low,
                "rate_high": high,
                "records": found.records,
                "records_leaking": found.leaking.get(name, 0),
            }
        )
    return rows


def _share(mask: int, item: int, items: Items) -> float:
    return mask.bit_count() / items.windows.totals[item]


def _leaked(item: int, found: Found, items: Items) -> bool:
    mask = found.masks.get(item, 0)
    return mask > 0 and _share(mask, item, items) >= items.share
