"""Edits of whole statements: add, remove, move, duplicate, rename, switch off, enclose in a group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..messages.diagnostics import Source
from ..spec.statements import spec_of
from ..syntax import nodes as n
from ..syntax.nodes import Span
from ..syntax.walk import children
from ..text.formatter import format_text
from ..text.printer import name_text, quoted, text_of
from . import blocks
from .blocks import Extent, cut_out, extent, indented, lines_of, place_of, put_in
from .document import Document, key_of
from .edit import Edit, conflict, refused
from .series import INDENT
from .splices import NOTHING, Splice, Splices, inserted, left_out, replaced
from .statement_parts import parts_of
from .values import statement_in, written

_TO_DATA = ("field", "event")


def add_statement(document: Document, edit: Edit) -> Splices:
    """A new statement, laid out; where `beside` says nothing, after the last one of its sort."""
    node = statement_in(edit.new or "")
    key = key_of(node)
    if document.find(key) is not None and key.partition(":")[2] and not key.startswith("unnamed:"):
        raise refused(f"There is a {spec_of(node).sort} of this name already. Give it another name.")
    block = format_text(Source(edit.new or "")).text.rstrip("\n")
    place = place_of(document, edit, spec_of(node).sort, several_lines="\n" in block)
    return put_in(document, place, block)


def remove_statement(document: Document, index: int, edit: Edit) -> Splices:
    """A statement away, with its comments."""
    _unchanged(document, index, edit)
    return cut_out(document, index)


def _unchanged(document: Document, index: int, edit: Edit) -> None:
    node = document.items[index].node
    found = text_of(node) if node is not None else document.written(document.items[index].span)
    if edit.old is not None and edit.old != found:
        raise conflict("Somebody changed this meanwhile; look at it again before it goes.", found)


# --- moving -----------------------------------------------------------------------------------------


def move_statement(document: Document, index: int, edit: Edit) -> Splices:
    """A statement with its comments elsewhere: beside another, into a group, one place up or down."""
    what = extent(document, index)
    block, several = _block(document, index, what)
    if edit.side in ("up", "down"):
        beside = _neighbour(document, index, edit.side)
        edit = replace(
            edit, side="before" if edit.side == "up" else "after", beside=document.items[beside].key
        )
    target = document.find(edit.beside or "")
    if target is None:
        raise conflict("The place where this should go is no longer there; somebody changed it meanwhile.")
    if target == index or document.items[target].parent == index:
        return NOTHING
    into_group = edit.side == "into" or document.items[target].parent is not None
    if into_group and document.items[index].sort not in ("rule", "text"):
        raise refused("A group holds rules only.")
    place = place_of(document, edit, document.items[index].sort, several_lines=several)
    if what.start <= place.at <= what.end or _already_there(document, index, place, what):
        return NOTHING
    gone = cut_out(document, index)
    piece = gone.pieces[0]
    if piece.start <= place.at <= piece.end:
        at = piece.start if place.at < what.start else piece.end
        place = replace(place, at=at)
    return Splices(gone.pieces) + put_in(document, place, block)


def _already_there(document: Document, index: int, place: blocks.InsertionPoint, what: Extent) -> bool:
    """Whether only blank lines lie between an item and the place it should go to, within one container."""
    if place.beside is None or document.items[place.beside].parent != document.items[index].parent:
        return False
    low, high = sorted((place.at, what.start if place.at < what.start else what.end))
    return not document.text[low:high].strip(" \t\r\n;")


def _neighbour(document: Document, index: int, side: str) -> int:
    """The statement next to one in its group or at the top; for a stage, the next stage of its track."""
    item = document.items[index]
    others = document.children(item.parent)
    if isinstance(item.node, n.Stage):
        track = item.node.track
        others = [
            at
            for at in others
            if isinstance(stage := document.items[at].node, n.Stage) and stage.track == track
        ]
    found = others.index(index) + (-1 if side == "up" else 1)
    if not 0 <= found < len(others):
        raise refused(f"This is the {'first' if side == 'up' else 'last'} already.")
    return others[found]


def _block(document: Document, index: int, what: Extent) -> tuple[str, bool]:
    """The lines of a statement with its comments, the last without its end; whether it takes several."""
    span = document.items[index].span
    text = document.text[what.start : what.end]
    lines = lines_of(text)
    while lines and not lines[-1].strip():
        lines.pop()
    return "\n".join(lines), not document.one_line(span.start, span.end)


def duplicate_statement(document: Document, index: int, edit: Edit) -> Splices:
    """A copy right after a statement, under a name of its own."""
    item = document.items[index]
    if item.sort in ("title", "text"):
        raise refused("This cannot be duplicated.")
    text, start = document.written(item.span), item.span.start
    part = parts_of(document, item).by_path.get("name")
    if part is not None and part.span is not None and part.value is not None:
        name = written(part.kind, edit.new or _free_name(document, item.sort, part.value, part.kind))
        text = text[: part.span.start - start] + name + text[part.span.end - start :]
    if isinstance(item.node, n.Group):
        text = _with_names_of_their_own(document, index, text, start)
    lines = lines_of(document.indent(start) + text)
    place = blocks.after(document, index, several_lines=len(lines) > 1)
    return put_in(document, place, "\n".join(lines))


def _with_names_of_their_own(document: Document, index: int, text: str, start: int) -> str:
    name = parts_of(document, document.items[index]).by_path["name"]
    assert name.span is not None
    longer = len(text) - (document.items[index].span.end - start)
    for child in reversed(document.children(index)):
        node = document.items[child].node
        if isinstance(node, n.Rule) and node.name is not None:
            made = quoted(_free_name(document, "rule", node.name.value))
            low, high = (offset - start + longer for offset in (node.name.span.start, node.name.span.end))
            text = text[:low] + made + text[high:]
    return text


def _free_name(document: Document, sort: str, name: str, kind: str = "text") -> str:
    """A name that no other has: `ICP copy`, `ICP copy 2`."""
    tries = 1
    while True:
        wanted = f"{name} copy" if tries == 1 else f"{name} copy {tries}"
        if kind == "name":
            wanted = wanted.replace(" ", "_")
        if document.find(f"{sort}:{wanted}") is None:
            return wanted
        tries += 1


# --- names ------------------------------------------------------------------------------------------


def rename_statement(document: Document, index: int, edit: Edit) -> Splices:
    """Another name for a statement and wherever it is used. A field or event keeps its link to the data."""
    item = document.items[index]
    part = parts_of(document, item).by_path.get("name")
    if part is None or not edit.new:
        raise refused("This cannot be given a name." if edit.new else "A name cannot be blank.")
    if part.value != edit.old:
        raise conflict(
            f"Somebody changed the name meanwhile: it is {part.value or 'without one'} now.", part.value
        )
    if part.value == edit.new:
        return NOTHING
    if _taken(document, index, edit.new):
        raise refused(f'There is a {item.sort} called "{edit.new}" already.')
    new = written(part.kind, edit.new)
    if part.span is None:
        return _first_name(document, index, new)
    made = replaced(document, part.span, new)
    for span, text in references(document.parsed.tree, item.node, edit.new):
        made += replaced(document, span, text)
    if (
        item.sort in _TO_DATA
        and isinstance(item.node, n.FieldDeclaration | n.EventDeclaration)
        and not item.node.source
    ):
        end = part.span.end
        link = f" from {quoted(part.value or '')}"
        made = Splices(
            tuple(
                replace(piece, text=piece.text + link) if piece.end == end else piece for piece in made.pieces
            )
        )
    return made


def _taken(document: Document, index: int, name: str) -> bool:
    node = document.items[index].node
    if isinstance(node, n.Stage) and node.track is not None:
        name = f"{name} in {node.track.text}"
    return document.find(f"{document.items[index].sort}:{name}") is not None


def _first_name(document: Document, index: int, name: str, off: str = "") -> Splices:
    span = document.items[index].span
    alone = document.first_on_line(span.start) and not document.one_line(span.start, span.end)
    glue = document.newline + document.indent(span.start) if alone else " "
    return Splices((Splice(span.start, span.start, f"rule {name}{off}{glue}"),))


def switch_rule(document: Document, index: int, edit: Edit) -> Splices:
    """A rule off ("off") or on ("on"). One without a name gets a name, for only a named rule can be off."""
    item = document.items[index]
    if not isinstance(item.node, n.Rule) or edit.new not in ("on", "off"):
        raise refused("Only a rule can be switched on and off.")
    found = "off" if item.node.off else "on"
    if edit.old is not None and edit.old != found:
        raise conflict(f"Somebody switched this rule {found} meanwhile.", found)
    if edit.new == found:
        return NOTHING
    if item.node.name is None:
        name = text_of(item.node.body).partition(" ")[2][:60].strip().replace('"', "'")
        wanted = name if document.find(f"rule:{name}") is None else _free_name(document, "rule", name)
        return _first_name(document, index, quoted(wanted), " off")
    part = parts_of(document, item).by_path["off"]
    if edit.new == "off":
        return inserted(document, part.at, "off")
    assert part.whole is not None
    return left_out(document, part.whole)


# --- groups -----------------------------------------------------------------------------------------


def enclose_rule(document: Document, index: int, edit: Edit) -> Splices:
    """A rule with its comments in a new group of its own."""
    item = document.items[index]
    if not isinstance(item.node, n.Rule) or item.parent is not None:
        raise refused("Only a rule that is in no group can be put into a new one.")
    name = written("text", edit.new or "New group")
    if document.find(f"group:{edit.new or 'New group'}") is not None:
        raise refused("There is a group of this name already. Give it another name.")
    what = extent(document, index)
    line = document.newline
    if not what.whole:
        text = f"{line}group {name} {{{line}{' ' * INDENT}"
        return Splices((Splice(what.start, what.start, text), Splice(what.end, what.end, f"{line}}}{line}")))
    block, _ = _block(document, index, what)
    indent = document.indent(item.span.start)
    lines = [f"{indent}group {name} {{", *indented(block.split("\n"), indent + " " * INDENT), f"{indent}}}"]
    end = document.line_end(item.span.end)
    return Splices((Splice(what.start, end, line.join(lines)),))


def dissolve_group(document: Document, index: int, edit: Edit) -> Splices:
    """A group away, its rules kept where they are."""
    item = document.items[index]
    if not isinstance(item.node, n.Group):
        raise refused("This is no group.")
    _unchanged(document, index, edit)
    made = left_out(document, Span(item.span.start, item.head_end))
    if document.text[item.span.end - 1] == "}":
        made += left_out(document, Span(item.span.end - 1, item.span.end))
    return made


def references(tree: n.Tree, declared: n.Statement | None, new: str) -> list[tuple[Span, str]]:
    """Where a statement's name stands outside of it, with the new name as each place writes it."""
    match declared:
        case n.ListDeclaration(name) | n.ListFile(name):
            return [(span, name_text(new)) for span in _lists(tree, name.text)]
        case n.Define(name):
            return [(span, name_text(new)) for span in _names(tree, name.text, tests=False)]
        case n.FieldDeclaration(name):
            known = () if name.text in _declared(tree, n.Define) else _names(tree, name.text, tests=True)
            return [(span, name_text(new)) for span in known]
        case n.EventDeclaration(name):
            if _same_event(tree, declared):
                return []
            bare = name.text in _declared(tree, n.Define) | _declared(tree, n.FieldDeclaration)
            return [(span, name_text(new)) for span in _events(tree, name.text, bare=not bare)]
        case n.ScoreDeclaration(n.Name(text)):
            return [(span, name_text(new)) for span in _scores(tree, text)]
        case n.Stage(name, track):
            label = f"[{new}]" if new.lower() == "none" else name_text(new)
            return [(span, label) for span in _stages(tree, name.text, track)]
        case n.Handoff(n.Text(value)):
            return [(span, quoted(new)) for span in _handoffs(tree, value)]
        case n.Rule(n.Text(value)):
            return [(span, quoted(new)) for span in _rules(tree, value)]
    return []


