"""Learns points, rules and thresholds from outcomes, and makes a proposal of edits."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ....grammar.edits import Edit
from ...plan import Plan
from ...values import Prepared
from ..arrays import Bools, Ints
from ..caps import Caps
from ..definitions import Cohort, NotMeasurable, Outcomes
from ..intervals import Rate
from ..leaks import Leak, event_leaks, field_leaks
from ..measure import Blocks, check_lives, track_of
from ..rows import Known, Lives, Rows, all_lives, lives_of, looked_at, rows_of
from ..scored_leads import LeadsScorer, ScoredLeads, contributions
from .conditions import (
    Conditions,
    DataField,
    FieldValues,
    field_conditions,
    field_values,
    gathered,
)
from .editing import RulesetEditor
from .event_conditions import event_conditions, event_names
from .evidence import at_most, close_ones, compared, why
from .holdout import earlier_part, enough, evaluation
from .points import Learned
from .proposal import Change, Evaluation, Proposal, with_edits
from .reading import declared_events, fields_of_rules, outcome_types, score_for

_ABOUT = 1.5
"""So many times as many leads, or as few, are still about as many."""

FEWEST_WON = 30
"""With fewer winners, or fewer others, nothing is proposed."""


@dataclass(frozen=True)
class LearnOptions:
    """What a proposal may hold: at most how many changes, rules whose points stay, fields and events that are
    not used or are used all the same, whether new rules are looked for, and the least precision of the top
    stage, from 0 to 1 (None: as many leads as now)."""

    most_changes: int | None = None
    keep: Collection[str] = ()
    exclude: Collection[str] = ()
    use: Collection[str] = ()
    new_rules: bool = True
    precision: float | None = None


@dataclass(frozen=True)
class Data:
    """What the store knows beside the leads: the names of all its fields, those that may be learned from, how
    their values are made ready, of which share of the winners a field was filled only after the win, and
    since when changes of fields are noted."""

    names: frozenset[str]
    fields: Sequence[DataField]
    ready: Callable[[DataField], Callable[[Sequence[object]], list[Prepared]]]
    filled_after: Callable[[Lives, str], float]
    history_from: int | None


Compile = Callable[[str], tuple[LeadsScorer, Sequence[str]] | None]
"""A text made ready to look, with the names of its tests that fail; None where it has errors."""


@dataclass(frozen=True)
class Learner:
    """Everything that learning needs of the rules and the leads."""

    text: str
    scorer: LeadsScorer
    outcomes: Outcomes
    blocks: Blocks
    known: Known
    data: Data
    compile: Compile
    options: LearnOptions

    @property
    def plan(self) -> Plan:
        """The rules as they are."""
        return self.scorer.plan

    def learn(self, asked: Cohort, end: int) -> Proposal:
        """Learns from what was known at `asked.at`, and judges by what happened until `end`.

        Raises NotMeasurable where no lead, or every lead, has the outcome.
        """
        self._check_names()
        lives = all_lives(lives_of(self.scorer, self.outcomes, block, end) for block in self.blocks())
        check_lives(lives, self.outcomes, asked)
        rows = rows_of(lives, self.outcomes, asked)
        won, others = int(rows.won.sum()), int((~rows.won).sum())
        if min(won, others) < FEWEST_WON:
            return Proposal(self.text, rows, nothing=_too_few(won, others))
        look = looked_at(self.scorer, self.blocks(), rows, self.known)
        earlier = earlier_part(rows)
        values = field_values(self.blocks(), rows, self.data.fields, self.known, self.data.ready)
        leaks = self._leaks(values, rows, earlier, lives)
        conditions = self._conditions(values, rows, leaks)
        kept = self._kept(leaks)
        whole = Learned.of(self.plan, look, rows.won, conditions, earlier, kept=kept)
        editor = RulesetEditor(self.text, self.plan)
        changes = self._changes(editor, look, rows, whole)
        new_rules = self._new_rules(editor, rows, whole, conditions)
        changes, new_rules = at_most(changes, new_rules, self.options.most_changes)
        proposal = Proposal(
            self.text,
            rows,
            changes,
            new_rules,
            close=close_ones(whole.found, conditions),
            leaks=leaks,
            grid=whole.grid,
            unproven=self._unproven(rows),
            nothing=""
            if changes or new_rules
            else "The points are as good as these outcomes can tell: no change is worth making.",
        )
        proposal = self._with_conflicts(proposal)
        if changes or new_rules:
            proposal = self._with_thresholds(proposal, editor, look, rows)
        material = _Material(lives, asked, end, rows, look, conditions, kept)
        return replace(proposal, evaluation=self._evaluation(proposal, material))

    def _check_names(self) -> None:
        """Raises NotMeasurable for a rule, field or event that is named and not there."""
        rules = [rule.identity for rule in self.plan.rules]
        for name in self.options.keep:
            if name not in rules:
                there = ", ".join(rules[:5]) + (" and more" if len(rules) > 5 else "")
                raise NotMeasurable(
                    f'there is no rule "{name}" whose points could stay', f"there are: {there}"
                )
        known = self.data.names | {type_ for type_, _ in self.scorer.kinds.values()}
        for name in (*self.options.exclude, *self.options.use):
            if name not in known:
                raise NotMeasurable(
                    f'there is neither a field nor an event "{name}"', "leadwright fields lists what there is"
                )

    # --- what is left out -------------------------------------------------------------------------

    def _leaks(self, values: Sequence[FieldValues], rows: Rows, earlier: Bools, lives: Lives) -> list[Leak]:
        filled = {one.field.name: self.data.filled_after(lives, one.field.column) for one in values}
        types = outcome_types(self.plan, self.outcomes)
        found = field_leaks(values, rows, earlier, filled)
        found += event_leaks(self.blocks(), rows, self.scorer.kinds, types)
        found = [one for one in found if one.name not in self.options.use]
        named = {one.name for one in found}
        return found + [
            Leak(name, "refused", "left out as asked") for name in self.options.exclude if name not in named
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
        editor, leaking = RulesetEditor(self.text, self.plan), {one.name for one in leaks}
        found = []
        for column, (number, _) in enumerate(contributions(self.plan)):
            rule = self.plan.rules[number]
            reads = fields_of_rules(self.plan)[number]
            if rule.identity in self.options.keep or editor.item(rule) is None or reads & leaking:
                found.append(column)
        return found

    def _conditions(self, values: Sequence[FieldValues], rows: Rows, leaks: Sequence[Leak]) -> Conditions:
        left_out = {one.name for one in leaks}
        if not self.options.new_rules:
            return gathered([], [], len(rows))
        of_fields = field_conditions([one for one in values if one.field.name not in left_out])
        types = {type_ for type_, _ in self.scorer.kinds.values()}
        declared, hidden = declared_events(self.plan)
        names = event_names(types - hidden, declared, {field.name for field in self.data.fields})
        out = [*left_out, *outcome_types(self.plan, self.outcomes)]
        of_events = event_conditions(self.blocks(), rows, self.scorer.kinds, names, out) if rows.dated else []
        return gathered(of_fields, of_events, len(rows))

    # --- changes ----------------------------------------------------------------------------------

    def _changes(
        self, editor: RulesetEditor, look: ScoredLeads, rows: Rows, learned: Learned
    ) -> list[Change]:
        found = []
        for column, (number, place) in enumerate(contributions(self.plan)):
            old, new = int(learned.present[column]), int(learned.points[column])
            if old == new:
                continue
            rule = self.plan.rules[number]
            edit = editor.points(rule, place, new)
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

    def _new_rules(
        self, editor: RulesetEditor, rows: Rows, learned: Learned, conditions: Conditions
    ) -> list[Change]:
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
            edit = editor.rule(editor.free_name(condition.replace('"', "")), condition, points, score)
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

    def _with_thresholds(
        self, proposal: Proposal, editor: RulesetEditor, look: ScoredLeads, rows: Rows
    ) -> Proposal:
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
            place = editor.threshold(stage)
            if place is None:
                continue
            old, key, path = place
            if stage is stages[-1] and self.options.precision is not None:
                chosen = cautious_threshold(total, rows.won, self.options.precision)
                sentence = f"At least {self.options.precision:.0%} of the leads win, even at the low end."
            else:
                chosen, sentence = same_share(look.total, total, old, proposal.grid) or (None, "")
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

    def _evaluation(self, proposal: Proposal, given: _Material) -> Evaluation | None:
        """Judges on leads born later; for want of these on the later part, by what the rest teaches."""
        lives, asked, end, rows = given.lives, given.asked, given.end, given.rows
        look, conditions, kept = given.look, given.conditions, given.kept
        within = self.outcomes.won.within or asked.within
        if rows.dated and end > asked.at:
            later = rows_of(
                lives, self.outcomes, Cohort(end, within, max(asked.at, asked.since or 0), None, rows.age)
            )
            if enough(later.won):
                now = looked_at(self.scorer, self.blocks(), later, self.known)
                made = self.compile(proposal.text)
                if made is None:
                    return None
                proposed = looked_at(made[0], self.blocks(), later, self.known)
                return evaluation(
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
        learned = Learned.of(self.plan, look.taken(earlier), early.won, part, earlier_part(early), kept=kept)
        columns = [conditions.matches[:, one.number].astype(np.float64) for one in learned.found.chosen]
        gives = np.column_stack([look.given.astype(np.float64), *columns])
        caps = Caps(self.plan, tuple(None for _ in columns))
        total = caps.totals(gives[~earlier], learned.points)
        return evaluation(
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
    asked: Cohort
    end: int
    rows: Rows
    look: ScoredLeads
    conditions: Conditions
    kept: Sequence[int]


def same_share(before: Ints, after: Ints, old: int, grid: int) -> tuple[int, str] | None:
    """The score on the grid from which on about as many leads lie as lay from the old one on, and what to say
    of it; None where no lead lay there."""
    wanted = int((before >= old).sum())
    if not wanted:
        return None
    low, high = int(after.min()), int(after.max())
    steps = range(-(-low // grid) * grid, high + 1, grid)
    counts = {step: int((after >= step).sum()) for step in {*steps, old}}

    def away(step: int) -> float:
        return abs(math.log((counts[step] + 0.5) / (wanted + 0.5)))

    chosen = min(counts, key=lambda step: (away(step), abs(step - old)))
    if away(old) <= max(away(chosen), math.log(1.05)):
        chosen = old
    if away(chosen) <= math.log(_ABOUT):
        return chosen, "About as many leads reach it as before."
    return chosen, f"{counts[chosen]:,} leads reach it, {wanted:,} did before: no score lies closer."


def _too_few(won: int, others: int) -> str:
    one, many = (
        ("winner", "winners") if won <= others else ("lead that did not win", "leads that did not win")
    )
    few = min(won, others)
    return (
        f"Too few outcomes: {few} {one if few == 1 else many} that can be judged, and at least "
        f"{FEWEST_WON} are needed. With so few, a rule looks good or bad by chance."
    )
