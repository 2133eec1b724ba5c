"""The values of a table's columns as those of JSON, and back.

Times and dates become ISO 8601 strings, decimals and durations (in seconds) numbers,
bytes base64. A time has nine digits after its second where the last three matter, six
where any do. Text that is not UTF-8 stays as it is, so that its line is a bad one.
"""

from __future__ import annotations

import base64
import re
from decimal import Decimal
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from sel import extras

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

UNITS = {"s": 0, "ms": 3, "us": 6, "ns": 9}
"""Digits after the second, by the unit of a time."""
_OFFSET = re.compile(r"(?<=:\d\d)(?:\.\d+)?([+-]\d\d:\d\d(?::\d\d)?)$")
_EPOCH = "1970-01-01T"


def library() -> Any:
    """pyarrow; MissingPackage where it is not installed."""
    for part in ("compute", "parquet"):
        extras.library(f"pyarrow.{part}")
    return extras.library("pyarrow")


def dumped(value: Any) -> bytes:
    """A value of `values` as JSON."""
    return orjson.dumps(value, default=_number)


def _number(value: Any) -> orjson.Fragment | None:
    if not isinstance(value, Decimal):
        raise TypeError
    return orjson.Fragment(str(value)) if value.is_finite() else None


def values(column: Any) -> list[Any]:
    """The values of an Arrow array, for `dumped`."""
    kind, types = column.type, library().types
    if types.is_struct(kind):
        inner = [values(one) for one in column.flatten()]
        names = [field.name for field in kind]
        rows = [dict(zip(names, row, strict=True)) for row in zip(*inner, strict=True)]
        return _with_nulls(rows or [{}] * len(column), column)
    if types.is_map(kind) or _is_list(kind):
        return _lists(column)
    if types.is_dictionary(kind):
        return values(column.dictionary_decode())
    if hasattr(kind, "storage_type") and not str(kind).startswith(
        "extension<arrow.uuid"
    ):
        return values(column.storage)
    of = next((of for test, (of, _) in _leaves().items() if test(kind)), None)
    return of(column) if of else column.to_pylist()  # type: ignore[no-any-return]


def array(found: Iterable[Any], kind: Any) -> Any:
    """Values of JSON as an Arrow array of a type; the other way of `values`.

    Raises:
        ValueError, TypeError, OverflowError, ArrowException: they do not fit.
    """
    arrow, found = library(), list(found)
    types = arrow.types
    if types.is_struct(kind) and len(kind):
        inner = [
            array([(one or {}).get(field.name) for one in found], field.type)
            for field in kind
        ]
        nulls = arrow.array([one is None for one in found], arrow.bool_())
        return arrow.StructArray.from_arrays(inner, fields=list(kind), mask=nulls)
    if types.is_list(kind) or types.is_large_list(kind):
        ends = accumulate((len(one or ()) for one in found), initial=0)
        made = arrow.ListArray if types.is_list(kind) else arrow.LargeListArray
        size = arrow.int32() if types.is_list(kind) else arrow.int64()
        return made.from_arrays(
            arrow.array(ends, size),
            array([item for one in found for item in one or ()], kind.value_type),
            type=kind,
            mask=arrow.array([one is None for one in found], arrow.bool_()),
        )
    if types.is_map(kind):
        found = [one and [tuple(pair) for pair in one] for one in found]
    back = next((back for test, (_, back) in _leaves().items() if test(kind)), None)
    return back(found, kind) if back else arrow.array(found, kind)


def holds(kind: Any, found: list[Any]) -> bool:
    """Whether values are the same when they have been in a column of a type."""
    types = set(map(type, found)) - {type(None)}
    plain = next((one for test, one in _plainly() if test(kind)), None)
    if plain and types <= {plain}:
        return True
    try:
        back = values(array(found, kind))
        # Python takes true for 1, and JSON has not the integers of a decimal.
        return back == found if is_exact(kind) else dumped(back) == dumped(found)
    except (library().ArrowException, ValueError, TypeError, ArithmeticError):
        return False
    except AttributeError:  # a list where an object should be
        return False


def _plainly() -> list[tuple[Callable[[Any], bool], type]]:
    """Types that hold all values of one of Python's."""
    types = library().types
    return [
        (types.is_string, str),
        (types.is_large_string, str),
        (types.is_float64, float),
        (types.is_boolean, bool),
    ]


