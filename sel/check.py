"""One-line checks of option values; each raises OptionError."""

import math

from sel.errors import OptionError


def at_least(option: str, value: float, low: float) -> None:
    """Refuse a value below `low`, and NaN."""
    if not value >= low:
        raise OptionError(option, f"at least {low}", value)


def above(option: str, value: float, low: float) -> None:
    """Refuse a value at or below `low`, infinity and NaN."""
    if not low < value < math.inf:
        raise OptionError(option, f"a number above {low}", value)


def between(option: str, value: float, low: float, high: float) -> None:
    """Refuse a value outside `low` to `high`, both included."""
    if not low <= value <= high:
        raise OptionError(option, f"between {low} and {high}", value)
