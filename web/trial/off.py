"""Rules that are switched off: they take no part in what a draft says, but show what they would match."""

from __future__ import annotations

from ...engine.reading import Reading
from ...grammar.edits.document import Manuscript
from ...grammar.syntax import nodes as n
from ...grammar.syntax.parse import parse


def off_rules(reading: Reading) -> list[n.Rule]:
    """The rules of the text that are switched off."""
    found: list[n.Rule] = []
    for node in reading.tree.statements:
        rules = node.rules if isinstance(node, n.Group) else (node,) if isinstance(node, n.Rule) else ()
        found += [rule for rule in rules if rule.off]
    return found


def switched_on(reading: Reading) -> str | None:
    """The text with its rules switched on, everything in its place; None where none is off."""
    rules = off_rules(reading)
    if not rules:
        return None
    text = reading.source.text
    manuscript = Manuscript.of(text, parse(reading.source))
    for rule in rules:
        start = rule.name.span.end if rule.name is not None else rule.span.start
        word = manuscript.word("off", start, rule.body.span.start)
        if word is not None:
            text = text[: word.start] + " " * (word.end - word.start) + text[word.end :]
    return text
