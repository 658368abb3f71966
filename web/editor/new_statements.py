"""New statements from what the page's forms ask for, and what a test begins with."""

from __future__ import annotations

from ...grammar.edits.snippets import case_text, group_text, list_text, rule_text, score_text
from ...grammar.spec.statements import BY_SORT, Slot
from ...grammar.text.printer import form_text, name_text, quoted
from .beginnings import one_number, plain
from .edit_intent import EditIntent

_CONDITION = Slot("condition", "condition")


def statement_text(intent: EditIntent) -> str:
    """The text of a new statement. Raises ValueError, with a sentence, where something is missing."""

    def points() -> str:
        if not intent.points.strip():
            raise ValueError("Enter points, such as +10.")
        one_number("points", intent.points)
        return intent.points

    score = intent.score or None
    match intent.sort:
        case "rule":
            return rule_text(
                _filled(intent, _CONDITION) or "", points(), name=intent.name.strip() or None, score=score
            )
        case "rule about events":
            if not intent.new:
                raise ValueError("Choose an event.")
            head = f"rule {quoted(intent.name.strip())} " if intent.name.strip() else ""
            target = f" {name_text(score)}" if score else ""
            return f"{head}for each {name_text(intent.new)} then {points()}{target}"
        case "group":
            return group_text(_named(intent), intent.high.strip() or None)
        case "list":
            if not intent.new.strip():
                raise ValueError("A list needs an entry; more can be added later.")
            return list_text(_named(intent), [intent.new])
        case "score":
            return score_text(
                intent.name.strip() or None, intent.low.strip() or None, intent.high.strip() or None
            )
        case "grade":
            target = f" {name_text(score)}" if score else ""
            low, high = (_start(text, label) for text, label in ((intent.low, "B"), (intent.high, "A")))
            return f"grade{target}: A from {high}, B from {low}, C otherwise"
        case "handoff":
            whom = _whom(intent)
            turn = "" if whom.startswith('"') else " in turn"
            return f"handoff {quoted(_named(intent))} of {_stage(intent)} to {whom}{turn}"
        case "guarantee":
            often = "always" if intent.kind == "always" else "never"
            if not intent.promise.strip():
                raise ValueError(f"Say what {often} comes out, such as the stage SQL.")
            condition = _filled(intent, _CONDITION)
            return f"guarantee {quoted(_named(intent))} {often} {intent.promise} when {condition}"
        case "guarantee of a trend":
            way = "rises" if intent.kind == "rises" else "falls"
            if not intent.new.strip():
                raise ValueError("Choose an event, a number or a date of which there is more.")
            of = name_text(score) if score else "score"
            return f"guarantee {quoted(_named(intent))} {of} never {way} with {plain('name', intent.new)}"
        case "field":
            return f"field {name_text(_named(intent))}: {intent.kind or 'text'}"
        case "event":
            source = f" from {quoted(intent.new)}" if intent.new and intent.new != intent.name else ""
            return f"event {name_text(_named(intent))}{source}"
        case "test":
            if not intent.new.strip():
                raise ValueError("Say what the test expects, such as a score of at least 40.")
            return case_text(_named(intent), {}, [], [intent.new])
        case "title":
            return f"ruleset {quoted(_named(intent))}"
    spec = BY_SORT.get(intent.sort)
    if spec is None or spec.condition is None:
        raise ValueError(f'There is no statement called "{intent.sort}".')
    return form_text(spec, lambda slot: _filled(intent, slot))


def _filled(intent: EditIntent, slot: Slot) -> str | None:
    """What a form asked for a slot, as a ruleset writes it; None where it is left out."""
    if slot.kind == "condition":
        if slot.optional:
            return None  # it is added on the card
        if not intent.new.strip():
            raise ValueError("Complete the condition: choose a field or an event, and fill in every blank.")
        return intent.new
    given = str(getattr(intent, slot.field, "")).strip()
    if not given and not slot.optional:
        raise ValueError("Give it a name.")
    return plain(slot.kind, given) if given else None


def _start(text: str, label: str) -> str:
    if not text.strip():
        raise ValueError(f"Enter the lowest score of grade {label}.")
    one_number("whole", text)
    return plain("whole", text)


def _named(intent: EditIntent) -> str:
    if not intent.name.strip():
        raise ValueError("Give it a name.")
    return intent.name.strip()


def _stage(intent: EditIntent) -> str:
    if not intent.new.strip():
        raise ValueError("Choose the stage whose leads are handed off.")
    return plain("name", intent.new)


def _whom(intent: EditIntent) -> str:
    """The name of a list; who has an @ is a person."""
    whom = intent.kind.strip()
    if not whom:
        raise ValueError("Say who gets the leads: a list of people, or one person's address.")
    return quoted(whom) if "@" in whom else plain("name", whom)
