"""One lead decided about by plan after plan, as somebody edits: what was measured of its events is kept.

What is measured is known by what it means, so a plan that asks for nothing new makes no pass over the events,
and what is generated for it holds none.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from ..evaluator import Evaluator
from ..explain.decision import Decision
from ..explain.findings import Found
from ..plan import Aggregation, Measure
from ..score_one.codegen import CodegenContext, Detail
from ..score_one.facts import Facts
from ..score_one.function import decided, made, resolved, stand_ins, tuple_of, unpacked
from ..score_one.measuring import measuring

_MOST_KEPT = 5_000


@dataclass(frozen=True, slots=True)
class _Judging:
    """What finds everything out about a lead: `run(fields, measured, now, all_events)`, its gauges so."""

    run: Any
    gauges: tuple[Measure, ...]


class CachedLead:
    """One lead at one instant, its events always the same. Not for several threads at once."""

    def __init__(self, now: int) -> None:
        self.now = now
        self._measured: OrderedDict[Hashable, Any] = OrderedDict()

    def explained(self, evaluator: Evaluator, facts: Facts) -> tuple[Decision, Found]:
        """The decision, and what it was made from; when it can next change is not looked for.

        `facts` are those of this lead as the evaluator reads them.
        """
        parts = evaluator.parts
        judging = _judging(evaluator)
        selected = [Measure(Aggregation.INSTANTS, selection) for selection in parts.selections]
        paying = [gauge for gauge in parts.paid if gauge is not None]
        gauges = [*judging.gauges, *selected, *paying]
        found = self._values(evaluator, gauges, [parts.meanings.gauge(gauge) for gauge in gauges], facts)
        values = iter(found)
        measured = [next(values) for _ in judging.gauges]
        instants = tuple(next(values) for _ in selected)
        paid = tuple(None if gauge is None else next(values) for gauge in parts.paid)
        ran = judging.run(facts.fields, measured, self.now, facts.events)
        return evaluator.decision_of(facts, self.now, (ran, instants, paid), None)

    def _values(
        self, evaluator: Evaluator, gauges: Sequence[Measure], keys: Sequence[Hashable], facts: Facts
    ) -> list[Any]:
        """What the gauges measure; those are measured that never were."""
        lacking = {key: gauge for key, gauge in zip(keys, gauges, strict=True) if key not in self._measured}
        if lacking:
            measure = measuring(evaluator, list(lacking.values()))
            self._measured.update(zip(lacking, measure(facts.events, self.now), strict=True))
        found = [self._measured[key] for key in keys]
        while len(self._measured) > _MOST_KEPT:
            self._measured.popitem(last=False)
        return found


def _judging(evaluator: Evaluator) -> _Judging:
    """Generated as all other functions are, but for what is measured, which comes from outside."""
    parts = evaluator.parts
    draft = CodegenContext(parts.kernel, (), Detail.FINDINGS, 0, True, uses=parts.uses)
    draft.names["is_held"] = evaluator.is_held
    result = decided(draft, parts)
    moments, lines = resolved(draft, [], [*draft.top.lines, f" return {result}"])
    taken = [f" {tuple_of(draft.gauges.values())[1:-1]} = measured"] if draft.gauges else []
    source = [
        "def run(fields, measured, now, all_events):",
        *unpacked(draft),
        *taken,
        *stand_ins(draft, " "),
        *moments,
        *lines,
        "",
    ]
    return _Judging(made(draft, "\n".join(source)), tuple(draft.gauges))
