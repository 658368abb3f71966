"""What a test begins with: facts and expectations that suit the ruleset."""

from __future__ import annotations

from ...grammar.edits.document import Manuscript
from ...grammar.edits.snippets import expected_score, expected_stage
from ...grammar.syntax import nodes as n
from ...grammar.syntax.nodes import Kind
from ...grammar.syntax.parse import Parsed
from ...grammar.text.printer import label_text, name_text, object_text, quoted
from .vocabulary import Vocabulary


def fact_text(name: str, names: Vocabulary) -> str:
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


def expectation_text(what: str, names: Vocabulary, parsed: Parsed) -> str:
    """An expectation of a sort. Raises ValueError, with a sentence, where the ruleset has nothing of it."""
    rules = [item.node for item in Manuscript.of(parsed.source.text, parsed).items]
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
