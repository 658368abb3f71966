"""Which fields and events of the data are worth asking about: not what only keeps records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

from ...grammar.frozen import frozen
from ...grammar.syntax.nodes import Kind
from ...grammar.text.printer import name_text, object_text, quoted
from ..catalogue import Catalogue, EventFacts, FieldFacts

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
# fmt: off
_RECORDS = frozenset({
    "id", "ids", "uuid", "guid", "key", "no", "nr", "number", "num", "ref", "phone", "fax", "mobile",
    "zip", "postcode", "postal", "email", "mail", "url", "link", "owner", "assignee", "assigned", "rep",
    "sdr", "seller", "agent", "user", "created", "updated", "modified", "changed", "imported",
})
# fmt: on
"""Words by which a field is called that tells leads apart, says who looks after them, or dates a row."""

_REFUSALS = frozenset({"unsubscribed", "unsubscribe", "optout", "bounced", "gdpr", "dnc"})
_PAIRS = frozenset({("opt", "out"), ("opted", "out"), ("do", "not"), ("dont", "email"), ("no", "longer")})
_MOSTLY_DIFFERENT = 0.9
_MOSTLY_DATED = 0.9
_FEW = 20
_WON = frozenset({
    "won", "customer", "converted", "purchased", "signed", "deal_won", "closed_won", "became_customer",
    "order_placed", "closed_converted", "sale_won", "approved",
})  # fmt: skip
_ENDS_IN = frozenset({"won", "converted", "purchased", "approved"})
"""Words that say so at the end of a longer name too, as in opportunity_won."""
_DENIED = frozenset({"not", "no", "non", "never", "un", "lost"})
_WON_FIELDS = _WON | {
    "is_won", "is_customer", "is_converted", "has_converted", "has_purchased", "conversion", "sold",
    "deposit", "success", "target", "label", "outcome", "y",
}  # fmt: skip
"""Names of yes/no fields, or of fields of 0 and 1, that say who became a customer."""
_STATES = frozenset({
    "status", "state", "stage", "outcome", "result", "disposition", "lifecycle", "lifecyclestage",
    "leadstatus", "dealstage",
})  # fmt: skip
"""Words in the name of a field of which one value says so."""


@frozen
class LikelyOutcome:
    """What leads are most likely wanted to do: its condition as rules write it, the field it reads with its
    declaration, or the type of event."""

    condition: str
    event: str | None = None
    field: str | None = None
    declaration: str | None = None


def keeps_records(facts: FieldFacts) -> bool:
    """Whether a field is an id, an owner, a refusal to be written to, or a date of record."""
    words = [word.lower() for word in _WORDS.findall(facts.name)]
    if _RECORDS & set(words) or _REFUSALS & set(words):
        return True
    if any(pair in _PAIRS for pair in pairwise(words)):
        return True
    different = facts.known >= _FEW and len(facts.values) > _MOSTLY_DIFFERENT * facts.known
    whole = all(value.lstrip("-").isdigit() for value in facts.values)
    return different and (facts.kind is not Kind.NUMBER or whole)


def likely_outcome(found: Catalogue) -> LikelyOutcome | None:
    """What leads are most likely wanted to do, by events, else by a field; None for nothing."""
    for type_, facts in found.events.items():
        if _plain(type_) in _WON:
            return _born(LikelyOutcome(name_text(type_), type_), found)
        for object_ in facts.objects:
            if f"{_plain(type_)}_{_plain(object_)}" in _WON:
                return _born(LikelyOutcome(f"{name_text(type_)} {object_text(object_)}", type_), found)
    for type_ in found.events:
        words = _plain(type_).split("_")
        if words[-1] in _ENDS_IN and not _DENIED & set(words) and type_.isprintable():
            return _born(LikelyOutcome(name_text(type_), type_), found)
    fields = (field for field in found.fields.values() if field.name.isprintable())
    named = ((field, asked) for field in fields if (asked := _asked_of(field)) is not None)
    # A yes/no says more plainly what it is than a number does, and that more plainly than a status.
    best = min(named, key=lambda pair: _PLAINEST.index(pair[0].kind), default=None)
    if best is None:
        return None
    field, asked = best
    name = name_text(field.name)
    return LikelyOutcome(f"{name}{asked}", field=field.name, declaration=f"field {name}: {field.kind.value}")


def _born(outcome: LikelyOutcome, found: Catalogue) -> LikelyOutcome:
    """The outcome with the date by which leads come, where they have no other event that says so."""
    if len(found.events) > 1:
        return outcome
    dates = [
        field
        for field in found.fields.values()
        if field.kind in (Kind.DATE, Kind.DATETIME) and field.known >= _MOSTLY_DATED * found.leads
    ]
    if not dates or not dates[0].name.isprintable():
        return outcome
    name = name_text(dates[0].name)
    declaration = f"field {name}: {dates[0].kind.value}"
    return LikelyOutcome(f"{outcome.condition} born {name}", outcome.event, dates[0].name, declaration)


_PLAINEST = (Kind.YES_NO, Kind.NUMBER, Kind.TEXT)


def _asked_of(field: FieldFacts) -> str | None:
    """What is asked of a field that says who became a customer; None for any other."""
    if field.kind is Kind.TEXT:
        words = {word.lower() for word in _WORDS.findall(field.name)}
        won = [value for value in field.values if _plain(value) in _WON and value.isprintable()]
        return f" = {quoted(won[0])}" if words & _STATES and len(field.values) > 1 and won else None
    if _plain(field.name) not in _WON_FIELDS or not field.complete or len(field.values) != 2:
        return None
    if field.kind is Kind.YES_NO:
        return ""
    return " = 1" if field.kind is Kind.NUMBER and field.values.keys() == {"0", "1"} else None


def without(found: Catalogue, names: set[str], outcome: LikelyOutcome | None) -> Catalogue:
    """The catalogue without what keeps records, these names, and the outcome."""
    event, said = (outcome.event, outcome.field) if outcome is not None else (None, None)
    fields = {
        name: facts
        for name, facts in found.fields.items()
        if name not in names and name != said and not keeps_records(facts)
    }
    events: Mapping[str, EventFacts] = {
        type_: facts for type_, facts in found.events.items() if type_ not in names and type_ != event
    }
    return Catalogue(found.leads, fields, events)


def _plain(name: str) -> str:
    return re.sub(r"\W+", "_", name.strip().lower()).strip("_")
