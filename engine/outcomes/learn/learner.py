"""Learns points, rules and thresholds from outcomes, and makes a proposal of edits."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ....grammar.edits import Edit
from ...plan import Plan
from ...values import DAY, Prepared
from ..arrays import Bools, Floats, Ints
from ..calibration import platt
from ..caps import Caps
from ..definitions import Asked, Outcomes
from ..intervals import Rate, Ratio, katz
from ..leaks import Leak, event_leaks, field_leaks
from ..lift import points_of
from ..looking import Look, Looking, contributions, stage_names
from ..measure import Blocks, check_lives, track_of
from ..ranking import auc_interval, precision_at_recall, redraws
from ..rows import Known, Lives, Rows, all_lives, lives_of, looked_at, rows_of
from .candidates import EARLIER, Found, Tested, search
from .conditions import (
    Conditions,
    DataField,
    FieldValues,
    event_conditions,
    event_names,
    field_conditions,
    field_values,
    gathered,
)
from .editing import Desk
from .fit import Fit, fitted
from .proposal import Change, Close, Judged, Proposal, with_edits
from .reading import fields_of_rules
from .round import Bounds, bounds, grid_of, rounded

FEWEST_WON = 30
"""With fewer winners, or fewer others, nothing is proposed."""

_LONGEST_LINE = 100


@dataclass(frozen=True)
class Wishes:
    """What is wanted: at most how many changes, rules whose points stay, fields and events that are not used
    or are used all the same, whether new rules are looked for, and the least precision of the top stage
    (None: as many leads as now)."""

    most_changes: int | None = None
    keep: Collection[str] = ()
    exclude: Collection[str] = ()
    use: Collection[str] = ()
    new_rules: bool = True
    precision: float | None = None


@dataclass(frozen=True)
class Data:
    """What the store knows beside the leads: its fields, how their values are made ready, of which share of
    the winners a field was filled only after the win, and since when changes of fields are noted."""

    fields: Sequence[DataField]
    ready: Callable[[DataField], Callable[[Sequence[object]], list[Prepared]]]
    filled_after: Callable[[Lives, str], float]
    history_from: int | None


Compile = Callable[[str], tuple[Looking, Sequence[str]] | None]
"""A text made ready to look, with the names of its tests that fail; None where it has errors."""


@dataclass(frozen=True)
class Learner:
    """Everything that learning needs of the rules and the leads."""

    text: str
    looking: Looking
    outcomes: Outcomes
    blocks: Blocks
    known: Known
    data: Data
    compile: Compile
    wishes: Wishes

    @property
    def plan(self) -> Plan:
        """The rules as they are."""
        return self.looking.plan

    def learn(self, asked: Asked, end: int) -> Proposal:
        """Learns from what was known at `asked.at`, and judges by what happened until `end`.

        Raises NotMeasurable where no lead, or every lead, has the outcome.
        """
        lives = all_lives(lives_of(self.looking, self.outcomes, block, end) for block in self.blocks())
        check_lives(lives, self.outcomes, asked)
        rows = rows_of(lives, self.outcomes, asked)
        won, others = int(rows.won.sum()), int((~rows.won).sum())
        if min(won, others) < FEWEST_WON:
            which = "winners" if won < others else "leads that did not win"
            return Proposal(
                self.text,
                rows,
                nothing=f"Too few outcomes: {min(won, others)} {which} that can be judged, and at least "
                f"{FEWEST_WON} are needed. With so few, a rule looks good or bad by chance.",
            )
        look = looked_at(self.looking, self.blocks(), rows, self.known)
        earlier = earlier_part(rows)
        values = field_values(self.blocks(), rows, self.data.fields, self.known, self.data.ready)
        leaks = self._leaks(values, rows, earlier, lives)
        conditions = self._conditions(values, rows, leaks)
        kept = self._kept(leaks)
        whole = _Learned.of(self.plan, look, rows.won, conditions, earlier, kept=kept)
        desk = Desk(self.text, self.plan)
        changes = self._changes(desk, look, rows, whole)
        new_rules = self._new_rules(desk, rows, whole, conditions)
        changes, new_rules = _at_most(changes, new_rules, self.wishes.most_changes)
        proposal = Proposal(
            self.text,
            rows,
            changes,
            new_rules,
            close=_close(whole.found, conditions),
            leaks=leaks,
            grid=whole.grid,
            unproven=self._unproven(rows),
            nothing=""
            if changes or new_rules
            else "The points are as good as these outcomes can tell: no change is worth making.",
        )
        proposal = self._with_conflicts(proposal)
        if changes or new_rules:
            proposal = self._with_thresholds(proposal, desk, look, rows)
        material = _Material(lives, asked, end, rows, look, conditions, kept)
        return replace(proposal, judged=self._judged(proposal, material))

    # --- what is left out -------------------------------------------------------------------------

    def _leaks(self, values: Sequence[FieldValues], rows: Rows, earlier: Bools, lives: Lives) -> list[Leak]:
        filled = {one.field.name: self.data.filled_after(lives, one.field.column) for one in values}
        types = outcome_types(self.plan, self.outcomes)
        found = field_leaks(values, rows, earlier, filled)
        found += event_leaks(self.blocks(), rows, self.looking.kinds, types)
        found = [one for one in found if one.name not in self.wishes.use]
        named = {one.name for one in found}
        return found + [
            Leak(name, "refused", "left out as asked") for name in self.wishes.exclude if name not in named
        ]

    def _unproven(self, rows: Rows) -> list[str]:
        """The fields whose values at the time are not known: taken as they are now."""
        since = self.data.history_from
        if not len(rows) or (since is not None and int(rows.at.min()) >= since):
            return []
        return [field.name for field in self.data.fields]

    def _kept(self, leaks: Sequence[Leak]) -> list[int]:
        """The numbers of points that stay: of rules that were named, that stand in another file, or that read
        what leaks."""
        desk, leaking = Desk(self.text, self.plan), {one.name for one in leaks}
        found = []
        for column, (number, _) in enumerate(contributions(self.plan)):
            rule = self.plan.rules[number]
            reads = fields_of_rules(self.plan)[number]
            if rule.identity in self.wishes.keep or desk.item(rule) is None or reads & leaking:
                found.append(column)
        return found

    def _conditions(self, values: Sequence[FieldValues], rows: Rows, leaks: Sequence[Leak]) -> Conditions:
        left_out = {one.name for one in leaks}
        if not self.wishes.new_rules:
            return gathered([], [], len(rows))
        of_fields = field_conditions([one for one in values if one.field.name not in left_out])
        types = {type_ for type_, _ in self.looking.kinds.values()}
        declared, hidden = declared_events(self.plan)
        names = event_names(types - hidden, declared, {field.name for field in self.data.fields})
        out = [*left_out, *outcome_types(self.plan, self.outcomes)]
        of_events = (
            event_conditions(self.blocks(), rows, self.looking.kinds, names, out) if rows.dated else []
        )
        return gathered(of_fields, of_events, len(rows))

    # --- changes ----------------------------------------------------------------------------------

    def _changes(self, desk: Desk, look: Look, rows: Rows, learned: _Learned) -> list[Change]:
        found = []
        for column, (number, place) in enumerate(contributions(self.plan)):
            old, new = int(learned.present[column]), int(learned.points[column])
            if old == new:
                continue
            rule = self.plan.rules[number]
            edit = desk.points(rule, place, new)
            if edit is None:
                continue
            fires = look.fires[:, number]
            fired, others, ratio = compared(fires, rows.won)
            found.append(
                Change(
                    "off" if edit.op == "switch" else "points",
                    rule.identity,
                    old,
                    new,
                    edit,
                    why(old, new, ratio, learned.fit, column),
                    fired,
                    others,
                    ratio,
                )
            )
        return found

    def _new_rules(self, desk: Desk, rows: Rows, learned: _Learned, conditions: Conditions) -> list[Change]:
        found = []
        first = len(learned.present) - len(learned.found.chosen)
        for offset, tested in enumerate(learned.found.chosen):
            points = int(learned.points[first + offset])
            if not points:
                continue
            condition = conditions.texts[tested.number]
            matches = conditions.matches[:, tested.number] > 0
            fired, others, ratio = compared(matches, rows.won)
            score = score_for(self.plan, conditions.events[tested.number])
            edit = desk.rule(desk.free_name(condition.replace('"', "")), condition, points, score)
            later = Rate(tested.later_won, tested.later_leads)
            sentence = "Says something that the other rules do not, and held on the later leads too."
            found.append(
                Change(
                    "rule", condition, None, points, edit, sentence, fired, others, ratio, later, condition
                )
            )
        return found

    def _with_conflicts(self, proposal: Proposal) -> Proposal:
        """Says of each change which test of the ruleset would fail by it alone."""
        before = self.compile(self.text)
        failing = set(before[1]) if before is not None else set()

        def checked(change: Change) -> Change | None:
            try:
                made = self.compile(with_edits(self.text, [change.edit]))
            except ValueError:
                return None
            if made is None:
                return None
            new = [name for name in made[1] if name not in failing]
            return replace(change, conflict=new[0] if new else "")

        changes = [one for change in proposal.changes if (one := checked(change)) is not None]
        new_rules = [one for change in proposal.new_rules if (one := checked(change)) is not None]
        return replace(proposal, changes=changes, new_rules=new_rules)

    def _with_thresholds(self, proposal: Proposal, desk: Desk, look: Look, rows: Rows) -> Proposal:
        """Moves the thresholds of stages so that as many leads reach them as before, or so that the top one
        is as precise as was asked, even at the low end."""
        from ..thresholds import cautious_threshold

        made = self.compile(proposal.text)
        if made is None:
            return proposal
        total = looked_at(made[0], self.blocks(), rows, self.known).total
        track = track_of(self.plan)
        stages = [stage for stage in self.plan.stages if stage.track == track]
        found = []
        for stage in stages:
            place = desk.threshold(stage)
            if place is None:
                continue
            old, key, path = place
            if stage is stages[-1] and self.wishes.precision is not None:
                chosen = cautious_threshold(total, rows.won, self.wishes.precision)
                sentence = f"At least {self.wishes.precision:.0%} of the leads win, even at the low end."
            else:
                chosen = same_share(look.total, total, old, proposal.grid)
                sentence = "About as many leads reach it as before."
            if chosen is None or chosen == old:
                continue
            before, after = look.total >= old, total >= chosen
            found.append(
                Change(
                    "threshold",
                    stage.name,
                    old,
                    chosen,
                    Edit("set", key, path, old=str(old), new=str(chosen)),
                    sentence,
                    Rate(int(rows.won[after].sum()), int(after.sum())),
                    Rate(int(rows.won[before].sum()), int(before.sum())),
                )
            )
        proposal = replace(proposal, thresholds=found)
        checked = []
        failing = set((self.compile(self.text) or (None, ()))[1])
        for change in found:
            made = self.compile(proposal.text_with([*proposal.taken[: -len(found)], change]))
            new = [] if made is None else [name for name in made[1] if name not in failing]
            checked.append(replace(change, conflict=new[0] if new else ""))
        return replace(proposal, thresholds=checked)

    # --- judging ----------------------------------------------------------------------------------

    def _judged(self, proposal: Proposal, given: _Material) -> Judged | None:
        """Judges on leads born later; for want of these on the later part, by what the rest teaches."""
        lives, asked, end, rows = given.lives, given.asked, given.end, given.rows
        look, conditions, kept = given.look, given.conditions, given.kept
        within = self.outcomes.won.within or asked.within
        if rows.dated and end > asked.at:
            later = rows_of(
                lives, self.outcomes, Asked(end, within, max(asked.at, asked.since or 0), None, rows.age)
            )
            if enough(later.won):
                now = looked_at(self.looking, self.blocks(), later, self.known)
                made = self.compile(proposal.text)
                if made is None:
                    return None
                proposed = looked_at(made[0], self.blocks(), later, self.known)
                return judged(
                    self.plan, now, proposed.total, later, trained=(look.total, rows.won), within=within
                )
        earlier = earlier_part(rows)
        if not enough(rows.won[~earlier]) or not enough(rows.won[earlier]):
            return None
        part = Conditions(
            conditions.texts,
            conditions.about,
            conditions.events,
            np.asfortranarray(conditions.matches[earlier]),
        )
        early = rows.taken(earlier)
        learned = _Learned.of(self.plan, look.taken(earlier), early.won, part, earlier_part(early), kept=kept)
        columns = [conditions.matches[:, one.number].astype(np.float64) for one in learned.found.chosen]
        gives = np.column_stack([look.given.astype(np.float64), *columns])
        caps = Caps(self.plan, tuple(None for _ in columns))
        total = caps.totals(gives[~earlier], learned.points)
        return judged(
            self.plan,
            look.taken(~earlier),
            total,
            rows.taken(~earlier),
            trained=(look.total[earlier], early.won),
            within=asked.within,
            inner=True,
        )


@dataclass(frozen=True)
class _Material:
    """What a proposal was made from."""

    lives: Lives
    asked: Asked
    end: int
    rows: Rows
    look: Look
    conditions: Conditions
    kept: Sequence[int]


@dataclass(frozen=True)
class _Learned:
    """Points learned: of the present numbers, then of the rules that were found."""

    present: Ints
    points: Ints
    found: Found
    fit: Fit
    grid: int

    @classmethod
    def of(
        cls,
        plan: Plan,
        look: Look,
        won: Bools,
        conditions: Conditions,
        earlier: Bools,
        *,
        kept: Sequence[int],
    ) -> _Learned:
        """Learns from some leads; points at the places `kept` stay."""
        present = points_of(plan)
        given = look.given.astype(np.float64)
        grid = grid_of(present)
        found = Found()
        if len(conditions) and len(won) >= 100:
            known = given if given.shape[1] else np.zeros((len(won), 1))
            found = search(conditions.matches, known, won, earlier)
        columns = [conditions.matches[:, one.number].astype(np.float64) for one in found.chosen]
        whole = np.column_stack([given, *columns])
        numbers = np.concatenate([present, np.zeros(len(columns), np.int64)])
        if not whole.shape[1]:
            return cls(numbers, numbers, found, Fit(np.zeros(0), np.zeros((0, 0)), 0.0, 1.0), grid)
        fit = fitted(whole, won, numbers.astype(np.float64))
        lift, sure = plain_lifts(whole, won)
        limits = bounds(fit, numbers, lift, sure, np.array(kept, np.int64))
        points = rounded(fit, numbers, limits, grid)
        caps = Caps(plan, tuple(None for _ in columns))
        if caps.are_any:
            points = mended(caps, whole, won, numbers, points, limits=limits, grid=grid)
        return cls(numbers, points, found, fit, grid)


def mended(
    caps: Caps, given: Floats, won: Bools, present: Ints, points: Ints, *, limits: Bounds, grid: int
) -> Ints:
    """The points, moved by one step or three of the grid where that fits better once bounds are looked at.

    The fit knows nothing of caps and ranges. Only numbers that change already are moved, and each must earn
    its price.
    """
    changed = np.flatnonzero(points != present)
    if not len(changed) or np.allclose(caps.totals(given, points), given @ points):
        return points
    best = points.copy()
    value = likelihood(caps.totals(given, best), won)
    for column in changed.tolist():
        for step in (-3 * grid, -grid, grid, 3 * grid):
            moved = best.copy()
            moved[column] += step
            if not limits.low[column] <= moved[column] <= limits.high[column]:
                continue
            found = likelihood(caps.totals(given, moved), won)
            if found > value + 0.5:
                best, value = moved, found
    return best if value > likelihood(caps.totals(given, present), won) + 1.0 else present.copy()


def likelihood(score: Floats, won: Bools) -> float:
    """The log likelihood of the curve through a score."""
    if score.min() == score.max():
        return -math.inf
    p = platt(score, won).of(score)
    return float(np.log(np.where(won, p, 1 - p)).sum())


# --- small parts ----------------------------------------------------------------------------------


def enough(won: Bools, fewest: int = 10) -> bool:
    """Whether there are enough winners and others to judge by."""
    return int(won.sum()) >= fewest and int((~won).sum()) >= fewest


def earlier_part(rows: Rows) -> Bools:
    """The earlier seventy percent of the leads, in the order of being born."""
    return np.arange(len(rows)) < int(EARLIER * len(rows))


def compared(fires: Bools, won: Bools) -> tuple[Rate, Rate, Ratio | None]:
    """The rate where a rule fires, where it does not, and how many times as often."""
    leads, wins = int(fires.sum()), int(won[fires].sum())
    fired, others = Rate(wins, leads), Rate(int(won.sum()) - wins, len(won) - leads)
    return fired, others, katz(fired.count, fired.of, others.count, others.of)


def plain_lifts(given: Floats, won: Bools) -> tuple[Floats, Bools]:
    """The logarithm of the plain lift of each column, and whether its interval leaves 1 out."""
    ratios = [compared(column > 0, won)[2] for column in given.T]
    lift = np.array([0.0 if one is None else math.log(one.value) for one in ratios])
    return lift, np.array([one is not None and one.sure for one in ratios], np.bool_)


def why(old: int, new: int, ratio: Ratio | None, fit: Fit, column: int) -> str:
    """Why points change, in one sentence."""
    if new == 0:
        if ratio is not None and ratio.sure and (ratio.value > 1) != (old > 0):
            return "Its leads do the opposite of what the points say; the other rules tell the rest."
        return "No evidence for points."
    if old and (new > 0) != (old > 0):
        return "Its leads do the opposite of what the points say, so the sign turns."
    unsure = abs(float(fit.theta[column])) < 2 * float(fit.error[column])
    if abs(new) > abs(old):
        return "Worth more than it gives, also given all other rules."
    if unsure:
        return "Worth less than it gives, as far as these leads can tell."
    return "Worth less than it gives: other rules give the same leads points already."


def score_for(plan: Plan, is_event: bool) -> str | None:
    """The score that rules about fields, or about events, mostly feed; None for the total."""
    counts: dict[str | None, int] = {}
    for rule in plan.rules:
        of_events = rule.each is not None or reads_events(plan, rule)
        if of_events == is_event:
            for one in rule.contributions:
                name = None if one.score is None else plan.scores[one.score].name
                counts[name] = counts.get(name, 0) + 1
    return max(counts, key=lambda name: counts[name]) if counts else None


def reads_events(plan: Plan, rule: object) -> bool:
    """Whether the condition of a rule reads events."""
    from ...plan import Rule, SignalValue
    from ...plan.walk import condition_values

    assert isinstance(rule, Rule)
    if rule.condition is None:
        return True
    return any(isinstance(value, SignalValue) for value in condition_values(rule.condition))


def same_share(before: Ints, after: Ints, old: int, grid: int) -> int | None:
    """The score on the grid from which on about as many leads lie as lay from the old one on."""
    wanted = int((before >= old).sum())
    low, high = int(after.min()), int(after.max())
    steps = range(-(-low // grid) * grid, high + grid, grid)
    counts = {step: int((after >= step).sum()) for step in steps}
    if not counts or not wanted:
        return None
    least = min(abs(count - wanted) for count in counts.values())
    if abs(counts.get(old, int((after >= old).sum())) - wanted) <= max(least, 0.05 * wanted):
        return old
    return min(
        (step for step, count in counts.items() if abs(count - wanted) == least), key=lambda s: abs(s - old)
    )


def declared_events(plan: Plan) -> tuple[dict[str, str], set[str]]:
    """How rules call types of events, and the types that are only read by a property or with others."""
    declared: dict[str, str] = {}
    hidden: set[str] = set()
    for selector in plan.selectors:
        if len(selector.feeds) == 1 and selector.feeds[0].by is None:
            declared[selector.feeds[0].type] = selector.name
        else:
            hidden |= {feed.type for feed in selector.feeds}
    return declared, hidden - set(declared)


def outcome_types(plan: Plan, outcomes: Outcomes) -> list[str]:
    """The types of events that are outcomes."""
    return [feed.type for one in outcomes.selections for feed in plan.selectors[one.selector].feeds]


def _close(found: Found, conditions: Conditions) -> list[Close]:
    words = {
        "turned": "The sign turned on later leads.",
        "not confirmed": "Not sure enough on later leads, given what the other rules say.",
        "against the plain rate": "The rate of its leads says the opposite.",
    }

    def of(one: Tested) -> Close:
        return Close(
            conditions.texts[one.number],
            Rate(one.won, one.leads),
            Rate(one.later_won, one.later_leads),
            words[one.reason],
        )

    return [of(one) for one in found.close]


def _at_most(
    changes: list[Change], new_rules: list[Change], most: int | None
) -> tuple[list[Change], list[Change]]:
    """The changes with most evidence, at most so many."""
    if most is None or len(changes) + len(new_rules) <= most:
        return changes, new_rules

    def weight(change: Change) -> float:
        return 0.0 if change.ratio is None else -abs(math.log(change.ratio.value)) * change.fired.of  # type: ignore[union-attr]

    kept = sorted([*changes, *new_rules], key=weight)[:most]
    return [one for one in changes if one in kept], [one for one in new_rules if one in kept]


def judged(
    plan: Plan,
    now: Look,
    proposed: Floats | Ints,
    rows: Rows,
    *,
    trained: tuple[Ints, Bools],
    within: int,
    inner: bool = False,
) -> Judged:
    """The present and the proposed totals of the same leads against each other."""
    won = rows.won
    track = track_of(plan)
    names = stage_names(plan, track)
    top = int((now.stages[track] == len(names)).sum()) if names else 0
    capacity = top if 0 < top < len(rows) else max(1, len(rows) // 10)
    span = (int(rows.at.max()) - int(rows.at.min())) / (7 * DAY) if rows.dated else 0.0
    base = float(won.mean())
    winners = int(won.sum())
    taken = [best(score, won, capacity) for score in (now.total, proposed)]
    said = platt(*trained).of(now.total)
    return Judged(
        len(rows),
        winners,
        within,
        auc_interval(now.total, won),
        auc_interval(proposed, won),
        redraws(proposed, now.total, won),
        precision_at_recall(now.total, won),
        precision_at_recall(proposed, won),
        capacity,
        capacity / max(span, 1.0),
        Rate(taken[0], capacity),
        Rate(taken[1], capacity),
        Rate(taken[0], winners),
        Rate(taken[1], winners),
        float(((said - won) ** 2).mean()),
        float(((platt(proposed, won).of(proposed) - won) ** 2).mean()),
        base * (1 - base),
        inner,
    )


def best(score: Floats | Ints, won: Bools, capacity: int) -> int:
    """How many winners are among the best so many leads, ties sharing."""
    from ..ranking import winners_among

    return round(winners_among(score, won, capacity))
