"""Comparisons in words: what the page offers for values of each kind, out of the table of operators."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.spec.kinds import DATES
from ...grammar.spec.operators import OPERATORS, Choice, Form, Operator, for_kind
from ...grammar.syntax.nodes import Kind


def _coded(operator: Operator, kind: Kind) -> Iterator[Choice]:
    """An operator with its label; one that takes values or a list comes twice where a list suits the kind."""
    if operator.form is not Form.AMONG:
        yield operator.written, operator.label(kind)
        return
    label = operator.label(kind)
    yield f"{operator.written} values", label
    if kind is Kind.TEXT:
        yield f"{operator.written} list", operator.of_lists
    elif kind is Kind.TEXTS:
        yield f"{operator.written} list", f"{label} the list"


def _offered(kind: Kind) -> tuple[Choice, ...]:
    found = [choice for operator in for_kind(kind) for choice in _coded(operator, kind)]
    if kind is Kind.YES_NO:
        return (("", "is yes"), ("= no", "is no"), *(one for one in found if one[0] != "="))
    if kind in DATES:
        return (("in last", "is in the last"), ("in next", "is in the next"), *found)
    return tuple(found)


BY_KIND: dict[Kind, tuple[Choice, ...]] = {kind: _offered(kind) for kind in Kind}
DOMAIN = BY_KIND[Kind.TEXT]
NUMBER = tuple(
    (one.written, one.label(Kind.NUMBER)) for one in for_kind(Kind.NUMBER) if one.of_counts is not None
)
"""For what is always known: scores, counts and lengths of time."""
TIMES: tuple[Choice, ...] = (
    ("", "at least once"),
    *((one.written, one.of_counts) for one in OPERATORS.values() if one.of_counts is not None),
)
_SAID = {code: label for kind in reversed(Kind) for code, label in BY_KIND[kind]} | {
    "since": "is since", "before": "is before", "= yes": "is yes",
}  # fmt: skip


def said_of(code: str) -> str:
    """A comparison as the page shows it."""
    return _SAID.get(code, code)


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
    return (*found, (now, said_of(now) or "holds"))


def units(amount: str | None, now: str, offered: tuple[str, ...] = UNITS) -> tuple[Choice, ...]:
    """Units of time, in the plural where the amount is not 1."""
    many = "" if amount == "1" else "s"
    found = offered or UNITS
    return tuple((unit, unit + many) for unit in ((*found, now) if now not in found else found))
