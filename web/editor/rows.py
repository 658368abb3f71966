"""A condition row by row, each a sentence of words and controls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...assist.names import KnownNames
from ...grammar.edits.outline import Note, RowView
from ...grammar.spec.operators import Choice
from ...grammar.syntax.nodes import Kind, Span
from .comparisons import BY_KIND, DOMAIN, NUMBER, TIMES, WINDOWS, choices, units
from .controls import CardElement, Chip, Chips, ControlSpec, RowControls, Word
from .expectation_controls import expectation_controls

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_KINDS = {"text": Kind.TEXT, "number": Kind.NUMBER, "yes/no": Kind.YES_NO, "moment": Kind.DATE}
_FUNCTIONS = {
    "sum": "the total of",
    "avg": "the average of",
    "min": "the smallest of",
    "max": "the largest of",
    "distinct": "how many different things were",
    "days": "on how many days there was",
}


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """A row: a clause with its pieces, or a group with its lines. `filter` is what stands after `where`."""

    path: str
    value: str
    words: str
    span: Span
    negated: bool
    pieces: tuple[CardElement, ...]
    comments: tuple[Note, ...]
    join: str | None = None
    lines: tuple[ConditionRow, ...] | None = None
    filter: ConditionRow | None = None
    can_filter: bool = False
    about: str = ""

    @property
    def group(self) -> bool:
        """Whether it holds lines."""
        return self.lines is not None


def line(row: RowView, names: KnownNames, *, event: str | None = None) -> ConditionRow:
    """A row made ready to show. `event` is the event whose properties a row after `where` is about."""
    parts = RowControls(row.path, row.controls, row.offers)
    about = parts.value("name") or ""
    lines = tuple(line(child, names, event=event) for child in row.rows) if row.rows is not None else None
    pieces = tuple(window(parts)) if lines is not None else tuple(_clause(row, parts, names, event))
    return ConditionRow(
        row.path,
        row.value,
        row.words,
        row.span,
        row.negated,
        pieces,
        row.comments,
        row.join,
        lines,
        line(row.filter, names, event=about) if row.filter is not None else None,
        "where" in parts.offers,
        event or about,
    )


# --- subjects -------------------------------------------------------------------------------------


def _clause(row: RowView, parts: RowControls, names: KnownNames, event: str | None) -> Iterator[CardElement]:
    match row.form:
        case "name" | "event":
            yield from _named(parts, names, event)
        case "sequence":
            yield from _sequence(parts)
            yield from _test(parts, TIMES, "times", names)
            yield from window(parts)
        case "measure":
            yield from _measure(parts)
            yield from _test(parts, NUMBER, "number", names)
            yield from window(parts)
        case "days since":
            yield Word("days since")
            if parts.has("first"):
                choice = (("", "the last"), ("yes", "the first"))
                yield parts.blank("first", "choice", "which", choices=choice)
            yield parts.blank("name", "suggest", "since what", suggest="moments")
            if parts.value("object") is not None:
                yield _object(parts, "object", "name")
            yield from _test(parts, NUMBER, "number", names)
        case "days until":
            yield Word("days until")
            yield parts.blank("name", "suggest", "until what", suggest="dates")
            yield from _test(parts, NUMBER, "number", names)
        case "domain":
            yield Word("the domain of")
            yield parts.blank("name", "suggest", "field", suggest="fields")
            yield from _test(parts, DOMAIN, "text", names)
        case "score":
            yield parts.blank("name", "suggest", "score", suggest="scores", op="name")
            yield from _test(parts, NUMBER, "number", names)
        case "surely":
            yield Word("surely")
            wanted = row.value.removeprefix("not ").removeprefix("surely ")
            yield from expectation_controls(parts, negated=wanted.startswith("not "))
        case _:
            yield parts.blank("subject", "text", "value")
            yield from _test(parts, NUMBER, "number", names)


def _named(parts: RowControls, names: KnownNames, event: str | None) -> Iterator[CardElement]:
    name = parts.value("name") or ""
    if event is not None:
        yield parts.blank("name", "suggest", "property", suggest="properties", about=event, op="name")
        kind = names.properties(event).get(name) or _kind_of_value(parts)
        yield from _test(parts, BY_KIND[kind], kind.value, names)
        return
    yield parts.blank("name", "suggest", "what is asked about", suggest="names", op="name")
    known = names.known(name)
    if known is None and (name == "score" or name in names.scores):
        yield from _test(parts, NUMBER, "number", names)
    elif known is not None and known.kind is not None:
        if known.kind in (Kind.DATE, Kind.DATETIME):
            yield from _moment(parts, names, known.kind)
        else:
            yield from _test(parts, BY_KIND[known.kind], known.kind.value, names, about=name)
            yield from _window_if_there(parts)
    elif known is not None and known.sort == "define":
        yield Word("holds") if parts.value("operator") is None else Word("")
        if parts.value("operator") is not None:
            yield from _test(parts, TIMES, "number", names)
        yield from _window_if_there(parts)
    elif known is not None or parts.value("object") is not None or parts.value("operator") is None:
        yield _object(parts, "object", "name")
        if between_days(parts):
            yield parts.blank(
                "operator", "choice", "comparison", op="compare", value="", choices=TIMES, optional=False
            )
            yield parts.blank("window", "choice", "when", op="window", value="between", choices=WINDOWS)
            yield _value(parts, "low", "from", "")
            yield Word("and")
            yield _value(parts, "high", "to", "")
            return
        yield from _test(parts, TIMES, "times", names)
        yield from window(parts)
    else:
        kind = _kind_of_value(parts)
        yield from _test(parts, BY_KIND[kind], kind.value, names, about=name)
        yield from _window_if_there(parts)


def between_days(parts: RowControls) -> bool:
    """Whether `between` says in which days an event was, and not how often."""
    low = parts.controls.get("low")
    return parts.value("operator") == "between" and low is not None and low.kind == "moment"


def _kind_of_value(parts: RowControls) -> Kind:
    found = next(
        (one.kind for name, one in parts.controls.items() if name.startswith(("value", "low"))), "text"
    )
    return _KINDS.get(found, Kind.TEXT)


def _object(parts: RowControls, name: str, of: str) -> ControlSpec:
    about = parts.value(of) or ""
    return parts.blank(
        name, "suggest", "what it is about", suggest="objects", about=about, placeholder="anything"
    )


def _sequence(parts: RowControls) -> Iterator[CardElement]:
    for which, said in (("first", "first event"), ("second", "second event")):
        if which == "second":
            yield Word("followed by")
        yield parts.blank(f"{which}.name", "suggest", said, suggest="events")
        yield _object(parts, f"{which}.object", f"{which}.name")
    yield Word("within")
    yield from _duration(parts, "within")


def _measure(parts: RowControls) -> Iterator[CardElement]:
    control = parts.controls["function"]
    said = tuple((value, _FUNCTIONS[value]) for value in control.choices)
    yield parts.blank("function", "choice", "measure", choices=said)
    about = parts.value("name") or ""
    if parts.value("property") is not None:
        yield parts.blank("property", "suggest", "property", suggest="properties", about=about)
        yield Word("over all")
    yield parts.blank("name", "suggest", "event", suggest="events")
    if parts.value("object") is not None:
        yield _object(parts, "object", "name")


# --- tests ----------------------------------------------------------------------------------------


def operator_of(parts: RowControls) -> str:
    """The code of a test: its operator, which for "in" says what follows, and to which yes and no belong."""
    operator = parts.value("operator") or ""
    if operator in ("in", "not in"):
        return f"{operator} {'list' if parts.value('list') is not None else 'values'}"
    value = parts.controls.get("value")
    if operator == "=" and value is not None and value.kind == "yes/no":
        return f"= {value.value}"
    return operator


def _test(
    parts: RowControls, offered: tuple[Choice, ...], kind: str, names: KnownNames, *, about: str = ""
) -> Iterator[CardElement]:
    if not parts.has("operator"):
        return
    operator = operator_of(parts)
    said = choices(offered, operator, lists=bool(names.lists))
    yield parts.blank(
        "operator", "choice", "comparison", op="compare", value=operator, choices=said, optional=False
    )
    if operator not in ("= yes", "= no"):
        yield from _values(parts, kind, about, names)
    if kind == "times" and operator:
        yield Word("times")


def _values(parts: RowControls, kind: str, about: str, names: KnownNames) -> Iterator[CardElement]:
    if parts.value("list") is not None:
        now = parts.value("list") or ""
        lists = names.lists if now in names.lists else (*names.lists, now)
        yield parts.blank("list", "choice", "list", choices=tuple((one, one) for one in lists))
    elif parts.value("value") is not None:
        yield _value(parts, "value", "value", about)
    elif parts.value("low") is not None:
        yield _value(parts, "low", "from", about)
        yield Word("and")
        yield _value(parts, "high", "to", about)
    elif parts.value("operator") in ("in", "not in"):
        chips = [one for name, one in parts.controls.items() if name.startswith("values.")]
        how = chips[0].kind if chips else kind
        yield Chips(
            parts.full("values"),
            "values",
            tuple(Chip(one.path, one.value) for one in chips),
            how,
            "values",
            about,
        )


def _value(parts: RowControls, name: str, label: str, about: str) -> ControlSpec:
    kind = parts.controls[name].kind
    if kind == "moment" and _DAY.fullmatch(parts.value(name) or ""):
        return parts.blank(name, "date", label)
    if kind in ("number", "whole"):
        return parts.blank(name, "number", label, small=True)
    if kind == "text":
        return parts.blank(name, "suggest", label, suggest="values", about=about)
    if kind == "yes/no":
        return parts.blank(name, "choice", label, choices=(("yes", "yes"), ("no", "no")))
    return parts.blank(name, "text", label)


def _moment(parts: RowControls, names: KnownNames, kind: Kind) -> Iterator[CardElement]:
    """A date field, of which a window is asked or a comparison."""
    now = parts.value("window")
    if now is None or parts.value("operator") is not None:
        yield from _test(parts, BY_KIND[kind], "date", names)
        return
    how = how_of(now)
    said = choices(BY_KIND[kind], how)
    yield parts.blank(
        "operator", "choice", "comparison", op="compare", value=how, choices=said, old=None, optional=False
    )
    yield from _window_values(parts, how)


# --- windows --------------------------------------------------------------------------------------


def how_of(window: str) -> str:
    """Which sort of window a text is: "in last", "in next", "since", "before" or "between"."""
    first, _, rest = window.partition(" ")
    return f"in {rest.partition(' ')[0]}" if first == "in" else first


def _window_if_there(parts: RowControls) -> Iterator[CardElement]:
    if parts.value("window") is not None:
        yield from window(parts)


def window(parts: RowControls) -> Iterator[CardElement]:
    """The window of time of a clause, a group of events, or a rule about events."""
    if not parts.has("window"):
        return
    now = parts.value("window")
    how = how_of(now) if now is not None else ""
    said = WINDOWS if any(how == value for value, _ in WINDOWS) else (*WINDOWS, (how, "in the next"))
    yield parts.blank("window", "choice", "when", op="window", value=how, choices=said)
    if now is not None:
        yield from _window_values(parts, how)


def _window_values(parts: RowControls, how: str) -> Iterator[CardElement]:
    if how in ("in last", "in next"):
        yield from _duration(parts, "window")
    elif how == "between":
        yield _value(parts, "window.start", "from", "")
        yield Word("and")
        yield _value(parts, "window.end", "to", "")
    else:
        yield _value(parts, "window.start" if how == "since" else "window.end", "day", "")


def _duration(parts: RowControls, name: str) -> Iterator[CardElement]:
    amount = parts.value(f"{name}.amount")
    yield parts.blank(f"{name}.amount", "number", "how many", small=True)
    unit = parts.controls[f"{name}.unit"]
    yield parts.blank(
        f"{name}.unit", "choice", "unit of time", choices=units(amount, unit.value, unit.choices)
    )
