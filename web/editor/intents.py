"""What a person chose, as edits: a name or a comparison keeps the values that suit it, and asks for the rest.

An edit of one place comes from the page as it is. Where a choice means more than one token, the page sends a
wish, and here it becomes edits of the text that the person saw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ...assist.names import KnownNames
from ...engine.report.text_style import listed
from ...grammar.edits import OPERATIONS, Edit, card
from ...grammar.edits.outline import RowView
from ...grammar.edits.snippets import window_text
from ...grammar.syntax.parse import Parsed
from ...grammar.text.printer import name_text, object_text, quoted
from .beginnings import Beginning, one_number, plain
from .comparisons import said_of
from .controls import RowControls
from .edit_intent import EditIntent
from .kinds import VALUE_KINDS, WINDOWS, kind_of, offered, sort_of, value_kind
from .new_statements import statement_text
from .rows import between_days, how_of, operator_of

INTENTS = frozenset({"name", "compare", "window", "statement", "tag"})
"""Another name, comparison or window; a new statement or tag."""

_FIELDS = frozenset(field.name for field in fields(EditIntent))


@dataclass(frozen=True, slots=True)
class Ask:
    """What is missing before a choice can be made: it is asked for in the place, and until then all stays.

    The answer, between `before` and `after`, is the `new` of `edit`. `message` says what could not be kept.
    """

    begun: Beginning
    edit: Edit
    before: str = ""
    after: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class RequestedEdits:
    """What comes of a wish: edits, and what is said of them; or a question."""

    edits: tuple[Edit, ...] = ()
    said: str = ""
    ask: Ask | None = None


def edits_for(data: Any, parsed: Parsed, names: KnownNames) -> RequestedEdits:
    """What one entry of a request asks for. Raises ValueError, with a sentence."""
    if not isinstance(data, Mapping):
        raise ValueError("an edit is an object")
    if data.get("op") in OPERATIONS:
        edit = Edit.from_dict(data)
        if edit.new is not None and edit.kind is not None:
            one_number(edit.kind, edit.new)
        return RequestedEdits((edit,))
    if data.get("op") not in INTENTS or not all(
        name in _FIELDS and (value is None or isinstance(value, str)) for name, value in data.items()
    ):
        raise ValueError(f'There is no edit called "{data.get("op")}".')
    intent = EditIntent(**data)
    if intent.op == "statement":
        return RequestedEdits(
            (Edit("add_statement", new=statement_text(intent), side=intent.side, beside=intent.beside),)
        )
    if intent.op == "tag":
        return RequestedEdits((Edit("add", intent.key, "then", new=f"tag {quoted(intent.new or 'new')}"),))
    path, _, _ = intent.path.rpartition(".")
    if intent.op == "window" and not path:
        return _window(intent, _whole_window(intent, parsed))
    row = _row_at(parsed, intent.key, path)
    if intent.op == "window":
        return _window_of(intent, row)
    return _name(intent, row, names) if intent.op == "name" else _compare(intent, row, names)


def _row_at(parsed: Parsed, key: str, path: str) -> RowView:
    found = card(parsed, key)
    roots = list(found.conditions) if found is not None else []
    while roots:
        row = roots.pop()
        if row.path == path:
            return row
        roots += [*(row.rows or ()), *([row.filter] if row.filter is not None else [])]
    raise ValueError("This condition is no longer there; somebody changed the statement meanwhile.")


def _event_of(path: str, intent: EditIntent) -> str | None:
    """The event whose properties a row after `where` is about."""
    return intent.kind or None if ".where." in f".{path}." else None


def _row(intent: EditIntent, row: RowView, new: str) -> Edit:
    return Edit("set", intent.key, row.path, row.value, f"not {new}" if row.negated else new)


def _asking(
    intent: EditIntent, row: RowView, begun: Beginning, message: str = "", after: str = ""
) -> RequestedEdits:
    """Asks for another condition in place of a row."""
    edit = Edit("set", intent.key, row.path, row.value)
    return RequestedEdits(ask=Ask(begun, edit, "not " if row.negated else "", after, message))


# --- names ----------------------------------------------------------------------------------------


def _name(intent: EditIntent, row: RowView, names: KnownNames) -> RequestedEdits:
    """Another name: all that suits it stays; what does not is named, and asked for where it is needed."""
    event = _event_of(row.path, intent)
    if intent.form:
        return _asking(intent, row, Beginning("condition", intent.form, event))
    parts = RowControls(row.path, row.controls, row.offers)
    known = (
        event is not None
        or names.known(intent.new) is not None
        or sort_of(intent.new, names, event) == "score"
    )
    becomes = sort_of(intent.new, names, event)
    plain = Edit("set", intent.key, intent.path, intent.old, intent.new)
    if not known or becomes == sort_of(intent.old or "", names, event):
        return RequestedEdits((plain,))
    kept, lost = _kept(row, parts, becomes, names)
    if kept is not None and not lost and not kept.changed:
        return RequestedEdits((plain,))
    said = f"{intent.new} {_ABOUT[becomes]}, so {listed(lost)} cannot stay." if lost else ""
    name = name_text(intent.new) if becomes != "score" or intent.new != "score" else "score"
    if kept is None:
        code = operator_of(parts)
        slots = {"name": intent.new}
        if any(code == one for one, _ in offered(becomes, names)):
            slots["operator"] = code
        return _asking(intent, row, Beginning("condition", "", event, slots=slots), said)
    return RequestedEdits((_row(intent, row, " ".join(one for one in (name, kept.text) if one)),), said)


_ABOUT = {
    "score": "is a score", "event": "is an event", "define": "is a definition", "date": "is a date",
    "text": "is text", "number": "is a number", "yes/no": "is yes or no", "texts": "has several texts",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Kept:
    """What stays after a name, as rules write it, and whether it is written in another way than before."""

    text: str
    changed: bool = False


def _kept(
    row: RowView, parts: RowControls, becomes: str, names: KnownNames
) -> tuple[_Kept | None, list[str]]:
    """What of a row suits another sort of name, None where something is lacking; and what does not suit."""
    lost: list[str] = []
    words: list[str] = []
    element, window = parts.value("object"), parts.value("window")
    if element is not None:
        (words if becomes == "event" else lost).append(object_text(element))
    if row.filter is not None:
        (words if becomes == "event" else lost).append(f"where {row.filter.value}")
    tested = parts.value("operator") is not None
    test = _kept_test(row, parts, becomes, names) if tested else None
    if test is not None:
        words.append(test.text)
    elif tested:
        lost.append(_test_words(parts))
    if window is not None:
        (words if becomes == "event" or (becomes == "date" and not tested) else lost).append(window)
    complete = becomes in ("event", "define", "yes/no") or test is not None
    complete = complete or (becomes == "date" and window in words)
    if not complete:
        return None, [f"“{one}”" for one in lost]
    return _Kept(" ".join(words), bool(test and test.changed)), [f"“{one}”" for one in lost]


def _kept_test(row: RowView, parts: RowControls, becomes: str, names: KnownNames) -> _Kept | None:
    """The comparison where another sort of name has it too, its values written as those of that sort are."""
    code = operator_of(parts)
    if all(code != one for one, _ in offered(becomes, names)):
        return None
    found = [one for name, one in parts.controls.items() if name.partition(".")[0] in _VALUES]
    wanted = value_kind(becomes)
    if all(one.kind in (wanted, "expression") for one in found):
        return _Kept(_written(code, parts, [plain(one.kind, one.value) for one in found]))
    if wanted not in ("text", "number") or any(one.kind not in ("text", "number") for one in found):
        return None
    try:
        return _Kept(_written(code, parts, [plain(wanted, one.value) for one in found]), changed=True)
    except ValueError:
        return None


_VALUES = frozenset({"value", "low", "high", "values"})


def _written(code: str, parts: RowControls, values: list[str]) -> str:
    if code.endswith(" list"):
        return f"{code.removesuffix(' list')} {name_text(parts.value('list') or '')}"
    if code.startswith(("= yes", "= no", "is ")):
        return code
    if code.endswith("between"):
        return f"{code} {values[0]} and {values[-1]}"
    if code.endswith(" values"):
        return f"{code.removesuffix(' values')} ({', '.join(values)})"
    return f"{code} {values[0]}"


def _test_words(parts: RowControls) -> str:
    """A comparison as the page shows it."""
    values = [one.value for name, one in parts.controls.items() if name.partition(".")[0] in _VALUES]
    code = operator_of(parts)
    values = [] if code.startswith("= ") else values or [parts.value("list") or ""]
    return " ".join(
        (said_of(code), " and ".join(values) if code.endswith("between") else ", ".join(values))
    ).strip()


# --- comparisons ----------------------------------------------------------------------------------


def _compare(intent: EditIntent, row: RowView, names: KnownNames) -> RequestedEdits:
    parts = RowControls(row.path, row.controls, row.offers)
    operator, name = parts.value("operator"), parts.value("name") or ""
    event = _event_of(row.path, intent)
    if between_days(parts) and row.form in ("name", "event") and kind_of(name, names, event) is None:
        if not intent.new:
            return RequestedEdits()
        days = f"between {parts.value('low')} and {parts.value('high')}"
        return _times(intent, row, _event_text(row, parts, "", ""), days)
    kind = _wanted_kind(row, name, names, event)
    is_moment = kind == "moment" and row.form == "name"
    if intent.new == operator_of(parts):
        return RequestedEdits()
    if is_moment and (intent.new in WINDOWS or operator is None):
        return _moment(intent, row, parts, name)
    if intent.new == "":
        return RequestedEdits((Edit("set", intent.key, intent.path, operator),), _dropped(parts, []))
    test, kept = test_of(intent.new, parts, kind, names)
    if test is not None:
        return RequestedEdits(
            (Edit("set", intent.key, intent.path, operator, test, kind="test"),), _dropped(parts, kept)
        )
    shape = (
        "times"
        if kind == "number" and row.form in ("event", "sequence")
        else _sort_in(row, name, names, event)
    )
    slots = {"operator": intent.new} | _slots(parts, kind)
    begun = Beginning("test", kind=shape, name=name, slots=slots)
    return RequestedEdits(ask=Ask(begun, Edit("set", intent.key, intent.path, operator, kind="test")))


def _times(intent: EditIntent, row: RowView, before: str, days: str) -> RequestedEdits:
    """How often something happened within days, which so far were read as the comparison."""
    begun = Beginning("test", kind="times", slots={"operator": intent.new})
    edit = Edit("set", intent.key, row.path, row.value)
    return RequestedEdits(ask=Ask(begun, edit, f"{'not ' if row.negated else ''}{before} ", f" {days}"))


def _moment(intent: EditIntent, row: RowView, parts: RowControls, name: str) -> RequestedEdits:
    """A date: a window keeps how long it is, a comparison its days."""
    window = parts.value("window")
    if window is not None and intent.new in WINDOWS[:2] and how_of(window) in WINDOWS[:2]:
        return RequestedEdits(
            (_row(intent, row, f"{name_text(name)} {window.replace(how_of(window), intent.new, 1)}"),)
        )
    if intent.new.startswith("is "):
        return RequestedEdits((_row(intent, row, f"{name_text(name)} {intent.new}"),))
    days = [
        one.value
        for key, one in parts.controls.items()
        if one.kind == "moment" and key.partition(".")[0] in (*_VALUES, "window")
    ]
    slots = {"name": name, "operator": intent.new}
    if days:
        slots |= {
            "value": days[0],
            "start": days[0],
            "low": days[0],
            "high": days[1] if len(days) > 1 else "",
        }
    return _asking(intent, row, Beginning("condition", slots=slots))


def _wanted_kind(row: RowView, name: str, names: KnownNames, event: str | None) -> str:
    if row.form == "domain":
        return "text"
    if row.form != "name":
        return "number"
    kind = kind_of(name, names, event)
    return VALUE_KINDS[kind] if kind is not None else "number"


def _sort_in(row: RowView, name: str, names: KnownNames, event: str | None) -> str:
    """What a comparison alone compares, as beginnings call it."""
    if row.form == "domain":
        return "domain"
    if row.form != "name":
        return "measure"
    sort = sort_of(name, names, event)
    return {"event": "times", "define": "times"}.get(sort, sort)


def test_of(code: str, parts: RowControls, kind: str, names: KnownNames) -> tuple[str | None, list[str]]:
    """A comparison with the values that stand there as far as they suit, and which those are; None where one
    has to be chosen."""
    if code in ("= yes", "= no") or code.startswith("is "):
        return code, []
    if code.endswith(" list"):
        now = parts.value("list") or (names.lists[0] if len(names.lists) == 1 else None)
        return (f"{code.removesuffix(' list')} {name_text(now)}" if now else None), []
    found = [one.value for one in _suiting(parts, kind)]
    if not found or (code.endswith("between") and len(found) < 2):
        return None, []
    kept = (
        [found[0], found[-1]]
        if code.endswith("between")
        else found
        if code.endswith(" values")
        else found[:1]
    )
    return _written(code, parts, [plain(kind, one) for one in kept]), kept


def _suiting(parts: RowControls, kind: str) -> list[Any]:
    return [
        one
        for name, one in parts.controls.items()
        if name.partition(".")[0] in _VALUES and one.kind == kind and one.value != ""
    ]


def _slots(parts: RowControls, kind: str) -> dict[str, str]:
    found = [one.value for one in _suiting(parts, kind)]
    return {"value": found[0], "low": found[0]} if found else {}


def _dropped(parts: RowControls, kept: list[str]) -> str:
    """Which values went with a comparison, in words."""
    there = [
        one.value
        for name, one in parts.controls.items()
        if name.partition(".")[0] in _VALUES and one.kind != "yes/no"
    ]
    gone = [f"“{one}”" for one in there if one not in kept]
    if parts.value("list") is not None and not kept:
        gone = []
    if not gone:
        return ""
    first = f"Kept “{kept[0]}”; dropped " if kept else "Dropped "
    return f"{first}{listed(gone)}."


# --- windows --------------------------------------------------------------------------------------


def _window(
    intent: EditIntent, now: str | None, before: str = "", edit: Edit | None = None
) -> RequestedEdits:
    """Another window of time, or none."""
    edit = edit or Edit("set", intent.key, intent.path, now)
    if now is not None and how_of(now) == intent.new:
        return RequestedEdits()
    if not intent.new:
        return RequestedEdits((edit,))
    words = (now or "").split()
    how = how_of(now) if now is not None else ""
    if intent.new in WINDOWS[:2] and how in WINDOWS[:2]:
        made = f"{intent.new} {' '.join(words[2:])}"
    elif intent.new in ("since", "before") and how in ("since", "before", "between"):
        made = window_text(intent.new, start=words[1], end=words[-1])
    else:
        days = {"start": words[1], "end": words[-1]} if how in ("since", "before", "between") else {}
        if how in ("since", "before"):
            days.pop("end" if how == "since" else "start")
        return RequestedEdits(ask=Ask(Beginning("window", slots={"how": intent.new, **days}), edit, before))
    return RequestedEdits((Edit("set", edit.key, edit.path, edit.old, f"{before}{made}"),))


def _window_of(intent: EditIntent, row: RowView) -> RequestedEdits:
    """The window of a row. Where `between` was read as a comparison, that is what goes."""
    parts = RowControls(row.path, row.controls, row.offers)
    if not between_days(parts):
        return _window(intent, parts.value("window"))
    if not intent.new:
        return RequestedEdits((Edit("set", intent.key, parts.full("operator"), "between"),))
    before = f"{'not ' if row.negated else ''}{_event_text(row, parts, '', '')} "
    days = f"between {parts.value('low')} and {parts.value('high')}"
    return _window(intent, days, before, Edit("set", intent.key, row.path, row.value))


def _event_text(row: RowView, parts: RowControls, test: str, window: str) -> str:
    """A row about an event, in the order in which it is written."""
    element = parts.value("object")
    words = [name_text(parts.value("name") or ""), object_text(element) if element is not None else ""]
    words += [f"where {row.filter.value}" if row.filter is not None else "", test, window]
    return " ".join(word for word in words if word)


def _whole_window(intent: EditIntent, parsed: Parsed) -> str | None:
    found = card(parsed, intent.key)
    controls = found.controls if found is not None else ()
    return next((one.value for one in controls if one.path == intent.path), None)
