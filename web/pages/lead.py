"""One lead: its explanation line by line, as of any date by any version, and the history of its score."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template

from ...engine.evaluator import Evaluator
from ...engine.explain.decision import Decision
from ...engine.report.bounds import bounds_words
from ...engine.report.decision import next_change_words
from ...engine.store.database import Store
from ...engine.store.records.events import StoredEvent, events_of
from ...engine.store.records.history import seen_by_run
from ...engine.store.records.leads import StoredLead
from ...engine.store.records.rulesets import ruleset_names
from ...engine.store.scoring.score_history import (
    HistoryEntry,
    explained_history,
    pending_entry,
    run_numbered,
)
from ...engine.tryout.case import Case
from ...engine.tryout.next_stage import NextStage, way_to_next_stage
from ...engine.values import instant_of
from ..access import settings
from ..database import reading
from ..drafts import current
from ..problems import Problem, not_found
from ..queries import (
    as_events,
    instant_asked,
    last_scoring,
    lead_title,
    lead_with,
    stored_scores,
    version_choices,
)
from ..ruleset_cache import kept, live_of, runnable
from ..ruleset_ref import DRAFT, LIVE, RulesetRef, asked_side, side_of
from ..tryout.subjects import with_changes
from ..tryout.trial import Turn, turn_of
from .breakdown import accounts, blanks, chart_of, stage_places, unfired
from .context import number_asked, text_asked
from .lead_ids import ids_of
from .lead_past import LeadPast, past_of

pages = Blueprint("lead", __name__)

_MOST_EVENTS = 50
_FEW_TURNS = 3
_MOST_TURNS = 100


@pages.get("/lead")
def show() -> str:
    """Why a lead has its score, and what it would take to get further."""
    store = reading(settings())
    lead = lead_with(store, text_asked("id") or "")
    chosen = _chosen(store, lead)
    if chosen is None:
        events = events_of(store, lead.id)
        return render_template("lead.html", decision=None, **_about(store, lead, events), chosen=None)
    decision = chosen.decision
    latest = chosen.asked is None and chosen.rules.number == _live_number(store, chosen)
    turns = _turns(store, chosen.rules.ruleset, lead, _FEW_TURNS) if latest else []
    way = _way(chosen) if latest else None
    return render_template(
        "lead.html",
        decision=decision,
        accounts=accounts(decision),
        unfired=unfired(decision),
        blanks=blanks(decision),
        unsure=bounds_words(decision.bounds),
        next_change=next_change_words(decision),
        stored=_stored_otherwise(store, chosen, decision, lead) if latest else None,
        turns=turns,
        chosen=chosen.rules,
        at=text_asked("at"),
        run=chosen.run,
        ladder=stage_places(chosen.rules.evaluator.plan) if chosen.rules.evaluator is not None else {},
        past=_past(chosen),
        way=way,
        try_it=with_changes(lead.key, [change for change, _ in way.changes]) if way is not None else None,
        drafted=_in_draft(store, chosen) if latest else None,
        **_about(store, lead, chosen.events, chosen.fields),
    )


@pages.get("/lead/history")
def history() -> str:
    """Every score that was stored for a lead, each change with what caused it."""
    store = reading(settings())
    lead = lead_with(store, text_asked("id") or "")
    names = ruleset_names(store)
    asked = text_asked("ruleset")
    if asked is not None and asked not in names:
        raise not_found(f"There is no ruleset {asked} that scored leads.")
    name = asked or next(iter(names), None)
    turns = _turns(store, name, lead, _MOST_TURNS) if name is not None else []
    live = live_of(store, name) if name is not None else None
    return render_template(
        "lead_history.html",
        lead=lead,
        who=lead_title(lead),
        names=names,
        ruleset=name,
        turns=turns,
        chart=chart_of([turn for turn, _ in reversed(turns)]),
        most=_MOST_TURNS,
        ladder=stage_places(kept().ready(live).plan) if live is not None else {},
    )


def _about(
    store: Store,
    lead: StoredLead,
    events: Sequence[StoredEvent],
    fields: Mapping[str, object] | None = None,
) -> dict[str, object]:
    latest = sorted(events, key=lambda event: event.instant, reverse=True)
    return {
        "lead": lead,
        "fields": lead.fields if fields is None else fields,
        "who": lead_title(lead),
        "choices": version_choices(store),
        "events": latest[:_MOST_EVENTS],
        "event_count": len(events),
        **ids_of(store, lead),
    }


# --- which rules, as of when, with what known -------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What a lead is explained by: the rules, what is known of the lead, and the decision.

    `asked` is the instant or run that the address names, None for the last scoring's.
    """

    rules: RulesetRef
    fields: Mapping[str, object]
    events: Sequence[StoredEvent]
    decision: Decision
    asked: str | None
    run: int | None = None


