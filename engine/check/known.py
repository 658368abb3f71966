"""What a check finds out that the next one of much the same text need not find out again.

A rule is read again where its words have changed, or what one of its names means, or where it is the first
to use a name of which something was said when it was decided. Of any other, the part of the plan is
taken over: it asks the plan in the making for the same things in the same order, and is moved to where it
stands now.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import islice
from typing import Any, TypeVar

from ...grammar.frozen import frozen
from ...grammar.messages.diagnostics import Source
from ...grammar.syntax import nodes as n
from ...grammar.syntax.walk import walk
from ...grammar.text.printer import text_of
from .. import plan as p
from .draft import PlanDraft
from .events import Resolved
from .evidence import NameEvidence, look, merged
from .names import Names

_P = TypeVar("_P")


@frozen
class StatementWords:
    """What a statement says by itself: signs of what names are, the names in it, its canonical text."""

    evidence: NameEvidence
    names: frozenset[str]
    canonical: str


@frozen
class KnownRule:
    """A rule of a plan with what it asked for, in order, and what the names in it were resolved to."""

    rule: p.Rule
    asked: tuple[Resolved, ...]
    resolved: Mapping[str, p.Resolution]


@dataclass(slots=True)
class Known:
    """What one check found out: of each statement and rule, by their words; of each name, what it rests on;
    what names were decided to be that nothing was to be said of; and what all rests on. Not changed once the
    check is over, so it may be shared."""

    words: dict[tuple[str, int], StatementWords] = field(default_factory=dict)
    rules: dict[str, KnownRule] = field(default_factory=dict)
    names: dict[str, Hashable] = field(default_factory=dict)
    quiet: dict[str, p.Resolution] = field(default_factory=dict)
    ground: tuple[object, ...] = ()


class Rereading:
    """A check beside an earlier one. `known` is what it finds out itself."""

    def __init__(self, before: Known | None) -> None:
        self.known = Known()
        self._before = before or Known()
        self._changed: frozenset[str] | None = None
        """Names that mean something else than before; None where everything is to be read."""
        self._statements: dict[int, tuple[str, StatementWords]] = {}
        """What was found of statements, by their `id`; the tree that is checked holds them."""
        self._resolved = 0
        """How many names were decided before the rule that is being read."""
        self._decided: set[str] = set()
        """Names that were decided as they were before."""

    # --- by words alone ---------------------------------------------------------------------------

    def words(self, statement: n.Statement, source: Source) -> StatementWords:
        """What a statement says by itself."""
        return self._looked_at(statement, source)[1]

    def _looked_at(self, statement: n.Statement, source: Source) -> tuple[str, StatementWords]:
        """A statement as it is written, and what it says by itself."""
        looked_at = self._statements.get(id(statement))
        if looked_at is not None:
            return looked_at
        rules = statement.rules if isinstance(statement, n.Group) else ()
        written = source.text[statement.span.start : statement.span.end]
        inner = [self.words(rule, source) for rule in rules]
        key = (written, len(rules))
        found = self.known.words.get(key)
        if found is None:
            found = self._before.words.get(key) or _words(statement, inner)
            self.known.words[key] = found
        self._statements[id(statement)] = written, found
        return written, found

    # --- rules ------------------------------------------------------------------------------------

    def settle(self, names: Names) -> None:
        """Compares what names mean with what they meant, all declarations being known."""
        declared = {*names.defines, *names.fields, *names.events, *names.lists, *names.scores}
        self.known.ground = (names.catalogue, names.zone.name, frozenset(declared))
        said: set[str] = set().union(*(one.names for one in self.known.words.values()))
        self.known.names = {name: names.ground(name) for name in said}
        catalogue, *rest = self._before.ground or (None,)
        if self._before.rules and catalogue is names.catalogue and rest == list(self.known.ground[1:]):
            old = self._before.names
            self._changed = frozenset(
                name for name, meant in self.known.names.items() if name not in old or old[name] != meant
            )

    def rule(self, node: n.Rule, draft: PlanDraft, group: int | None) -> p.Rule | None:
        """The rule as it was read before, where it is now; None where it has to be read."""
        source = draft.problems.source
        written, words = self._looked_at(node, source)
        self._resolved = len(draft.names.resolved)
        known = self._before.rules.get(written)
        if known is None or self._changed is None or not self._stands(words, known, draft.names):
            return None
        moves = _Moves(known.rule.origin, source, node.span.start)
        draft.asked.clear()
        if not all(moves.ask(draft, asked) for asked in known.asked):
            return None
        old, move = known.rule, moves.moved
        condition, each, given = move(old.condition), move(old.each), move(old.contributions)
        sign = old.sign if moves.same else _sign(known.asked)
        lasting = None if sign is None else p.Lasting(sign, condition, each, given)
        rule = p.Rule(
            old.identity, old.name, condition, each, given, old.tags, group, move(old.origin), lasting
        )
        self.known.rules[written] = KnownRule(rule, tuple(draft.asked), known.resolved)
        return rule

    def _stands(self, words: StatementWords, known: KnownRule, names: Names) -> bool:
        """Whether the names in a rule mean what they meant, each decided before."""
        assert self._changed is not None
        if not self._changed.isdisjoint(words.names):
            return False
        # Of one check, all rules know a name by the same meaning.
        if known.resolved.keys() <= self._decided:
            return True
        quiet = self._before.quiet
        if any(
            (names.resolved.get(name) or quiet.get(name)) != meant for name, meant in known.resolved.items()
        ):
            return False
        for name, meant in known.resolved.items():
            if name not in names.resolved:
                names.resolved[name] = self.known.quiet[name] = meant
        self._decided.update(known.resolved)
        return True

    def keep(self, node: n.Rule, draft: PlanDraft, rule: p.Rule) -> p.Rule:
        """Keeps a rule that was read with nothing to say of it, unless it leans on a wrong define."""
        if any(number is None for _, number, _, _ in draft.asked):
            return rule
        source, resolved = draft.problems.source, draft.names.resolved
        self.known.quiet |= dict(islice(resolved.items(), self._resolved, None))
        written, words = self._looked_at(node, source)
        said = words.names
        old = self._before.rules.get(written)
        same = old is not None and self._changed is not None and self._changed.isdisjoint(said)
        if same and old is not None and old.asked == tuple(draft.asked) and old.rule == rule:
            sign = old.rule.sign
        else:
            sign = _sign(draft.asked)
        if sign is not None:
            rule = replace(rule, lasting=p.Lasting(sign, rule.condition, rule.each, rule.contributions))
        self.known.rules[written] = KnownRule(
            rule, tuple(draft.asked), {name: resolved[name] for name in draft.names.used}
        )
        return rule


def _sign(asked: Iterable[Resolved]) -> p.Sign | None:
    """A new sign for a rule; none for one that uses defines, which may come to mean something else."""
    return None if any(kind is p.DefineValue for kind, _, _, _ in asked) else p.Sign()


def _words(statement: n.Statement, inner: Sequence[StatementWords]) -> StatementWords:
    if inner:
        evidence = merged(one.evidence for one in inner)
        names = frozenset[str]().union(*(one.names for one in inner))
    else:
        evidence = NameEvidence()
        look(statement, evidence)
        names = frozenset(node.text for node in walk(statement) if isinstance(node, n.Name))
    return StatementWords(evidence, names, text_of(statement))


# --- moving -----------------------------------------------------------------------------------------


class _Moves:
    """From where a rule was read to where it stands, and from the numbers of then to those of now."""

    def __init__(self, was: p.Origin, source: Source, start: int) -> None:
        self.source = source
        self.by = start - was.span.start
        self.lines = source.position(start)[0] - was.line
        self._numbers: dict[tuple[type, int], int] = {}
        self.same = True
        """Whether all numbers are as they were."""

    def ask(self, draft: PlanDraft, asked: Resolved) -> bool:
        """Asks for something again; whether it is there and of the kind that it was."""
        kind, was, what, meant = asked
        if kind is p.FieldValue:
            now = draft.field(what, meant).field
        elif kind is p.Selection:
            now = draft.signals.selector(what)
        elif kind is p.SignalValue:
            now = draft.signals.value(self.moved(what)).signal
        else:
            index = draft.define(what)
            if index is None or draft.standing(index) != meant:
                return False
            now = index
        assert was is not None
        self._numbers[kind, was] = now
        self.same = self.same and was == now
        return True

    def moved(self, part: _P) -> _P:
        """A part of a plan with its places and numbers as they are now."""
        kind: Any = part.__class__
        made: _P = part if kind in _AS_IT_IS else _MOVES[kind](self, part)
        return made

    def number(self, kind: type, was: int) -> int:
        """The number of now for one of then."""
        return self._numbers[kind, was]


def _origin(moves: _Moves, part: p.Origin) -> p.Origin:
    return p.Origin(moves.source, part.span.shifted(moves.by), part.line + moves.lines, part.text)


def _tuple(moves: _Moves, part: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple([moves.moved(one) for one in part]) if part else part


def _selection(moves: _Moves, part: p.Selection) -> p.Selection:
    if moves.same and part.where is None:
        return part
    return p.Selection(moves.number(p.Selection, part.selector), moves.moved(part.where), part.window)


class _ByKind(dict[type, Callable[[_Moves, Any], Any]]):
    """How each kind of part is moved: field by field, unless it is named here."""

    def __missing__(self, kind: type) -> Callable[[_Moves, Any], Any]:
        made = self[kind] = _mover(kind)
        return made


def _mover(kind: type) -> Callable[[_Moves, Any], Any]:
    """Writes the function that moves a kind of part: there are many thousand of them, and each takes an
    edit's time."""
    moved = [
        f"one if (of := (one := part.{each.name}).__class__) in kept else by_kind[of](moves, one)"
        for each in fields(kind)
    ]
    same = " if moves.same: return part\n" if kind in _VALUES else ""
    names: dict[str, Any] = {"kind": kind, "kept": _AS_IT_IS, "by_kind": _MOVES}
    exec(f"def move(moves, part):\n{same} return kind({', '.join(moved)})\n", names)
    made: Callable[[_Moves, Any], Any] = names["move"]
    return made


_AS_IT_IS = frozenset({str, int, float, bool, type(None), p.Pattern, p.Decay, p.Constant, p.PropertyValue,
                       n.Unit, n.Kind, p.Aggregation, p.Last, p.Next, p.Range, p.ScoreValue})  # fmt: skip
_VALUES = frozenset({p.Calculation, p.DaysBetween, p.Domain})
"""What has numbers in it, and no place."""

_MOVES = _ByKind()
_MOVES |= {
    p.Origin: _origin,
    tuple: _tuple,
    p.Selection: _selection,
    p.FieldValue: lambda moves, part: (
        part if moves.same else p.FieldValue(moves.number(p.FieldValue, part.field), part.kind)
    ),
    p.SignalValue: lambda moves, part: (
        part if moves.same else p.SignalValue(moves.number(p.SignalValue, part.signal), part.kind)
    ),
    p.DefineValue: lambda moves, part: (
        part if moves.same else p.DefineValue(moves.number(p.DefineValue, part.define), part.kind)
    ),
    p.Holds: lambda moves, part: p.Holds(
        moves.number(p.DefineValue, part.define), _origin(moves, part.origin)
    ),
}
