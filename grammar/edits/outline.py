"""A text as cards, so that a page can show and edit it without knowing how rules are written.

Each card, row, control and thing carries what an edit of it needs: the key of its statement, its path, and
the value to send as `old`. `as_data` gives all of it as JSON has it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from ..frozen import frozen
from ..syntax import nodes as n
from ..syntax.nodes import Span
from ..syntax.parse import Parsed
from ..text.printer import text_of
from ..text.sentences import sentence
from .blocks import extent
from .comments import Section, block_of, block_text, comments_of, sections, words_of
from .document import Document, Item
from .parts import Part, Parts, Row, Series, first_value, label_of
from .statement_parts import parts_of
from .values import shown

Describe = Callable[[str], str | None] | Mapping[str, str]
"""What a bare name means: "event", "field" or "define"."""


@frozen
class Control:
    """A part with its value: `kind` says what can be typed or chosen, `optional` whether it may go."""

    path: str
    kind: str
    label: str
    value: str
    choices: tuple[str, ...]
    optional: bool


@frozen
class Offer:
    """A part that could be put in; `new` is what it would hold, None where the writer has to say."""

    path: str
    kind: str
    label: str
    new: str | None
    choices: tuple[str, ...]


@frozen
class Note:
    """A comment: its words, and the path by which it can be changed."""

    path: str
    text: str


@frozen
class ElementView:
    """One of several side by side: a list's entry, a grade's band, what a rule gives, a fact of a test."""

    path: str
    value: str
    controls: tuple[Control, ...]
    offers: tuple[Offer, ...]
    comments: tuple[Note, ...]


@frozen
class SeriesView:
    """Things of one sort: `path` is where another can be added."""

    path: str
    kind: str
    elements: tuple[ElementView, ...]


@frozen
class RowView:
    """A row of a condition. `value` is its canonical text, `words` says it in plain English.

    `form` is what it asks about (see `FORMS`) or "group". A group has `rows` and a `join` ("all" or "any",
    None for a group of one); a clause has controls, and `filter`, itself a group, where only some events
    count.
    """

    path: str
    form: str
    value: str
    words: str
    span: Span
    negated: bool
    join: str | None
    rows: tuple[RowView, ...] | None
    filter: RowView | None
    controls: tuple[Control, ...]
    offers: tuple[Offer, ...]
    comments: tuple[Note, ...]


FORMS: dict[type, str] = {
    n.Reference: "name",
    n.EventPhrase: "event",
    n.Sequence: "sequence",
    n.Aggregate: "measure",
    n.DaysSince: "days since",
    n.DaysUntil: "days until",
    n.Call: "domain",
    n.TotalScore: "score",
    n.Surely: "surely",
}
"""What a clause can ask about; a value that is worked out is an "expression"."""


@frozen
class Card:
    """A statement; a comment that heads a section (`sort` "section"); or a text that cannot be read.

    `sort` is that of the statement, "text" for what cannot be read: then `problems` says what is wrong.
    `text` is the statement as written, which `set_text` takes as `old`; `value` its canonical text, which
    removing it takes. `comments` are its own, above it and at its end; a section is its comments, and its
    `value` is its text. A group holds the cards of its rules.
    `filter` says which events count, in a rule about events; `until` what ends a stage that holds.
    """

    key: str
    sort: str
    title: str
    line: int
    span: Span
    text: str
    value: str
    words: str
    off: bool
    comments: tuple[Note, ...]
    controls: tuple[Control, ...] = ()
    offers: tuple[Offer, ...] = ()
    condition: RowView | None = None
    filter: RowView | None = None
    until: RowView | None = None
    elements: tuple[SeriesView, ...] = ()
    cards: tuple[Card, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def conditions(self) -> tuple[RowView, ...]:
        """Its conditions, each with all of its rows."""
        return tuple(one for one in (self.condition, self.filter, self.until) if one is not None)


def outline(parsed: Parsed, describe: Describe | None = None) -> tuple[Card, ...]:
    """The cards of a text, in its order."""
    document = Document.of(parsed.source.text, parsed)
    inside: dict[int | None, list[Card]] = {}
    for section in sections(document):
        group = _group_at(document, section.span.start)
        inside.setdefault(group, []).append(_section(document, section))
    for index in reversed(range(len(document.items))):
        cards = tuple(sorted(inside.pop(index, []), key=_place))
        inside.setdefault(document.items[index].parent, []).append(_card(document, index, describe, cards))
    return tuple(sorted(inside.get(None, []), key=_place))


def card(parsed: Parsed, key: str, describe: Describe | None = None) -> Card | None:
    """The card of one statement, for a page that shows the others; None where none has that key."""
    document = Document.of(parsed.source.text, parsed)
    index = document.find(key)
    if index is None:
        return None
    cards = [_card(document, child, describe, ()) for child in document.children(index)]
    cards += [
        _section(document, one) for one in sections(document) if _group_at(document, one.span.start) == index
    ]
    return _card(document, index, describe, tuple(sorted(cards, key=_place)))


@frozen
class CardPlace:
    """Where a card of the outermost level stands: its statement or section, and all that belongs to it.

    What stands between `start` and `end` makes the same card wherever it stands. `keys` are those of the
    statement or section, and of the rules and sections in it; `node` is the statement, None for a section and
    for what cannot be read.
    """

    keys: tuple[str, ...]
    sort: str
    span: Span
    start: int
    end: int
    node: n.Statement | None = None


def places(parsed: Parsed) -> tuple[CardPlace, ...]:
    """Where the cards of a text stand, in its order; made in a small part of the time that cards take."""
    document = Document.of(parsed.source.text, parsed)
    found: list[CardPlace] = []
    inner: dict[int, list[tuple[int, str]]] = {}
    for section in sections(document):
        group = _group_at(document, section.span.start)
        if group is None:
            span = section.span
            found.append(CardPlace((section.key,), "section", span, span.start, span.end))
        else:
            inner.setdefault(group, []).append((section.span.start, section.key))
    for item in document.items:
        if item.parent is not None:
            inner.setdefault(item.parent, []).append((item.span.start, item.key))
    for index in document.children(None):
        item, what = document.items[index], extent(document, index)
        start = what.start if what.whole else item.span.start
        keys = (item.key, *(key for _, key in sorted(inner.get(index, ()))))
        found.append(CardPlace(keys, item.sort, item.span, start, max(what.end, item.span.end), item.node))
    return tuple(sorted(found, key=lambda one: one.span.start))


def _place(one: Card) -> int:
    return one.span.start


def _group_at(document: Document, offset: int) -> int | None:
    groups = (at for at, item in enumerate(document.items) if isinstance(item.node, n.Group))
    spans = ((at, document.items[at].span) for at in groups)
    return next((at for at, span in spans if span.start <= offset < span.end), None)


def as_data(value: Any) -> Any:
    """A card, or anything in it, as JSON has it."""
    if isinstance(value, Span):
        return [value.start, value.end]
    if isinstance(value, tuple):
        return [as_data(item) for item in value]
    if is_dataclass(value):
        return {field.name: as_data(getattr(value, field.name)) for field in fields(value)}
    return value


# --- comments ---------------------------------------------------------------------------------------


def _section(document: Document, section: Section) -> Card:
    words = block_text(section.comments)
    line = document.parsed.source.position(section.span.start)[0]
    title = next((line for line in words.splitlines() if line.strip("-= ")), "").strip("-= ")
    text = document.written(section.span)
    return Card(
        section.key, "section", title, line, section.span, text, text, "", False, (Note("comments", words),)
    )


def _noted(document: Document, item: Item, found: Sequence[n.Comment]) -> tuple[Note, ...]:
    """Comments of a statement with their paths, those above it as one."""
    index = document.find(item.key) if found else None
    if index is None:
        return ()
    own = [one.span.start for one in comments_of(document, index)]
    block = block_of(document, index)
    above = {one.span.start for one in block}
    notes = [Note("comments", block_text(block))] if block and found[0].span.start in above else []
    return (
        *notes,
        *(
            Note(f"comments.{own.index(one.span.start)}", words_of(one))
            for one in found
            if one.span.start not in above
        ),
    )


# --- cards ------------------------------------------------------------------------------------------


_CONDITIONS = ("when", "event.where", "until")
"""The paths of a card's conditions: its own, the one on the events that count, what ends a stage."""


