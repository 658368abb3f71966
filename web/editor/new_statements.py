"""New statements from what the page's forms ask for, and what a test begins with."""

from __future__ import annotations

from ...grammar.edits.snippets import case_text, group_text, list_text, rule_text, score_text
from ...grammar.spec.statements import BY_SORT, Slot
from ...grammar.text.printer import form_text, name_text, quoted
from .beginnings import one_number, plain
from .edit_intent import EditIntent

_CONDITION = Slot("condition", "condition")


def statement_text(wish: EditIntent) -> str:
    """The text of a new statement. Raises ValueError, with a sentence, where something is missing."""

    def points() -> str:
        if not wish.points.strip():
            raise ValueError("Enter points, such as +10.")
        one_number("points", wish.points)
        return wish.points

    score = wish.score or None
    match wish.sort:
        case "rule":
            return rule_text(
                _filled(wish, _CONDITION) or "", points(), name=wish.name.strip() or None, score=score
            )
        case "rule about events":
            if not wish.new:
                raise ValueError("Choose an event.")
            head = f"rule {quoted(wish.name.strip())} " if wish.name.strip() else ""
            target = f" {name_text(score)}" if score else ""
            return f"{head}for each {name_text(wish.new)} then {points()}{target}"
        case "group":
            return group_text(_named(wish), wish.high.strip() or None)
        case "list":
            if not wish.new.strip():
                raise ValueError("A list needs an entry; more can be added later.")
            return list_text(_named(wish), [wish.new])
        case "score":
            return score_text(wish.name.strip() or None, wish.low.strip() or None, wish.high.strip() or None)
        case "grade":
            target = f" {name_text(score)}" if score else ""
            low, high = (_start(text, label) for text, label in ((wish.low, "B"), (wish.high, "A")))
            return f"grade{target}: A from {high}, B from {low}, C otherwise"
        case "handoff":
            whom = _whom(wish)
            turn = "" if whom.startswith('"') else " in turn"
            return f"handoff {quoted(_named(wish))} of {_stage(wish)} to {whom}{turn}"
        case "guarantee":
            often = "always" if wish.kind == "always" else "never"
            if not wish.promise.strip():
                raise ValueError(f"Say what {often} comes out, such as the stage SQL.")
            return f"guarantee {quoted(_named(wish))} {often} {wish.promise} when {_filled(wish, _CONDITION)}"
        case "guarantee of a trend":
            way = "rises" if wish.kind == "rises" else "falls"
            if not wish.new.strip():
                raise ValueError("Choose an event, a number or a date of which there is more.")
            of = name_text(score) if score else "score"
            return f"guarantee {quoted(_named(wish))} {of} never {way} with {plain('name', wish.new)}"
        case "field":
            return f"field {name_text(_named(wish))}: {wish.kind or 'text'}"
        case "event":
            source = f" from {quoted(wish.new)}" if wish.new and wish.new != wish.name else ""
            return f"event {name_text(_named(wish))}{source}"
        case "test":
            if not wish.new.strip():
                raise ValueError("Say what the test expects, such as a score of at least 40.")
            return case_text(_named(wish), {}, [], [wish.new])
        case "title":
            return f"ruleset {quoted(_named(wish))}"
    spec = BY_SORT.get(wish.sort)
    if spec is None or spec.condition is None:
        raise ValueError(f'There is no statement called "{wish.sort}".')
    return form_text(spec, lambda slot: _filled(wish, slot))


def _filled(wish: EditIntent, slot: Slot) -> str | None:
    """What a form asked for a slot, as a ruleset writes it; None where it is left out."""
    if slot.kind == "condition":
        if slot.optional:
            return None  # it is added on the card
        if not wish.new.strip():
            raise ValueError("Complete the condition: choose a field or an event, and fill in every blank.")
        return wish.new
    given = str(getattr(wish, slot.field, "")).strip()
    if not given and not slot.optional:
        raise ValueError("Give it a name.")
    return plain(slot.kind, given) if given else None


def _start(text: str, label: str) -> str:
    if not text.strip():
        raise ValueError(f"Enter the lowest score of grade {label}.")
    one_number("whole", text)
    return plain("whole", text)


def _named(wish: EditIntent) -> str:
    if not wish.name.strip():
        raise ValueError("Give it a name.")
    return wish.name.strip()


def _stage(wish: EditIntent) -> str:
    if not wish.new.strip():
        raise ValueError("Choose the stage whose leads are handed off.")
    return plain("name", wish.new)


def _whom(wish: EditIntent) -> str:
    """The name of a list; who has an @ is a person."""
    whom = wish.kind.strip()
    if not whom:
        raise ValueError("Say who gets the leads: a list of people, or one person's address.")
    return quoted(whom) if "@" in whom else plain("name", whom)
