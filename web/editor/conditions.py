"""Conditions to begin with: what a name brings when it is chosen."""

from __future__ import annotations

from ...grammar.edits.snippets import condition_text
from ...grammar.syntax.nodes import Kind
from ...grammar.text.printer import name_text
from ..assist.names import KnownNames


def default_condition(name: str, form: str, names: KnownNames, event: str | None = None) -> str:
    """A condition to begin with: true to the data, and ready to be changed."""
    if form:
        return _measure(name, form, names)
    if name == "score" or name in names.scores:
        return f"{name if name == 'score' else name_text(name)} >= 50"
    kind = kind_of(name, names, event)
    if event is None and (kind is None or _is_define(name, names)):
        return name_text(name) if kind is None else f"{name_text(name)} >= 1"
    facts = names.facts(name) if event is None else None
    match kind:
        case Kind.NUMBER:
            return condition_text(name, operator=">=", values=["1"], kind="number")
        case Kind.YES_NO:
            return name_text(name) if event is None else f"{name_text(name)} = yes"
        case Kind.DATE | Kind.DATETIME:
            return condition_text(name, window="in last 30 days")
    commonest = next(iter(facts.values), "") if facts is not None else ""
    if not commonest:
        return f"{name_text(name)} is known"
    return condition_text(name, operator="contains" if kind is Kind.TEXTS else "=", values=[commonest])


def _is_define(name: str, names: KnownNames) -> bool:
    known = names.known(name)
    return known is not None and known.sort == "define"


def kind_of(name: str, names: KnownNames, event: str | None) -> Kind | None:
    """The kind of what a name stands for, a property where it is about an event; None for events."""
    if event is not None:
        return names.properties(event).get(name, Kind.TEXT)
    known = names.known(name)
    return known.kind if known is not None else None


def _measure(name: str, form: str, names: KnownNames) -> str:
    known = [one for one in names.names() if one.sort == "event"]
    events = sorted(known, key=lambda one: -(one.count or 0))
    if form in ("days until", "domain"):
        wanted = (Kind.DATE, Kind.DATETIME) if form == "days until" else (Kind.TEXT,)
        fitting = [one.name for one in names.names() if one.sort == "field" and one.kind in wanted]
        mail = [one for one in fitting if "mail" in one.lower()]
        chosen = name or next(iter(mail or fitting), "")
        if not chosen:
            raise ValueError("No field of the data can be asked about in this way.")
        field = name_text(chosen)
        return f"days until {field} <= 30" if form == "days until" else f'domain({field}) = "example.com"'
    chosen = name or next((one.name for one in events), "")
    if not chosen:
        raise ValueError("The data has no events yet.")
    event = name_text(chosen)
    if form == "days since":
        return f"days since {event} <= 30"
    if form == "sequence":
        other = next((one.name for one in events if one.name != chosen), None)
        if other is None:
            raise ValueError("For this, the data needs two different events.")
        return f"{event} followed by {name_text(other)} within 7 days"
    if form in ("distinct", "days"):
        return f"{form}({event}) >= 2"
    for one in [chosen, *(one.name for one in events)]:
        for key, kind in names.properties(one).items():
            if kind is Kind.NUMBER:
                return f"{form}({name_text(one)}.{name_text(key)}) >= 1"
    raise ValueError("No event of the data has a property that is a number.")


def sort_of(name: str, names: KnownNames, event: str | None) -> str:
    """What decides which comparisons suit a name."""
    if name == "score" or name in names.scores:
        return "score"
    kind = kind_of(name, names, event)
    if kind is None:
        known = names.known(name)
        return known.sort if known is not None else "event"
    return "date" if kind in (Kind.DATE, Kind.DATETIME) else kind.value