def _card(document: Document, index: int, describe: Describe | None, cards: tuple[Card, ...]) -> Card:
    item = document.items[index]
    node = item.node
    line = document.parsed.source.position(item.span.start)[0]
    text = document.written(item.span)
    if node is None:
        comments = _noted(document, item, comments_of(document, index))
        problems = tuple(
            f"{found.message}{f' - {found.hint}' if found.hint else ''}"
            for found in document.parsed.diagnostics
            if item.span.start <= found.span.start <= item.span.end
        )
        title = text.strip().split("\n")[0][:60]
        return Card(
            item.key, "text", title, line, item.span, text, text, "", False, comments, problems=problems
        )
    parts = parts_of(document, item)
    row, filter_, until = (parts.rows.get(path) for path in _CONDITIONS)
    spans = [one.span for one in parts.rows.values() if one.rows is None]
    spans += [
        one.span for path, series in parts.series.items() if _is_outer(path, series) for one in series.items
    ]
    beside = {comment.span.start for span in spans for comment in _beside(parts, span)}
    apart_from = [one for one in comments_of(document, index) if one.span.start not in beside]
    apart = [path for path in _CONDITIONS if path in parts.rows] + [
        path for path in parts.series if "." not in path
    ]
    return Card(
        key=item.key,
        sort=item.sort,
        title=item.key.partition(":")[2],
        line=line,
        span=item.span,
        text=text,
        value=text_of(node),
        words=sentence(node, describe),
        off=isinstance(node, n.Rule) and node.off,
        comments=_noted(document, item, apart_from),
        controls=_controls(parts, "", apart),
        offers=_offers(parts, "", apart),
        condition=_row(parts, row, describe) if row is not None else None,
        filter=_row(parts, filter_, describe) if filter_ is not None else None,
        until=_row(parts, until, describe) if until is not None else None,
        elements=tuple(
            _elements(parts, series) for path, series in parts.series.items() if _is_outer(path, series)
        ),
        cards=cards,
    )


