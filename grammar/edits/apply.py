"""Doing an edit: the text with it, the edit that undoes it, and the check that nothing else changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from ..messages.diagnostics import Source
from ..syntax import nodes as n
from ..syntax.nodes import Span
from ..syntax.parse import Parsed, parse
from . import row_edits as rows
from . import statement_edits as statements
from .comments import about_comments, edit_comments, key_after
from .document import Document
from .edit import Applied, Edit, EditRejected, EditResult, conflict, refused
from .inverse import restored, restoring
from .merge import merge
from .part_edits import set_part
from .parts import Parts
from .series_edits import add_part, move_part, remove_part
from .splices import NOTHING, Splice, Splices, spliced
from .statement_parts import parts_of

_IN_STATEMENT: dict[str, Callable[[Parts, Edit], Splices]] = {
    "set": set_part,
    "add": add_part,
    "remove": remove_part,
    "move": move_part,
    "join": rows.join_rows,
    "negate": rows.negate,
    "group": rows.group_rows,
    "ungroup": rows.ungroup_rows,
}
_OF_STATEMENTS: dict[str, Callable[[Document, int, Edit], Splices]] = {
    "remove_statement": statements.remove_statement,
    "move_statement": statements.move_statement,
    "duplicate": statements.duplicate_statement,
    "rename": statements.rename_statement,
    "switch": statements.switch_rule,
    "enclose": statements.enclose_rule,
    "dissolve": statements.dissolve_group,
}
OPERATIONS = frozenset({*_IN_STATEMENT, *_OF_STATEMENTS, "add_statement", "set_text", "head", "restore"})
"""Every operation.

Of a part: `set` a value (None takes the part out or puts it in), `add` to a series or a group of rows,
`remove` from it, `move` within it; of rows: `join` by all or any, `negate`, `group`, `ungroup`. Of
statements: `add_statement`, `remove_statement`, `move_statement`, `duplicate`, `rename` (with all that refers
to it), `switch` on or off, `enclose` in a new group, `dissolve` a group, `set_text` as written. `head` puts
a heading above a statement; other comments are parts. `restore` undoes.
"""


def apply(
    text: str, edit: Edit, *, seen: str | Parsed | None = None, parsed: Parsed | None = None
) -> EditResult:
    """The text with an edit in it, or why there is none.

    `seen` is the whole text that the edit was made for, where that was another, or what was read of it:
    changes of others in between are kept, and only a change of the same place is a conflict. `parsed` is
    the text read, if that is at hand. Never raises, whatever the text and the edit.
    """
    try:
        return _applied(text, edit, seen, parsed)
    except EditRejected as stopped:
        return stopped.outcome


def _applied(text: str, edit: Edit, seen: str | Parsed | None, parsed: Parsed | None) -> Applied:
    if edit.op not in OPERATIONS:
        raise refused(f'There is no edit called "{edit.op}".')
    now = Document.of(text, parsed)
    if isinstance(seen, str):
        seen = parse(Source(seen), now.parsed) if seen != text else None
    if seen is not None and seen.source.text != text:
        before = Document(seen.source.text, seen)
        if not _same_statement(now, before, edit):
            return _merged(now, edit, before.text)
    if edit.op == "restore":
        return _finished(now, restored(now, edit), None, (), edit=edit)
    comments = about_comments(edit)
    index = None if edit.op == "add_statement" or comments else _index(now, edit)
    splices = edit_comments(now, edit) if comments else _splices(now, index, edit)
    try:
        new = spliced(text, splices.pieces)
    except ValueError:
        raise refused("This cannot be done here; change it in the text view.") from None
    after = Document.of(new, before=now.parsed)
    if comments:
        _checked_comments(now, after)
    else:
        checked(now, after, index, edit)
    return _finished(now, after, _touched(splices), splices.taken, index=index, edit=edit)


def _same_statement(now: Document, seen: Document, edit: Edit) -> bool:
    """Whether the statement is as the edit's writer saw it, so that the edit can be done as it is."""
    if edit.op in (
        "restore",
        "rename",
        "enclose",
        "dissolve",
        "move_statement",
        "add_statement",
        "duplicate",
    ):
        return edit.op != "restore" and (not edit.key or now.find(edit.key) is not None)
    index, before = now.find(edit.key), seen.find(edit.key)
    if index is None or before is None:
        return False
    mine, theirs = seen.items[before], now.items[index]
    if now.written(theirs.span) == seen.written(mine.span):
        return True
    # Where the statement has the same parts still, `old` tells whether the one that is set is as it was.
    alike = edit.op == "set" and edit.old is not None and mine.sort == theirs.sort
    return alike and list(parts_of(seen, mine).by_path) == list(parts_of(now, theirs).by_path)


