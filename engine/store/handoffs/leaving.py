"""How many leads in a stage no handoff would take: for the hint about such a stage, where there is data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ....grammar.messages.diagnostics import Diagnostic
from ...handoffs.choosing import Choosing
from ...plan import Handoff, Plan
from ..database import Store
from ..records.lead_keys import NAMED
from .assigning import ask_handoffs

CODE = "handoff-leaves-some"
_MOST = 10_000
"""So many leads of a stage are looked at."""


def with_counts(
    store: Store, ruleset: str, plan: Plan, found: Iterable[Diagnostic], now: int
) -> tuple[Diagnostic, ...]:
    """Diagnostics of a plan, those about stages whose leads may go to nobody with how many that would be of
    the leads that are in the stage by the latest scoring of the ruleset.

    `now` is in microseconds since 1970 UTC. Raises `StoreError`.
    """
    by_place = {(one.origin.source, one.origin.span): one for one in plan.handoffs}
    choosing: Choosing | None = None
    said = []
    for one in found:
        handoff = by_place.get((one.source, one.span)) if one.code == CODE else None
        leads = [] if handoff is None else _leads_in(store, ruleset, handoff)
        if handoff is not None and leads:
            choosing = choosing or Choosing(plan)
            count = _count(store, choosing, handoff, leads, now)
            said.append(replace(one, message=f"{one.message}: {count}"))
        else:
            said.append(one)
    return tuple(said)


def _count(store: Store, choosing: Choosing, handoff: Handoff, leads: list[int], now: int) -> str:
    with store.guard():
        asked = ask_handoffs(store, choosing, leads, now)
    left = sum(choosing.take(handoff.track, handoff.stage, one) is None for one in asked.values())
    stage = handoff.stage if handoff.track == "main" else f"{handoff.stage} in {handoff.track}"
    if len(leads) == _MOST:
        return f"{left:,} of the first {_MOST:,} in {stage} now"
    return f"{left:,} of the {len(leads):,} in {stage} now"


def _leads_in(store: Store, ruleset: str, handoff: Handoff) -> list[int]:
    """The leads that are in the stage of a handoff, or the first of them."""
    with store.guard():
        rows = store.connection.execute(
            "SELECT scored.lead FROM scored JOIN lead ON lead._id = scored.lead "
            f"WHERE ruleset = (SELECT id FROM ruleset WHERE name = ?) AND lead._state = {NAMED} "
            "AND result IN (SELECT id FROM result WHERE text -> '$.stages' ->> ? = ?) LIMIT ?",
            (ruleset, handoff.track, handoff.stage, _MOST),
        )
        return [lead for (lead,) in rows]
