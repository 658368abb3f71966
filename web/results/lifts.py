"""How often the leads of each rule win, for the cards of the editor: worked out aside, and kept.

Lift is that of the live rules. A card shows it as long as its rule asks what the live one asks.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from threading import Event, Lock, Thread

from flask import current_app

from ...engine.lru import LruCache
from ...engine.outcomes.definitions import NotMeasurable
from ...engine.outcomes.lift import Lift
from ...engine.plan import Plan
from ...engine.store.database import Store, StoreError, open_store
from ...engine.store.records.leads import count_leads
from ...engine.store.scoring.outcome_questions import measure
from ...grammar.edits.document import key_of
from ...grammar.syntax import nodes as n
from ...grammar.syntax.parse import Parsed
from ..access import settings
from ..counted_catalogue import state_of
from ..ruleset_cache import Ready
from ..settings import Settings

_PATIENCE = 0.25
"""Seconds that a request waits, so that a small database is answered whole."""

_MOST_KEPT = 16

_Key = tuple[str, int]
_Found = Mapping[str, Lift]


class Lifts:
    """The lifts of an application's rulesets, by what the rules mean and the state of the data. Safe in
    threads."""

    def __init__(self) -> None:
        self._kept: LruCache[_Key, _Found] = LruCache(_MOST_KEPT)
        self._lock = Lock()
        self._begun: dict[_Key, Event] = {}

    def ask(self, plan: Plan, settings: Settings, data: int) -> _Found:
        """The lifts by the identities of rules; none where they are not known yet, or cannot be."""
        key = (plan.digest, data)
        found = self._kept.get(key)
        if found is not None:
            return found
        with self._lock:
            ended = self._begun.get(key)
            begins = ended is None
            if ended is None:
                ended = self._begun[key] = Event()
                Thread(target=self._run, args=(key, plan, settings, ended), daemon=True).start()
        if begins:
            ended.wait(_PATIENCE)
        return self._kept.get(key) or {}

    def _run(self, key: _Key, plan: Plan, settings: Settings, ended: Event) -> None:
        try:
            self._kept.put(key, _measured(plan, settings))
        finally:
            with self._lock:
                self._begun.pop(key, None)
            ended.set()


def _measured(plan: Plan, settings: Settings) -> _Found:
    try:
        with open_store(settings.database, read_only=True) as store:
            if count_leads(store) > settings.most_leads:
                return {}
            found = measure(plan, store, today=False, funnel=False)
    except (NotMeasurable, StoreError, sqlite3.Error, OSError):
        # A card does without; whatever is wrong with the database is said where it is asked for.
        return {}
    return {one.rule: one for one in found.lifts}


def lifts_of_cards(store: Store, live: Ready | None, draft: Parsed) -> Mapping[str, Lift]:
    """The lift of each rule of a draft by the key of its card, of those that ask what the live ones ask."""
    if live is None or not live.plan.outcomes:
        return {}
    extensions = current_app.extensions
    asked: Lifts = extensions.get("leadwright.lifts") or extensions.setdefault("leadwright.lifts", Lifts())
    found = asked.ask(live.plan, settings(), state_of(store))
    if not found:
        return {}
    text = live.reading.source.text
    before = {rule.span.start: _condition(rule, text) for rule in rules_of(live.reading.tree)}
    now = {_condition(rule, draft.source.text): key_of(rule) for rule in rules_of(draft.tree)}
    return {
        key: found[rule.identity]
        for rule in live.plan.rules
        if rule.origin.source is live.reading.source
        and rule.identity in found
        and (key := now.get(before.get(rule.origin.span.start, ""))) is not None
    }


def rules_of(tree: n.Tree) -> Iterator[n.Rule]:
    """The rules of a text, those of groups too."""
    for node in tree.statements:
        if isinstance(node, n.Rule):
            yield node
        elif isinstance(node, n.Group):
            yield from node.rules


def _condition(rule: n.Rule, text: str) -> str:
    """What a rule asks, whatever its layout."""
    return " ".join(text[rule.body.span.start : rule.body.span.end].split())