def is_exact(kind: Any) -> bool:
    """Whether a type has numbers whose digits a float would not keep."""
    types = library().types
    if types.is_decimal(kind) or types.is_duration(kind):
        return True
    parts = [kind.field(i) for i in range(kind.num_fields)]
    return any(is_exact(part.type) for part in parts)


def _is_list(kind: Any) -> bool:
    types = library().types
    return bool(
        types.is_list(kind)
        or types.is_large_list(kind)
        or types.is_fixed_size_list(kind)
    )


def _lists(column: Any) -> list[Any]:
    arrow = library()
    if arrow.types.is_map(column.type):
        kind = column.type
        pair = arrow.struct([("key", kind.key_type), ("value", kind.item_type)])
        column = column.cast(arrow.list_(pair))
        return [one and [[*pair.values()] for pair in one] for one in values(column)]
    inner = values(column.flatten())
    sizes = arrow.compute.list_value_length(column).fill_null(0).to_pylist()
    ends = list(accumulate(sizes, initial=0))
    lists = [inner[end - size : end] for size, end in zip(sizes, ends[1:], strict=True)]
    return _with_nulls(lists, column)


def _with_nulls(found: list[Any], column: Any) -> list[Any]:
    if not column.null_count:
        return found
    there = column.is_valid().to_pylist()
    return [
        one if is_there else None for one, is_there in zip(found, there, strict=True)
    ]


def _leaves() -> dict[Callable[[Any], bool], tuple[Any, Any]]:
    """What makes JSON of the types that JSON has not, and what makes them of it."""
    types = library().types
    return {
        types.is_string: (_texts, None),
        types.is_large_string: (_texts, None),
        types.is_date: (_dates, _moments_back),
        types.is_timestamp: (_moments, _moments_back),
        types.is_time: (_times, _times_back),
        types.is_duration: (_durations, _durations_back),
        types.is_decimal: (lambda column: column.to_pylist(), _decimals_back),
        types.is_floating: (lambda column: column.to_pylist(), _floats_back),
        types.is_binary: (_bytes, _bytes_back),
        types.is_large_binary: (_bytes, _bytes_back),
        types.is_fixed_size_binary: (_bytes, _bytes_back),
    }


def _texts(column: Any) -> list[Any]:
    try:
        return column.to_pylist()  # type: ignore[no-any-return]
    except UnicodeDecodeError:
        raw = column.cast(library().large_binary()).to_pylist()
        return [one if one is None else _text(one) for one in raw]


