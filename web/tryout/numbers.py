"""The numbers and marks beside the cards of the editor: by the key of a statement, by the place of a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ...engine.evaluator import Evaluator
from ...engine.plan import Condition, Definition, Disqualification, Handoff
from ...engine.reading import Reading
from ...engine.store.scoring.what_if import Counts
from ...engine.tryout.marks import Marks, Places, Watched
from ...grammar.edits.document import key_of
from ...grammar.syntax import nodes as n
from ...grammar.syntax.nodes import Span

_SAID = frozenset({"rule-never-fires", "rule-always-fires", "stage-unreachable", "stage-never-current"})
"""Codes of lints that say of a card what its count would say."""


@dataclass(frozen=True, slots=True)
class Sign:
    """What a condition came to: as a sign with its style, as a word, and what was found."""

    sign: str
    css: str
    truth: str
    words: str


_SIGNS = {True: ("✓", "yes", "yes"), False: ("–", "no", "no"), None: ("?", "unknown", "unknown")}


class NumbersView:
    """A text in the eyes of one plan: its conditions by their places, counted and marked as far as that is
    known."""

    def __init__(self, rules: Evaluator | None, watched: Watched | None, counts: Counts | None) -> None:
        self.rules = rules
        self.counts = counts
        self._watched = watched

    @cached_property
    def marks(self) -> Marks | None:
        """What the plan says of the chosen lead."""
        if self.rules is None or self._watched is None:
            return None
        return self._watched.marks(self.rules)

    def at(self, span: Span) -> Condition | None:
        """The condition at a place."""
        return self._places.at(span) if self._places is not None else None

    @cached_property
    def _places(self) -> Places | None:
        plan = self.rules.plan if self.rules is not None else None
        return Places(plan, plan.sources[0]) if plan is not None else None


class Numbers:
    """What rules say of all leads and of one, for one text. Where that is not known, nothing is said.

    `on` is the same text with the rules switched on that are off; only what those ask is looked up in it.
    """

    def __init__(self, reading: Reading, draft: NumbersView, on: NumbersView) -> None:
        self._reading = reading
        self._draft = draft
        self._on = on
        self._plan = draft.rules.plan if draft.rules is not None else None
        self._counts = draft.counts

    def _of(self, span: Span) -> tuple[NumbersView, Condition] | None:
        for view in (self._draft, self._on):
            condition = view.at(span)
            if condition is not None:
                return view, condition
        return None

    # --- by statement ---------------------------------------------------------------------------

    def matches(self, key: str) -> tuple[int, int] | None:
        """For how many leads a rule fires, or another statement's condition holds; and of how many."""
        if self._counts is None:
            return None
        found = self._leads_by_key.get(key)
        return None if found is None else (found, self._counts.leads)

    def fires(self, key: str) -> bool:
        """Whether a rule fires for the chosen lead, or it is in the stage, or disqualified for the reason."""
        return key in self._true_of_lead

    def hints(self, key: str) -> Sequence[str]:
        """What deserves a look, in sentences: what matches nobody, or everybody."""
        found = self.matches(key)
        if found is None or not found[1] or key in self._said:
            return ()
        leads, every = found
        sort = key.partition(":")[0]
        if sort == "stage":
            return ("Nobody reaches this stage.",) if not leads else ()
        if sort == "define":
            return ("True for nobody.",) if not leads else ("True for everybody.",) if leads == every else ()
        if not leads:
            return ("Matches nobody." if sort != "disqualify" else "Disqualifies nobody.",)
        if leads == every:
            return ("Matches everybody." if sort != "disqualify" else "Disqualifies everybody.",)
        return ()

    # --- by row ---------------------------------------------------------------------------------

    def count(self, span: Span) -> int | None:
        """For how many leads the condition at a place is true."""
        found = self._of(span)
        if found is None or found[0].counts is None:
            return None
        return found[0].counts.of(found[1])[0]

    def at(self, span: Span) -> Condition | None:
        """The condition at a place, of the draft or of a rule that is off."""
        found = self._of(span)
        return found[1] if found is not None else None

    def mark(self, span: Span) -> Sign | None:
        """What the condition at a place came to on the chosen lead."""
        found = self._of(span)
        if found is None or found[0].marks is None:
            return None
        mark = found[0].marks.of(found[1])
        return Sign(*_SIGNS[mark.truth], mark.found)

    # --- made when first asked for --------------------------------------------------------------

    @cached_property
    def _keys(self) -> dict[int, str]:
        """The keys of statements by where they begin."""
        keys: dict[int, str] = {}
        for node in self._reading.tree.statements:
            keys[node.span.start] = key_of(node)
            if isinstance(node, n.Group):
                keys |= {rule.span.start: key_of(rule) for rule in node.rules}
        return keys

    @cached_property
    def _leads_by_key(self) -> dict[str, int]:
        plan, counts, keys = self._plan, self._counts, self._keys
        if plan is None or counts is None:
            return {}
        main = plan.sources[0]
        found = {
            keys[rule.origin.span.start]: leads
            for rule, leads in zip(plan.rules, counts.rules, strict=True)
            if rule.origin.source is main
        }
        found |= {
            keys[group.origin.span.start]: leads
            for group, leads in zip(plan.groups, counts.groups, strict=True)
            if group.origin.source is main
        }
        found |= {
            keys[stage.origin.span.start]: leads
            for stage, leads in zip(plan.stages, counts.stages, strict=True)
            if stage.origin.source is main
        }
        parts: list[Disqualification | Definition | Handoff] = [
            *plan.disqualifications,
            *plan.definitions,
            *plan.handoffs,
        ]
        for part in parts:
            if part.origin.source is main and part.condition is not None:
                found[keys[part.origin.span.start]] = counts.of(part.condition)[0]
        return found

    @cached_property
    def _true_of_lead(self) -> frozenset[str]:
        if self._plan is None or self._draft.marks is None:
            return frozenset()
        plan, decision, keys = self._plan, self._draft.marks.decision, self._keys
        main = plan.sources[0]
        said = [
            *((rule.origin, found.fired) for rule, found in zip(plan.rules, decision.rules, strict=True)),
            *(
                (s.origin, found.current)
                for s, found in zip(plan.stages, decision.stage_findings, strict=True)
            ),
            *(
                (reason.origin, found.truth is True)
                for reason, found in zip(plan.disqualifications, decision.disqualifications, strict=True)
            ),
            *(
                (handoff.origin, found.current)
                for handoff, found in zip(plan.handoffs, decision.handoffs, strict=True)
            ),
        ]
        return frozenset(keys[origin.span.start] for origin, so in said if so and origin.source is main)

    @cached_property
    def _said(self) -> frozenset[str]:
        """Statements of which a lint says what their count would say."""
        starts = sorted(self._keys)
        found = set()
        for item in self._reading.diagnostics:
            if item.code in _SAID and item.source is self._reading.source:
                before = [start for start in starts if start <= item.span.start]
                if before:
                    found.add(self._keys[before[-1]])
        return frozenset(found)
