"""What a name, an event or the word `score` means where it stands: in a rule, a decision or a filter."""

from __future__ import annotations

from collections.abc import Callable

from ...grammar.syntax import nodes as n
from ...grammar.syntax.nodes import Kind
from ...grammar.text.printer import text_of
from ..plan import (
    DefineValue,
    Expectation,
    Feed,
    Holds,
    Meaning,
    PropertyValue,
    ScoreValue,
    SureValue,
    Value,
)
from .draft import PlanDraft
from .events import EventNode
from .evidence import collect_filter
from .problems import mention, named, nearest

Operand = Value | Holds


class FactScope:
    """What rules may look at: fields, events and defines, never scores."""

    timeless = False
    """Whether questions about time are refused."""

    def __init__(self, draft: PlanDraft) -> None:
        self.draft = draft

    def reference(self, node: n.Reference, window: n.Window | None) -> Operand | None:
        """The operand of a bare name; an event's count is taken in the window."""
        names = self.draft.names
        if node.name.text in names.scores and node.name.text not in names.defines:
            return self.score(node, node.name)
        found = names.resolve(node.name)
        if found is None:
            return None
        if found.meaning is Meaning.EVENT:
            return self.event(node, window)
        if found.meaning is Meaning.DEFINE:
            return self._definition(node)
        return self.draft.field(node.name.text, found.kind or Kind.TEXT)

    def _definition(self, node: n.Reference) -> Operand | None:
        index = self.draft.define(node)
        if index is None or not self._may_read(node, index):
            return None
        value = self.draft.definitions[index].value
        return Holds(index, self.draft.origin(node)) if value is None else DefineValue(index, value.kind)

    def _may_read(self, node: n.Reference, index: int) -> bool:
        """Whether a define may be used here; one that reads scores is for decisions alone."""
        if index not in self.draft.of_scores:
            return True
        self.draft.problems.error(
            "score-in-rule",
            node,
            f"{text_of(node)} asks for a score, and rules look at facts about a lead, never at scores",
            f"ask it in a stage, e.g. stage SQL when {text_of(node)}, or take the score out of the define",
        )
        return False

    def surely(self, node: n.Surely) -> SureValue | None:
        """An outcome that is to be sure, which handoffs alone may ask for."""
        self.draft.problems.error(
            "surely-place",
            node,
            f"{text_of(node)} cannot be asked here: what is sure is known once everything else is decided",
            "ask it in a handoff, behind when, e.g. when surely score >= 80",
        )
        return None

    def event(self, node: EventNode, window: n.Window | None) -> Value | None:
        """What is measured of events: a count, an aggregate, a sequence, the days since."""
        return self.draft.signals.read(node, window)

    def is_event(self, node: n.Node) -> bool:
        """Whether a node speaks of events, so that a window belongs to it."""
        match node:
            case n.Brackets(inner):
                return self.is_event(inner)
            case n.Reference(name):
                if name.text in self.draft.names.scores:
                    return False
                found = self.draft.names.resolve(name)
                return found is not None and found.meaning is Meaning.EVENT
            case n.Arithmetic(_, left, right):
                return self.is_event(left) or self.is_event(right)
            case n.DaysSince(of, first):
                return first or self.is_event(of)
        return isinstance(node, n.EventPhrase | n.Aggregate | n.Sequence)

    def score(self, node: n.Node, name: n.Name | None) -> Value | None:
        """A score, which rules may not read."""
        what = f'the score "{name.text}"' if name else "the score"
        self.draft.problems.error(
            "score-in-rule",
            node,
            f"{what} cannot be asked here: rules look at facts about a lead, never at scores",
            "ask scores in a stage, e.g. stage SQL when score >= 80",
        )
        return None


class DecisionScope(FactScope):
    """What stages and disqualifications may look at: all that rules may, and scores."""

    def score(self, node: n.Node, name: n.Name | None) -> Value | None:
        """The value of a score, or of the total."""
        return ScoreValue(self.draft.names.scores[name.text] if name else None)

    def _may_read(self, node: n.Reference, index: int) -> bool:
        return True


class HandoffScope(DecisionScope):
    """What handoffs may look at: all that stages may, and outcomes that are to be sure.

    `expectation` reads an outcome; it is set once tests can be read.
    """

    expectation: Callable[[n.Expect], Expectation | None]

    def surely(self, node: n.Surely) -> SureValue | None:
        """An outcome that is to be sure."""
        if isinstance(node.of, n.ExpectTag | n.ExpectRule | n.ExpectHandoff):
            self.draft.problems.error(
                "surely-of",
                node.of,
                f"blank fields are looked through for scores, stages and grades, not for {text_of(node.of)}",
                "ask for a score, a stage or a grade, e.g. surely score >= 80",
            )
            return None
        wanted = self.expectation(node.of)
        return None if wanted is None else SureValue(wanted)


class Defined(DecisionScope):
    """What a define may look at: all that decisions may. `reads_scores` tells whether it did."""

    reads_scores = False

    def score(self, node: n.Node, name: n.Name | None) -> Value | None:
        """The value of a score; whoever uses the define reads it too."""
        self.reads_scores = True
        return super().score(node, name)

    def _may_read(self, node: n.Reference, index: int) -> bool:
        self.reads_scores |= index in self.draft.of_scores
        return True


class FilterScope(FactScope):
    """What a filter may look at: the properties of the events of some feeds."""

    timeless = True

    def __init__(self, draft: PlanDraft, where: n.Expression, feeds: tuple[Feed, ...]) -> None:
        super().__init__(draft)
        self.evidence = collect_filter(where)
        self.known: dict[str, Kind] = {}
        events = draft.names.catalogue.events if draft.names.catalogue is not None else {}
        self.open = any(feed.type not in events for feed in feeds)
        for feed in feeds:
            if feed.type in events:
                self.known.update(events[feed.type].properties)

    def reference(self, node: n.Reference, window: n.Window | None) -> Operand | None:
        """A property; its kind is the data's, or what the filter asks of it."""
        name = node.name.text
        if name not in self.known and not self.open:
            near = nearest(name, self.known)
            self.draft.problems.warning(
                "unseen-property",
                node,
                f'these events have never had a property "{name}"',
                f"did you mean {mention(near)}?"
                if near
                else f"they have: {', '.join(sorted(self.known)) or 'none'}",
                named(near),
            )
        otherwise = Kind.DATE if name in self.evidence.in_stretch else Kind.YES_NO
        return PropertyValue(name, self.known.get(name) or self.evidence.kind_of(name) or otherwise)

    def is_event(self, node: n.Node) -> bool:
        """Whether a node speaks of events, which a filter cannot."""
        return isinstance(node, n.EventPhrase | n.Aggregate | n.Sequence)

    def event(self, node: n.Node, window: n.Window | None) -> Value | None:
        """Events cannot be counted inside the filter of an event."""
        self.draft.problems.error(
            "event-in-filter",
            node,
            "a filter after where looks at properties of one event, not at other events or scores",
            'compare a property, e.g. where locale = "de"',
        )
        return None

    def score(self, node: n.Node, name: n.Name | None) -> Value | None:
        """Scores cannot be asked inside the filter of an event."""
        return self.event(node, None)
