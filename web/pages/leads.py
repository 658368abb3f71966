"""Leads: searched, or listed by score and stage."""

from __future__ import annotations

from flask import Blueprint, render_template

from ...engine.store.database import Store
from ...engine.store.records.leads import StoredLead, count_leads, search_leads
from ...engine.store.records.rulesets import ruleset_names
from ..access import settings
from ..database import reading
from ..queries import highest, stored_scores
from ..ruleset_cache import ready, version_of
from .context import text_asked

pages = Blueprint("leads", __name__)

_MOST_SHOWN = 50


@pages.get("/leads")
def index() -> str:
    """Leads that a text is found in, else those with the highest scores."""
    store = reading(settings())
    names = ruleset_names(store)
    asked, ruleset, stage = text_asked("q"), text_asked("ruleset"), text_asked("stage")
    chosen = version_of(store, ruleset).ruleset if ruleset else next(iter(names), None)
    if asked is None and chosen is not None:
        found = highest(store, chosen, stage, _MOST_SHOWN)
    else:
        found = search_leads(store, asked or "", _MOST_SHOWN)
    scores = stored_scores(store, chosen, [lead.id for lead in found]) if chosen is not None else {}
    if stage is not None:
        found = [lead for lead in found if lead.id in scores and scores[lead.id].stage == stage]
    return render_template(
        "leads.html",
        leads=[(lead, told_by(lead), scores.get(lead.id)) for lead in found],
        asked=asked,
        ruleset=chosen,
        names=names,
        stage=stage,
        stages=_stages(store, chosen),
        most=_MOST_SHOWN,
        whole=count_leads(store),
    )


def _stages(store: Store, name: str | None) -> list[str]:
    if name is None:
        return []
    return [stage.name for stage in reversed(ready(store, name).plan.stages) if stage.track == "main"]


def told_by(lead: StoredLead) -> str:
    """What tells this lead from others: its first texts."""
    texts = [value for value in lead.fields.values() if isinstance(value, str) and value != lead.key]
    return ", ".join(texts[:3])
