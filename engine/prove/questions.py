"""What can be asked of all leads: guarantees, and questions about two versions or one.

Each says by a formula which leads would answer it with no, and asks the engine whether one really does.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from difflib import get_close_matches

from ...grammar.edits.snippets import expected_score, expected_stage
from ...grammar.text.printer import quoted
from ..evaluator import Evaluator
from ..plan import Disqualification, Expectation, Guarantee, Plan, TrendOf
from ..score_one.scorer import Result
from ..testing import is_met
from .answers import QuestionKind, Wanted
from .case import Case, as_test
from .decided import Decided
from .kleene import TRUE, Formula, all_of, any_of, none_of
from .lead import Lead
from .loose import TooMuchError
from .world import World


class Engine:
    """What the engine says of made-up leads, for one plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.evaluator = Evaluator(plan)
        self._conditions: dict[int, Evaluator] = {}

    def result(self, case: Case, *, more: bool = False) -> Result:
        """Scores and stages of a lead."""
        fields, events = case.given(more=more)
        return self.evaluator.score(self.evaluator.facts(fields, events), case.now)

    def meets(self, case: Case, expected: Expectation) -> bool:
        """Whether what is expected of a lead is so."""
        fields, events = case.given()
        decision = self.evaluator.decide(self.evaluator.facts(fields, events), case.now)
        return is_met(expected, decision)

    def fires(self, case: Case, rule: str) -> bool:
        """Whether a rule fires."""
        fields, events = case.given()
        decision = self.evaluator.decide(self.evaluator.facts(fields, events), case.now)
        return any(one.fired for one in decision.rules if one.identity == rule)

    def holds(self, case: Case, guarantee: Guarantee) -> bool:
        """Whether the condition of a guarantee is true of a lead."""
        condition = guarantee.condition
        if condition is None:
            return True
        evaluator = self._conditions.get(id(guarantee))
        if evaluator is None:
            asked = (Disqualification("", condition, guarantee.origin),)
            alone = replace(self.plan, stages=(), tracks=(), disqualifications=asked)
            evaluator = self._conditions[id(guarantee)] = Evaluator(alone)
        fields, events = case.given()
        return evaluator.score(evaluator.facts(fields, events), case.now).disqualified


class Question(ABC):
    """A question about all leads."""

    name: str
    plans: tuple[Plan, ...]
    text = ""
    """A guarantee as it is written, and the line it stands on."""
    line = 0
    wanted = False
    """Whether a lead is what is asked for, rather than what must not be."""

    @abstractmethod
    def formula(self, world: World) -> Formula:
        """Which leads are looked for."""

    @abstractmethod
    def found(self, case: Case) -> bool:
        """Whether the engine says that a made-up lead is one of them."""

    def more(self) -> Lead | None:
        """The second lead of a question about two, after `formula`."""
        return None

    @abstractmethod
    def expectations(self, case: Case) -> list[str]:
        """What a test of such a lead expects."""

    def test(self, case: Case) -> str | None:
        """The made-up lead as a test; None where a test cannot say it."""
        try:
            return as_test(case, self.plans[0], self.name, self.expectations(case))
        except ValueError:
            return None


class Promise(Question):
    """Whether a guarantee with a condition holds."""

    def __init__(self, plan: Plan, guarantee: Guarantee, engine: Engine) -> None:
        assert isinstance(guarantee.promise, Expectation)
        self.name = guarantee.name
        self.plans = (plan,)
        self.text, self.line = guarantee.origin.text, guarantee.origin.line
        self.guarantee = guarantee
        self.promise = guarantee.promise
        self.engine = engine

    def formula(self, world: World) -> Formula:
        decided = world.decided(self.plans[0])
        condition = self.guarantee.condition
        asked = TRUE if condition is None else decided.truth(condition).yes
        return all_of((asked, none_of(decided.expected(self.promise))))

    def found(self, case: Case) -> bool:
        return not self.engine.meets(case, self.promise) and self.engine.holds(case, self.guarantee)

    def expectations(self, case: Case) -> list[str]:
        return [f"not {text}" if self.promise.negated else text] if (text := _plain(self.promise)) else []


def _plain(expected: Expectation) -> str:
    text = expected.origin.text
    return text.removeprefix("not ")


