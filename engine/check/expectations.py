"""The tests of a ruleset: the facts they give and what they expect."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from ...grammar.spec.kinds import KINDS
from ...grammar.syntax import nodes as n
from ...grammar.syntax.nodes import Kind
from ...grammar.text.printer import name_text, quoted, text_of
from .. import plan as p
from ..values import instant_of, is_blank, moment_of, prepare
from .decisions import MAIN_TRACK, DecisionReader
from .declarations import literal
from .draft import PlanDraft
from .events import instant_in
from .handoffs import HandoffReader
from .problems import mention, named, nearest, texts
from .rules import IsNew, RuleReader

TEST_NOW = instant_of(dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC))
"""The instant a test is held at unless it says otherwise: 2026-01-15T12:00Z."""


class Tests:
    """Reads tests, after everything they can speak of."""

    def __init__(
        self,
        draft: PlanDraft,
        rules: RuleReader,
        decisions: DecisionReader,
        handoffs: HandoffReader,
        is_new: IsNew,
    ) -> None:
        self.draft = draft
        self.problems = draft.problems
        self.names = draft.names
        self.rules = rules
        self.decisions = decisions
        self.handoffs = handoffs
        self.is_new = is_new
        self.tests: list[p.RuleTest] = []

    def enter(self, node: n.Test) -> None:
        """Reads one test."""
        self.is_new("test", node.name)
        now = TEST_NOW if node.at is None else instant_in(self.names.zone, node.at.value)
        fields: dict[str, p.Given] = {}
        events: list[p.GivenEvent] = []
        for given in node.given:
            if isinstance(given, n.GivenField):
                self._field(given, fields)
            else:
                events += self._event(given, now)
        expect = [self.expectation(item) for item in node.expect]
        whole = tuple(item for item in expect if item is not None)
        self.tests.append(
            p.RuleTest(node.name.value, now, fields, tuple(events), whole, self.draft.origin(node))
        )

    # --- given ----------------------------------------------------------------------------------

    def _field(self, node: n.GivenField, fields: dict[str, p.Given]) -> None:
        name = node.name.text
        kind = self._kind(node.name)
        if kind is None:
            return
        if name in fields:
            self.problems.error("duplicate-name", node, f'"{name}" is given twice', "give it once")
            return
        value = node.value
        given = (
            [literal(item) for item in value]
            if isinstance(value, tuple)
            else literal(value)
            if value is not None
            else None
        )
        if prepare(kind, given) is None and not is_blank(given):
            written = text_of(value) if isinstance(value, n.Node) else "this list"
            self.problems.error(
                "kind-mismatch",
                node,
                f'{written} is not {KINDS[kind].noun}, as "{name}" is',
                f"write e.g. {name_text(name)} = {KINDS[kind].example}",
            )
            return
        if kind is Kind.DATETIME and isinstance(given, dt.date) and not isinstance(given, dt.datetime):
            given = moment_of(instant_in(self.names.zone, given))
        fields[name] = given

    def _kind(self, name: n.Name) -> Kind | None:
        """The kind of a field that a test gives; None where there is no such field, now reported."""
        text = name.text
        read = {
            known: found.kind
            for known, found in self.names.resolved.items()
            if found.meaning is p.Meaning.FIELD and found.kind is not None
        }
        if text in read:
            return read[text]
        if text in self.names.fields:
            return self.names.fields[text].kind
        if self.names.catalogue is not None and text in self.names.catalogue.fields:
            return self.names.catalogue.fields[text].kind
        near = nearest(text, [*read, *self.names.fields])
        self.problems.error(
            "unknown-name",
            name,
            f'no rule reads a field "{text}", and nothing declares it',
            f"did you mean {mention(near)}?" if near else f"declare it, e.g. field {text_of(name)}: text",
            named(near),
        )
        return None

    def _event(self, node: n.GivenEvent, now: int) -> list[p.GivenEvent]:
        name = node.type.text
        feeds = self.names.events.get(name)
        known = {text for text, found in self.names.resolved.items() if found.meaning is p.Meaning.EVENT}
        in_data = self.names.catalogue is not None and name in self.names.catalogue.events
        if feeds is None and name not in known and not in_data:
            near = nearest(name, [*known, *self.names.events])
            self.problems.error(
                "unknown-name",
                node.type,
                f'no rule looks at an event "{name}", and nothing declares it',
                f"did you mean {mention(near)}?" if near else f"declare it: event {text_of(node.type)}",
                named(near),
            )
            return []
        at = now
        if node.on is not None:
            at = instant_in(self.names.zone, node.on.value)
        elif node.ago is not None:
            if not self.draft.signals.is_sound(node.ago):
                return []
            at = self.names.zone.shift(now, -node.ago.amount, node.ago.unit)
        if not 1 <= node.times <= 10_000:
            self.problems.error(
                "times-limit", node, "an event is given 1 to 10,000 times", "e.g. visited pricing 3 times"
            )
            return []
        properties: dict[str, p.Given] = {item.name.text: self._property(item) for item in node.properties}
        feed = feeds[0] if feeds else p.Feed(name)
        object_ = node.object.value if node.object else None
        if feed.by is not None and object_ is not None:
            properties.setdefault(feed.by, object_)
            object_ = None
        return [p.GivenEvent(feed.type, object_, at, node.times, properties)]

    def _property(self, node: n.GivenField) -> p.Given:
        if isinstance(node.value, tuple):
            return [literal(item) for item in node.value]
        return literal(node.value) if node.value is not None else None

    # --- expect ---------------------------------------------------------------------------------

    def expectation(self, node: n.Expect) -> p.Expectation | None:
        """What is expected of a decision; None where it speaks of what is not there, now reported."""
        origin = self.draft.origin(node)
        match node:
            case n.ExpectScore(score, operator, value, negated):
                if score is not None and not self.is_among(score, "score", self.names.scores):
                    return None
                subject = score.text if score else None
                return p.Expectation(p.ExpectedOf.SCORE, subject, operator, value, negated, origin)
            case n.ExpectStage():
                return self._expect_stage(node, origin)
            case n.ExpectGrade():
                return self._expect_grade(node, origin)
            case n.ExpectTag(text, negated):
                tags = [tag for rule in self.rules.rules for tag in rule.tags]
                if text.value not in tags:
                    self._unknown(text, "tag", text.value, tags, "tags are set by rules")
                    return None
                return p.Expectation(p.ExpectedOf.TAG, text.value, "=", None, negated, origin)
            case n.ExpectRule(name, negated):
                rules = [rule.identity for rule in self.rules.rules] + self.rules.off
                if name.value not in rules:
                    named = [rule.name for rule in self.rules.rules if rule.name]
                    self._unknown(name, "rule", name.value, named, "only a rule with a name can be expected")
                    return None
                return p.Expectation(p.ExpectedOf.RULE, name.value, "=", None, negated, origin)
            case n.ExpectHandoff(name, negated):
                handoffs = [handoff.name for handoff in self.handoffs.handoffs]
                if name.value not in handoffs:
                    self._unknown(
                        name, "handoff", name.value, handoffs, f"there is: {', '.join(handoffs) or 'none'}"
                    )
                    return None
                return p.Expectation(p.ExpectedOf.HANDOFF, name.value, "=", None, negated, origin)
            case n.ExpectDisqualified(negated):
                return p.Expectation(p.ExpectedOf.DISQUALIFIED, None, "=", None, negated, origin)

    def _expect_stage(self, node: n.ExpectStage, origin: p.Origin) -> p.Expectation | None:
        track = node.track.text if node.track else MAIN_TRACK
        stages = dict.fromkeys(self.decisions.named)
        tracks = dict.fromkeys(name for name, _ in stages)
        if node.track is not None and not self.is_among(node.track, "track", tracks):
            return None
        if node.stage is None:
            return p.Expectation(p.ExpectedOf.STAGE, track, "=", None, node.negated, origin)
        stage = node.stage.text
        if (track, stage) not in stages:
            others = [other for other, name in stages if name == stage]
            here = [name for other, name in stages if other == track]
            hint = (
                f"write stage in {others[0]} = {stage}" if others else "declare it, e.g. stage SQL when ..."
            )
            self._unknown(node.stage, "stage", stage, here, hint)
            return None
        return p.Expectation(p.ExpectedOf.STAGE, track, "=", stage, node.negated, origin)

    def _expect_grade(self, node: n.ExpectGrade, origin: p.Origin) -> p.Expectation | None:
        score = node.score.text if node.score else None
        index = self.names.scores.get(score) if score is not None else None
        grade = next((item for item in self.decisions.grades if item.score == index), None)
        if grade is None or (score is not None and index is None):
            graded = "the total" if node.score is None else f'"{node.score.text}"'
            self.problems.error(
                "unknown-name",
                node,
                f"nothing grades {graded}",
                "add a grade, e.g. grade fit: A from 40, D otherwise",
            )
            return None
        labels = [label for label, _ in grade.bands] + [grade.otherwise]
        if node.label.text not in labels:
            self._unknown(node.label, "grade", node.label.text, labels, f"its grades are {', '.join(labels)}")
            return None
        return p.Expectation(p.ExpectedOf.GRADE, score, "=", node.label.text, node.negated, origin)

    def is_among(self, name: n.Name, what: str, known: Iterable[str]) -> bool:
        """Whether a name is known; reported where it is not."""
        names = list(known)
        if name.text in names:
            return True
        self._unknown(name, what, name.text, names, f"there is: {', '.join(names) or 'none'}")
        return False

    def _unknown(self, at: n.Node, what: str, name: str, known: list[str], otherwise: str) -> None:
        near = nearest(name, known)
        self.problems.error(
            "unknown-name",
            at,
            f'there is no {what} "{name}"',
            f"did you mean {mention(near) if isinstance(at, n.Name) else quoted(near)}?"
            if near
            else otherwise,
            named(near) if isinstance(at, n.Name) else texts(near),
        )
