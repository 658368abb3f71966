"""Which fields and events of the data are worth asking about: not what only keeps records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

from ...grammar.syntax.nodes import Kind
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
_FEW = 20
_WON = frozenset({
    "won", "customer", "converted", "purchased", "signed", "deal_won", "closed_won", "became_customer",
    "order_placed",
})  # fmt: skip


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


def likely_outcome(found: Catalogue) -> tuple[str, str | None] | None:
    """The type and object of the events that are most likely what leads are wanted to do; None for none."""
    for type_, facts in found.events.items():
        if _plain(type_) in _WON:
            return type_, None
        for object_ in facts.objects:
            if f"{_plain(type_)}_{_plain(object_)}" in _WON:
                return type_, object_
    return None


def without(found: Catalogue, names: set[str], outcome: tuple[str, str | None] | None) -> Catalogue:
    """The catalogue without what keeps records, these names, and the outcome."""
    fields = {
        name: facts for name, facts in found.fields.items() if name not in names and not keeps_records(facts)
    }
    events: Mapping[str, EventFacts] = {
        type_: facts
        for type_, facts in found.events.items()
        if type_ not in names and (outcome is None or type_ != outcome[0])
    }
    return Catalogue(found.leads, fields, events)


def _plain(name: str) -> str:
    return re.sub(r"\W+", "_", name.strip().lower())
