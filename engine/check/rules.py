"""Rules and groups: what is paid, to which score, within which bounds."""

from __future__ import annotations

from collections.abc import Callable

from ...grammar.messages.diagnostics import Source
from ...grammar.syntax import nodes as n
from ...grammar.text.printer import text_of
from .. import plan as p
from .declarations import LARGEST
from .draft import PlanDraft
from .expressions import Expressions
from .known import Rereading
from .problems import mention, named, nearest
from .scopes import FactScope

IsNew = Callable[..., bool]
"""`Declarations.is_new`."""


class RuleReader:
    """Reads rules and groups, in order; rules that are off into a draft aside, measured nowhere."""

    def __init__(self, draft: PlanDraft, aside: PlanDraft, is_new: IsNew, rereading: Rereading) -> None:
        self.draft = draft
        self.rereading = rereading
        self.aside = aside
        self.problems = draft.problems
        self.is_new = is_new
        self.rules: list[p.Rule] = []
        self.off: list[str] = []
        self.groups: list[p.Group] = []
        self._nameless: dict[str, tuple[Source, int]] = {}

    def enter(self, statement: n.Rule | n.Group) -> None:
        """Reads a rule, or a group with its rules."""
        if isinstance(statement, n.Rule):
            self._rule(statement, None)
            return
        is_new = self.is_new("group", statement.name)
        self._check_bounds(statement.bounds)
        index, first = len(self.groups), len(self.rules)
        for rule in statement.rules:
            self._rule(rule, index)
        score = self._one_score(statement, self.rules[first:])
        most, least = _ends(statement.bounds)
        if is_new or first < len(self.rules):
            origin = self.draft.origin(statement)
            self.groups.append(p.Group(statement.name.value, score, least, most, origin))

    def _one_score(self, group: n.Group, rules: list[p.Rule]) -> int | None:
        scores = {contribution.score for rule in rules for contribution in rule.contributions}
        if len(scores) > 1:
            self.problems.error(
                "group-of-two-scores",
                group.name,
                "the rules of this group feed different scores, so their points cannot be held together",
                "make a group for each score",
            )
        return next(iter(scores)) if len(scores) == 1 else None

    def _rule(self, node: n.Rule, group: int | None) -> None:
        source = self.problems.source
        identity = node.name.value if node.name else self.rereading.words(node, source).canonical
        if node.name is not None:
            self.is_new("rule", node.name)
        elif identity in self._nameless:
            hint = "remove one of them, or give them names"
            self.problems.duplicate(node, "the same rule, word for word,", self._nameless[identity], hint)
        else:
            origin = self.draft.origin(node)
            self._nameless[identity] = (origin.source, origin.line)
        known = None if node.off else self.rereading.rule(node, self.draft, group)
        if known is not None:
            self.rules.append(known)
            return
        said = len(self.problems.found)
        self.draft.asked.clear()
        self.draft.names.used.clear()
        condition, each = self._body(node.body, self.aside if node.off else self.draft)
        contributions, tags = self._awards(node)
        if node.off:
            self.off.append(identity)
            return
        name = node.name.value if node.name else None
        origin = self.draft.origin(node)
        rule = p.Rule(identity, name, condition, each, contributions, tags, group, origin)
        if len(self.problems.found) == said:
            rule = self.rereading.keep(node, self.draft, rule)
        self.rules.append(rule)

    def _body(self, body: n.When | n.ForEvents, draft: PlanDraft) -> tuple[p.Condition | None, p.Each | None]:
        expressions = Expressions(draft, FactScope(draft))
        if isinstance(body, n.When):
            return expressions.condition(body.condition), None
        condition = None if body.condition is None else expressions.condition(body.condition)
        events = draft.signals.selection(body.event, body.window)
        return condition, None if events is None else p.Each(events, body.which, body.once)

    # --- awards ---------------------------------------------------------------------------------

    def _awards(self, node: n.Rule) -> tuple[tuple[p.Contribution, ...], tuple[str, ...]]:
        contributions: list[p.Contribution] = []
        tags: list[str] = []
        for award in node.awards:
            if isinstance(award, n.Tag):
                if award.text.value.strip():
                    tags.append(award.text.value)
                else:
                    self.problems.error("empty-text", award.text, "a tag needs a text", 'e.g. tag "hot"')
                continue
            read = self._points(award, isinstance(node.body, n.ForEvents))
            if read is None:
                continue
            if any(other.score == read.score for other in contributions):
                self.problems.error(
                    "same-score-twice",
                    award,
                    "this rule already gives points to that score",
                    "give them together",
                )
                continue
            contributions.append(read)
        return tuple(contributions), tuple(dict.fromkeys(tags))

    def _points(self, node: n.Points, per_event: bool) -> p.Contribution | None:
        self._check_bounds(node.bounds)
        if abs(node.amount) > LARGEST:
            self.problems.error("points-limit", node, "a rule gives at most 1,000,000 points", "write less")
            return None
        decay = None
        if node.decay is not None:
            decay = self._decay(node.decay)
            if not per_event:
                self.problems.error(
                    "decay-without-events",
                    node.decay,
                    "only an event has an age, so points fade or halve only where they are given for events",
                    "begin the rule with for each, for latest or for first instead of when",
                )
        score = None
        if node.score is not None:
            score = self._score(node.score)
            if score is None:
                return None
        most, least = _ends(node.bounds)
        return p.Contribution(score, node.amount, decay, least, most, self.draft.origin(node))

    def _score(self, name: n.Name) -> int | None:
        scores = self.draft.names.scores
        if name.text not in scores:
            near = nearest(name.text, scores)
            hint = f"did you mean {mention(near)}?" if near else f"declare it: score {text_of(name)} from 0"
            if name.text.lower() in ("point", "points", "pts"):
                hint = f'leave out "{name.text}": points that name no score count toward the total'
            self.problems.error("unknown-score", name, f'there is no score "{name.text}"', hint, named(near))
            return None
        return scores[name.text]

    def _decay(self, node: n.Decay) -> p.Decay | None:
        word = "halving" if node.percent is None else "fading"
        every = self.draft.signals.fixed(node.every, word)
        if node.percent is not None and not 1 <= node.percent <= 100:
            self.problems.error(
                "percent-limit", node, "points fade by 1% to 100% at a time", "e.g. fading 25% every 30 days"
            )
            return None
        return None if every is None else p.Decay(node.percent, every)

    def _check_bounds(self, bounds: n.Bounds | None) -> None:
        if bounds is None:
            return
        if bounds.most is not None and bounds.most < 0:
            self.problems.error(
                "bound-sign",
                bounds,
                f"at most {bounds.most} would take points away even where nothing happened",
                f"losses are bounded by at least {bounds.most}",
            )
        if bounds.least is not None and bounds.least > 0:
            self.problems.error(
                "bound-sign",
                bounds,
                f"at least {bounds.least} would give points even where nothing happened",
                f"gains are bounded by at most +{bounds.least}",
            )
        if any(end is not None and abs(end) > LARGEST for end in (bounds.most, bounds.least)):
            self.problems.error(
                "points-limit", bounds, "a bound is within 1,000,000 either way", "write less"
            )


def _ends(bounds: n.Bounds | None) -> tuple[int | None, int | None]:
    return (None, None) if bounds is None else (bounds.most, bounds.least)
