"""What a person chose, as edits: a name brings a comparison that suits it, a comparison brings its values.

An edit of one place comes from the page as it is. Where a choice means more than one token, the page sends a
wish, and here it becomes edits of the text that the person saw.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ...grammar.edits import OPERATIONS, Edit, card
from ...grammar.edits.outline import RowView
from ...grammar.edits.snippets import condition_text, window_text
from ...grammar.syntax.nodes import Kind
from ...grammar.syntax.parse import Parsed
from ...grammar.text.printer import name_text, object_text, quoted
from ..assist.names import KnownNames
from .conditions import default_condition, kind_of, sort_of
from .controls import RowControls
from .new_statements import expectation_text, fact_text, statement_text
from .rows import between_days, how_of, operator_of

_WINDOWS = ("in last", "in next", "since", "before")
_VALUE_KINDS = {Kind.TEXT: "text", Kind.TEXTS: "text", Kind.NUMBER: "number", Kind.YES_NO: "yes/no",
                Kind.DATE: "moment", Kind.DATETIME: "moment"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EditIntent:
    """A choice. `op` is one of `WISHES`; the others as in edits.

    `form` says how a chosen name is asked about ("days since", "distinct", ...; "" as it is); `group` that a
    condition comes as a group of its own. Of a statement, `sort` and what its form asked for.
    """

    op: str
    key: str = ""
    path: str = ""
    old: str | None = None
    new: str = ""
    form: str = ""
    group: str = ""
    at: str = ""
    sort: str = ""
    name: str = ""
    points: str = ""
    score: str = ""
    low: str = ""
    high: str = ""
    kind: str = ""
    because: str = ""
    side: str | None = None
    beside: str | None = None


INTENTS = frozenset({"name", "compare", "window", "condition", "statement", "fact", "expect", "tag"})
"""Another name, comparison or window; a new condition, statement, fact or expectation of a test, or tag."""

_FIELDS = frozenset(field.name for field in fields(EditIntent))


def edits_of(data: Any, parsed: Parsed, names: KnownNames) -> list[Edit]:
    """The edits that one entry of a request asks for. Raises ValueError, with a sentence."""
    if not isinstance(data, Mapping):
        raise ValueError("an edit is an object")
    if data.get("op") in OPERATIONS:
        return [Edit.from_dict(data)]
    if data.get("op") not in INTENTS or not all(
        name in _FIELDS and (value is None or isinstance(value, str)) for name, value in data.items()
    ):
        raise ValueError(f'There is no edit called "{data.get("op")}".')
    wish = EditIntent(**data)
    if wish.op == "statement":
        text = statement_text(wish, names)
        return [Edit("add_statement", new=text, side=wish.side, beside=wish.beside)]
    if wish.op == "tag":
        return [Edit("add", wish.key, "then", new=f"tag {quoted(wish.new or 'new')}")]
    if wish.op == "fact":
        return [Edit("add", wish.key, "given", new=fact_text(wish.new, names))]
    if wish.op == "expect":
        return [Edit("add", wish.key, "expect", new=expectation_text(wish.new, names, parsed))]
    if wish.op == "condition":
        event = wish.kind or None if ".where" in f".{wish.path}" else None
        new = default_condition(wish.new, wish.form, names, event)
        at = int(wish.at) if wish.at.isdecimal() else None
        return [Edit("add", wish.key, wish.path, new=new, at=at, kind="group" if wish.group else None)]
    path, _, _ = wish.path.rpartition(".")
    if wish.op == "window" and not path:
        return [_window(wish, _whole_window(wish, parsed))]
    row = _row_at(parsed, wish.key, path)
    if wish.op == "window":
        return [_window_of(wish, row)]
    return _name(wish, row, names) if wish.op == "name" else _compare(wish, row, names)


def _row_at(parsed: Parsed, key: str, path: str) -> RowView:
    found = card(parsed, key)
    roots = [one for one in (found.condition, found.filter) if one is not None] if found is not None else []
    while roots:
        row = roots.pop()
        if row.path == path:
            return row
        roots += [*(row.rows or ()), *([row.filter] if row.filter is not None else [])]
    raise ValueError("This condition is no longer there; somebody changed the statement meanwhile.")


# --- names ----------------------------------------------------------------------------------------


def _name(wish: EditIntent, row: RowView, names: KnownNames) -> list[Edit]:
    """Another name: the comparison stays where it suits, and goes where it does not."""
    parts = RowControls(row.path, row.controls, row.offers)
    event = _event_of(row.path, wish, names)
    was, becomes = sort_of(wish.old or "", names, event), sort_of(wish.new, names, event)
    if wish.form or (was != becomes and row.value != name_text(wish.old or "")) or becomes == "date":
        return [_row(wish, row, default_condition(wish.new, wish.form, names, event))]
    if was != becomes:
        return [_row(wish, row, default_condition(wish.new, "", names, event))]
    made = [Edit("set", wish.key, wish.path, wish.old, wish.new)]
    object_ = parts.value("object")
    if object_ is not None and object_ not in names.objects(wish.new):
        made.insert(0, Edit("set", wish.key, parts.full("object"), object_))
    return made


def _event_of(path: str, wish: EditIntent, names: KnownNames) -> str | None:
    """The event whose properties a row after `where` is about; a stand-in where it cannot be told."""
    return wish.kind or None if ".where." in f".{path}." else None


def _row(wish: EditIntent, row: RowView, new: str) -> Edit:
    return Edit("set", wish.key, row.path, row.value, f"not {new}" if row.negated else new)


# --- comparisons ----------------------------------------------------------------------------------


def _compare(wish: EditIntent, row: RowView, names: KnownNames) -> list[Edit]:
    parts = RowControls(row.path, row.controls, row.offers)
    window, operator = parts.value("window"), parts.value("operator")
    if between_days(parts) and row.form in ("name", "event") and _kind_in(row, parts, names, wish) is None:
        days = f"between {parts.value('low')} and {parts.value('high')}"
        test = test_of(wish.new, RowControls(row.path, (), ()), "number", names) if wish.new else ""
        return [_row(wish, row, _event_text(row, parts, test, days))]
    name = parts.value("name") or ""
    kind = _wanted_kind(row, name, names, wish)
    is_moment = kind == "moment" and row.form == "name"
    if is_moment and (wish.new in _WINDOWS or operator is None):
        text = window_text(wish.new) if wish.new in _WINDOWS[:2] else test_of(wish.new, parts, kind, names)
        return [_row(wish, row, f"{name_text(name)} {text}")]
    if wish.new == "":
        return [Edit("set", wish.key, wish.path, operator)]
    if wish.new == operator_of(parts):
        return []
    new = test_of(wish.new, parts, kind, names)
    if window is not None and is_moment:
        return [_row(wish, row, f"{name_text(name)} {new}")]
    return [Edit("set", wish.key, wish.path, operator, new, kind="test")]


def _kind_in(row: RowView, parts: RowControls, names: KnownNames, wish: EditIntent) -> Kind | None:
    return kind_of(parts.value("name") or "", names, _event_of(row.path, wish, names))


def _wanted_kind(row: RowView, name: str, names: KnownNames, wish: EditIntent) -> str:
    if row.form == "domain":
        return "text"
    if row.form != "name":
        return "number"
    kind = kind_of(name, names, _event_of(row.path, wish, names))
    return _VALUE_KINDS[kind] if kind is not None else "number"


def test_of(code: str, parts: RowControls, kind: str, names: KnownNames) -> str:
    """A comparison with values: those that stand there as far as they suit, else the likeliest."""
    if code in ("= yes", "= no") or code.startswith("is "):
        return code
    operator, _, among = code.rpartition(" ") if code.endswith((" values", " list")) else (code, "", "")
    if among == "list":
        now = parts.value("list") or next(iter(names.lists), "")
        if not now:
            raise ValueError("There is no list yet. Add one first.")
        return f"{operator} {name_text(now)}"
    found = _values(parts, kind) or _likely(parts.value("name") or "", kind, names)
    if operator.endswith("between"):
        return condition_text("x", operator=operator, values=[found[0], _beyond(found, kind)], kind=kind)[2:]
    return condition_text("x", operator=operator, values=found if among else found[:1], kind=kind)[2:]


def _values(parts: RowControls, kind: str) -> list[str]:
    return [
        one.value
        for name, one in parts.controls.items()
        if name.partition(".")[0] in ("value", "low", "high", "values") and one.kind == kind
    ]


def _likely(name: str, kind: str, names: KnownNames) -> list[str]:
    facts = names.facts(name)
    if facts is not None and facts.values and kind in ("text", "yes/no"):
        return [next(iter(facts.values))]
    return {"text": ["…"], "number": ["1"], "yes/no": ["yes"]}.get(kind, [dt.date.today().isoformat()])


def _beyond(found: list[str], kind: str) -> str:
    """The other end of a range which begins with the first value."""
    if len(found) > 1:
        return found[-1]
    if kind == "number" and found[0].lstrip("-").isdecimal():
        return str(int(found[0]) + 1)
    return found[0]


# --- windows --------------------------------------------------------------------------------------


def _window(wish: EditIntent, now: str | None) -> Edit:
    """Another window of time, or none."""
    if now is not None and how_of(now) == wish.new:
        return Edit("set", wish.key, wish.path, now, now)
    return Edit("set", wish.key, wish.path, now, _new_window(wish.new))


def _new_window(how: str) -> str | None:
    today = dt.date.today()
    start = (today - dt.timedelta(days=30)) if how == "between" else today
    return window_text(how, start=start.isoformat(), end=today.isoformat()) if how else None


def _window_of(wish: EditIntent, row: RowView) -> Edit:
    """The window of a row. Where `between` was read as a comparison, that is what goes."""
    parts = RowControls(row.path, row.controls, row.offers)
    if not between_days(parts):
        return _window(wish, parts.value("window"))
    new = _new_window(wish.new)
    if new is None:
        return Edit("set", wish.key, parts.full("operator"), "between")
    return _row(wish, row, _event_text(row, parts, "", new))


def _event_text(row: RowView, parts: RowControls, test: str, window: str) -> str:
    """A row about an event, in the order in which it is written."""
    thing = parts.value("object")
    words = [name_text(parts.value("name") or ""), object_text(thing) if thing is not None else ""]
    words += [f"where {row.filter.value}" if row.filter is not None else "", test, window]
    return " ".join(word for word in words if word)


def _whole_window(wish: EditIntent, parsed: Parsed) -> str | None:
    found = card(parsed, wish.key)
    controls = found.controls if found is not None else ()
    return next((one.value for one in controls if one.path == wish.path), None)
