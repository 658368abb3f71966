"""Values of Arrow columns as back ends need them, by the type of the column."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import types

from ...grammar.syntax.nodes import Kind
from ..plan.calendar import EARLIEST, LATEST
from ..score_many.columns import NEVER, Ints
from ..score_one.facts import FactsError, ValueReader, instant_from
from ..values import DAY, Prepared, ascii_keys, moment_of

_TO_MICROSECONDS = {"s": 1_000_000, "ms": 1_000, "us": 1}
_FIRST_DAY, _LAST_DAY = EARLIEST // DAY, LATEST // DAY


def plain_type(type_: pa.DataType) -> pa.DataType:
    """The type of the values, however they are stored: texts are `string` also where they are large, whole
    numbers `int64` where all of theirs fit, and a dictionary has the type of what it holds."""
    if types.is_dictionary(type_):
        return plain_type(type_.value_type)
    if types.is_large_string(type_) or types.is_string_view(type_):
        return pa.string()
    if types.is_integer(type_) and not types.is_uint64(type_):
        return pa.int64()
    return type_


def is_text(type_: pa.DataType) -> bool:
    """Whether a column holds texts."""
    return bool(types.is_string(plain_type(type_)) or types.is_null(type_))


def _is_list_of_texts(type_: pa.DataType) -> bool:
    listed = types.is_list(type_) or types.is_large_list(type_) or types.is_fixed_size_list(type_)
    return listed and is_text(type_.value_type)


def _is_number(type_: pa.DataType) -> bool:
    return bool(types.is_integer(type_) or types.is_floating(type_) or types.is_decimal(type_))


_CASTS = {
    Kind.TEXT: "text: cast it to a string",
    Kind.NUMBER: "a number: cast it to a double",
    Kind.YES_NO: "yes/no: cast it to a boolean",
    Kind.DATE: "a date: cast it to a date",
    Kind.DATETIME: "an instant: cast it to a timestamp with a time zone",
    Kind.TEXTS: "a list of texts: cast it to a list of strings",
}


def unreadable(kind: Kind, type_: pa.DataType, zone: str | None) -> str | None:
    """Why a column of a type cannot be read as a kind, and what to do; None where it can.

    `zone` is what timestamps without a zone are local to, None where that is not known.
    """
    type_ = plain_type(type_)
    if is_text(type_):
        return None
    if kind is Kind.DATETIME and types.is_timestamp(type_) and type_.tz is None and zone is None:
        return (
            "is a timestamp without a time zone, and the same instant would be another one elsewhere: "
            'say what it is local to (zone="UTC"), or cast it to a timestamp with a time zone'
        )
    fits = {
        Kind.TEXT: False,
        Kind.NUMBER: _is_number(type_),
        Kind.YES_NO: types.is_boolean(type_),
        Kind.DATE: types.is_date(type_),
        Kind.DATETIME: types.is_timestamp(type_) or types.is_date(type_),
        Kind.TEXTS: _is_list_of_texts(type_),
    }
    return None if fits[kind] else f"is of type {type_}, and the rules read it as {_CASTS[kind]}"


# --- different values ---------------------------------------------------------------------------


def coded(column: pa.ChunkedArray) -> tuple[NDArray[np.int32], list[Any]]:
    """Which of the different values each row has, and these, None among them where any is unknown. There is
    at most one value more than rows.

    Values are as Python has them; instants are whole microseconds, days whole days since 1970, decimals the
    nearest doubles.
    """
    type_ = column.type
    if types.is_decimal(type_) and type_.bit_width < 128:
        # What Arrow can do with these is little yet.
        type_ = pa.decimal128(type_.precision, type_.scale)
        column = column.cast(type_)
    if types.is_dictionary(type_):
        column = column.unify_dictionaries()
        if column.num_chunks and len(column.chunk(0).dictionary) > len(column):
            # A part of a table has the dictionary of the whole, where it may use few of the values.
            column = column.cast(type_.value_type).dictionary_encode()
    elif types.is_nested(type_):
        return _coded_lists(column.to_pylist())
    else:
        if types.is_floating(type_):
            column = column.cast(pa.float64())
        column = column.dictionary_encode()
    if not column.num_chunks:
        return np.empty(0, np.int32), [None]
    values = _listed(column.chunk(0).dictionary)
    codes = [dictionary_codes(chunk.indices, len(values)) for chunk in column.chunks]
    return codes[0] if len(codes) == 1 else np.concatenate(codes), [*values, None]


def dictionary_codes(indices: pa.Array, unknown: int) -> NDArray[np.int32]:
    """Indices into a dictionary, those that are null as one more."""
    indices = indices.cast(pa.int32())
    filled = pc.fill_null(indices, unknown) if indices.null_count else indices
    return filled.to_numpy()  # type: ignore[no-any-return]


def _coded_lists(values: Sequence[Any]) -> tuple[NDArray[np.int32], list[Any]]:
    places: dict[tuple[Any, ...] | None, int] = {}
    codes = [places.setdefault(None if value is None else tuple(value), len(places)) for value in values]
    return np.array(codes, np.int32), list(places)


def _listed(values: pa.Array) -> list[Any]:
    type_ = values.type
    if types.is_timestamp(type_):
        return [None if at == NEVER else at for at in microseconds(values, "UTC").tolist()]
    if types.is_date(type_):
        days = values.cast(pa.date32()).cast(pa.int32())
        return days.to_pylist()  # type: ignore[no-any-return]
    if types.is_decimal(type_):
        return [None if value is None else float(value) for value in values.to_pylist()]
    return values.to_pylist()  # type: ignore[no-any-return]


# --- instants -----------------------------------------------------------------------------------


def microseconds(values: pa.Array, zone: str | None) -> Ints:
    """Timestamps as microseconds since 1970-01-01T00:00Z, `NEVER` for unknown. A nanosecond's rest is cut off
    towards the past; what lies outside of the years 1 to 9999 is unknown."""
    type_ = values.type
    if type_.tz is None and zone not in (None, "UTC"):
        values = pc.assume_timezone(
            values.cast(pa.timestamp("us"), safe=False) if type_.unit == "ns" else values,
            zone,
            ambiguous="earliest",
            nonexistent="earliest",
        )
        type_ = values.type
    whole = values.cast(pa.int64())
    if type_.unit == "us" and not whole.null_count and _all_within(whole):
        return whole.to_numpy()  # type: ignore[no-any-return]
    numbers: Ints = pc.fill_null(whole, NEVER).to_numpy(zero_copy_only=False)
    unknown = numbers == NEVER
    if type_.unit == "ns":
        found = numbers // 1_000
    else:
        factor = _TO_MICROSECONDS[type_.unit]
        unknown |= (numbers > LATEST // factor) | (numbers < EARLIEST // factor)
        found = np.where(unknown, 0, numbers) * factor
    unknown |= (found > LATEST) | (found < EARLIEST)
    return np.where(unknown, NEVER, found)


def _all_within(whole: pa.Array) -> bool:
    ends = pc.min_max(whole).as_py()
    return ends["min"] is None or (ends["min"] >= EARLIEST and ends["max"] <= LATEST)


def instants_of_events(column: pa.ChunkedArray, zone: str | None) -> tuple[Ints, list[str]]:
    """The instants of events, `NEVER` where there is none, and some of the values that are no instant."""
    type_ = plain_type(column.type)
    if types.is_timestamp(type_):
        column = column.cast(type_)
        chunks = [microseconds(one, zone) for one in column.chunks]
        found = chunks[0] if len(chunks) == 1 else np.concatenate([np.empty(0, np.int64), *chunks])
        return found, [str(one) for one in _where(column, found == NEVER)]
    codes, values = coded(column)
    bad: list[str] = []
    instants = []
    for value in values:
        at = _instant(value)
        instants.append(NEVER if at is None else at)
        if at is None and value is not None:
            bad.append(str(value))
    found = np.array(instants, np.int64)[codes]
    if column.null_count:
        bad.append("null")
    return found, bad


def _where(column: pa.ChunkedArray, places: NDArray[np.bool_]) -> list[object]:
    if not places.any():
        return []
    some = column.cast(pa.int64()).filter(pa.array(places)).slice(0, 3).to_pylist()
    return [value if value is None else f"{value} ({column.type})" for value in some]


def _instant(value: object) -> int | None:
    if isinstance(value, int):
        return value * DAY if _FIRST_DAY <= value <= _LAST_DAY else None
    try:
        return None if value is None else instant_from(value)
    except FactsError:
        return None


# --- values made ready --------------------------------------------------------------------------


def maker(kind: Kind, default: Prepared, type_: pa.DataType) -> Callable[[Sequence[Any]], list[Prepared]]:
    """What makes the values of `coded` ready for a field of a kind with a default."""
    type_ = plain_type(type_)
    reader = ValueReader(kind, default)
    if types.is_floating(type_) or types.is_decimal(type_):
        # What is not a number, and what has no end, is unknown.
        return lambda values: [
            default if value is None or value - value != 0.0 else value + 0.0 for value in values
        ]
    if types.is_integer(type_):
        return lambda values: [default if value is None else float(value) for value in values]
    if types.is_timestamp(type_):
        return lambda values: [default if value is None else value for value in values]
    if types.is_date(type_):
        factor = DAY if kind is Kind.DATETIME else 1
        return lambda values: [
            value * factor if value is not None and _FIRST_DAY <= value <= _LAST_DAY else default
            for value in values
        ]

    def read(values: Sequence[Any]) -> list[Prepared]:
        keys = ascii_keys(values) if kind is Kind.TEXT and len(values) > 1 else None
        return [reader.read(value) for value in values] if keys is None else [key or default for key in keys]

    return read


def as_given(value: Any, type_: pa.DataType) -> Any:
    """A value of `coded` as whoever calls a ruleset gives it: a date, a datetime, or the value itself."""
    type_ = plain_type(type_)
    if isinstance(value, int) and types.is_timestamp(type_):
        return moment_of(value)
    if isinstance(value, int) and types.is_date(type_):
        inside = _FIRST_DAY <= value <= _LAST_DAY
        return dt.date(1970, 1, 1) + dt.timedelta(days=value) if inside else None
    if isinstance(value, Decimal):
        return float(value)
    return value
