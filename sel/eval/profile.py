"""What is in a data set: fields, lengths, duplicates, groups, oddities.

One pass, in bounded memory, and the profiles of shards add up. Fields: their types,
nulls, and numbers. Lengths of the text in characters, words, and with --tokenizer in
tokens: quantiles are right to 1%; outliers are texts 1.5 interquartile ranges beyond
the quartiles of the logarithm of their words. Duplicates: texts that are the same as
one before, exact up to two million different ones; near-duplicates, whose 5-word
shingles agree by an estimated Jaccard similarity of 0.8, on all texts up to 32,768
and on a sample of them beyond. Groups: how evenly the values of --by are spread; more
of them is better covered, a high Gini or head share less even. Rules: with --rules,
how many records each rule of a preset drops first, drops at all, and drops alone;
with --where, for how many a condition holds. Cost: about 3 s of one core for 100 MB,
and what the presets cost.

Source: SELECT 2024, arXiv:2410.05057, for coverage, long tail and head share; for
the estimates DDSketch, arXiv:1908.10693, and distinct sampling (Gibbons 2001).
Differs: coverage is the number of groups that occur.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from sel import check
from sel.eval import _patterns
from sel.eval._profiles import Drops, Field, Held, Profile, columns
from sel.eval._sketches import Distinct, Lengths, Similar
from sel.maths.expression import Judged
from sel.maths.random import noise
from sel.maths.statistics import exact
from sel.maths.statistics.balance import balance
from sel.types import Texts, Tokenizer, Verdicts

QUANTILES = {"p01": 0.01, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p99": 0.99}
FENCE = 1.5  # interquartile ranges
SHOWN = 20  # groups named, the largest


def collect(  # noqa: PLR0917 (each is an input)
    records: Sequence[Mapping[str, Any]],
    texts: Texts,
    groupings: Mapping[str, Sequence[str]],
    languages: Callable[[Texts], Sequence[str]] | None = None,
    tokenizer: Tokenizer | None = None,
    verdicts: Mapping[str, Verdicts] | None = None,
    conditions: Mapping[str, Judged] | None = None,
) -> Profile:
    """Count a batch.

    Args:
        records: n records.
        texts: the text of each.
        groupings: the values of fields, n each.
        languages: from texts to the codes of their languages, or None.
        tokenizer: counts the tokens of texts, or None.
        verdicts: what presets say of the texts, by their names.
        conditions: for which records conditions hold, by their words.
    """
    similar, words = Similar.counted(texts)
    lengths = {
        "characters": Lengths.of([len(text) for text in texts]),
        "words": Lengths.of(words),
    }
    if tokenizer:
        lengths["tokens"] = Lengths.of(tokenizer.lengths(texts))
    hashes = [noise.key(text.encode()) for text in texts]
    return Profile(
        len(records),
        {name: Field.of(values) for name, values in columns(records).items()},
        lengths,
        Distinct.of(np.array(hashes, np.uint64)),
        similar,
        {name: Counter(values) for name, values in groupings.items()},
        Counter(languages(texts) if languages else ()),
        *_patterns.found(texts),
        {name: Drops.of(found) for name, found in (verdicts or {}).items()},
        {text: Held.of(found) for text, found in (conditions or {}).items()},
    )


def measure(profile: Profile, *, tail: int = 500) -> dict[str, Any]:
    """The numbers of a profile, by name.

    Args:
        profile: the counts of all records.
        tail: a group of fewer records than this is in the long tail.
    """
    check.at_least("--tail", tail, 1)
    n = profile.records
    result: dict[str, Any] = {"records": n, "fields": {}}
    for name, counted in profile.fields.items():
        result["fields"][name] = _field(counted, n)
    result["lengths"] = {
        unit: _lengths(counted) for unit, counted in profile.lengths.items()
    }
    result["outliers"] = _outliers(profile.lengths["words"])
    result["duplicates"] = {
        "distinct": profile.exact.distinct,
        "exact_share": profile.exact.repeated,
        "exact_estimated": not profile.exact.exact,
        "largest": profile.exact.largest,
        "near_share": profile.similar.repeated(),
        "near_compared": len(profile.similar.marks),
        "near_estimated": not profile.similar.exact,
    }
    language = {"language": profile.languages} if profile.languages else {}
    counts = {**profile.groups, **language}
    result["groups"] = {name: _group(counted, tail) for name, counted in counts.items()}
    result["personal"] = _shares(_patterns.PERSONAL, profile.personal, n)
    result["odd"] = _shares(_patterns.ODD, profile.odd, n)
    if profile.held:
        result["where"] = {text: one.shown(n) for text, one in profile.held.items()}
    if profile.drops:
        result["rules"] = {name: one.shown(n) for name, one in profile.drops.items()}
    return result


def _field(field: Field, n: int) -> dict[str, Any]:
    present = field.types.total()
    result: dict[str, Any] = {
        "types": dict(sorted(field.types.items())),
        "missing_share": 1 - present / n,
        "null_share": field.types["null"] / n,
    }
    if field.numbers:
        result |= {
            "min": field.least,
            "mean": exact.total(field.sum) / field.numbers,
            "max": field.most,
        }
    if field.lengths.count:
        result["empty_share"] = int(field.lengths.bins[0]) / n
        result["length_p50"] = field.lengths.quantile(0.5)
        result["length_max"] = field.lengths.most
    return result


def _lengths(lengths: Lengths) -> dict[str, Any]:
    result: dict[str, Any] = {
        "sum": lengths.sum,
        "mean": lengths.sum / max(lengths.count, 1),
    }
    result["min"] = lengths.least
    result |= {name: lengths.quantile(share) for name, share in QUANTILES.items()}
    return {**result, "max": lengths.most, "histogram": lengths.histogram()}


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


def _group(sizes: Counter[str], tail: int) -> dict[str, Any]:
    ordered = sorted(sizes.items(), key=lambda pair: (-pair[1], pair[0]))
    total = sizes.total()
    shares = {name: times / total for name, times in ordered[:SHOWN]}
    counts = np.array([times for _, times in ordered], np.int64)
    return {**balance(counts, tail), "shares": shares}


def _shares(
    names: Sequence[str], counted: tuple[Counter[str], Counter[str]], n: int
) -> dict[str, Any]:
    records, times = counted
    return {
        name: {
            "records": records[name],
            "share": records[name] / n,
            "times": times[name],
        }
        for name in names
    }
