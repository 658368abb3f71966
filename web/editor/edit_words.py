"""What edits did, in words: what was removed, and what was undone."""

from __future__ import annotations

from ...engine.report.text_style import cut
from ...grammar.edits import Edit, card
from ...grammar.edits.outline import Card, RowView
from ...grammar.spec.statements import STATEMENTS
from ...grammar.syntax.parse import Parsed
from ..drafts.log import LogEntry

_LONGEST = 60
_SORTS = {spec.sort: spec.label for spec in STATEMENTS} | {
    "disqualify": "Disqualification",
    "grade": "Grades",
    "section": "Comment",
    "text": "Text",
}


def removal_of(edit: Edit, parsed: Parsed) -> str:
    """What an edit of a text removes, "" where it removes nothing."""
    if edit.op == "remove_statement":
        found = card(parsed, edit.key)
        return f"{statement_words(found)} deleted." if found is not None else "Deleted."
    if edit.op == "dissolve":
        found = card(parsed, edit.key)
        return f"{statement_words(found)} dissolved; its rules stay." if found is not None else ""
    if edit.op != "remove":
        return ""
    return f"{part_words(edit, parsed)} removed."


def reverted_words(key: str, parsed: Parsed) -> str:
    """That a statement is again what is live; of one that was deleted, by its key."""
    found = card(parsed, key)
    sort, _, name = key.partition(":")
    words = (
        statement_words(found)
        if found is not None
        else f"{_SORTS.get(sort, 'Statement')} “{cut(name, _LONGEST)}”"
    )
    return f"{words} is as in the live version again."


def statement_words(found: Card) -> str:
    """A statement as people call it: Rule “Large”."""
    sort = _SORTS.get(found.sort, "Statement")
    return f"{sort} “{cut(found.title, _LONGEST)}”" if found.title else sort


def part_words(edit: Edit, parsed: Parsed) -> str:
    """A part of a statement as people call it: Condition “employees is at least 100”."""
    found = card(parsed, edit.key)
    row = _row(found, edit.path) if found is not None else None
    if row is not None:
        return f"Condition “{cut(row.words, _LONGEST)}”"
    what = "Entry" if edit.path.startswith("entries") else "Value" if ".values." in edit.path else ""
    what = what or {"then": "Points", "bands": "Grade", "given": "Fact", "expect": "Expectation"}.get(
        edit.path.partition(".")[0], "Part"
    )
    return f"{what} “{cut(edit.old, _LONGEST)}”" if edit.old else what


def _row(found: Card, path: str) -> RowView | None:
    rows = list(found.conditions)
    while rows:
        row = rows.pop()
        if row.path == path:
            return row
        rows += [*(row.rows or ()), *([row.filter] if row.filter is not None else [])]
    return None


def back_words(entry: LogEntry, sort: str, parsed: Parsed, key: str) -> str:
    """What an undo or redo took back: an undo names what is there again, as does a redo of an undone step."""
    found = card(parsed, key) if key else None
    where = statement_words(found) if found is not None else ""
    said = "Redone" if sort == "redo" else "Undone"
    if entry.sort in ("text", "discard") or len(entry.edits) != 1:
        return f"{said}: {_WHOLE.get(entry.sort, 'a change')}{' in ' + where if where else ''}."
    return f"{said}: {_edit_words(entry.edits[0], where, again=sort == 'redo')}."


_WHOLE = {"text": "a change of the text", "discard": "the draft is back"}


def _edit_words(edit: Edit, where: str, *, again: bool) -> str:
    """What is so again once an edit was taken back; of a redo no more than where it was."""
    old, new = (cut(one, _LONGEST) if one else "" for one in (edit.old, edit.new))
    inside = f" in {where}" if where else ""
    match edit.op:
        case _ if again or edit.op == "restore":
            return f"the change{inside}"
        case "set" | "rename" if old and new:
            return f"{new} → {old}{inside}"
        case "remove_statement" | "dissolve" | "switch" | "enclose" | "move_statement" | "duplicate":
            return (
                f"{where or 'it'} {_AGAIN[edit.op]}"
                if where or edit.op != "duplicate"
                else "the copy is gone"
            )
        case "add_statement":
            return "what was added is gone"
        case "remove" if old:
            return f"“{old}” is back{inside}"
        case "add" if new:
            return f"“{new}” is gone{inside}"
    return f"the change{inside}"


_AGAIN = {
    "remove_statement": "is back", "dissolve": "is back", "switch": "is switched back",
    "enclose": "is out of the group", "move_statement": "is back in its place", "duplicate": "has no copy",
}  # fmt: skip
