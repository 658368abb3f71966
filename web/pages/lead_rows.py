"""What the table of leads says of each row beside what is stored: who it is, how near it is to the next
stage, the course of its score, and when something last happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ...engine.evaluator import Evaluator
from ...engine.explain.decision import Decision, Missing
from ...engine.plan import Plan
from ...engine.store.database import Store
from ...engine.store.records.events import events_of
from ...engine.store.records.leads import StoredLead
from ...engine.store.scoring.lead_table import TableRow
from ..queries import as_events, lead_title
from ..tryout.thresholds import thresholds

WEEKS = 11
WIDTH, HEIGHT = 78, 20
"""Of the course of a score, in pixels."""
BAR = 54
"""The width of a score's bar, in pixels."""

_MOST_EVENTS = 2_000
"""Of a lead with more events the course of the score is not drawn: its explanation has it."""


@dataclass(frozen=True, slots=True)
class Course:
    """A score over the last weeks: the path of its drawing, the height of the last point, by how much it
    changed, and the place of its stage on the ladder."""

    path: str
    end: float
    change: int
    place: int


@dataclass(frozen=True, slots=True)
class LeadRow:
    """A row: the lead as it is stored and scored; its name, and what else tells it from others; the length of
    the score's bar; the next stage and what is missing to it, None where there is none; the course of its
    score, None where it has too many events; and how long ago the last event was, in words, with the day."""

    stored: TableRow
    name: str
    more: str
    bar: float
    next: str | None
    missing: str
    course: Course | None
    last: tuple[str, str] | None

    @property
    def lead(self) -> StoredLead:
        """The lead."""
        return self.stored.lead


@dataclass(frozen=True, slots=True)
class Scale:
    """Of the bars: the greatest score that one shows, where the highest threshold stands in pixels (None for
    none), and that threshold's stage and score."""

    high: int
    tick: float | None
    stage: str
    score: int


def scale_of(plan: Plan, rows: Sequence[TableRow]) -> Scale:
    """The scale of all bars of a table."""
    steps = thresholds(plan, None, "main")
    top = max(steps, key=lambda step: step.score, default=None)
    high = max(1, *(row.total or 0 for row in rows), *(step.score for step in steps))
    if top is None:
        return Scale(high, None, "", 0)
    return Scale(high, round(BAR * max(top.score, 0) / high, 1), top.stage, top.score)


def rows_of(
    store: Store, rules: Evaluator, stored: Sequence[TableRow], now: dt.datetime, scale: Scale
) -> list[LeadRow]:
    """Rows that were scored, with all that is said of them, as of an instant."""
    return [_row(store, rules, row, now, scale) for row in stored]


def plain_rows(stored: Sequence[TableRow]) -> list[LeadRow]:
    """Rows of leads that nothing has scored."""
    return [LeadRow(row, *lead_title(row.lead), 0, None, "", None, None) for row in stored]


def _row(store: Store, rules: Evaluator, row: TableRow, now: dt.datetime, scale: Scale) -> LeadRow:
    ladder = [stage.name for stage in rules.plan.stages if stage.track == "main"]
    events = events_of(store, row.lead.id)
    facts = rules.facts(row.lead.fields, as_events(events))
    following, missing = _missing(rules.decide(facts, now), row, ladder)
    course = None
    if len(events) <= _MOST_EVENTS:
        totals = [rules.decide(facts, now - dt.timedelta(weeks=week)).total for week in range(WEEKS, -1, -1)]
        course = _course(totals, ladder.index(row.stage) + 1 if row.stage in ladder else 0)
    happened = [event.at for event in events if event.at <= now]
    last = (_ago(now - happened[-1]), f"{happened[-1]:%d %b %Y}".lstrip("0")) if happened else None
    bar = round(BAR * max(row.total or 0, 0) / scale.high, 1)
    return LeadRow(row, *lead_title(row.lead), bar, following, missing, course, last)


def _missing(decision: Decision, row: TableRow, ladder: Sequence[str]) -> tuple[str | None, str]:
    """The stage above the one that a lead is in, and the shortest way to it in words."""
    if decision.disqualified:
        return None, ", ".join(decision.disqualified)
    at = ladder.index(row.stage) if row.stage in ladder else -1
    above = [one for one in decision.stage_findings if one.track == "main" and one.stage in ladder[at + 1 :]]
    following = next((one for one in above if not one.holds), None)
    if following is None:
        return None, ""
    return following.stage, _shortest(following.ways)


def _shortest(ways: Sequence[Sequence[Missing]]) -> str:
    """The shortest way to a stage; one that is as short and ends otherwise is named with it."""
    if not ways:
        return "out of reach"
    first, *others = [[_short(one) for one in way] for way in ways]
    last = [first[-1], *(way[-1] for way in others if way[:-1] == first[:-1])][:2]
    if len(last) == 2:
        # "requested demo or quote" says the verb once.
        begins = last[0].partition(" ")[0] + " "
        last[1] = last[1].removeprefix(begins)
    return " and ".join([*first[:-1], " or ".join(last)])


def _short(missing: Missing) -> str:
    if missing.obstacle:
        return f"out of reach: {missing.asked.removeprefix('not ')}"
    return missing.needed.removesuffix(" short") if missing.needed.endswith(" short") else missing.asked


def _course(totals: Sequence[int], place: int) -> Course:
    low, high = min(totals), max(totals)
    tall = HEIGHT - 6

    def up(total: int) -> float:
        return round(3 + (tall - tall * (total - low) / (high - low) if high > low else tall / 2), 1)

    step = (WIDTH - 6) / WEEKS
    path = f"M2 {up(totals[0])}" + "".join(
        f"H{round(2 + at * step, 1)}V{up(total)}" for at, total in enumerate(totals[1:], 1)
    )
    return Course(path, up(totals[-1]), totals[-1] - totals[0], min(place, 3))


def _ago(span: dt.timedelta) -> str:
    days = span.days
    if days < 1:
        return "today"
    if days < 14:
        return f"{days} d ago"
    return f"{days // 7} w ago" if days < 365 else f"{days // 365} y ago"
