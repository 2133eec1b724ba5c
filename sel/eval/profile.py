"""What is in a data set: fields, lengths, duplicates, groups, oddities.

One pass, in bounded memory, and the profiles of shards add up. Fields: their types,
nulls, and numbers. Lengths of the text in characters, words, and with --tokenizer in
tokens: quantiles are right to 1%; outliers are texts 1.5 interquartile ranges beyond
the quartiles of the logarithm of their words. Duplicates: texts that are the same as
one before, exact up to two million different ones; near-duplicates, whose 5-word
shingles agree by an estimated Jaccard similarity of 0.8, on all texts up to 32,768
and on a sample of them beyond. Groups: how evenly the values of --by are spread; more
of them is better covered, a high Gini or head share less even. Cost: about 8 s of
one core for 100 MB.

Source: SELECT 2024, arXiv:2410.05057, for coverage, long tail and head share; for
the estimates see sel.maths.sketches.
Differs: coverage is the number of groups that occur.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from sel import check
from sel.maths import noise, oddities
from sel.maths.balance import balance
from sel.maths.profiles import Field, Profile, columns
from sel.maths.sketches import Distinct, Lengths, Similar
from sel.types import Texts, Tokenizer

QUANTILES = {"p01": 0.01, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p99": 0.99}
FENCE = 1.5  # interquartile ranges
SHOWN = 20  # groups named, the largest


def collect(
    records: Sequence[Mapping[str, Any]],
    texts: Texts,
    groupings: Mapping[str, Sequence[str]],
    languages: Callable[[Texts], Sequence[str]] | None = None,
    tokenizer: Tokenizer | None = None,
) -> Profile:
    """Count a batch.

    Args:
        records: n records.
        texts: the text of each.
        groupings: the values of fields, n each.
        languages: from texts to the codes of their languages, or None.
        tokenizer: counts the tokens of texts, or None.
    """
    lengths = {
        "characters": Lengths.of([len(text) for text in texts]),
        "words": Lengths.of([len(text.split()) for text in texts]),
    }
    if tokenizer:
        lengths["tokens"] = Lengths.of(tokenizer.lengths(texts))
    hashes = [noise.key(text.encode()) for text in texts]
    return Profile(
        len(records),
        {name: Field.of(values) for name, values in columns(records).items()},
        lengths,
        Distinct.of(np.array(hashes, np.uint64)),
        Similar.of(texts),
        {name: Counter(values) for name, values in groupings.items()},
        Counter(languages(texts) if languages else ()),
        oddities.personal(texts),
        oddities.odd(texts),
    )


def measure(profile: Profile, *, tail: int = 500) -> dict[str, Any]:
    """The numbers of a profile, by name.

    Args:
        profile: the counts of all records.
        tail: a group of fewer records is in the long tail.
    """
    check.at_least("--tail", tail, 1)
    n = profile.records
    found: dict[str, Any] = {"records": n, "fields": {}}
    for name, one in profile.fields.items():
        found["fields"][name] = _field(one, n)
    found["lengths"] = {unit: _lengths(one) for unit, one in profile.lengths.items()}
    found["outliers"] = _outliers(profile.lengths["words"])
    found["duplicates"] = {
        "distinct": profile.exact.distinct,
        "exact_share": profile.exact.repeated,
        "exact_estimated": not profile.exact.exact,
        "largest": profile.exact.largest,
        "near_share": profile.similar.repeated(),
        "near_compared": len(profile.similar.marks),
        "near_estimated": not profile.similar.exact,
    }
    groups = dict(profile.groups)
    if profile.languages:
        groups["language"] = profile.languages
    found["groups"] = {name: _group(one, tail) for name, one in groups.items()}
    found["personal"] = _shares(oddities.PERSONAL, profile.personal, n)
    found["odd"] = _shares(oddities.ODD, profile.odd, n)
    return found


def _field(one: Field, n: int) -> dict[str, Any]:
    present = one.types.total()
    found: dict[str, Any] = {
        "types": dict(sorted(one.types.items())),
        "missing_share": 1 - present / n,
        "null_share": one.types["null"] / n,
    }
    if one.numbers:
        found |= {"min": one.least, "mean": one.sum / one.numbers, "max": one.most}
    if one.lengths.count:
        found["empty_share"] = int(one.lengths.bins[0]) / n
        found["length_p50"] = one.lengths.quantile(0.5)
        found["length_max"] = one.lengths.most
    return found


def _lengths(one: Lengths) -> dict[str, Any]:
    found: dict[str, Any] = {"sum": one.sum, "mean": one.sum / max(one.count, 1)}
    found["min"] = one.least
    found |= {name: one.quantile(share) for name, share in QUANTILES.items()}
    return {**found, "max": one.most, "histogram": one.histogram()}


def _outliers(words: Lengths) -> dict[str, Any]:
    low, high = max(words.quantile(0.25), 1), max(words.quantile(0.75), 1)
    reach = (high / low) ** FENCE
    below, above = words.beyond(low / reach, high * reach)
    return {
        "short": below,
        "long": above,
        "below_words": round(low / reach, 1),
        "above_words": round(high * reach, 1),
        "share": (below + above) / max(words.count, 1),
    }


def _group(one: Counter[str], tail: int) -> dict[str, Any]:
    ordered = sorted(one.items(), key=lambda pair: (-pair[1], pair[0]))
    total = one.total()
    shares = {name: times / total for name, times in ordered[:SHOWN]}
    counts = np.array([times for _, times in ordered], np.int64)
    return {**balance(counts, tail), "shares": shares}


def _shares(
    names: Sequence[str], found: tuple[Counter[str], Counter[str]], n: int
) -> dict[str, Any]:
    records, times = found
    return {
        name: {
            "records": records[name],
            "share": records[name] / n,
            "times": times[name],
        }
        for name in names
    }
