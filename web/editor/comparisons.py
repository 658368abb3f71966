"""Comparisons in words: what can be asked of a value of each kind."""

from __future__ import annotations

from ...grammar.syntax.nodes import Kind

Choice = tuple[str, str]

TIMES: tuple[Choice, ...] = (
    ("", "at least once"),
    (">=", "at least"),
    (">", "more than"),
    ("=", "exactly"),
    ("<=", "at most"),
    ("<", "fewer than"),
    ("between", "between"),
)
NUMBER: tuple[Choice, ...] = (
    (">=", "is at least"),
    (">", "is more than"),
    ("=", "is"),
    ("!=", "is not"),
    ("<=", "is at most"),
    ("<", "is less than"),
    ("between", "is between"),
    ("not between", "is not between"),
)
_KNOWN: tuple[Choice, ...] = (("is known", "is known"), ("is unknown", "is not known"))
_TEXT: tuple[Choice, ...] = (
    ("=", "is"),
    ("!=", "is not"),
    ("in values", "is one of"),
    ("not in values", "is none of"),
    ("in list", "is in the list"),
    ("not in list", "is not in the list"),
    ("contains", "contains"),
    ("not contains", "does not contain"),
    ("starts with", "begins with"),
    ("not starts with", "does not begin with"),
    ("ends with", "ends with"),
    ("not ends with", "does not end with"),
    ("like", "is like"),
    ("not like", "is not like"),
)
_NUMBER_VALUES: tuple[Choice, ...] = (("in values", "is one of"), ("not in values", "is none of"))
_YES_NO: tuple[Choice, ...] = (("", "is yes"), ("= no", "is no"))
_DATE: tuple[Choice, ...] = (
    ("in last", "is in the last"),
    ("in next", "is in the next"),
    ("=", "is on"),
    ("!=", "is not on"),
    (">", "is after"),
    (">=", "is on or after"),
    ("<", "is before"),
    ("<=", "is on or before"),
    ("between", "is between"),
)
_TEXTS: tuple[Choice, ...] = (
    ("contains", "includes"),
    ("not contains", "does not include"),
    ("in values", "has one of"),
    ("not in values", "has none of"),
    ("in list", "has one of the list"),
    ("not in list", "has none of the list"),
)
BY_KIND: dict[Kind, tuple[Choice, ...]] = {
    Kind.TEXT: _TEXT + _KNOWN,
    Kind.NUMBER: NUMBER + _NUMBER_VALUES + _KNOWN,
    Kind.YES_NO: _YES_NO + _KNOWN,
    Kind.DATE: _DATE + _KNOWN,
    Kind.DATETIME: _DATE + _KNOWN,
    Kind.TEXTS: _TEXTS + _KNOWN,
}
DOMAIN = _TEXT + _KNOWN

_SAID = dict(
    (
        ("!=", "is not"),
        ("not between", "is not between"),
        ("since", "is since"),
        ("before", "is before"),
        ("= yes", "is yes"),
        *NUMBER,
        *_TEXT,
        *_KNOWN,
        *_TEXTS[2:3],
    )
)


def said_of(code: str) -> str:
    """A comparison as the page shows it."""
    return _SAID.get(code, dict(_DATE + _TEXTS + _YES_NO + _NUMBER_VALUES).get(code, code))


WINDOWS: tuple[Choice, ...] = (
    ("", "at any time"),
    ("in last", "in the last"),
    ("since", "since"),
    ("before", "before"),
    ("between", "between"),
)
UNITS: tuple[str, ...] = ("minute", "hour", "day", "week", "month", "year")


def choices(offered: tuple[Choice, ...], now: str, *, lists: bool = True) -> tuple[Choice, ...]:
    """What is offered, with what stands there now if that is none of it. Lists only where there are any."""
    found = tuple(one for one in offered if lists or not one[0].endswith("in list") or one[0] == now)
    if any(value == now for value, _ in found):
        return found
    return (*found, (now, _SAID.get(now, now or "holds")))


def units(amount: str | None, now: str, offered: tuple[str, ...] = UNITS) -> tuple[Choice, ...]:
    """Units of time, in the plural where the amount is not 1."""
    many = "" if amount == "1" else "s"
    found = offered or UNITS
    return tuple((unit, unit + many) for unit in ((*found, now) if now not in found else found))
