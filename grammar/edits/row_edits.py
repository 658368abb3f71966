"""Conditions: rows added and taken out, all or any, `not`, groups of rows."""

from __future__ import annotations

from itertools import pairwise

from ..syntax import nodes as n
from ..syntax.nodes import Span
from ..text.printer import text_of
from .edit import Edit, conflict, refused
from .parts import Parts, Row
from .series import HANG, added, without
from .splices import Splice, Splices, left_out, replaced
from .values import condition_in, written

_WORDS = {"all": "and", "any": "or"}


def row_at(parts: Parts, edit: Edit) -> Row:
    """The row that an edit names, unchanged since the edit saw it."""
    row = parts.rows.get(edit.path)
    if row is None:
        raise conflict("This condition is no longer there; somebody changed the statement meanwhile.")
    found = text_of(row.node)
    if edit.old is not None and edit.old != found:
        raise conflict(f"Somebody changed this condition meanwhile: it is {found} now.", found)
    return row


# --- adding and taking out --------------------------------------------------------------------------


def add_row(parts: Parts, edit: Edit) -> Splices:
    """A condition, or with `kind` "group" a group of one, at the end of a group or before row `at`."""
    new = written("condition", edit.new or "")
    if isinstance(condition_in(new), n.And | n.Or) or edit.kind == "group":
        new = f"({new})"
    row = parts.rows.get(edit.path)
    if row is None and edit.path in parts.by_path and parts.by_path[edit.path].value is None:
        part = parts.by_path[edit.path]
        return replaced(parts.document, Span(part.at, part.at), " " + part.phrase.replace("{}", new))
    row = row_at(parts, Edit(edit.op, path=edit.path))
    if row.rows is None:
        return _into_new_group(parts, row, new, edit)
    series = parts.series[row.path]
    if len(row.rows) == 1:
        word = _WORDS.get(edit.join or _usual_join(parts, row), "and")
        series = type(series)(series.path, series.kind, series.items, word)
    made = added(parts.document, series, edit.at, new, HANG)
    return made + _wrapping(row) if row.filters and not row.bracketed else made


def _usual_join(parts: Parts, row: Row) -> str:
    """A group of one within an "all" can only be meant for an "any", and the other way about."""
    parent = parts.rows.get(row.path.rpartition(".")[0])
    if parent is None or row.filters or parent.join is None:
        return "all" if parent is None or row.filters else "any"
    return "any" if parent.join == "all" else "all"


def _wrapping(row: Row) -> Splices:
    return Splices((Splice(row.span.start, row.span.start, "("), Splice(row.span.end, row.span.end, ")")))


def _into_new_group(parts: Parts, row: Row, new: str, edit: Edit) -> Splices:
    """A clause and a new one as a group in the clause's place."""
    parent = parts.rows.get(row.path.rpartition(".")[0])
    usual = "all" if parent is not None and parent.join == "any" else "any"
    word = _WORDS.get(edit.join or usual, "or")
    place = row.span
    return Splices((Splice(place.start, place.start, "("), Splice(place.end, place.end, f" {word} {new})")))


def remove_row(parts: Parts, edit: Edit) -> Splices:
    """A row taken out with its comments. Of the condition of a rule, the last one stays."""
    row = row_at(parts, edit)
    parent_path, _, last = row.path.rpartition(".")
    if not last.isdigit():
        part = parts.by_path.get(row.path)
        if part is None or part.whole is None:
            raise refused("A condition needs at least one row.")
        return left_out(parts.document, part.whole)
    parent = parts.rows[parent_path]
    assert parent.rows is not None
    if len(parent.rows) > 1:
        return without(parts.document, parts.series[parent_path], int(last))
    return remove_row(parts, Edit(edit.op, edit.key, parent_path))


# --- all, any, not ----------------------------------------------------------------------------------


def join_rows(parts: Parts, edit: Edit) -> Splices:
    """All of the rows of a group, or any of them."""
    row = row_at(parts, Edit(edit.op, path=edit.path))
    if row.rows is None or row.join is None:
        raise refused("There is one condition only here, so all and any are the same.")
    if edit.new not in _WORDS:
        raise refused('Choose "all" or "any".')
    if edit.old is not None and edit.old != row.join:
        raise conflict(f"Somebody changed this meanwhile: it is {row.join} now.", row.join)
    if edit.new == row.join:
        return Splices(())
    word = _WORDS[edit.new]
    made: list[Splice] = []
    for before, after in pairwise(row.rows):
        between = parts.document.lexemes_in(before.span.end, after.span.start)
        made += [Splice(lexeme.start, lexeme.end, word) for lexeme in between]
    return Splices(tuple(made))


def negate(parts: Parts, edit: Edit) -> Splices:
    """`not` before a row, or taken away from it."""
    row = row_at(parts, edit)
    if not row.path.rpartition(".")[2].isdigit():
        raise refused('Choose one row for "not".')
    if not row.negated:
        return Splices((Splice(row.span.start, row.span.start, "not "),))
    word = parts.document.lexeme_after(row.span.start)
    after = parts.document.lexeme_after(word.end) if word is not None else None
    assert word is not None
    if after is None or parts.document.comments_in(word.end, after.start):
        return replaced(parts.document, word.span, "")
    return Splices((Splice(word.start, after.start, ""),))


# --- groups of rows ---------------------------------------------------------------------------------


def group_rows(parts: Parts, edit: Edit) -> Splices:
    """A row as a group of its own, so that others can join it."""
    row = row_at(parts, edit)
    if not row.path.rpartition(".")[2].isdigit():
        raise refused("Choose one row to make a group of.")
    return _wrapping(row)


def ungroup_rows(parts: Parts, edit: Edit) -> Splices:
    """The rows of a group, side by side with those around it, where that says the same."""
    row = row_at(parts, edit)
    parent = parts.rows.get(row.path.rpartition(".")[0])
    if row.rows is None or row.inside is None or parent is None or not row.bracketed:
        raise refused("This is no group of conditions.")
    if isinstance(row.inner, n.Clause):
        raise refused("The window of time belongs to the whole group; take it out first.")
    several = len(row.rows) > 1
    if several and (row.negated or (parent.join is not None and parent.join != row.join)):
        raise refused("Without the group this would mean something else.")
    inside = row.inside
    document = parts.document
    opening, closing = Span(inside.start - 1, inside.start), Span(inside.end, inside.end + 1)
    return replaced(document, opening, "") + replaced(document, closing, "")
