"""What leads are called: by the name that the data has of them, where it has one."""

from __future__ import annotations

from ..engine.report.paper import cut, shown
from ..engine.store.records.leads import StoredLead

_NAMES = ("name", "full name", "contact name")
_TELLING = (
    ("title", "job title", "role", "position"),
    ("company", "company name", "organization", "account"),
)
"""Fields, as most data calls them, that tell leads apart."""


def told(lead: StoredLead) -> tuple[str, str]:
    """Who a lead is: its name where it has one, else its id; and what else tells it from others."""
    texts = {
        _folded(name): value
        for name, value in lead.fields.items()
        if isinstance(value, str) and value != lead.key
    }
    name = next((texts.pop(key) for key in _NAMES if key in texts), None)
    known = [texts.pop(key) for keys in _TELLING for key in keys if key in texts]
    rest = [*known, *(value for key, value in texts.items() if key != "email")][:2]
    return shown(name or lead.key), shown(cut(" · ".join([*rest, *([lead.key] if name else [])]), 80))


def _folded(name: str) -> str:
    return name.casefold().replace("_", " ")
