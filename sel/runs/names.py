"""What files are called in the names of fields."""

from __future__ import annotations

from pathlib import Path

from sel.errors import UsageError


def stem(path: str) -> str:
    """A file's name, up to its first dot."""
    return Path(path).name.partition(".")[0]


def file_names(paths: list[str]) -> list[str]:
    """What files are called in the names of fields: up to their first dot."""
    names = [stem(path) for path in paths]
    if len(set(names)) < len(names):
        msg = f"targets that get fields need names of their own: {', '.join(names)}"
        raise UsageError(msg)
    return names
