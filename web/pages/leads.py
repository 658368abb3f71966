"""Leads: searched, and one explained line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, render_template

from ...engine.decision import Decision, Finding, Line, LineKind, RuleFinding
from ...engine.report.decision import next_change_words
from ...engine.store.events import StoredEvent, events_of
from ...engine.store.leads import StoredLead, count_leads, search_leads
from ...engine.store.opening import Store
from ...engine.store.rulesets import ruleset_names
from ..access import settings
from ..database import reading
from ..lookups import (
    events_of_lead,
    highest,
    instant_asked,
    lead_with,
    standing,
    stored_scores,
    version_choices,
)
from ..rulebook import Ready, ready, version_of
from .asked import text_asked, version_asked

pages = Blueprint("leads", __name__)

_MOST_SHOWN = 50
_MOST_EVENTS = 50


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
        leads=[(lead, _words(lead), scores.get(lead.id)) for lead in found],
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


def _words(lead: StoredLead) -> str:
    """What tells this lead from others: its first texts."""
    texts = [value for value in lead.fields.values() if isinstance(value, str) and value != lead.key]
    return ", ".join(texts[:3])


# --- one lead ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Account:
    """One score as it adds up: its lines, each with the rule behind it, and what others bring to a total."""

    name: str
    score: str | None
    value: int
    parts: list[tuple[str, int]]
    lines: list[tuple[Line, RuleFinding | None]]


@dataclass(frozen=True, slots=True)
class Silent:
    """A rule that did not fire, and how many of its clauses kept it from firing."""

    rule: RuleFinding
    missing: int
    near: bool


@pages.get("/lead")
def show() -> str:
    """Why a lead has its score, and what it would take to get further."""
    store = reading(settings())
    lead = lead_with(store, text_asked("id") or "")
    chosen = _chosen(store)
    events = events_of(store, lead.id)
    about = {
        "lead": lead,
        "words": _words(lead),
        "choices": version_choices(store),
        "events": sorted(events, key=_instant, reverse=True)[:_MOST_EVENTS],
        "event_count": len(events),
        "chosen": chosen,
        "at": text_asked("at"),
    }
    if chosen is None:
        return render_template("lead.html", decision=None, **about)
    now = instant_asked(text_asked("at"), store, chosen.version.ruleset)
    evaluator = chosen.evaluator
    decision = evaluator.decide(evaluator.facts(lead.fields, events_of_lead(store, lead.id)), now)
    return render_template(
        "lead.html",
        decision=decision,
        accounts=_accounts(decision),
        silent=_silent(decision),
        blanks=_blanks(decision),
        next_change=next_change_words(decision),
        stored=_stored_otherwise(store, chosen, decision, lead) if about["at"] is None else None,
        **about,
    )


def _stored_otherwise(store: Store, chosen: Ready, decision: Decision, lead: StoredLead) -> int | None:
    """The stored score, where it is another than the one explained: data or rules have changed since."""
    version = chosen.version
    found = standing(store, version.ruleset)
    stored = stored_scores(store, version.ruleset, [lead.id]).get(lead.id)
    if stored is None or found is None or found.version != version.number:
        return None
    return stored.total if stored.total != decision.total else None


def _instant(event: StoredEvent) -> int:
    return event.instant


def _chosen(store: Store) -> Ready | None:
    asked = version_asked("rules")
    if asked is not None:
        return ready(store, *asked)
    names = ruleset_names(store)
    return ready(store, names[0]) if names else None


def _accounts(decision: Decision) -> list[Account]:
    """Every score, the total last; what adds up to each stands under it."""
    rules = {rule.identity: rule for rule in decision.rules}

    def lines(score: str | None) -> list[tuple[Line, RuleFinding | None]]:
        return [
            (line, rules.get(line.name) if line.kind is LineKind.RULE else None)
            for line in decision.lines
            if line.score == score and (line.points or line.written)
        ]

    named = [Account(name, name, value, [], lines(name)) for name, value in decision.scores.items()]
    parts = [(name, points) for name, points in decision.scores.items() if points]
    return [*named, Account("Score", None, decision.total, parts, lines(None))]


def _silent(decision: Decision) -> list[Silent]:
    """The rules that did not fire; those that came nearest first."""
    found = []
    for rule in decision.rules:
        if rule.fired:
            continue
        whole = [item for item in (rule.condition, rule.events) if item is not None]
        missing = sum(_lacking(item) for item in whole)
        found.append(Silent(rule, missing, missing == 1 and any(_partly(item) for item in whole)))
    return sorted(found, key=lambda one: (not one.near, one.missing))


def _lacking(finding: Finding) -> int:
    """How many clauses would have to be otherwise for it to be true."""
    if finding.truth is True:
        return 0
    match finding.joined:
        case "all":
            return sum(map(_lacking, finding.parts))
        case "any" | "define" if finding.parts:
            return min(map(_lacking, finding.parts))
        case _:
            return 1


def _partly(finding: Finding) -> bool:
    """Whether some of what must be true together is."""
    if finding.joined == "all":
        return any(part.truth is True for part in finding.parts)
    return finding.joined == "define" and any(map(_partly, finding.parts))


def _blanks(decision: Decision) -> list[str]:
    """The blank fields that kept rules from firing."""
    silent = [rule.condition for rule in decision.rules if not rule.fired and rule.condition is not None]
    names = [name for item in silent if item.truth is None for name in _unknown(item)]
    return list(dict.fromkeys(names))


def _unknown(finding: Finding) -> Iterator[str]:
    if finding.unknown is not None:
        yield finding.unknown
    for part in finding.parts:
        yield from _unknown(part)
