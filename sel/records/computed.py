"""Numbers of records that --by and the like name: fields, or expressions over them."""

from __future__ import annotations

import re
from typing import Any

from sel.records import fields
from sel.records.fields import Wanted

_COMPUTED = re.compile(r"[+*/%()<>=!]|(?:^|\s)-|-\s")
_QUOTED = re.compile(r"\"[^\"]*\"")


def number(by: str) -> Wanted:
    """A number by its path, or what an expression gives; None where one is null.

    Raises:
        UsageError: it is neither.
    """
    if not _computed(by):
        return fields.number(by)
    from sel.records import conditions  # not at the top: a light pick starts without it

    return conditions.numeric(by, None)


def ordered(by: str) -> Wanted:
    """A number by its path or an expression; true is 1, and false 0."""
    if _computed(by):
        return number(by)

    def floated(found: Any) -> float | None:
        return float(found) if type(found) is bool else fields.floated(found, by)

    return fields.value(by).then(floated)


def numbers(by: str) -> Wanted:
    """A number or a list of them, as a list; an expression gives one number."""
    if _computed(by):
        return number(by).then(lambda found: [found])

    def listed(found: Any) -> list[float | None]:
        some = found if type(found) is list else [found]
        return [fields.floated(one, by) for one in some]

    return fields.value(by).then(listed)


def _computed(by: str) -> bool:
    """Whether it is an expression: it has a sign that names rarely have.

    A minus needs a space beside it, since names have hyphens. What is in quotes, or
    starts with a slash, is a path.
    """
    return not by.startswith("/") and bool(_COMPUTED.search(_QUOTED.sub("", by)))
