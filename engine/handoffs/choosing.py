"""Which handoff takes a lead that enters a stage, and by what it is kept together with others.

The conditions of handoffs are asked as those of disqualifications are, by a function of their own: the one
that scores all leads has nothing to do with them. What is to be sure is one more field of theirs, filled in
with what the bounds of the lead say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from ..bounds.sure import Sure
from ..plan import Disqualification, FieldValue, Handoff, IsKnown, Plan, ScoreValue
from ..score_one.codegen import Detail
from ..score_one.facts import EventRow, Facts
from ..score_one.scorer import Scorer
from ..values import Prepared

if TYPE_CHECKING:
    from ..bounds.finder import Finder

_SCORES, _REASONS, _VALUES = 1, 6, -1
"""Where the generated function tells of them; see `score_one.function`."""


class HandoffFacts(NamedTuple):
    """What was found of a lead: whether each handoff's condition is true, and its value of `keeping`."""

    holds: tuple[bool, ...]
    kept: tuple[str | None, ...]


class Choosing:
    """Asks the handoffs of one plan."""

    def __init__(self, plan: Plan) -> None:
        self.handoffs = plan.handoffs
        self.sure = Sure(plan)
        self._asks: list[int | None] = []
        asked = [*plan.disqualifications]
        for handoff in plan.handoffs:
            self._asks.append(None if handoff.condition is None else len(asked))
            if handoff.condition is not None:
                condition = self.sure.as_field(handoff.condition)
                asked.append(Disqualification(handoff.name, condition, handoff.origin))
        for handoff in plan.handoffs:
            if handoff.keeping is not None:
                known = IsKnown(handoff.keeping, True, handoff.origin)
                asked.append(Disqualification(handoff.name, known, handoff.origin))
        self.first = len(plan.disqualifications)
        """The number of the first condition of a handoff among the disqualifications."""
        self._bare = replace(
            self.sure.blanks.asking if self.sure.wanted else plan,
            disqualifications=tuple(asked),
            handoffs=(),
            tests=(),
            outcomes=(),
        )
        self._whole = replace(plan, handoffs=(), tests=(), outcomes=())
        self._possible: Finder | None = None
        self.anyone: HandoffFacts | None = None
        """What holds of every lead, where the handoffs ask nothing of any."""
        if len(asked) == self.first:
            count = len(plan.handoffs)
            self.anyone = HandoffFacts((True,) * count, (None,) * count)

    @cached_property
    def evaluator(self) -> Scorer:
        """What events and fields are to be read with."""
        return Scorer(replace(self._bare, fields=(*self._bare.fields, *self.sure.fields)))

    @cached_property
    def _run(self) -> Callable[..., Any]:
        return self.evaluator.runner(Detail.EXPLAIN)

    def ask(self, fields: Sequence[Prepared], events: Sequence[EventRow], now: int) -> HandoffFacts:
        """Asks all handoffs about one lead, made ready by a reader of `evaluator`."""
        if self.sure.wanted:
            fields = self._with_sureness(fields, events, now)
        found = self._run(fields, events, now)
        true = set(found[_REASONS])
        holds = tuple([place is None or place in true for place in self._asks])
        return HandoffFacts(holds, tuple([self._kept(one, fields, found) for one in self.handoffs]))

    def _with_sureness(
        self, fields: Sequence[Prepared], events: Sequence[EventRow], now: int
    ) -> tuple[Prepared, ...]:
        """The fields with defaults, and with what is sure."""
        if self._possible is None:
            from ..bounds.finder import Finder  # few handoffs ask what is sure

            self._possible = Finder(Scorer(self._whole, self.evaluator.classes))
        own, guessed = self.sure.blanks.filled(fields[: len(self._whole.fields)])
        facts = Facts(own, events, len(self.evaluator.classes.known))
        bounds = self._possible.bounds(facts, now, guessed)
        return (*own, *self.sure.values_of(bounds))

    def _kept(self, handoff: Handoff, fields: Sequence[Prepared], found: Any) -> str | None:
        """The value of `keeping` as text, None where it is unknown."""
        match handoff.keeping:
            case None:
                return None
            case FieldValue(field=number):
                value = fields[number]
            case ScoreValue(score=score):
                value = found[0] if score is None else found[_SCORES][score]
            case other:
                value = found[_VALUES][self.evaluator.parts.values[other]]
        return None if value is None else str(value)

    def take(self, track: str, stage: str, asked: HandoffFacts) -> int | None:
        """The number of the handoff that takes a lead which enters a stage, None for none."""
        for number, handoff in enumerate(self.handoffs):
            if (handoff.track, handoff.stage) == (track, stage) and asked.holds[number]:
                return number
        return None
