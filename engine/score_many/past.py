"""Which leads of a block are in stages that hold, where now decides nothing: their past, many at once.

The conditions of a stage are taken apart into clauses and into what rules pay for events. Most leads are told
by bounds: what never happened to them cannot have brought them in. Of the others each part is followed
through time on its own, and what they come to is added up where any of them changes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from enum import Enum
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from ...grammar.syntax.nodes import Kind
from ..plan import (
    All,
    Clause,
    Compare,
    Condition,
    Constant,
    Holds,
    Not,
    Rule,
    Score,
    ScoreValue,
    Stage,
)
from ..plan import Any as AnyOf
from ..plan.adding_up import Pay
from ..plan.holding import asking_plan
from ..plan.lower import Comparison
from ..plan.measures import of_rule
from ..plan.walk import leaves
from ..score_one.scorer import Holding, Scorer
from .block import Block
from .column_scorer import ColumnScorer
from .columns import Bools, Ints, numbered_range
from .past_leads import Fields, Some
from .past_parts import ClausePart, Course, PaidPart, Part
from .past_windows import events_needed
from .steps import Steps, TimeSpan, added_up, different, most_leads
from .sums import Sums, target_of
from .truths import FALSE, TRUE, UNKNOWN, Truths, all_of, answer, any_of, not_

Found = dict[Part, NDArray[Any]]
"""Something of each part, for each lead."""

_KNOWN: WeakKeyDictionary[Scorer, tuple[dict[int, _StagePast], dict[Hashable, Part]]] = WeakKeyDictionary()
"""What was made for each evaluator, since making it takes as long as looking at thousands of leads."""


class BlocksPast:
    """The past of leads in the eyes of one plan. `fields` say for each field of the plan which column of the
    record it is read from, None for none, and how what is kept there is made ready."""

    def __init__(self, evaluator: Scorer, fields: Fields) -> None:
        self._evaluator = evaluator
        self._fields = fields
        self._stages, self._parts = _KNOWN.setdefault(evaluator, ({}, {}))

    def held(
        self, block: Block, now: int, stage: int, places: Ints, column_scorer: ColumnScorer | None = None
    ) -> Bools:
        """Which of the leads at some places of a block are in a stage, by its number.

        `judging` has judged the block at the same instant.
        """
        past = self._stages.get(stage)
        if past is None:
            past = self._stages[stage] = _StagePast(self._evaluator.holdings[stage], self._parts)
        return past.held(Some(block, self._fields, places, now, column_scorer))


class _Whole(Part):
    """Both conditions of a stage, which then is no matter of parts: what an instant decides."""

    def of_result(self, result: Any) -> int:
        comes_in, goes_out = result[2]
        return FALSE if goes_out is not None else TRUE if comes_in is not None else UNKNOWN

    def held(self, some: Some, holding: Holding) -> Bools:
        """Which of some leads are in the stage, found of each on its own."""
        which, fields = self._by_fields(some)
        events = self._read.rows_of(some, np.ones(len(some), np.bool_))
        pairs = zip(which.tolist(), events, strict=True)
        found = [holding.holds(fields[number], rows, some.now) for number, rows in pairs]
        return np.array(found, np.bool_)


class _StagePast:
    """The past as one stage that holds asks about it. `known` are parts that any stage asks about, by their
    meaning."""

    def __init__(self, holding: Holding, known: dict[Hashable, Part]) -> None:
        self._holding = holding
        self.asking = holding.asking
        self.plan = self.asking.plan
        self._known = known
        self.comes_in, self.goes_out = (stage.condition for stage in self.plan.stages)
        self.kernel = self.asking.parts.kernel
        self._clauses: dict[int, Part] = {}
        self.paid = {
            (pay.number, pay.place): self._paid_part(pay)
            for pay in self.kernel.payments.values()
            if pay.rule.each is not None
        }
        self._whole = _Whole(self.plan, self.asking.classes, 1)
        self._mixed = any(self._is_mixed(one) for one in (self.comes_in, self.goes_out))
        asked = (self.comes_in, self.goes_out, *(r.condition for r in self.plan.rules if r.condition))
        self._parts = [*{part: None for one in asked for part in self.parts_of(one)}, *self.paid.values()]

    def held(self, some: Some) -> Bools:
        """Which of some leads, of whom now decides nothing, are in the stage."""
        if self._mixed:
            return self._whole.held(some, self._holding)
        found, alive = np.zeros(len(some), np.bool_), np.arange(len(some))
        bounds = _Bounds(self, some)
        for looking in Looking:
            may = np.flatnonzero(bounds.may_have_come_in(looking))
            if not len(may):
                return found
            if len(may) < len(alive):
                bounds, alive = bounds.taken(may), alive[may]
            if len(may) <= FEW:
                found[alive] = self._whole.held(bounds.some, self._holding)
                return found
        found[alive] = self._through(bounds)
        return found

    def _through(self, bounds: _Bounds) -> Bools:
        """Which leads are in the stage, each part followed through time."""
        some, starts = bounds.some, {part: bounds.start(part) for part in self._parts}
        asked = self._asked(bounds)
        courses = {part: part.courses(some, asked[part]) for part in self._parts}
        before = _earliest(some, courses) - 1
        most = most_leads(before, some.now)
        found = np.zeros(len(some), np.bool_)
        for first in range(0, len(some), most):
            part = slice(first, first + most)
            few = some if most >= len(some) else some.taken(np.arange(len(some))[part])
            line = TimeSpan(len(few), before, some.now)
            steps = {
                one: _laid_out(line, given[part], starts[one][part])
                if (given := courses[one]) is not None
                else one.steps(few, line, asked[one][part], starts[one][part])
                for one in self._parts
            }
            found[part] = _Through(self, line, steps).held()
        return found

    def _asked(self, bounds: _Bounds) -> dict[Part, Bools]:
        """Of which leads it has to be known how each part went."""
        asked = {part: np.zeros(len(bounds.some), np.bool_) for part in self._parts}
        for condition in (self.comes_in, self.goes_out):
            for part in self.parts_of(condition):
                asked[part] |= True
        for number, rule in enumerate(self.plan.rules):
            parts = [] if rule.condition is None else [*self.parts_of(rule.condition)]
            is_open = bounds.open(rule, number)
            for part in [*parts, *(self.paid[key] for key in self.paid if key[0] == number)]:
                asked[part] |= is_open
        return {part: one & bounds.turns(part) for part, one in asked.items()}

    # --- parts ----------------------------------------------------------------------------------

    def part_of(self, clause: Clause) -> Part | None:
        """The part that a clause is, None where it reads a score."""
        if id(clause) in self._clauses:
            return self._clauses[id(clause)]
        semantic_keys = self.asking.parts.semantic_keys
        if any(isinstance(one, ScoreValue) for one in semantic_keys.inputs(clause)):
            return None
        key = semantic_keys.clause(clause)
        if key not in self._known:
            stage = Stage("", "", clause, clause.origin, Not(clause, clause.origin))
            needed = events_needed(self.asking, clause)
            self._known[key] = ClausePart(asking_plan(self.plan, stage), self.asking.classes, needed, key)
        part = self._clauses[id(clause)] = self._known[key]
        return part

    def _paid_part(self, pay: Pay) -> Part:
        """What a rule pays where its condition is true: one score, without bounds."""
        rule, given = pay.rule, replace(pay.contribution, score=None)
        measure = self.asking.parts.semantic_keys.measure(of_rule(rule))
        key = ("paid", measure, given.points, given.decay, given.least, given.most)
        if key not in self._known:
            alone = replace(
                self.plan,
                rules=(replace(rule, condition=None, contributions=(given,), group=None),),
                groups=(),
                scores=tuple(replace(one, low=None, high=None) for one in self.plan.scores),
                total=Score(None, None, None, None),
            )
            zero = Constant(Kind.NUMBER, 0.0)
            paid = Compare(">=", ScoreValue(None), zero, rule.origin)
            plan = asking_plan(alone, Stage("", "", paid, rule.origin, Not(paid, rule.origin)))
            self._known[key] = PaidPart(plan, self.asking.classes, 1)
        return self._known[key]

    def parts_of(self, condition: Condition) -> Iterator[Part]:
        """The parts that a condition is made of, definitions entered."""
        for leaf in leaves(condition):
            if isinstance(leaf, Holds):
                yield from self.parts_of(self.defined(leaf))
            elif (part := self.part_of(leaf)) is not None:
                yield part

    def _is_mixed(self, condition: Condition) -> bool:
        """Whether a clause reads a score and something else besides."""
        for leaf in leaves(condition):
            if isinstance(leaf, Holds):
                if self._is_mixed(self.defined(leaf)):
                    return True
            else:
                reads = {isinstance(one, ScoreValue) for one in self.asking.parts.semantic_keys.inputs(leaf)}
                if len(reads) == 2:
                    return True
        return False

    def defined(self, leaf: Holds) -> Condition:
        """The condition behind a name."""
        body = self.plan.definitions[leaf.define].condition
        assert body is not None
        return body

    def truth(self, condition: Condition, of: Callable[[Clause, bool], Truths], most: bool = True) -> Truths:
        """The truth of a condition, `of` saying that of a clause: what it is at the most, or at the least."""
        match condition:
            case All(items=items):
                return all_of(self.truth(one, of, most) for one in items)
            case AnyOf(items=items):
                return any_of(self.truth(one, of, most) for one in items)
            case Not(item=item):
                return not_(self.truth(item, of, not most))
            case Holds():
                return self.truth(self.defined(condition), of, most)
        return of(condition, most)


FEW = 64
"""So few leads are sooner looked at one by one than all at once."""


class Looking(Enum):
    """What bounds follow from, the cheapest first: the condition alone, whatever the scores; scores, whatever
    happened; all that is known."""

    CONDITION = 1
    FIELDS = 2
    ALL = 3


_MANY = 1 << 20
"""More events than a lead has."""


class _Bounds:
    """What can have been of some leads at any time."""

    def __init__(self, past: _StagePast, some: Some) -> None:
        self.some = some
        self._past = past
        self._starts: Found = {}
        self._turns: dict[Part, Bools] = {}
        self._looking = Looking.ALL

    def taken(self, places: Ints) -> _Bounds:
        """The same of the leads at some places among them."""
        found = _Bounds(self._past, self.some.taken(places))
        found._starts = {part: start[places] for part, start in self._starts.items()}
        found._turns = {part: turns[places] for part, turns in self._turns.items()}
        return found

    def start(self, part: Part) -> NDArray[Any]:
        """The value of a part before anything happened."""
        if part not in self._starts:
            self._starts[part] = part.start(self.some)
        return self._starts[part]

    def turns(self, part: Part) -> Bools:
        """Whose value of a part may ever have been another."""
        if part not in self._turns:
            self._turns[part] = part.can_differ(self.some)
        return self._turns[part]

    def may_have_come_in(self, looking: Looking) -> Bools:
        """Of whom the condition for coming in may once have been true."""
        self._looking = looking
        return self._is_true(self._past.comes_in, most=True)

    def open(self, rule: Rule, number: int) -> Bools:
        """For whom what a rule gives may have changed."""
        maybe = self._is_true(rule.condition, most=True)
        if rule.each is None:
            return maybe & ~self._is_true(rule.condition, most=False)
        paid = [self._past.paid[number, place] for place in range(len(rule.contributions))]
        turns: Bools = np.logical_or.reduce([self.turns(part) | (self.start(part) != 0) for part in paid])
        return maybe & turns

    def _is_true(self, condition: Condition | None, *, most: bool) -> Bools:
        """Of whom a condition may once have been true (`most`), or was at all times."""
        if condition is None:
            return np.ones(len(self.some), np.bool_)
        return np.broadcast_to(self._past.truth(condition, self._clause, most) == TRUE, len(self.some))

    def _clause(self, clause: Clause, most: bool) -> Truths:
        bound = np.int8(TRUE if most else FALSE)
        part = self._past.part_of(clause)
        if part is not None:
            if self._looking is Looking.FIELDS and not part.is_fixed:
                return np.full(1, bound)
            return np.where(self.turns(part), bound, self.start(part).astype(np.int8))
        test = self._past.kernel.test(clause)
        if (
            most
            and self._looking is not Looking.CONDITION
            and isinstance(test, Comparison)
            and isinstance(test.left, ScoreValue)
        ):
            limit = test.right.value if isinstance(test.right, Constant) else None
            if test.operator in (">=", ">") and isinstance(limit, int | float):
                score = self._most().score(test.left.score)
                reached = score >= limit if test.operator == ">=" else score > limit
                return np.where(reached, np.int8(TRUE), np.int8(FALSE))
        return np.full(1, bound)

    def _most(self) -> Sums:
        """The scores that nobody was ever above."""
        past, kernel = self._past, self._past.kernel
        sums = Sums(kernel, len(self.some))
        for pay in kernel.payments.values():
            target, part = target_of(past.plan, pay.into), past.paid.get((pay.number, pay.place))
            given = pay.fixed if part is None else self._most_paid(pay, part)
            assert given is not None
            gives_some = part is not None or given > 0
            sums.add(target, given, self._is_true(pay.rule.condition, most=bool(gives_some)))
        sums.bound()
        return sums

    def _most_paid(self, pay: Pay, part: Part) -> Ints:
        """What a rule gave at the most for events."""
        assert pay.rule.each is not None
        given = pay.contribution
        fields = self._looking is Looking.FIELDS
        counts = np.full(len(self.some), _MANY) if fields else part.happened(self.some)
        if pay.rule.each.which != "each":
            counts = np.minimum(counts, 1)
        points = counts * max(given.points, 0)
        if given.least is not None or given.most is not None:
            points = np.where(counts > 0, np.clip(points, given.least, given.most), 0)
        return np.maximum(points, 0)


class _Through:
    """Leads on a line, through time: `steps` are the values of all parts."""

    def __init__(self, past: _StagePast, line: TimeSpan, steps: dict[Part, Steps]) -> None:
        self._past = past
        self._line = line
        self._steps = steps

    def held(self) -> Bools:
        """Which leads are in the stage."""
        past, line = self._past, self._line
        given = [(target_of(past.plan, pay.into), self._given(pay)) for pay in past.kernel.payments.values()]
        asked = [self._steps[part] for one in (past.comes_in, past.goes_out) for part in past.parts_of(one)]
        changing = [one for one in (*asked, *(steps for _, steps in given)) if len(one.places) > line.leads]
        places = different([line.starts, *(one.places for one in changing)])
        sums = Sums(past.kernel, len(places))
        for target in dict.fromkeys(target for target, _ in given):
            mine = (steps for into, steps in given if into == target)
            sums.add(target, added_up(mine, places), np.ones(1, np.bool_))
        sums.bound()
        comes, out = (
            np.broadcast_to(self._truth(one, places, sums) == TRUE, len(places))
            for one in (past.comes_in, past.goes_out)
        )
        decided = np.flatnonzero(comes | out)
        verdict = np.zeros(line.leads, np.bool_)
        # Of several instants of a lead the last one stays, which is the latest.
        verdict[places[decided] // line.span] = ~out[decided]
        return verdict

    def _given(self, pay: Pay) -> Steps:
        """What a rule gives over time."""
        past, condition = self._past, pay.rule.condition
        paid = past.paid.get((pay.number, pay.place))
        parts: list[Part] = [] if condition is None else [*dict.fromkeys(past.parts_of(condition))]
        own = [self._steps[part] for part in (parts if paid is None else [*parts, paid])]
        places = own[0].places if len(own) == 1 else different([self._line.starts, *(s.places for s in own)])
        fires = True if condition is None else self._truth(condition, places, None) == TRUE
        points = np.int64(pay.fixed or 0) if paid is None else self._steps[paid].at(places)
        values = np.broadcast_to(np.multiply(fires, points, dtype=np.int64), len(places))
        return Steps(places, values).changes(self._line)

    def _truth(self, condition: Condition, places: Ints, sums: Sums | None) -> Truths:
        past = self._past

        def of(clause: Clause, _most: bool) -> Truths:
            part = past.part_of(clause)
            if part is not None:
                return self._steps[part].at(places).astype(np.int8)
            assert sums is not None
            inputs = past.asking.parts.semantic_keys.inputs(clause)
            read = [numbered_range(sums.score(one.score)) for one in inputs if isinstance(one, ScoreValue)]
            return answer(past.asking.parts, clause, inputs, read, self._line.now)

        return past.truth(condition, of)


def _earliest(some: Some, courses: dict[Part, Sequence[Course] | None]) -> int:
    """The first instant at which anything can have differed."""
    firsts = [course.instants[0] for given in courses.values() for course in given or () if course.instants]
    at = some.block.events.at
    return min([some.now, *firsts, *([int(at.min())] if len(at) else [])])


def _laid_out(line: TimeSpan, courses: Sequence[Course], start: NDArray[Any]) -> Steps:
    """Courses of leads on a line."""
    counts = np.fromiter((len(one.instants) for one in courses), np.int64, len(courses))
    size = int(counts.sum())
    at = np.fromiter((at for one in courses for at in one.instants), np.int64, size)
    values = np.fromiter((value for one in courses for value in one.values), np.int64, size)
    places = line.places(np.repeat(np.arange(len(courses)), counts), at)
    places, values = np.concatenate([line.starts, places]), np.concatenate([start, values])
    order = np.argsort(places)
    return Steps(places[order], values[order]).changes(line)
