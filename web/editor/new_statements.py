"""New statements from what the page's forms ask for, and what a test begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...grammar.edits.document import Document
from ...grammar.edits.snippets import (
    case_text,
    define_text,
    expected_score,
    expected_stage,
    group_text,
    list_text,
    rule_text,
    score_text,
    stage_text,
)
from ...grammar.syntax import nodes as n
from ...grammar.syntax.nodes import Kind
from ...grammar.syntax.parse import Parsed
from ...grammar.text.printer import label_text, name_text, object_text, quoted
from ..assist.names import KnownNames
from .conditions import default_condition

if TYPE_CHECKING:
    from .intents import EditIntent


def fact_text(name: str, names: KnownNames) -> str:
    """A fact about a lead: the value that most have; of an event, that it happened yesterday."""
    known = names.known(name)
    if known is None or known.sort == "event":
        objects = names.objects(name)
        thing = f" {object_text(max(objects, key=lambda one: objects[one]))}" if objects else ""
        return f"{name_text(name)}{thing} 1 day ago"
    facts = names.facts(name)
    value = next(iter(facts.values), "") if facts is not None else ""
    match known.kind:
        case Kind.NUMBER:
            said = value if value.replace(".", "", 1).isdecimal() else "1"
        case Kind.YES_NO:
            said = "yes"
        case Kind.DATE | Kind.DATETIME:
            said = "2026-01-01"
        case Kind.TEXTS:
            said = f"({quoted(value)})"
        case _:
            said = quoted(value or "…")
    return f"{name_text(name)} = {said}"


def expectation_text(what: str, names: KnownNames, parsed: Parsed) -> str:
    """An expectation of a sort. Raises ValueError, with a sentence, where the ruleset has nothing of it."""
    rules = [item.node for item in Document.of(parsed.source.text, parsed).items]
    named = [rule.name.value for rule in rules if isinstance(rule, n.Rule) and rule.name is not None]
    tags = [
        award.text.value
        for rule in rules
        if isinstance(rule, n.Rule)
        for award in rule.awards
        if isinstance(award, n.Tag)
    ]
    match what:
        case "stage":
            name, track = names.stages[-1] if names.stages else (None, None)
            return expected_stage(name, track)
        case "rule" | "no rule":
            if not named:
                raise ValueError("There is no rule with a name yet.")
            return f"{'not ' if what == 'no rule' else ''}rule {quoted(named[0])} fires"
        case "grade":
            if not names.grades:
                raise ValueError("There are no grades yet.")
            score, labels = names.grades[0]
            label = label_text(n.Name(labels[0], span=n.Span(0, 0)))
            return f"grade{' ' + name_text(score) if score else ''} = {label}"
        case "tag":
            if not tags:
                raise ValueError("No rule gives a tag yet.")
            return f"tag {quoted(tags[0])}"
        case "disqualified":
            return "disqualified"
    return expected_score(None, 0, ">=")


def statement_text(wish: EditIntent, names: KnownNames) -> str:
    """The text of a new statement. Raises ValueError, with a sentence, where something is missing."""

    def condition() -> str:
        if not wish.new and not wish.form:
            raise ValueError("Choose what is asked about.")
        return default_condition(wish.new, wish.form, names)

    score = wish.score or None
    match wish.sort:
        case "rule":
            return rule_text(condition(), wish.points or "+10", name=wish.name.strip() or None, score=score)
        case "rule about events":
            if not wish.new:
                raise ValueError("Choose an event.")
            head = f"rule {quoted(wish.name.strip())} " if wish.name.strip() else ""
            target = f" {name_text(score)}" if score else ""
            return f"{head}for each {name_text(wish.new)} then {wish.points or '+1'}{target}"
        case "group":
            return group_text(_named(wish), wish.high.strip() or None)
        case "list":
            if not wish.new.strip():
                raise ValueError("A list needs an entry; more can be added later.")
            return list_text(_named(wish), [wish.new])
        case "score":
            return score_text(wish.name.strip() or None, wish.low.strip() or None, wish.high.strip() or None)
        case "stage":
            return stage_text(_named(wish), condition(), wish.kind.strip() or None)
        case "define":
            return define_text(_named(wish), condition())
        case "disqualify":
            because = f" because {quoted(wish.because.strip())}" if wish.because.strip() else ""
            return f"disqualify when {condition()}{because}"
        case "grade":
            target = f" {name_text(score)}" if score else ""
            return f"grade{target}: A from 80, B from 50, C otherwise"
        case "outcome":
            return f"outcome {name_text(_named(wish))} when {condition()}"
        case "field":
            return f"field {name_text(_named(wish))}: {wish.kind or 'text'}"
        case "event":
            source = f" from {quoted(wish.new)}" if wish.new and wish.new != wish.name else ""
            return f"event {name_text(_named(wish))}{source}"
        case "test":
            return case_text(_named(wish), {}, [], [expected_score(None, 0, ">=")])
        case "title":
            return f"ruleset {quoted(_named(wish))}"
    raise ValueError(f'There is no statement called "{wish.sort}".')


def _named(wish: EditIntent) -> str:
    if not wish.name.strip():
        raise ValueError("Give it a name.")
    return wish.name.strip()