def _merged(now: Document, edit: Edit, seen: str) -> Applied:
    """The edit done in the text that its writer saw, and what came of it brought into the text of now."""
    mine = _applied(seen, edit, None, None)
    merged = merge(seen, mine.text, now.text)
    if merged.conflicts:
        raise conflict(merged.conflicts[0].message, merged.conflicts[0].theirs)
    after = Document.of(merged.text, before=now.parsed)
    key = mine.key if after.find(mine.key) is not None else ""
    return replace(_finished(now, after, None, mine.taken), key=key)


def _index(now: Document, edit: Edit) -> int:
    index = now.find(edit.key)
    if index is None:
        raise conflict("What this changes is no longer there; somebody renamed or removed it meanwhile.")
    return index


def _splices(now: Document, index: int | None, edit: Edit) -> Splices:
    if index is None:
        return statements.add_statement(now, edit)
    if edit.op in _OF_STATEMENTS:
        return _OF_STATEMENTS[edit.op](now, index, edit)
    if edit.op == "set_text":
        return set_text(now, index, edit)
    item = now.items[index]
    if item.node is None:
        raise refused("This statement cannot be read; fix its text first.")
    if edit.op == "set" and edit.path == "name":
        return statements.rename_statement(now, index, edit)
    return _IN_STATEMENT[edit.op](parts_of(now, item), edit)


def set_text(now: Document, index: int, edit: Edit) -> Splices:
    """A statement's text as somebody wrote it, which need not be readable."""
    item = now.items[index]
    found = now.written(item.span)
    if edit.old is not None and edit.old != found:
        raise conflict("Somebody changed this text meanwhile.", found)
    return (
        Splices((Splice(item.span.start, item.span.end, edit.new or ""),)) if edit.new != found else NOTHING
    )


# --- the check --------------------------------------------------------------------------------------


def checked(before: Document, after: Document, index: int | None, edit: Edit) -> None:
    """Stops where an edit would change more than its place, whatever the reason."""
    if edit.op == "set_text":
        return
    sound = len(after.parsed.broken) <= len(before.parsed.broken) and _others_alike(
        before, after, index, edit
    )
    if sound and index is not None and edit.op in _IN_STATEMENT and edit.path != "name":
        sound = _parts_alike(before, after, index, edit)
    if not sound:
        raise refused("This cannot be done here without changing something else; change it in the text view.")


def _checked_comments(before: Document, after: Document) -> None:
    """Stops where an edit of comments would change a statement."""
    if before.parsed.tree.statements != after.parsed.tree.statements or len(before.items) != len(after.items):
        raise refused("This cannot be done here without changing something else; change it in the text view.")


def _others_alike(before: Document, after: Document, index: int | None, edit: Edit) -> bool:
    if edit.op == "rename" or edit.path == "name":
        return len(before.items) == len(after.items)
    old = _said(before, _family(before, index))
    rest = iter(_said(after, set()))
    if edit.op == "move_statement":
        return _sorted(_said(before, set())) == _sorted(rest)
    for written, node in old:
        # What is written alike says the same, and seldom anything else has to be compared.
        for other, its in rest:
            if written == other or (node is not None and node == its):
                break
        else:
            return False
    return True