class Trend(Question):
    """Whether a score never falls, or rises, with one event more or a higher field."""

    def __init__(self, plan: Plan, guarantee: Guarantee, engine: Engine) -> None:
        assert isinstance(guarantee.promise, TrendOf)
        self.name = guarantee.name
        self.plans = (plan,)
        self.text, self.line = guarantee.origin.text, guarantee.origin.line
        self.trend = guarantee.promise
        self.engine = engine
        self._more: Lead | None = None

    def formula(self, world: World) -> Formula:
        plan, trend = self.plans[0], self.trend
        base = world.decided(plan)
        before = base.score(trend.score)
        rules: list[Formula] = []
        if trend.events is not None:
            cells = world.happenings.taken(plan, trend.events)
            more = Lead(world.happenings, world.loose, exactly=world.exactly, base=world.lead, more=cells)
        else:
            assert trend.field is not None
            field = plan.fields[trend.field.field]
            if sum(one.column == field.column for one in plan.fields) > 1:
                raise TooMuchError(f'"{field.column}" is read as two fields')
            key = (field.column, field.kind, field.default)
            more = Lead(world.happenings, world.loose, exactly=world.exactly, base=world.lead, raised=key)
            low, high = world.lead.field(field), more.field(field)
            rules += [low.known, high.known, high.value > low.value]
        self._more = more
        decided = world.more(more, plan)
        after = decided.score(trend.score)
        if trend.events is not None:
            measured = sorted({of for cell in more.more for of in world.happenings.cells[cell].passed.ranges})
            for of in measured:
                rules += more.added_rules(of)
            possible = [
                (cell, world.happenings.is_possible(world.happenings.cells[cell]))
                for cell in sorted(more.more)
            ]
            rules += [
                none_of(all_of((more.where == cell, none_of(one))))
                for cell, one in possible
                if one is not None
            ]
        return all_of([*rules, after > before if trend.rises else after < before])

    def more(self) -> Lead | None:
        return self._more

    def _score(self, result: Result) -> int:
        return result.total if self.trend.score is None else result.scores[self.trend.score]

    def found(self, case: Case) -> bool:
        if case.event is not None and (case.event.at > case.now):
            return False
        before, after = (self._score(self.engine.result(case, more=more)) for more in (False, True))
        return after > before if self.trend.rises else after < before

    def expectations(self, case: Case) -> list[str]:
        before = self._score(self.engine.result(case))
        number = self.trend.score
        name = None if number is None else self.plans[0].scores[number].name
        return [expected_score(name, before, "<=" if self.trend.rises else ">=")]

    def test(self, case: Case) -> str | None:
        try:
            return as_test(case, self.plans[0], self.name, self.expectations(case), more=True)
        except ValueError:
            return None


class Same(Question):
    """Whether two versions give every lead the same scores and stages. With `raises`, whether the first only
    raises; with `rule`, whether leads for whom that rule is not in play keep everything."""

    def __init__(self, new: Plan, old: Plan, *, raises: bool = False, rule: str | None = None) -> None:
        self.name = "nothing changes" if not raises else "no lead moves down"
        if rule is not None:
            self.name = f"only leads of {quoted(rule)} change"
        self.plans = (new, old)
        self.raises = raises
        self.rule = rule
        self.engines = (Engine(new), Engine(old))

    def formula(self, world: World) -> Formula:
        new, old = (world.decided(plan) for plan in self.plans)
        differ = any_of(self._differences(new, old))
        if self.rule is None:
            return differ
        return all_of((differ, none_of(new.rule_fires(self.rule)), none_of(old.rule_fires(self.rule))))

    def _differences(self, new: Decided, old: Decided) -> list[Formula]:
        found = [new.total < old.total if self.raises else new.total != old.total]
        names = {score.name: number for number, score in enumerate(new.plan.scores)}
        if not self.raises:
            for number, score in enumerate(old.plan.scores):
                if score.name in names:
                    found.append(new.scores[names[score.name]] != old.scores[number])
            found.append(new.disqualified != old.disqualified)
        for track in dict.fromkeys((*new.plan.tracks, *old.plan.tracks)):
            found += self._moves(new, old, track)
        return found

    def _moves(self, new: Decided, old: Decided, track: str) -> list[Formula]:
        before, after = ([stage.name for stage in one.ladder(track)] for one in (old, new))
        if self.raises:
            shared = [name for name in before if name in after]
            return [
                all_of((old.level(track) >= before.index(name) + 1, new.level(track) < after.index(name) + 1))
                for name in shared
            ]
        if before == after:
            return [new.level(track) != old.level(track)]
        found = [(new.level(track) == 0) != (old.level(track) == 0)]
        for name in dict.fromkeys((*before, *after)):
            now = new.level(track) == after.index(name) + 1 if name in after else new.level(track) == -1
            then = old.level(track) == before.index(name) + 1 if name in before else old.level(track) == -1
            found.append(now != then)
        return found

    def found(self, case: Case) -> bool:
        new, old = (engine.result(case) for engine in self.engines)
        if self.rule is not None and any(engine.fires(case, self.rule) for engine in self.engines):
            return False
        if self.raises:
            return self._moves_down(new, old)
        return _said(self.plans[0], new) != _said(self.plans[1], old, self.plans[0])

    def _moves_down(self, new: Result, old: Result) -> bool:
        if new.total < old.total:
            return True
        stages = [
            dict(zip(plan.tracks, result.stages, strict=True))
            for plan, result in zip(self.plans, (new, old), strict=True)
        ]
        for track, stage in stages[1].items():
            after = [one.name for one in self.plans[0].stages if one.track == track]
            before = [one.name for one in self.plans[1].stages if one.track == track]
            now = stages[0].get(track)
            level = after.index(now) if now is not None else -1
            reached = before[: before.index(stage) + 1] if stage is not None else []
            if any(after.index(name) > level for name in reached if name in after):
                return True
        return False

    def expectations(self, case: Case) -> list[str]:
        return _as_expected(self.plans[1], self.engines[1].result(case), self.plans[0])


