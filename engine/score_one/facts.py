"""Facts about one lead as a library's caller gives them, and as generated functions read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ...grammar.syntax.nodes import Kind
from ..values import DAY, EPOCH, Prepared, instant_of, prepare, read_moment, text_key

Columns = tuple[Prepared, ...]
EventRow = tuple[int, int] | tuple[int, int, Columns | Prepared]
"""An event made ready: its instant in microseconds, the code of its class and, where the plan reads
objects or properties of any event, what it reads of this one: a tuple, or the value itself where no
event has more than one."""

MEMO_LIMIT = 16_384
_MOST_INSTANTS = 32_768
INSTANTS: dict[str, int] = {}
"""The instants of texts that were read lately: a lead is scored again with each new event."""

_EXACT = 1 << 53
_FIRST, _LAST = instant_of(dt.date(1, 1, 3)), instant_of(dt.date(9999, 12, 29))
"""Between these an offset leads out of no year that there is."""


class FactsError(ValueError):
    """Facts that no lead can have, such as an event without a readable instant."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something a lead did.

    `at` is a datetime (without an offset it is UTC), a date (its beginning) or either as ISO 8601 text.
    `object` and `properties` are as the data has them.
    """

    type: str
    at: dt.datetime | dt.date | str
    object: str | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)


class Facts(NamedTuple):
    """One lead made ready for one plan.

    `fields` are prepared values in the order of the plan's fields; `events` rows in ascending time, of
    events the plan reads; `given` the fields as they were given, for explanations. `classes` is how many
    classes of events were known when the rows were made.
    """

    fields: tuple[Prepared, ...]
    events: Sequence[EventRow]
    classes: int
    given: tuple[object, ...] = ()


def instant_from(at: object, what: str = "an event happened at") -> int:
    """Microseconds since 1970-01-01T00:00Z of a datetime, a date or ISO 8601 text; FactsError otherwise.

    `what` is how the error's sentence begins.
    """
    if not isinstance(at, str):
        instant = _instant_of(at)
    else:
        instant = INSTANTS.get(at)
        if instant is not None:
            return instant
        instant = _read_quickly(at)
        if instant is None:
            instant = _instant_of(read_moment(at))
        if instant is not None:
            if len(INSTANTS) >= _MOST_INSTANTS:
                INSTANTS.clear()
            INSTANTS[at] = instant
    if instant is not None:
        return instant
    raise FactsError(
        f"{what} {at!r}, which is no instant: give a datetime, a date or ISO 8601 text "
        "such as 2026-01-15T12:00Z"
    )


def _instant_of(moment: object) -> int | None:
    if not isinstance(moment, dt.date):
        return None
    try:
        return instant_of(moment)
    except OverflowError:
        return None


_FORMS = {
    *((20, "-T::Z"), (24, "-T::."), (27, "-T::."), (32, "-T::.")),
    *((25, "-T::+"), (25, "-T::-")),
}
"""Length, and every third character from the second hyphen on, of how programs write instants."""
_ENDS = {24: (23, "Z"), 27: (26, "Z"), 32: (26, "+-")}
"""By the length of those with a fraction, where it ends and with what."""


def _read_quickly(text: str) -> int | None:
    """The instant of a text in one of the common forms; None where it takes a closer look."""
    length = len(text)
    if (length, text[7:20:3]) not in _FORMS:
        return None
    if length in _ENDS:
        place, signs = _ENDS[length]
        if text[place] not in signs:
            return None
    try:
        since = dt.datetime.fromisoformat(text) - EPOCH
    except (ValueError, OverflowError):
        return None
    instant = since.days * DAY + since.seconds * 1_000_000 + since.microseconds
    return instant if _FIRST <= instant <= _LAST else None


OF_EVENT = frozenset(("type", "at", "object", "properties"))
"""The keys of an event given as a mapping that are none of its properties."""


def event_from(given: Event | Mapping[str, object]) -> Event:
    """An event of a mapping with the keys type, at and, if need be, object; all others are properties.

    They can also be gathered in a mapping under the key properties, which goes first.
    """
    if isinstance(given, Event):
        return given
    type_, object_, gathered = given.get("type"), given.get("object"), given.get("properties")
    if not isinstance(type_, str):
        raise FactsError(f"an event needs a text as its type, and {type_!r} is none")
    if gathered is not None and not isinstance(gathered, Mapping):
        raise FactsError(f"the properties of an event are a mapping, and {gathered!r} is none")
    properties: Mapping[str, Any] = gathered or {}
    if any(key not in OF_EVENT for key in given):
        properties = {key: value for key, value in given.items() if key not in OF_EVENT} | dict(properties)
    at = given.get("at")
    if not isinstance(at, str | dt.date):
        instant_from(at)
    return Event(
        type_,
        at if isinstance(at, str | dt.date) else "",
        object_ if isinstance(object_, str) else None,
        properties,
    )


def ready(kind: Kind, value: object) -> Prepared:
    """`prepare`, for any value whatever: what is out of range is unknown too."""
    try:
        return prepare(kind, value)
    except (OverflowError, RecursionError):
        return None


class ValueReader(dict[str, Prepared]):
    """Prepares the values of one field or property, remembering what the first texts came to.

    Most columns hold few distinct texts, and preparing one costs more than looking it up.
    """

    __slots__ = ("default", "kind")

    def __init__(self, kind: Kind, default: Prepared = None) -> None:
        super().__init__()
        self.kind = kind
        self.default = default

    def __missing__(self, text: str) -> Prepared:
        value = (text_key(text) or None) if self.kind is Kind.TEXT else ready(self.kind, text)
        if value is None:
            value = self.default
        if len(self) < MEMO_LIMIT:
            self[text] = value
        return value

    def read(self, value: object) -> Prepared:
        """The prepared value, or the default where it is unknown."""
        if value.__class__ is str:
            return self[value]
        if value is None:
            return self.default
        prepared = ready(self.kind, value)
        return self.default if prepared is None else prepared


def fields_reader(readers: Sequence[ValueReader]) -> Callable[[Iterable[object]], tuple[Prepared, ...]]:
    """A function that prepares all fields of a lead at once, generated because calls would take longer."""
    names: dict[str, Any] = {}
    made: list[str] = []
    for number, reader in enumerate(readers):
        value = f"v{number}"
        names |= {f"m{number}": reader, f"d{number}": reader.default, f"r{number}": reader.read}
        if reader.kind is Kind.NUMBER:
            known = f"{value} + 0.0 if {value} - {value} == 0.0 else d{number}"
            whole = f"{value}.__class__ is int and -{_EXACT} <= {value} <= {_EXACT}"
            other = f"float({value}) if {whole} else r{number}({value})"
            made.append(f"({known}) if {value}.__class__ is float else {other}")
        elif reader.kind is Kind.YES_NO:
            made.append(f"{value} if {value} is True or {value} is False else r{number}({value})")
        else:
            other = f"d{number} if {value} is None else r{number}({value})"
            made.append(f"m{number}[{value}] if {value}.__class__ is str else {other}")
    given = "".join(f"v{number}, " for number in range(len(readers)))
    taken = f" {given}= values\n" if readers else ""
    source = f"def read(values):\n{taken} return ({''.join(f'{one}, ' for one in made)})\n"
    exec(compile(source, "<fields>", "exec"), names)
    read: Callable[[Iterable[object]], tuple[Prepared, ...]] = names["read"]
    return read


def given_fields(lead: Mapping[str, object], columns: Iterable[str]) -> tuple[object, ...]:
    """The values of a lead by their names in the data; None where it has none."""
    return tuple(map(lead.get, columns))