def _is_outer(path: str, series: Series) -> bool:
    return "." not in path and series.kind != "condition"


def _elements(parts: Parts, series: Series) -> SeriesView:
    elements = []
    for index, item in enumerate(series.items):
        path = f"{series.path}.{index}"
        value = shown(item)[1] if series.kind in ("text", "value") else text_of(item)
        comments = _noted(parts.document, parts.item, _beside(parts, item.span))
        elements.append(
            ElementView(path, value, _controls(parts, path, []), _offers(parts, path, []), comments)
        )
    return SeriesView(series.path, series.kind, tuple(elements))


def _row(parts: Parts, row: Row, describe: Describe | None) -> RowView:
    where = parts.rows.get(f"{row.path}.where")
    apart = [child.path for child in row.rows or ()] + ([where.path] if where is not None else [])
    return RowView(
        path=row.path,
        form="group" if row.rows is not None else _form(row.inner),
        value=text_of(row.node),
        words=sentence(row.node, describe),
        span=row.span,
        negated=row.negated,
        join=row.join,
        rows=tuple(_row(parts, child, describe) for child in row.rows) if row.rows is not None else None,
        filter=_row(parts, where, describe) if where is not None else None,
        controls=_controls(parts, row.path, apart),
        offers=_offers(parts, row.path, apart),
        comments=_noted(parts.document, parts.item, _beside(parts, row.span)) if row.rows is None else (),
    )


def _form(node: n.Expression) -> str:
    return FORMS.get(type(node.subject if isinstance(node, n.Clause) else node), "expression")


def _beside(parts: Parts, span: Span) -> tuple[n.Comment, ...]:
    """The comments in a row or thing, at the end of its line, and on the lines right above it."""
    document, whole = parts.document, parts.item.span
    if not parts.commented:
        return ()
    before = document.lexeme_before(span.start)
    while before is not None and (before.word in ("and", "or") or before.kind == "COMMA"):
        before = document.lexeme_before(before.start)
    start = before.end if before is not None and before.start >= whole.start else span.start
    above = [comment for comment in document.comments_in(start, span.start) if comment.own_line]
    end = min(document.line_end(span.end), whole.end)
    after = document.lexeme_after(span.end)
    while after is not None and after.start < end and (after.word in ("and", "or") or after.kind == "COMMA"):
        after = document.lexeme_after(after.end)
    trailing = document.comments_in(span.start, end) if after is None or after.start >= end else ()
    return (*above, *trailing)


def _below(parts: Parts, path: str, apart: list[str]) -> list[Part]:
    within = parts.within.get(path, [])
    if not apart:
        return within
    below = tuple(f"{one}." for one in apart)
    return [part for part in within if part.path not in apart and not part.path.startswith(below)]


def _controls(parts: Parts, path: str, apart: list[str]) -> tuple[Control, ...]:
    return tuple(
        Control(part.path, part.kind, label_of(part.path), part.value, part.choices, part.whole is not None)
        for part in _below(parts, path, apart)
        if part.value is not None
    )


def _offers(parts: Parts, path: str, apart: list[str]) -> tuple[Offer, ...]:
    return tuple(
        Offer(part.path, part.kind, label_of(part.path), first_value(part.path), part.choices)
        for part in _below(parts, path, apart)
        if part.value is None
    )