def _chosen(store: Store, lead: StoredLead) -> _Chosen | None:
    number = number_asked("run")
    if number is not None:
        return _as_of_run(store, lead, number)
    asked = text_asked("rules")
    names = ruleset_names(store)
    if asked is None and not names:
        return None
    rules = side_of(store, settings(), *(asked_side(asked) if asked is not None else (names[0], LIVE)))
    if rules.evaluator is None:
        first = rules.reading.errors[0]
        raise Problem(
            422,
            "Errors in the rules",
            f"The draft of {rules.ruleset} has errors, so no lead can be scored by it: {first.message} "
            f"(line {first.line}).",
        )
    now = instant_asked(text_asked("at"), store, rules.ruleset)
    events = events_of(store, lead.id)
    decision = _decided(rules.evaluator, lead.fields, events, now)
    return _Chosen(rules, lead.fields, events, decision, text_asked("at"))


def _as_of_run(store: Store, lead: StoredLead, number: int) -> _Chosen:
    """The lead as a run saw it, with the fields and events that were known then."""
    run = run_numbered(store, number)
    if run is None:
        raise not_found(f"There was no scoring with the number {number}.")
    rules = side_of(store, settings(), run.version.ruleset, run.version.number)
    seen = seen_by_run(store, lead, run.now, run.data)
    evaluator = kept().ready(run.version).evaluator
    decision = _decided(evaluator, seen.fields, seen.events, run.now)
    return _Chosen(rules, seen.fields, seen.events, decision, str(number), number)


def _past(chosen: _Chosen) -> LeadPast | None:
    """The last weeks of the score; None of what a run saw long ago, which is looked at as it was."""
    rules = chosen.rules.evaluator
    if rules is None or chosen.run is not None:
        return None
    return past_of(rules, chosen.fields, as_events(chosen.events), chosen.decision.now)


def _way(chosen: _Chosen) -> NextStage | None:
    """What would bring the lead to its next stage."""
    rules = chosen.rules.evaluator
    if rules is None:
        return None
    case = Case(chosen.fields, tuple(as_events(chosen.events)), instant_of(chosen.decision.now))
    return way_to_next_stage(rules, case)


def _decided(
    evaluator: Evaluator,
    fields: Mapping[str, object],
    events: Sequence[StoredEvent],
    now: dt.datetime | int,
) -> Decision:
    return evaluator.decide(evaluator.facts(fields, as_events(events)), now, gains=True)


def _in_draft(store: Store, chosen: _Chosen) -> Turn | None:
    """How the lead changes stage with the draft; None where it does not, or the draft cannot run."""
    found = current(store, chosen.rules.ruleset)
    if found is None or found.text == chosen.rules.text:
        return None
    draft = side_of(store, settings(), chosen.rules.ruleset, DRAFT)
    if draft.evaluator is None:
        return None
    then = _decided(draft.evaluator, chosen.fields, chosen.events, chosen.decision.now)
    return turn_of(draft.evaluator, then, chosen.decision)


def _live_number(store: Store, chosen: _Chosen) -> int | None:
    live = live_of(store, chosen.rules.ruleset)
    return live.number if live is not None else None


def _stored_otherwise(store: Store, chosen: _Chosen, decision: Decision, lead: StoredLead) -> int | None:
    """The stored score, where it is another than the one explained: data or rules have changed since."""
    rules = chosen.rules
    found = last_scoring(store, rules.ruleset)
    stored = stored_scores(store, rules.ruleset, [lead]).get(lead.key)
    if stored is None or found is None or found.version != rules.number:
        return None
    return stored.score if stored.score != decision.total else None


# --- history ----------------------------------------------------------------------------------


def _turns(
    store: Store, ruleset: str, lead: StoredLead, most: int
) -> list[tuple[HistoryEntry, HistoryEntry | None]]:
    """The latest outcomes, the newest first, each with the one before it."""
    turns = explained_history(store, ruleset, lead, runnable, most=most + 1)
    live = live_of(store, ruleset)
    if live is not None and turns:
        since = pending_entry(store, live, lead, runnable, instant_asked(None, store, ruleset))
        turns += [since] if since is not None else []
    pairs = list(zip(turns, [None, *turns], strict=False))
    return list(reversed(pairs))[:most]