def _said(plan: Plan, result: Result, other: Plan | None = None) -> tuple[object, ...]:
    names = [score.name for score in plan.scores]
    shared = (
        names if other is None else [name for name in names if name in [one.name for one in other.scores]]
    )
    scores = {name: points for name, points in zip(names, result.scores, strict=True) if name in shared}
    stages = {
        track: stage for track, stage in zip(plan.tracks, result.stages, strict=True) if stage is not None
    }
    return result.total, scores, stages, result.disqualified


def _as_expected(plan: Plan, result: Result, other: Plan) -> list[str]:
    """What a version says of a lead, as another can be expected to."""
    expect = [expected_score(None, result.total)]
    for track, stage in zip(plan.tracks, result.stages, strict=True):
        known = [one.name for one in other.stages if one.track == track]
        if known and (stage is None or stage in known):
            expect.append(expected_stage(stage, None if track == "main" else track))
    return expect


class Reach(Question):
    """A lead that gets to a stage."""

    wanted = True

    def __init__(self, plan: Plan, stage: str, track: str) -> None:
        self.name = f"a lead in {stage}"
        self.plans = (plan,)
        self.stage = stage
        self.track = track
        self.engine = Engine(plan)

    def formula(self, world: World) -> Formula:
        decided = world.decided(self.plans[0])
        names = [stage.name for stage in decided.ladder(self.track)]
        return decided.level(self.track) == names.index(self.stage) + 1

    def found(self, case: Case) -> bool:
        plan = self.plans[0]
        return self.engine.result(case).stages[plan.tracks.index(self.track)] == self.stage

    def expectations(self, case: Case) -> list[str]:
        return [expected_stage(self.stage, None if self.track == "main" else self.track)]


class Both(Question):
    """A lead for whom two rules fire."""

    wanted = True

    def __init__(self, plan: Plan, one: str, other: str) -> None:
        self.name = f"a lead for both {quoted(one)} and {quoted(other)}"
        self.plans = (plan,)
        self.rules = (one, other)
        self.engine = Engine(plan)

    def formula(self, world: World) -> Formula:
        decided = world.decided(self.plans[0])
        return all_of(decided.rule_fires(rule) for rule in self.rules)

    def found(self, case: Case) -> bool:
        return all(self.engine.fires(case, rule) for rule in self.rules)

    def expectations(self, case: Case) -> list[str]:
        return [f"rule {quoted(rule)} fires" for rule in self.rules]


def guaranteed(plan: Plan) -> list[Question]:
    """The guarantees of a plan as questions, in its order."""
    engine = Engine(plan)
    return [
        Promise(plan, one, engine) if isinstance(one.promise, Expectation) else Trend(plan, one, engine)
        for one in plan.guarantees
    ]


def question_of(wanted: Wanted, plan: Plan, old: Plan | None) -> Question:
    """A question besides guarantees. Raises ValueError, with a sentence, for names that are not there."""
    match wanted.kind:
        case QuestionKind.REACH:
            return _reach(plan, wanted.names[0])
        case QuestionKind.BOTH:
            _known_rules(wanted.names, plan)
            return Both(plan, *wanted.names)
    assert old is not None
    if wanted.kind is QuestionKind.TOUCHES_ONLY:
        _known_rules(wanted.names, plan, old)
        return Same(plan, old, rule=wanted.names[0])
    return Same(plan, old, raises=wanted.kind is QuestionKind.ONLY_RAISES)


def _reach(plan: Plan, name: str) -> Reach:
    found = [stage for stage in plan.stages if stage.name == name]
    if not found:
        known = ", ".join(stage.name for stage in plan.stages) or "none"
        raise ValueError(f'there is no stage "{name}"; there is: {known}')
    return Reach(plan, name, found[0].track)


def _known_rules(names: tuple[str, ...], *plans: Plan) -> None:
    known = {one for plan in plans for rule in plan.rules for one in (rule.identity,)}
    known |= {one for plan in plans for one in plan.off}
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f'; did you mean "{near[0]}"?' if near else ""
            raise ValueError(f'there is no rule "{name}"{hint}')
