"""Handoffs: which leads go to whom, who is asked for an answer, and what cannot be meant."""

from __future__ import annotations

from collections.abc import Sequence

from ...grammar.messages.diagnostics import Severity
from ...grammar.spec.kinds import KINDS
from ...grammar.spec.words import near
from ...grammar.syntax import nodes as n
from ...grammar.syntax.nodes import Kind, Unit
from ...grammar.text.printer import name_text, quoted, text_of
from .. import plan as p
from .decisions import MAIN_TRACK, DecisionReader
from .draft import PlanDraft
from .expressions import Expressions
from .problems import mention, named, nearest, texts
from .rules import IsNew
from .scopes import HandoffScope


class HandoffReader:
    """Reads handoffs, after all stages and lists."""

    def __init__(self, draft: PlanDraft, decisions: DecisionReader, is_new: IsNew) -> None:
        self.draft = draft
        self.problems = draft.problems
        self.decisions = decisions
        self.is_new = is_new
        self.scope = HandoffScope(draft)
        self.expressions = Expressions(draft, self.scope)
        self.handoffs: list[p.Handoff] = []

    def enter(self, node: n.Statement) -> None:
        """Reads a statement, if it is a handoff."""
        if not isinstance(node, n.Handoff):
            return
        errors = self._errors()
        self.is_new("handoff", node.name)
        self._stage(node)
        condition = None if node.condition is None else self.expressions.condition(node.condition)
        whom = self._whom(node.whom)
        answer = None if node.answer is None else self._answer(node.answer)
        keeping = None if node.keeping is None else self._keeping(node.keeping)
        again = None if node.again is None else self.draft.signals.fixed(node.again, "not again within")
        if node.turn and isinstance(node.whom, n.Text):
            self.problems.warning(
                "turn-of-one",
                node.whom,
                f"{text_of(node.whom)} is one person, who takes no turns",
                'name a list of people, or leave out "in turn"',
            )
        if whom is not None and answer is not None and node.answer is not None:
            self._circle(node.answer, whom, answer)
        if whom is None or self._errors() > errors:
            return
        self.handoffs.append(
            p.Handoff(
                name=node.name.value,
                stage=node.stage.text,
                track=node.track.text if node.track else MAIN_TRACK,
                condition=condition,
                whom=whom,
                turn=node.turn,
                keeping=keeping,
                answer=answer,
                again=again,
                tell=tuple(dict.fromkeys(name.text for name in node.tell)),
                origin=self.draft.origin(node),
            )
        )

    def _errors(self) -> int:
        return sum(one.severity is Severity.ERROR for one in self.problems.found)

    def _stage(self, node: n.Handoff) -> None:
        track = node.track.text if node.track else MAIN_TRACK
        stages = self.decisions.named
        if (track, node.stage.text) in stages:
            return
        elsewhere = [other for other, name in stages if name == node.stage.text]
        likely = nearest(node.stage.text, [name for other, name in stages if other == track])
        where = f" in {track}" if node.track else ""
        if elsewhere:
            hint = f"write of {text_of(node.stage)} in {name_text(elsewhere[0])}"
        elif likely:
            hint = f"did you mean {mention(likely)}?"
        else:
            hint = f"declare it, e.g. stage {text_of(node.stage)} when score >= 80"
        message = f'there is no stage "{node.stage.text}"{where}'
        meant = () if elsewhere else named(likely)
        self.problems.error("unknown-stage", node.stage, message, hint, meant)

    # --- who ------------------------------------------------------------------------------------

    def _whom(self, node: n.Whom) -> p.Whom | None:
        if isinstance(node, n.Text):
            if not self._is_person(node, node.value):
                return None
            self._is_listed(node)
            return p.Whom(None, (node.value,))
        lists = self.draft.names.lists
        entries = lists.get(node.text)
        if entries is None:
            likely = nearest(node.text, lists)
            self.problems.error(
                "unknown-list",
                node,
                f'there is no list "{node.text}"',
                f"did you mean {mention(likely)}?"
                if likely
                else f'declare it, e.g. list {text_of(node)}: "ana@acme.example"; write one person in quotes',
                named(likely),
            )
            return None
        if not all(self._is_person(node, entry) for entry in entries.entries):
            return None
        return p.Whom(entries.name, tuple(dict.fromkeys(entries.entries)))

    def _is_person(self, node: n.Whom, entry: str) -> bool:
        if "*" not in entry and entry.strip():
            return True
        self.problems.error(
            "person-expected",
            node,
            f"{quoted(entry)} names nobody: a lead goes to people, each by the address",
            'write each person, e.g. "ana@acme.example"',
        )
        return False

    def _is_listed(self, node: n.Text) -> None:
        """Warns of a person who is in no list, and whose address is nearly that of one who is."""
        entries = [one for entries in self.draft.names.lists.values() for one in entries.entries]
        if node.value in entries:
            return
        alike = near(node.value, (one for one in entries if "@" in one))
        if alike:
            self.problems.warning(
                "person-in-no-list",
                node,
                f"{text_of(node)} is in no list, and {quoted(alike[0])} is",
                f"did you mean {quoted(alike[0])}? If not, put {text_of(node)} into a list of people",
                texts(alike[0]),
            )

    # --- what is expected of them ---------------------------------------------------------------

    def _answer(self, node: n.Answer) -> p.Answer | None:
        selection = self.draft.signals.selection(node.event, None)
        otherwise = None if node.otherwise is None else self._whom(node.otherwise)
        if node.working and node.within.unit not in (Unit.MINUTE, Unit.HOUR):
            self.problems.error(
                "working-time",
                node.within,
                "working time is counted in hours or minutes, since people work different days",
                f"write e.g. {8 * node.within.amount} working hours",
            )
            return None
        if self.draft.signals.fixed(node.within, "within") is None or selection is None:
            return None
        within = node.within
        return p.Answer(selection.selector, within.amount, within.unit, node.working, otherwise)

    def _circle(self, node: n.Answer, whom: p.Whom, answer: p.Answer) -> None:
        otherwise = answer.otherwise
        if otherwise is None or node.otherwise is None or not set(otherwise.people) <= set(whom.people):
            return
        self.problems.error(
            "else-circle",
            node.otherwise,
            f"what was not answered would go back to {_said(otherwise.people)}, who had it before",
            "name somebody else, such as whoever leads the team",
        )

    def _keeping(self, node: n.Expression) -> p.Value | None:
        value = self.expressions.value(node)
        if value is None:
            return None
        if value.kind not in (Kind.TEXT, Kind.NUMBER) or self.draft.signals.is_count(value):
            what = "a count of events" if self.draft.signals.is_count(value) else KINDS[value.kind].noun
            self.problems.error(
                "keeping-value",
                node,
                f"{text_of(node)} is {what}, which says nothing of who belongs together",
                "name a text or a number that such leads share, e.g. keeping domain(email)",
            )
            return None
        return value


def _said(people: Sequence[str]) -> str:
    return people[0] if len(people) == 1 else f"{', '.join(people[:-1])} or {people[-1]}"
