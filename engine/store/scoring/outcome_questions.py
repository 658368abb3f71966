"""Questions about scores and outcomes, asked of a store: measured, tested on the past, learned from.

with open_store("leads.db") as store:
    measures = measure(load("inbound.rules"), store, at="2026-11-01", within="90d")
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ...outcomes.definitions import LOST, NotMeasurable
from ...plan import Plan
from ...score_one.scorer import Scorer
from ..database import Store
from .outcome_inputs import (
    Instant,
    Length,
    Question,
    column_of,
    compiler,
    data_for_learning,
    instant,
    now,
    plans_over_time,
    ready,
)

if TYPE_CHECKING:
    from ...check.files import Files
    from ...outcomes.backtest import Backtest
    from ...outcomes.before_after import BeforeAfter
    from ...outcomes.costs import Costs
    from ...outcomes.learn.learner import LearnOptions
    from ...outcomes.learn.proposal import Proposal
    from ...outcomes.measure import Measures
    from ...ruleset import Ruleset


def measure(
    ruleset: Ruleset | Plan,
    store: Store,
    *,
    at: Instant | None = None,
    within: Length | None = None,
    since: Instant | None = None,
    until: Instant | None = None,
    age: Length | None = None,
    born: str | None = None,
    outcome: str | None = None,
    by: str | None = None,
    costs: Costs | Path | str | None = None,
    only: tuple[str, str] | None = None,
    today: bool = True,
    funnel: bool = True,
) -> Measures:
    """Compares the scores of a ruleset with what became of the leads of a store.

    `at`: as of when, now where it is None; `within`: how long a lead may take, as the rules say, else 90
    days; `since` and `until`: leads born from and before; `age`: how long after birth a lead is looked at;
    `born`: the field or event that says when that was; `outcome`: which one; `by`: a field by whose values
    leads are told apart, and `costs` what each of these cost, a file or what was read of one; `only`: a field
    and its value as text ("" for unknown), to look at those leads alone. `today` has the order worked out
    that today's data would claim, `funnel` the funnel. Raises NotMeasurable where nothing can be compared,
    and StoreError.
    """
    from ...outcomes.costs import Costs, read_costs
    from ...outcomes.measure import Wanted, measured

    if costs is not None and by is None:
        raise NotMeasurable(
            "costs are given, but not by which field leads are told apart", "name it with by, such as source"
        )
    spent = costs if costs is None or isinstance(costs, Costs) else read_costs(Path(costs))
    wanted = Wanted(
        None if by is None else column_of(store, by),
        spent,
        today,
        funnel,
        by,
        None if only is None else (column_of(store, only[0]), only[1]),
    )
    question = Question(at, within, since, until, age, born, outcome)
    with ready(_plan(ruleset), store, question) as found:
        return measured(
            found.scorer,
            found.blocks,
            found.outcomes,
            found.asked,
            known=found.blocks.known,
            wanted=wanted,
        )


def before_and_after(
    before: Ruleset | Plan, after: Ruleset | Plan, store: Store, *, at: Instant | None = None
) -> BeforeAfter | None:
    """What each of two rulesets makes of the same leads, by the outcome of the second, else of the first.

    None where neither has an outcome. Raises NotMeasurable where nothing can be compared, and StoreError.
    """
    from ...outcomes.before_after import before_and_after as compared

    old, new = _plan(before), _plan(after)
    if not any(one.name.lower() != LOST for plan in (old, new) for one in plan.outcomes):
        return None
    outcome_rules = new if any(one.name.lower() != LOST for one in new.outcomes) else old
    with ready(outcome_rules, store, Question(at)) as found:
        scorer = found.blocks.scorer
        sides = [found.scorer if plan is outcome_rules else scorer(Scorer(plan)) for plan in (old, new)]
        lives = found.scorer
        return compared(
            sides[0],
            sides[1],
            found.blocks,
            found.outcomes,
            found.asked,
            known=found.blocks.known,
            lives=lives,
        )


def learn(
    ruleset: Ruleset | Plan,
    store: Store,
    *,
    as_of: Instant | None = None,
    within: Length | None = None,
    since: Instant | None = None,
    until: Instant | None = None,
    age: Length | None = None,
    born: str | None = None,
    outcome: str | None = None,
    options: LearnOptions | None = None,
    files: Files | None = None,
) -> Proposal:
    """Proposes points, rules and thresholds from the outcomes known at `as_of`, now where it is None.

    What comes is a proposal of edits; its `text` is the ruleset with them. `options` say what it may hold;
    `files` are those that the rules include or take lists from, looked for beside them where it is None.
    Otherwise as `measure`.
    """
    from ...outcomes.learn.learner import Learner, LearnOptions

    question = Question(as_of, within, since, until, age, born, outcome)
    plan = _plan(ruleset)
    with ready(plan, store, question) as found:
        learner = Learner(
            plan.sources[0].text,
            found.scorer,
            found.outcomes,
            found.blocks,
            found.blocks.known,
            data_for_learning(found),
            compiler(plan, store, found, files),
            options or LearnOptions(),
        )
        return learner.learn(found.asked, max(now(), found.asked.at))


def backtest(
    ruleset: Ruleset | Plan | str,
    store: Store,
    *,
    start: Instant,
    end: Instant,
    every: str = "month",
    against: Ruleset | Plan | None = None,
    at: Instant | None = None,
    within: Length | None = None,
    age: Length | None = None,
    born: str | None = None,
    outcome: str | None = None,
    capacity: float | None = None,
) -> Backtest:
    """Scores leads as they were, month by month ("day", "week", "month"), and judges by what came after.

    A ruleset that is the name of one in the store is replayed with the versions that were live at the time;
    `against` are other rules to hold beside it, `capacity` how many leads a week the team can take. Otherwise
    as `measure`.
    """
    from ...outcomes.backtest import Trial, Version, backtested, period_starts

    if every not in ("day", "week", "month"):
        raise NotMeasurable(f'there is no "{every}" to go by', "say day, week or month")
    first, last = instant(start), instant(end)
    if first >= last:
        raise NotMeasurable("the time to be replayed ends before it begins", "put the earlier day first")
    plans = plans_over_time(ruleset if isinstance(ruleset, str) else _plan(ruleset), store)
    question = Question(at, within, None, None, age, born, outcome)
    with ready(plans[-1][2], store, question) as found:
        versions = [
            Version(
                label,
                since,
                found.scorer if plan is plans[-1][2] else found.blocks.scorer(Scorer(plan)),
            )
            for label, since, plan in plans
        ]
        other = None
        if against is not None:
            plan = _plan(against)
            other = Version(plan.title or "draft", 0, found.blocks.scorer(Scorer(plan)))
        starts = period_starts(first, last, every)
        trial = Trial(versions, other, starts, last, capacity)
        return backtested(trial, found.blocks, found.outcomes, found.asked, known=found.blocks.known)


def _plan(ruleset: Ruleset | Plan) -> Plan:
    return ruleset if isinstance(ruleset, Plan) else ruleset.plan
