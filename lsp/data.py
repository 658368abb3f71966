"""What an editor can be told of the leads: their fields and events, and how many leads a rule is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from ..engine.catalogue import Catalogue
from ..engine.plan import Definition, Disqualification, Origin, Plan

if TYPE_CHECKING:
    from ..engine.store.database import Store
    from ..engine.store.scoring.what_if import Counts


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many leads a rule, stage or definition is about, and of how many.

    `lift` says how many times as often the leads of a rule win as the others; it is None where the ruleset
    has no outcome, or too few leads have come to one.
    """

    leads: int
    every: int
    lift: float | None = None

    def words(self) -> str:
        """As they stand beside a rule: `421 of 1,000 leads, 2.3 times as often won`."""
        said = f"{self.leads:,} of {self.every:,} leads"
        return said if self.lift is None else f"{said}, {self.lift:.1f} times as often won"


class Data:
    """The leads of a database, or a file that lists their fields and events. Safe in threads."""

    def __init__(self, database: Path | None, fields: Catalogue | None, now: int | None = None) -> None:
        self._path = database
        self._catalogue = fields
        self._now = now
        self._state: int | None = None
        self._lock = Lock()
        self._counts: dict[tuple[str, int], Mapping[tuple[str, int], Numbers]] = {}

    @property
    def counts_leads(self) -> bool:
        """Whether there is a database to count in."""
        return self._path is not None

    def catalogue(self, *, anew: bool = False) -> Catalogue | None:
        """The fields and events, counted again where the data has changed and `again` asks to look."""
        if self._path is not None and (anew or self._state is None):
            from ..engine.store.database import StoreError, open_store
            from ..engine.store.records.catalogue import catalogue

            try:
                with self._lock, open_store(self._path, read_only=True) as store:
                    state = _state(store)
                    if state != self._state:
                        self._catalogue, self._state = catalogue(store), state
            except StoreError:
                self._state = self._state or 0
        return self._catalogue

    def numbers(self, plan: Plan) -> Mapping[tuple[str, int], Numbers]:
        """The numbers of a plan's statements, by the text that each stands in and where it begins.

        Raises StoreError.
        """
        from ..engine.evaluator import Evaluator
        from ..engine.store.database import open_store
        from ..engine.store.scoring.what_if import WhatIf

        if self._path is None:
            return {}
        with self._lock, open_store(self._path, read_only=True) as store:
            key = (plan.digest, _state(store))
            if key not in self._counts:
                counts = WhatIf().counts(store, Evaluator(plan), self._now or _now())
                self._counts = {key: _numbers(plan, counts, _lifts(plan, store))}
            return self._counts[key]


def _numbers(plan: Plan, counts: Counts, lifts: Mapping[str, float]) -> Mapping[tuple[str, int], Numbers]:
    every = counts.leads
    found = {
        _key(rule.origin): Numbers(leads, every, lifts.get(rule.identity))
        for rule, leads in zip(plan.rules, counts.rules, strict=True)
    }
    for stage, leads in zip(plan.stages, counts.stages, strict=True):
        found[_key(stage.origin)] = Numbers(leads, every)
    parts: list[Definition | Disqualification] = [*plan.definitions, *plan.disqualifications]
    for part in parts:
        if part.condition is not None:
            found[_key(part.origin)] = Numbers(counts.of(part.condition)[0], every)
    return found


def _key(origin: Origin) -> tuple[str, int]:
    return origin.source.label, origin.span.start


def _lifts(plan: Plan, store: Store) -> Mapping[str, float]:
    """How many times as often the leads of each rule win, where that is known."""
    from ..engine.outcomes.definitions import NotMeasurable
    from ..engine.store.scoring.outcome_questions import measure

    if not plan.outcomes:
        return {}
    try:
        found = measure(plan, store, today=False, funnel=False)
    except NotMeasurable:
        return {}
    return {one.rule: one.ratio.value for one in found.lifts if one.ratio is not None}


def _state(store: Store) -> int:
    """A number that every change of the data counts up."""
    with store.guard():
        return int(store.connection.execute("SELECT data FROM state").fetchone()[0])


def _now() -> int:
    from ..engine.cli.command import present
    from ..engine.values import instant_of

    return instant_of(present())
