"""Edits such as a page could send, at random."""

from __future__ import annotations

from collections import Counter
from random import Random

from leadwright.grammar.edits import Edit
from leadwright.grammar.edits.comments import comments_of
from leadwright.grammar.edits.document import Document, Item
from leadwright.grammar.edits.statement_parts import parts_of
from leadwright.grammar.syntax.scan import scan
from leadwright.grammar.text.printer import text_of

CONDITIONS = (
    "employees >= 5",
    'title = "CTO"',
    "visited docs >= 2 in last 30 days",
    "a or b",
    "not opted_in",
)
VALUES = {
    "name": "other", "operand": "title", "label": "A+", "stage": "none", "object": "Pricing & plans",
    "text": 'x "y"', "number": "2.5", "whole": "-7", "points": "-3", "percent": "30", "amount": "1",
    "most": "7", "cap": "7", "least": "-7", "unit": "week", "yes/no": "no", "moment": "2026-02-03",
    "window": "in last 4 weeks", "condition": "employees > 1", "expression": "employees + 1",
}  # fmt: skip
THINGS = {
    "text": "Entry", "value": "2", "award": 'tag "z"', "band": "Z from 1", "fact": "n = 1",
    "expectation": "disqualified",
}  # fmt: skip
NEW = (
    'rule "R{}" when a then +1', 'list L{}: "x"', "define d{}: a and b", "stage S{} when score > 1",
    'test "t{}" expect score = 0', "when a >= {} then +1", 'group "H{}" {{ }}',
)  # fmt: skip


def of_statement(some: Random, text: Document, item: Item) -> Edit:
    """An edit of a whole statement."""
    op = some.choice(("remove_statement", "move_statement", "move_statement", "duplicate", "rename", "switch",
                      "enclose", "dissolve", "add_statement"))  # fmt: skip
    other, number = some.choice(text.items).key, some.randrange(99)
    if op == "move_statement":
        side = some.choice(("before", "after", "into", "up", "down"))
        return Edit(op, item.key, side=side, beside=other if side not in ("up", "down") else None)
    if op == "rename":
        name = parts_of(text, item).by_path.get("name")
        return Edit(op, item.key, old=name.value if name else None, new=f"New {number}")
    if op == "add_statement":
        side = some.choice((None, "before", "after"))
        return Edit(op, new=some.choice(NEW).format(number), side=side, beside=other if side else None)
    new = {"switch": some.choice(("on", "off")), "enclose": f"G{number}"}.get(op)
    return Edit(op, item.key, new=new)


def of_part(some: Random, text: Document, item: Item) -> Edit:
    """Another value for a part, a first one, or none."""
    part = some.choice(list(parts_of(text, item).by_path.values()))
    new: str | None = some.choice(part.choices) if part.kind == "choice" else VALUES.get(part.kind, "yes")
    if part.value is not None and (part.kind == "flag" or (part.whole is not None and some.random() < 0.4)):
        new = None
    return Edit("set", item.key, part.path, part.value, new)


def of_row(some: Random, text: Document, item: Item) -> Edit:
    """A condition changed, added, taken out, joined, negated."""
    rows = list(parts_of(text, item).rows.values())
    if not rows:
        return of_part(some, text, item)
    row = some.choice(rows)
    old, new = text_of(row.node), some.choice(CONDITIONS)
    op = some.choice(("set", "add", "add", "remove", "remove", "join", "negate", "group", "ungroup"))
    if op == "add":
        at, join = some.choice((None, 0, 1)), some.choice((None, "all", "any"))
        return Edit(op, item.key, row.path, new=new, at=at, join=join, kind=some.choice((None, "group")))
    if op == "join":
        return Edit(op, item.key, row.path, row.join, some.choice(("all", "any")))
    return Edit(op, item.key, row.path, old, new if op == "set" else None)


def of_series(some: Random, text: Document, item: Item) -> Edit:
    """A thing added to others of its sort, taken from them, or moved."""
    series = [one for one in parts_of(text, item).series.values() if one.kind != "condition"]
    if not series:
        return of_row(some, text, item)
    chosen = some.choice(series)
    op = some.choice(("add", "remove", "move")) if chosen.items else "add"
    if op == "add":
        kind = "number" if chosen.kind == "value" else None
        return Edit(
            op, item.key, chosen.path, new=THINGS[chosen.kind], at=some.choice((None, 0, 1)), kind=kind
        )
    at = some.randrange(len(chosen.items)) if op == "move" else None
    return Edit(op, item.key, f"{chosen.path}.{some.randrange(len(chosen.items))}", at=at)


def of_comment(some: Random, text: Document, item: Item) -> Edit:
    """A comment changed, taken out or added; a heading put above."""
    index = text.find(item.key)
    count = len(comments_of(text, index)) if index is not None else 0
    words = some.choice(("Why so.", "one\n\ntwo", "# three"))
    op = some.choice(("head", "add", "set", "set", "remove"))
    if op == "head":
        return Edit(op, item.key, new=words)
    if op == "add":
        return Edit(op, item.key, "comments", new=words)
    path = some.choice(("comments", f"comments.{some.randrange(count + 1)}"))
    return Edit(op, item.key, path, new=words if op == "set" else None)


def any_edit(some: Random, text: Document) -> Edit:
    """Any edit that a page could send."""
    if not text.items:
        return Edit("add_statement", new="when a then +1")
    item = some.choice(text.items)
    kinds = (of_statement, of_part, of_part, of_row, of_series, of_comment)
    return (some.choice(kinds) if item.node is not None else of_statement)(some, text, item)


def comments(text: str) -> Counter[str]:
    return Counter(comment.text for comment in scan(text).comments)
