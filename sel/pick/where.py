"""The records for which a condition over their fields holds.

    sel pick where 'lang == "de" and len(text) > 200' pool.jsonl

Fields: lang, meta.quality, messages[0].content, field("odd name"). Comparisons: == !=
< <= > >= in not in. Logic: and, or, not. Arithmetic: + - * / // %. Values: numbers,
"strings", [lists], true, false, null. Functions: abs, contains, endswith, len, lower,
matches, max, min, round, startswith; has(field) asks whether a field is there, and
get(field, value) gives a value where it is not. A field that is missing otherwise, or
of the wrong type, makes the record a bad line (--on-error).

With --preset the rules are those of a quality filter, over the signals of the texts,
and there is no condition: `sel pick where --preset fineweb pool.jsonl`. With
--percentile the condition is over percentiles among all records, or among those of the
same --per, and the records are read twice: `sel pick where --per language --percentile
'ngramlm < 30' pool.jsonl`.

Source: none; the selection of relational algebra.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sel.maths import expression
from sel.maths.expression import Judged, Path


def pick(fields: Mapping[Path, list[Any]], n: int, condition: str) -> Judged:
    """Whether the condition holds for each of n records, or why that cannot be said.

    `fields` has a column for each path that the condition reads, as
    `sel.maths.expression.parsed` names them, with MISSING where a record lacks it.
    """
    return _parsed(condition).judge(fields, n)


_parsed = lru_cache(16)(expression.parsed)