def _text(raw: bytes) -> str | orjson.Fragment:
    """A string, or JSON that is not UTF-8, as the text is none."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        import json

        words = json.dumps(raw.decode(errors="surrogateescape"), ensure_ascii=False)
        return orjson.Fragment(words.encode(errors="surrogateescape"))


def _numbers(column: Any) -> Any:
    """The numbers that stand for times, 0 for null ones."""
    arrow = library()
    kind = arrow.int32() if column.type.bit_width == 32 else arrow.int64()
    found = column.view(kind).fill_null(0).to_numpy(zero_copy_only=False)
    return found.astype(np.int64)


def _iso(numbers: Any, unit: str) -> list[Any]:
    """ISO 8601 of times since 1970; None for the number that stands for no time."""
    moments = numbers.astype(f"datetime64[{unit}]")
    words: list[str] = np.datetime_as_string(moments).tolist()
    return [None if one == "NaT" else _shorter(one) for one in words]


def _shorter(time: str) -> str:
    """A time with nine, six or no digits after its second, and a sign where the year
    has more than four.
    """
    whole, _, digits = time.partition(".")
    if whole[0] != "-" and whole[4] != "-":
        whole = f"+{whole}"
    if not digits.strip("0"):
        return whole
    return f"{whole}.{digits.removesuffix('000') if len(digits) > 6 else digits:0<6}"


def _dates(column: Any) -> list[Any]:
    numbers = _numbers(column)
    if column.type.bit_width == 64:
        numbers //= 86_400_000
    return _with_nulls(_iso(numbers, "D"), column)


def _moments(column: Any) -> list[Any]:
    kind, unit = column.type, column.type.unit
    if kind.tz is None:
        return _with_nulls(_iso(_numbers(column), unit), column)
    zero = numbers = _numbers(column)
    try:
        numbers = _numbers(library().compute.local_timestamp(column))
    except library().ArrowException:  # a zone that is not known here: as UTC
        pass
    seconds = (numbers - zero) // 10 ** UNITS[unit]
    pairs = zip(_iso(numbers, unit), seconds.tolist(), strict=True)
    found = [moment and moment + _offset(ahead) for moment, ahead in pairs]
    return _with_nulls(found, column)


def _offset(seconds: int) -> str:
    minutes, rest = divmod(abs(seconds), 60)
    words = f"{'-' if seconds < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"
    return f"{words}:{rest:02}" if rest else words


def _times(column: Any) -> list[Any]:
    numbers = _numbers(column)
    day = 86_400 * 10 ** UNITS[column.type.unit]
    if len(numbers) and not 0 <= numbers.min() <= numbers.max() < day:
        msg = "a time is not within a day"
        raise ValueError(msg)
    words = _iso(numbers, column.type.unit)
    return _with_nulls([one.removeprefix(_EPOCH) for one in words], column)


def _durations(column: Any) -> list[Any]:
    digits = UNITS[column.type.unit]
    found = [_plain(Decimal(one).scaleb(-digits)) for one in _numbers(column).tolist()]
    return _with_nulls(found, column)


def _plain(number: Decimal) -> Decimal:
    """Without zeros at its end, and without an exponent where it is whole."""
    short = number.normalize()
    return short if short.as_tuple().exponent < 0 else Decimal(int(number))  # type: ignore[operator]


def _bytes(column: Any) -> list[Any]:
    raw = column.to_pylist()
    return [one if one is None else base64.b64encode(one).decode() for one in raw]


def _column(numbers: Any, found: list[Any], kind: Any) -> Any:
    arrow = library()
    plain = arrow.int32() if kind.bit_width == 32 else arrow.int64()
    nulls = np.array([one is None for one in found], bool)
    return arrow.array(numbers, plain, mask=nulls).view(kind)


def _moments_back(found: list[Any], kind: Any) -> Any:
    unit = getattr(kind, "unit", "D")
    if getattr(kind, "tz", None):
        found = [one and _without_offset(one, unit) for one in found]
    moments = [one if one is None else str(one).removeprefix("+") for one in found]
    numbers = np.array(moments, f"datetime64[{unit}]").astype(np.int64)
    if library().types.is_date64(kind):
        numbers *= 86_400_000
    return _column(numbers, found, kind)


def _without_offset(moment: str, unit: Any) -> Any:
    """A moment with its offset, as one in UTC."""
    offset = _OFFSET.search(moment)
    if not offset:
        raise ValueError(moment)
    sign = -1 if offset[1][0] == "-" else 1
    parts = [int(part) for part in offset[1][1:].split(":")]
    ahead = sign * sum(p * s for p, s in zip(parts, (3600, 60, 1), strict=False))
    local = np.datetime64(moment[: offset.start(1)].removeprefix("+"), unit)
    return local - np.timedelta64(ahead, "s")


def _times_back(found: list[Any], kind: Any) -> Any:
    moments = [one if one is None else _EPOCH + one for one in found]
    numbers = np.array(moments, f"datetime64[{kind.unit}]").astype(np.int64)
    return _column(numbers, found, kind)


def _durations_back(found: list[Any], kind: Any) -> Any:
    digits = UNITS[kind.unit]
    numbers = [
        0 if one is None else int(Decimal(str(one)).scaleb(digits)) for one in found
    ]
    return _column(np.array(numbers, np.int64), found, kind)


def _decimals_back(found: list[Any], kind: Any) -> Any:
    exact = [one if one is None else Decimal(str(one)) for one in found]
    return library().array(exact, kind)


def _floats_back(found: list[Any], kind: Any) -> Any:
    floats = [float(one) if isinstance(one, Decimal) else one for one in found]
    return library().array(floats, kind)


def _bytes_back(found: list[Any], kind: Any) -> Any:
    raw = [
        one if one is None else base64.b64decode(one, validate=True) for one in found
    ]
    return library().array(raw, kind)
