"""The records for which a condition over their fields holds.

    sel pick where 'lang == "de" and len(text) > 200' pool.jsonl

Fields: lang, meta.quality, messages[0].content, field("odd name"). Comparisons: == !=
< <= > >= in not in. Logic: and, or, not. Arithmetic: + - * / // %. Values: numbers,
"strings", [lists], true, false, null. Functions: abs, contains, endswith, len, lower,
matches, max, min, round, startswith; has(field) asks whether a field is there, and
get(field, value) gives a value where it is not. A field that is missing otherwise, or
of the wrong type, makes the record a bad line (--on-error).

Source: none; the selection of relational algebra.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sel.maths import expression
from sel.maths.expression import Unjudged


def pick(records: Sequence[Mapping[str, Any]], condition: str) -> list[bool | Unjudged]:
    """Whether the condition holds for each record, or why that cannot be said."""
    holds = _compiled(condition)
    judged: list[bool | Unjudged] = []
    for record in records:
        try:
            judged.append(holds(record))
        except Unjudged as why:
            judged.append(why)
    return judged


_compiled = lru_cache(16)(expression.compiled)
