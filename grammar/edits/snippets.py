"""New parts of a ruleset for those who do not write rules: what `add` and `add_statement` take as `new`.

All take plain values, as controls hold them, and stop with `ValueError` and a sentence where a value cannot
be what it should be.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from math import isfinite

from ..syntax.nodes import Moment, Span
from ..text.printer import moment_text, name_text, object_text, quoted
from .edit import EditRejected
from .part_edits import test_text
from .values import written

Value = str | float | int | bool | dt.date | dt.datetime | tuple[str, ...] | None
"""A fact about a lead, as Python has it."""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event for a test: when it was, on a day or at an instant in UTC, None for now."""

    type: str
    object: str | None = None
    times: int = 1
    on: dt.date | dt.datetime | None = None
    properties: Mapping[str, Value] = field(default_factory=dict)


def condition_text(
    name: str,
    *,
    element: str | None = None,
    operator: str | None = None,
    values: Iterable[str] = (),
    kind: str = "text",
    window: str | None = None,
) -> str:
    """One clause: `condition_text("visited", thing="pricing", operator=">=", values=["2"], kind="number")`.

    `thing` is what an event is about, `kind` that of the values; "list" stands for the name of a list.
    """
    parts = [_plain("operand", name)]
    if element is not None:
        parts.append(_plain("object", element))
    if operator is not None:
        if kind == "list":
            parts.append(f"{operator} {''.join(_plain('name', value) for value in values)}")
        else:
            parts.append(test_text(operator, [_plain(kind, value) for value in values] or ["1"]))
    if window is not None:
        parts.append(_plain("window", window))
    return " ".join(parts)


def window_text(how: str, *, amount: str = "30", unit: str = "day", start: str = "", end: str = "") -> str:
    """A window: `how` is one of "in last", "in next", "since", "before", "between"."""
    if how in ("in last", "in next"):
        many = "" if _plain("amount", amount) == "1" else "s"
        return f"{how} {_plain('amount', amount)} {_plain('unit', unit)}{many}"
    if how == "between":
        return f"between {_plain('moment', start)} and {_plain('moment', end)}"
    if how in ("since", "before"):
        return f"{how} {_plain('moment', start if how == 'since' else end)}"
    raise ValueError(f'There is no window of time called "{how}".')


def rule_text(condition: str, points: str, *, name: str | None = None, score: str | None = None) -> str:
    """A rule with a condition that `condition_text` made, or in rules' own words."""
    head = f"rule {_plain('text', name)} " if name is not None else ""
    target = f" {_plain('name', score)}" if score is not None else ""
    return f"{head}when {_plain('condition', condition)} then {_plain('points', points)}{target}"


def list_text(name: str, entries: Iterable[str]) -> str:
    """A list of texts."""
    return f"list {_plain('name', name)}: {', '.join(_plain('text', entry) for entry in entries)}"


def score_text(name: str | None, low: str | None = None, high: str | None = None) -> str:
    """A score with its range; without a name, the total."""
    text = "score" if name is None else f"score {_plain('name', name)}"
    text += f" from {_plain('whole', low)}" if low is not None else ""
    return text + (f" to {_plain('whole', high)}" if high is not None else "")


def group_text(name: str, most: str | None = None) -> str:
    """A group that has no rules yet."""
    cap = f" at most {_plain('cap', most)}" if most is not None else ""
    return f"group {_plain('text', name)}{cap} {{ }}"


def case_text(
    name: str,
    known: Mapping[str, Value],
    happened: Iterable[Happened],
    expect: Iterable[str],
    at: dt.date | dt.datetime | None = None,
) -> str:
    """A test from facts, such as a lead's; `expect` in rules' own words, e.g. `stage = SQL`."""
    head = f"test {_plain('text', name)}" + (f" at {moment(at)}" if at is not None else "")
    facts = [_fact(key, value) for key, value in known.items()] + [_event(event) for event in happened]
    given = f" given {', '.join(facts)}" if facts else ""
    return f"{head}{given} expect {' and '.join(expect)}"


def expected_score(score: str | None, value: int, operator: str = "=") -> str:
    """What a test expects of a score; None is the total."""
    return f"{'score' if score is None else _plain('name', score)} {operator} {value}"


def expected_stage(stage: str | None, track: str | None = None) -> str:
    """What a test expects of a stage; None is no stage."""
    where = f" in {_plain('name', track)}" if track is not None else ""
    label = "none" if stage is None else f"[{stage}]" if stage.lower() == "none" else _plain("name", stage)
    return f"stage{where} = {label}"


# --- facts ------------------------------------------------------------------------------------------


def moment(at: dt.date | dt.datetime) -> str:
    """A day or an instant as a ruleset writes it."""
    return moment_text(Moment(at, span=Span(0, 0)))


def _fact(name: str, value: Value) -> str:
    if value in (None, (), "") or (isinstance(value, float) and not isfinite(value)):
        return f"{name_text(name)} is unknown"
    return f"{name_text(name)} = {_value(value)}"


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return f"({', '.join(map(_text, value))})"
    if isinstance(value, dt.date):
        return moment(value)
    if isinstance(value, int | float):
        return _plain("number", _digits(value))
    return _text(str(value))


def _text(value: str) -> str:
    """A text on one line: what ends lines becomes a blank."""
    return quoted(" ".join(value.splitlines()))


def _digits(value: float) -> str:
    """The number to 15 digits, which is all that a ruleset can write."""
    exact = format(Decimal(repr(value)), "f")
    return exact if sum(map(str.isdigit, exact)) <= 15 else format(Decimal(format(value, ".15g")), "f")


def _event(event: Happened) -> str:
    parts = [name_text(event.type)]
    if event.object is not None:
        parts.append(object_text(" ".join(event.object.splitlines())))
    if event.times != 1:
        parts.append(f"{event.times} times")
    if event.on is not None:
        parts.append(f"on {moment(event.on)}")
    known = [_fact(name, value) for name, value in event.properties.items() if value not in (None, "", ())]
    if known:
        parts.append("with " + " and ".join(known))
    return " ".join(parts)


def _plain(kind: str, value: str) -> str:
    try:
        return written(kind, value)
    except EditRejected as stopped:
        raise ValueError(str(stopped)) from None
