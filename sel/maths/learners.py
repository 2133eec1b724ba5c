"""The library of classic learners, where it is installed."""

from __future__ import annotations

from typing import Any

from sel.errors import MissingPackage


def library() -> Any:
    """scikit-learn, with the parts that are used, or advice."""
    try:
        import sklearn
        import sklearn.linear_model
        import sklearn.mixture
    except ImportError:
        raise MissingPackage("scikit-learn", "models") from None
    return sklearn
