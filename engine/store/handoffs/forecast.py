"""Who would get which leads if entries into stages were handed off now; nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from ....grammar.frozen import frozen
from ...handoffs.choosing import Choosing
from ...handoffs.people import folded
from ...handoffs.turns import HandedOff
from ...impact.effect import Effect
from ...plan import Plan
from ..database import Store
from ..records.leads import find_lead
from .assigning import ask_handoffs, given_out, know_keeper
from .entries import EntryNotes, Moves, Policy
from .people import people_known


@frozen
class Forecast:
    """The entries that a change of rules brings: how many there are, and who would get those looked at.
    `lost` says from whom how many leads would go, since they leave the stage; `names` what those on record
    are called, by their folded addresses."""

    entries: int
    looked_at: int
    handed_off: HandedOff
    lost: Mapping[str, int]
    names: Mapping[str, str]

    def name_of(self, address: str) -> str:
        """What somebody is called, where nobody else is called so; else the address."""
        name = self.names.get(folded(address), address)
        return name if [*self.names.values()].count(name) == 1 else address

    @property
    def people(self) -> list[tuple[str, int]]:
        """Who would get how many, the most first."""
        return sorted(self.handed_off.people.items(), key=lambda item: (-item[1], item[0]))

    @property
    def changes(self) -> list[tuple[str, int]]:
        """By how many leads each person would have more or less: the most first."""
        found = Counter(self.handed_off.people)
        found.subtract(self.lost)
        return sorted(((who, many) for who, many in found.items() if many), key=lambda one: (-one[1], one[0]))


def forecast(store: Store, ruleset: str, plan: Plan, effect: Effect, now: int) -> Forecast | None:
    """Who would get the leads that a change brings into stages with handoffs, as of `now`; None where the
    plan has no handoffs. `effect` names the leads that change their stage, or the first of them."""
    notes = EntryNotes(plan, Policy())
    if not notes:
        return None
    total = 0
    for (track, old, new), leads in effect.matrix.items():
        moves = Moves()
        notes.note(moves, 0, {track: old}, {track: new}, same=True)
        total += leads * len(moves.began)
    entries = Moves()
    for move in effect.moves:
        lead = find_lead(store, move.lead) if move.changes_stage else None
        if lead is not None:
            notes.note(entries, lead.id, move.stages_before, move.stages_after, same=True)
    began = [(lead, track, stage) for lead, track, stage, _ in sorted(entries.began)]
    with store.guard():
        names = {one: person.name for one, person in people_known(store.connection).items()}
    given = _given(store, ruleset, plan, began, now)
    return Forecast(total, len(began), given, _lost(store, ruleset, entries.ended), names)


def _lost(store: Store, ruleset: str, ended: Sequence[tuple[int, str, str | None]]) -> Counter[str]:
    """Who has leads whose stay would end, and how many."""
    found: Counter[str] = Counter()
    with store.guard():
        for lead, track, _ in ended:
            rows = store.connection.execute(
                "SELECT handoff.address FROM handoff JOIN entry ON entry.id = handoff.entry "
                "JOIN ruleset ON ruleset.id = entry.ruleset "
                "WHERE entry.lead = ? AND entry.track = ? AND ruleset.name = ? AND entry.left_at IS NULL "
                "AND NOT EXISTS (SELECT 1 FROM handoff AS next WHERE next.passed_by = handoff.id)",
                (lead, track, ruleset),
            )
            found.update(address for (address,) in rows)
    return found


def _given(
    store: Store, ruleset: str, plan: Plan, began: Sequence[tuple[int, str, str]], now: int
) -> HandedOff:
    found = HandedOff({})
    if not began:
        return found
    with store.guard():
        db = store.connection
        row = db.execute("SELECT id FROM ruleset WHERE name = ?", (ruleset,)).fetchone()
        number = -1 if row is None else row[0]
        turns = given_out(db, number, plan, now, people_known(db))
        choosing = Choosing(plan)
        asked = ask_handoffs(store, choosing, (lead for lead, _, _ in began), now)
        order = max([0, *turns.last.values()])
        for lead, track, stage in began:
            place = choosing.take(track, stage, asked[lead])
            if place is None:
                found.unassigned += 1
                continue
            handoff, kept = plan.handoffs[place], asked[lead].kept[place]
            if kept is not None:
                know_keeper(db, number, turns, handoff.whom, kept)
            pick = turns.pick(handoff.whom, now, turn=handoff.turn, kept=kept)
            if pick.person is None:
                found.queued += 1
                continue
            order += 1
            turns.give(folded(pick.person), handoff.whom, kept, order, now)
            found.people[pick.person] = found.people.get(pick.person, 0) + 1
    return found