def _declared(tree: n.Tree, kind: type[n.Define] | type[n.FieldDeclaration]) -> set[str]:
    return {statement.name.text for statement in tree.statements if isinstance(statement, kind)}


def _same_event(tree: n.Tree, declared: n.EventDeclaration) -> bool:
    """Whether another line declares the same event: then the old name stays in use."""
    events = [it for it in tree.statements if isinstance(it, n.EventDeclaration) and it.name == declared.name]
    return len(events) > 1


def _walk(node: n.Node, *, filters: bool) -> Iterator[n.Node]:
    """A node and all below it; without `filters`, not what stands after a `where`."""
    yield node
    for child in children(node):
        if not filters and isinstance(node, n.EventPhrase) and child is node.where:
            continue
        yield from _walk(child, filters=filters)


def _lists(tree: n.Tree, name: str) -> Iterator[Span]:
    for node in _walk(tree, filters=True):
        if isinstance(node, n.In) and isinstance(node.among, n.Name) and node.among.text == name:
            yield node.among.span
        for whom in _whoms(node):
            if isinstance(whom, n.Name) and whom.text == name:
                yield whom.span


def _whoms(node: n.Node) -> tuple[n.Whom | None, ...]:
    """Who gets leads by a handoff."""
    match node:
        case n.Handoff():
            return (node.whom,)
        case n.Answer():
            return (node.otherwise,)
    return ()


