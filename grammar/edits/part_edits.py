"""Setting one part of a statement: to another value, to a first one, or to none."""

from __future__ import annotations

from ..spec.operators import OPERATORS, Form
from ..syntax import nodes as n
from ..text.printer import text_of
from .document import Document
from .edit import Edit, conflict, refused
from .parts import Part, Parts, Row
from .splices import NOTHING, Splices, inserted, left_out, replaced
from .values import KINDS, condition_in, written

_DEFAULTS = {"number": "1", "text": '""', "yes/no": "yes", "moment": "2026-01-01", "operand": "score"}
_DECAYS = {"fading": "fading 25% every 30 days", "halving": "halving every 30 days"}


def set_part(parts: Parts, edit: Edit) -> Splices:
    """What an edit of one part changes. Stops where the part holds another value than the edit saw."""
    row = parts.rows.get(edit.path)
    if row is not None and edit.new is not None:
        return _row(parts, row, edit, edit.new)
    part = parts.by_path.get(edit.path)
    if part is None:
        raise conflict("What this changes is no longer there; somebody changed the statement meanwhile.")
    if part.value != edit.old:
        raise conflict(_changed(part), part.value)
    if edit.new == part.value:
        return NOTHING
    if edit.new is None:
        return _without(parts, part)
    if edit.kind is not None and edit.kind not in KINDS:
        raise refused(f"There is no kind of value called {edit.kind}.")
    if part.choices and part.kind == "choice" and edit.kind != "test" and edit.new not in part.choices:
        raise refused(f'"{edit.new}" is none of {", ".join(part.choices)}.')
    return _with(parts, part, edit, edit.new)


def _changed(part: Part) -> str:
    if part.value is None:
        return "Somebody took this out meanwhile."
    return f"Somebody changed this meanwhile: it is {part.value} now."


def _without(parts: Parts, part: Part) -> Splices:
    if part.whole is None:
        raise refused("This cannot be left out.")
    if part.path.endswith(".operator") and f"{part.path[: -len('operator')]}name" not in parts.by_path:
        raise refused("Without a comparison this would be no condition.")
    return left_out(parts.document, part.whole)


def _with(parts: Parts, part: Part, edit: Edit, new: str) -> Splices:
    document = parts.document
    if part.path.endswith("operator") and part.choices == tuple(OPERATORS):
        return _operator(parts, part, new, edit.kind or "number")
    if part.path.endswith(".decay"):
        return _decay(document, part, new)
    if part.kind in ("amount", "unit") and part.span is not None:
        return _duration(parts, part, new)
    if part.kind == "flag":
        return inserted(document, part.at, part.phrase)
    kind = edit.kind or part.kind
    value = written(kind, new)
    if part.path.endswith("where") and isinstance(condition_in(new), n.And | n.Or):
        value = f"({value})"
    if part.span is not None:
        return replaced(document, part.span, value)
    phrase = part.phrase.replace("{}", value)
    if phrase.startswith(","):
        return replaced(document, n.Span(part.at, part.at), phrase)
    return inserted(document, part.at, phrase)


def _row(parts: Parts, row: Row, edit: Edit, new: str) -> Splices:
    """Another condition in place of a row, or of all rows of a group."""
    found = text_of(row.node)
    if edit.old is not None and edit.old != found:
        raise conflict(f"Somebody changed this condition meanwhile: it is {found} now.", found)
    value = written("condition", new)
    joined = isinstance(condition_in(value), n.And | n.Or)
    outermost = "." not in row.path or row.filters
    if joined and (not outermost or row.filters):
        value = f"({value})"
    return replaced(parts.document, row.span, value)


def _duration(parts: Parts, part: Part, new: str) -> Splices:
    """Amount or unit, the unit in the plural where the amount is not 1."""
    prefix, _, which = part.path.rpartition(".")
    made = written(part.kind, new)
    assert part.span is not None
    unit = parts.by_path.get(f"{prefix}.unit")
    amount = parts.by_path.get(f"{prefix}.amount")
    if unit is None or amount is None or unit.span is None or unit.value is None:
        return replaced(parts.document, part.span, made)
    many = (made if which == "amount" else amount.value) != "1"
    word = (made if which == "unit" else unit.value) + ("s" if many else "")
    splices = replaced(parts.document, part.span, made) if which == "amount" else NOTHING
    if word != parts.document.written(unit.span).lower():
        splices += replaced(parts.document, unit.span, word)
    return splices


def _decay(document: Document, part: Part, new: str) -> Splices:
    if part.span is None:
        return inserted(document, part.at, _DECAYS[new])
    return replaced(document, part.span, "halving" if new == "halving" else "fading 25%")


# --- operators --------------------------------------------------------------------------------------


def _operator(parts: Parts, part: Part, new: str, kind: str) -> Splices:
    """Another operator. Of the same sort, only its words change; of another, the test keeps its values.
    Of kind "test", the operator comes with its values, in rules' own words."""
    document = parts.document
    if kind == "test":
        test = written("test", new)
        if part.span is None:
            return inserted(document, part.at, test)
        assert part.whole is not None
        return replaced(document, part.whole, test)
    if part.span is None:
        return inserted(document, part.at, test_text(new, _values(parts, part, kind)))
    assert part.whole is not None
    if part.value is not None and _alike(part.value, new):
        return replaced(document, part.span, new)
    return replaced(document, part.whole, test_text(new, _values(parts, part, kind)))


def _alike(one: str, other: str) -> bool:
    """Whether two operators take the same values, so that one can stand for the other."""
    return OPERATORS[one].form is OPERATORS[other].form is not Form.KNOWN


def _values(parts: Parts, part: Part, kind: str) -> list[str]:
    """The values that a test has now, as they are written; at least one."""
    prefix = part.path[: -len("operator")]
    names = [f"{prefix}value", f"{prefix}low", f"{prefix}high"]
    series = parts.series.get(f"{prefix}values")
    names += [f"{prefix}values.{index}" for index in range(len(series.items) if series is not None else 0)]
    spans = [parts.by_path[name].span for name in names if name in parts.by_path]
    found = [parts.document.written(span) for span in spans if span is not None]
    return found or [_DEFAULTS.get(kind, "1")]


def test_text(operator: str, values: list[str]) -> str:
    """A test with an operator and values as they are written."""
    match OPERATORS[operator].form:
        case Form.BETWEEN:
            return f"{operator} {values[0]} and {values[-1]}"
        case Form.AMONG:
            return f"{operator} ({', '.join(values)})"
        case Form.MATCH:
            return f"{operator} {values[0] if values[0][0] in _QUOTED else _DEFAULTS['text']}"
        case Form.KNOWN:
            return operator
        case Form.COMPARE:
            return f"{operator} {values[0]}"


_QUOTED = frozenset('"“”„')