def _family(document: Document, index: int | None) -> set[int]:
    """An item, the group it stands in, and the items in it: what one edit may change."""
    if index is None:
        return {at for at, item in enumerate(document.items) if item.sort == "group"}
    family = {index, *document.children(index)}
    parent = document.items[index].parent
    return family if parent is None else {*family, parent}


def _said(document: Document, without: set[int]) -> Iterator[tuple[str, n.Statement | None]]:
    """What each statement is written as, and what it says; None where it cannot be read."""
    for at, item in enumerate(document.items):
        if at not in without and not isinstance(item.node, n.Group):
            yield document.written(item.span), item.node


def _sorted(said: Iterable[tuple[str, n.Statement | None]]) -> list[str]:
    return sorted(written if node is None else repr(node) for written, node in said)


def _parts_alike(before: Document, after: Document, index: int, edit: Edit) -> bool:
    """Whether all parts of a statement but those of the edit's place are what they were."""
    if len(before.items) != len(after.items) or before.items[index].sort != after.items[index].sort:
        return False
    old, new = parts_of(before, before.items[index]), parts_of(after, after.items[index])
    place = _place(edit)
    return _values(old, place) == _values(new, place) and _as_asked(new, edit)


def _place(edit: Edit) -> str:
    """The path below which an edit may change parts."""
    last = edit.path.rpartition(".")
    if edit.op in ("remove", "move", "ungroup") or (edit.op == "add" and last[2].isdigit()):
        return last[0]
    return last[0] if last[2] == "operator" else edit.path


def _values(parts: Parts, place: str) -> dict[str, str | None]:
    return {
        path: part.value
        for path, part in parts.by_path.items()
        if not _related(path, place) and part.value is not None
    }


def _related(path: str, place: str) -> bool:
    return not place or path == place or path.startswith(f"{place}.") or place.startswith(f"{path}.")


def _as_asked(parts: Parts, edit: Edit) -> bool:
    part = parts.by_path.get(edit.path)
    if edit.op != "set" or part is None or edit.kind is not None or edit.path in parts.rows:
        return True
    if edit.new is None:
        return part.value is None
    return part.kind in ("window", "condition", "number", "moment", "expression") or part.value is not None


# --- what came of it --------------------------------------------------------------------------------


def _touched(splices: Splices) -> tuple[int, int, int] | None:
    if not splices.pieces:
        return None
    longer = sum(len(piece.text) - (piece.end - piece.start) for piece in splices.pieces)
    return (
        min(piece.start for piece in splices.pieces),
        max(piece.end for piece in splices.pieces),
        longer,
    )


def _finished(
    now: Document,
    after: Document,
    touched: tuple[int, int, int] | None,
    taken: tuple[str, ...],
    *,
    index: int | None = None,
    edit: Edit | None = None,
) -> Applied:
    key = _key(now, after, index, edit) if edit is not None else ""
    inverse = restoring(now, after, key)
    start = inverse.at or 0
    span = Span(start, start + len(inverse.old or ""))
    if touched is not None:
        span = Span(touched[0], touched[1] + touched[2])
    return Applied(after.text, inverse, span, key, taken, after.parsed)


def _key(now: Document, after: Document, index: int | None, edit: Edit) -> str:
    """The key after an edit of the statement that it made or changed, "" where it took it out."""
    if edit.key.startswith("section:"):
        return key_after(now, after, edit.key)
    made = [item.key for item in after.items if now.find(item.key) is None]
    if index is None or edit.op == "duplicate":
        return made[0] if made else edit.key if after.find(edit.key) is not None else ""
    if len(now.items) == len(after.items) and edit.op != "move_statement":
        return after.items[index].key
    if after.find(now.items[index].key) is not None:
        return now.items[index].key
    return made[0] if made else ""
