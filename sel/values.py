"""Values: frozen classes of named fields, which cost nothing to declare.

`dataclasses` writes and compiles methods for every class, half a millisecond for each
of a hundred whenever `sel` starts. Classes that every run loads share theirs, below.
"""

from __future__ import annotations

from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")
Class = TypeVar("Class", bound=type)


@dataclass_transform(frozen_default=True)
def value(cls: Class) -> Class:
    """Make a class a value, as `dataclass(frozen=True)` does.

    Its fields are its annotations, those of the classes it is derived from first; what
    is set in its body is a default, and is not copied.
    """
    names: dict[str, bool] = {}
    for above in reversed(cls.__mro__):
        names |= dict.fromkeys(vars(above).get("__annotations__", {}), True)
    return with_fields(cls, {name: not hasattr(cls, name) for name in names})


def with_fields(cls: Class, names: dict[str, bool]) -> Class:
    """Give a class the methods of a value.

    Args:
        cls: is changed.
        names: of its fields, and whether each must be given.
    """
    cls._names = tuple(names)  # type: ignore[attr-defined]
    cls._needs = frozenset(name for name in names if names[name])  # type: ignore[attr-defined]
    for name, method in _METHODS.items():
        setattr(cls, name, method)
    return cls


def changed(one: T, **fields: Any) -> T:
    """A value with other fields."""
    cls: Any = type(one)
    return cls(**{name: getattr(one, name) for name in cls._names} | fields)  # type: ignore[no-any-return]


def fields(one: Any) -> dict[str, Any]:
    """The fields of a value, by their names."""
    return {name: getattr(one, name) for name in one._names}


def _init(self: Any, *given: Any, **named: Any) -> None:
    names = self._names
    held = dict(zip(names, given, strict=False), **named)
    if not self._needs <= held.keys() <= set(names) or len(given) > len(names):
        wrong = sorted((self._needs - held.keys()) | (held.keys() - set(names)))
        msg = f"{type(self).__name__} has none of, or needs, {', '.join(wrong)}"
        raise TypeError(msg)
    vars(self).update(held)
    if check := getattr(self, "__post_init__", None):
        check()


def _frozen(self: Any, name: str, new: object) -> None:
    del new
    msg = f"{type(self).__name__}.{name} cannot be set"
    raise AttributeError(msg)


def _frozen_too(self: Any, name: str) -> None:
    _frozen(self, name, None)


def _equal(self: Any, other: object) -> bool:
    return type(other) is type(self) and fields(self) == fields(other)


def _hash(self: Any) -> int:
    return hash((type(self), *fields(self).values()))


def _shown(self: Any) -> str:
    held = ", ".join(f"{name}={one!r}" for name, one in fields(self).items())
    return f"{type(self).__name__}({held})"


_METHODS = {
    "__init__": _init,
    "__setattr__": _frozen,
    "__delattr__": _frozen_too,
    "__eq__": _equal,
    "__hash__": _hash,
    "__repr__": _shown,
}
