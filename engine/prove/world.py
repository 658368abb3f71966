"""Everything that some plans ask of a lead, modelled once for all questions about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..plan import Condition, Plan, Selection, TrendOf
from ..zone import UTC
from .clock import Clock
from .decided import Decided, ask
from .happenings import Happenings
from .kleene import Formula
from .lead import Lead
from .loose import Loose, TooMuchError


class World:
    """The leads that some plans can tell apart.

    They are at one instant, and as exact as can be, where `now` is given; else at any instant, with room for
    all that rounding does, so that what holds of them holds of every lead.
    """

    def __init__(self, plans: Sequence[Plan], now: int | None) -> None:
        self.plans = plans
        self.exactly = now is not None
        zones = {plan.zone.name: plan.zone for plan in plans}
        if len(zones) > 1:
            raise TooMuchError("the two rulesets count days in different time zones")
        self.clock = Clock(now, next(iter(zones.values()), UTC))
        self.happenings = Happenings(self.clock)
        self.loose = Loose()
        for plan in plans:
            ask(self.happenings, plan, _promised(plan))
            for selection in _trends(plan):
                self.happenings.ask(plan, selection)
        self.happenings.close()
        self.lead = Lead(self.happenings, self.loose, exactly=self.exactly)
        self._decided: dict[int, Decided] = {}

    @property
    def holds_always(self) -> bool:
        """Whether now makes no difference, and nothing is left open: then one world is enough."""
        absolute = any(mark.chain != "fixed" for one in self.happenings.types.values() for mark in one.marks)
        return not (absolute or self.clock.asked or self.loose.reasons or self.loose.narrowed)

    def decided(self, plan: Plan) -> Decided:
        """What a plan decides of the lead."""
        found = self._decided.get(id(plan))
        if found is None:
            found = Decided(plan, self.lead, self.happenings, self.loose, self.exactly)
            self._decided[id(plan)] = found
        return found

    def more(self, lead: Lead, plan: Plan) -> Decided:
        """What a plan decides of another lead than this world's own."""
        return Decided(plan, lead, self.happenings, self.loose, self.exactly)

    def rules(self, *others: Lead) -> list[Formula]:
        """All that holds of its leads."""
        made: list[Formula] = []
        for entity in self.lead.texts():
            made += entity.rules()
        for lead in (self.lead, *others):
            made += lead.rules
        return made + self.clock.rules + self.loose.rules


def _promised(plan: Plan) -> Iterator[Condition]:
    return (one.condition for one in plan.guarantees if one.condition is not None)


def _trends(plan: Plan) -> Iterator[Selection]:
    for one in plan.guarantees:
        if isinstance(one.promise, TrendOf) and one.promise.events is not None:
            yield one.promise.events