def _names(tree: n.Tree, name: str, *, tests: bool) -> Iterator[Span]:
    for node in _walk(tree, filters=False):
        if isinstance(node, n.Reference) and node.name.text == name:
            yield node.name.span
        elif tests and isinstance(node, n.Test):
            for fact in node.given:
                if isinstance(fact, n.GivenField) and fact.name.text == name:
                    yield fact.name.span


def _events(tree: n.Tree, name: str, *, bare: bool) -> Iterator[Span]:
    for node in _walk(tree, filters=False):
        if isinstance(node, n.EventPhrase | n.GivenEvent) and node.type.text == name:
            yield node.type.span
        elif bare and isinstance(node, n.Reference) and node.name.text == name:
            yield node.name.span


def _scores(tree: n.Tree, name: str) -> Iterator[Span]:
    yield from _names(tree, name, tests=False)
    for node in _walk(tree, filters=False):
        if (
            not isinstance(node, n.Points | n.Grade | n.ExpectScore | n.ExpectGrade | n.Trend)
            or node.score is None
        ):
            continue
        if node.score.text == name:
            yield node.score.span


def _stages(tree: n.Tree, name: str, track: n.Name | None) -> Iterator[Span]:
    for node in _walk(tree, filters=False):
        if not isinstance(node, n.ExpectStage | n.Handoff) or node.stage is None or node.track != track:
            continue
        if node.stage.text == name:
            yield node.stage.span


def _rules(tree: n.Tree, name: str) -> Iterator[Span]:
    for node in _walk(tree, filters=False):
        if isinstance(node, n.ExpectRule) and node.name.value == name:
            yield node.name.span


def _handoffs(tree: n.Tree, name: str) -> Iterator[Span]:
    for node in _walk(tree, filters=False):
        if isinstance(node, n.ExpectHandoff) and node.name.value == name:
            yield node.name.span
