"""One lead decided about by plan after plan, as somebody edits: what was measured of its events is kept.

What is measured is known by what it means, so a plan that asks for nothing new makes no pass over the events,
and what is generated for it holds none.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from types import CodeType
from typing import Any

from ...grammar.frozen import frozen
from ..evaluator import Evaluator
from ..explain.decision import Decision
from ..explain.findings import Found
from ..plan import Aggregation, Measure
from ..plan.walk import conditions, holds
from ..score_one.codegen import MARK, CodegenContext, Detail, Uses
from ..score_one.facts import EventRow, Facts
from ..score_one.function import decided, moments, referred, stand_ins, tuple_of, unpacked
from ..score_one.measuring import measuring
from ..score_one.rule_portions import RulePortion, RulePortions, compiled

_MOST_KEPT = 5_000


@frozen
class _CompiledRules:
    """What finds everything out about a lead: lines that refer to `names`, in portions, with the measures
    that they read. `rules` are the portions for rules, which the next plan may have too."""

    names: Mapping[str, Any]
    portions: tuple[CodeType, ...]
    measures: tuple[Measure, ...]
    rules: tuple[RulePortion, ...]

    def run(
        self, fields: Sequence[Any], measured: Sequence[Any], now: int, all_events: Sequence[EventRow]
    ) -> Any:
        """The whole decision about a lead."""
        scope = {
            **self.names,
            "fields": fields,
            "measured": measured,
            "now": now,
            "all_events": all_events,
        }
        for portion in self.portions:
            exec(portion, scope)
        return scope["decided"]


class CachedLead:
    """One lead at one instant, its events always the same. Not for several threads at once."""

    def __init__(self, now: int) -> None:
        self.now = now
        self._measured: OrderedDict[Hashable, Any] = OrderedDict()
        self._rules: tuple[RulePortion, ...] = ()

    def explained(self, evaluator: Evaluator, facts: Facts) -> tuple[Decision, Found]:
        """The decision, and what it was made from; when it can next change is not looked for.

        `facts` are those of this lead as the evaluator reads them.
        """
        parts = evaluator.parts
        compiled_rules = _compile_rules(evaluator, self._rules)
        self._rules = compiled_rules.rules
        selected = [Measure(Aggregation.INSTANTS, selection) for selection in parts.selections]
        paying = [measure for measure in parts.paid if measure is not None]
        measures = [*compiled_rules.measures, *selected, *paying]
        found = self._values(
            evaluator, measures, [parts.semantic_keys.measure(measure) for measure in measures], facts
        )
        values = iter(found)
        measured = [next(values) for _ in compiled_rules.measures]
        instants = tuple(next(values) for _ in selected)
        paid = tuple(None if measure is None else next(values) for measure in parts.paid)
        ran = compiled_rules.run(facts.fields, measured, self.now, facts.events)
        return evaluator.decision_of(facts, self.now, (ran, instants, paid), None)

    def _values(
        self, evaluator: Evaluator, measures: Sequence[Measure], keys: Sequence[Hashable], facts: Facts
    ) -> list[Any]:
        """What each measures of the events; those are found that never were."""
        lacking = {
            key: measure for key, measure in zip(keys, measures, strict=True) if key not in self._measured
        }
        if lacking:
            measure = measuring(evaluator, list(lacking.values()))
            self._measured.update(zip(lacking, measure(facts.events, self.now), strict=True))
        found = [self._measured[key] for key in keys]
        while len(self._measured) > _MOST_KEPT:
            self._measured.popitem(last=False)
        return found


def _by_name(draft: CodegenContext, names: list[str]) -> str:
    """A tuple of many things that have a name, which takes no time to compile."""
    of_scope = draft.constant("names", lambda: lambda scope: tuple([scope[name] for name in names]))
    return f"{of_scope}(globals())"


def _compile_rules(evaluator: Evaluator, before: Sequence[RulePortion]) -> _CompiledRules:
    """Written as all other functions are, but for what is measured, which comes from outside, and for the
    lines of rules that are as they were `before`."""
    parts, plan = evaluator.parts, evaluator.plan
    asked: Counter[int] = Counter()
    if plan.definitions:
        asked.update(define for condition in conditions(plan) for define in holds(condition))
    uses = Uses(asked, frozenset(), frozenset(), frozenset())
    draft = CodegenContext(parts.kernel, (), Detail.EXPLAIN, 0, True, uses=uses)
    draft.names["is_held"] = evaluator.is_held
    rules = RulePortions(before)
    decided_text = decided(draft, parts, rules.write, lambda names: _by_name(draft, names))
    first, last = rules.around(draft.top.lines)
    begin = [line.strip() for line in (*unpacked(draft), *stand_ins(draft, ""))]
    if draft.measures:
        begin.append(f"{tuple_of(draft.measures.values())[1:-1]} = measured")
    begin += [f"{name} = {made}" for name, made in moments(draft).values() if MARK not in made]
    codes = [compiled([*begin, *first])]
    codes += [portion.code for portion in rules.made]
    codes.append(compiled([*last, f"decided = {decided_text}"]))
    return _CompiledRules(referred(draft), tuple(codes), tuple(draft.measures), tuple(rules.made))
