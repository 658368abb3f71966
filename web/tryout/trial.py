"""Rules that are switched off: they take no part in what a draft says, but show what they would match."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ...engine.evaluator import Evaluator
from ...engine.explain.decision import Decision, Line, RuleFinding
from ...engine.impact.effect import causes
from ...engine.reading import Reading
from ...engine.report.text_style import counted, listed
from ...engine.score_many.spread import Grid
from ...engine.testing import RuleTestResult, run_tests
from ...engine.tryout.marks import Marks, Watched
from ...grammar.edits.document import Document
from ...grammar.syntax import nodes as n
from ...grammar.syntax.parse import parse
from ..effects import Crossing, crossings
from ..pages.breakdown import UnfiredRule, accounts, blanks, unfired
from ..ruleset_cache import Ready
from .causes import ranks_of
from .chart import Distribution, chart
from .numbers import Numbers, NumbersView
from .runs import RunResult, Waiting
from .score_line import ScoreLine, score_line
from .subjects import Subject
from .thresholds import thresholds


def off_rules(reading: Reading) -> list[n.Rule]:
    """The rules of the text that are switched off."""
    found: list[n.Rule] = []
    for node in reading.tree.statements:
        rules = node.rules if isinstance(node, n.Group) else (node,) if isinstance(node, n.Rule) else ()
        found += [rule for rule in rules if rule.off]
    return found


def switched_on(reading: Reading) -> str | None:
    """The text with its rules switched on, everything in its place; None where none is off."""
    rules = off_rules(reading)
    if not rules:
        return None
    text = reading.source.text
    document = Document.of(text, parse(reading.source))
    for rule in rules:
        start = rule.name.span.end if rule.name is not None else rule.span.start
        word = document.word("off", start, rule.body.span.start)
        if word is not None:
            text = text[: word.start] + " " * (word.end - word.start) + text[word.end :]
    return text


_MOST_NEAR = 5
_MOST_LINES = 4


@dataclass(frozen=True, slots=True)
class Turn:
    """How a lead changes stage, in words; whether it rises; and the key of the stage that says why."""

    words: str
    rises: bool
    key: str = ""


@dataclass
class Trial:
    """Everything that the panel asks for.

    `reading` is the draft, without the statements that have errors. `rules` is None where it cannot run,
    `live` where nothing is live. `outcome` is of the draft; `on` is the draft with all rules switched on,
    None where none is off.
    """

    ruleset: str
    reading: Reading
    rules: Evaluator | None
    live: Ready | None
    now: dt.datetime
    """As of when all leads are counted."""
    moment: dt.datetime
    """As of when the chosen lead is looked at."""
    subject: Subject | None
    watched: Watched | None
    outcome: RunResult | Waiting | None
    on: Evaluator | None = None
    most = 60
    """How many lines, and names of rules, are shown of each kind."""

    left_out: Sequence[str] = ()
    """The statements with errors, by their keys: the draft is tried without them."""

    # --- one lead -------------------------------------------------------------------------------

    @cached_property
    def marks(self) -> Marks | None:
        """What the draft says of the chosen lead."""
        if self.rules is None or self.watched is None:
            return None
        return self.watched.marks(self.rules)

    @cached_property
    def decision(self) -> Decision | None:
        """What is decided about the chosen lead: by the draft; by what is live where the draft cannot run."""
        return self.marks.decision if self.marks is not None else self.live_decision

    @cached_property
    def live_decision(self) -> Decision | None:
        """What the live rules decide about the chosen lead."""
        if self.live is None or self.watched is None:
            return None
        return self.watched.marks(self.live.evaluator).decision

    @property
    def beside_live(self) -> str | None:
        """How the draft's decision compares with the live one, in words."""
        draft, live = self.decision, self.live_decision
        if draft is None or live is None or self.rules is None:
            return None
        differing = [f"{live.total:,} points"] if draft.total != live.total else []
        if _where(draft) != _where(live):
            differing.append(_where(live))
        if not differing and draft.grades != live.grades:
            differing.append("other grades")
        return f"live: {', '.join(differing)}" if differing else "same as live"

    @property
    def turn(self) -> Turn | None:
        """How the chosen lead changes stage with the draft, and why; None where it does not."""
        draft, live = self.decision, self.live_decision
        if draft is None or live is None or self.rules is None:
            return None
        return turn_of(self.rules, draft, live)

    @property
    def score_line(self) -> ScoreLine | None:
        """The chosen lead's score between the thresholds; None where no stage asks for a score."""
        live = self.live_decision
        before = (self.live.plan, live) if self.live is not None and live is not None else None
        rules = self.rules or (self.live.evaluator if self.live is not None else None)
        if rules is None or self.decision is None:
            return None
        return score_line(rules.plan, self.decision, before)

    @property
    def differences(self) -> Sequence[tuple[str, int]]:
        """What gives the chosen lead other points than it does live, and by how much."""
        draft, live = self.decision, self.live_decision
        return causes(live, draft)[:_MOST_LINES] if draft is not None and live is not None else ()

    @cached_property
    def lines(self) -> list[tuple[Line, RuleFinding | None]]:
        """What gives or takes points, each with its rule where it is one's."""
        return (
            [line for account in accounts(self.decision) for line in account.lines] if self.decision else []
        )

    @cached_property
    def _unfired(self) -> list[UnfiredRule]:
        return unfired(self.decision) if self.decision is not None else []

    @cached_property
    def near(self) -> list[UnfiredRule]:
        """Rules that lack one thing to fire."""
        return [one for one in self._unfired if one.near][:_MOST_NEAR]

    @cached_property
    def unfired(self) -> list[str]:
        """The other rules that do not fire."""
        near = {one.rule.identity for one in self.near}
        return [one.rule.identity for one in self._unfired if one.rule.identity not in near]

    @property
    def off(self) -> Sequence[str]:
        """The rules that are switched off."""
        return [rule.name.value for rule in off_rules(self.reading) if rule.name is not None]

    @property
    def blanks(self) -> str:
        """The fields whose being unknown kept rules from firing, in words."""
        return listed(blanks(self.decision)) if self.decision is not None else ""

    # --- all leads ------------------------------------------------------------------------------

    @cached_property
    def numbers(self) -> Numbers:
        """What stands beside the cards."""
        counted = self.counted
        return Numbers(
            self.reading,
            NumbersView(self.rules, self.watched, counted.counts if counted is not None else None),
            NumbersView(self.on, self.watched, counted.on if counted is not None else None),
        )

    @property
    def counted(self) -> RunResult | None:
        """What was counted over all leads."""
        return self.outcome if isinstance(self.outcome, RunResult) else None

    @property
    def waiting(self) -> Waiting | None:
        """How far the counting is."""
        return self.outcome if isinstance(self.outcome, Waiting) else None

    @cached_property
    def tracks(self) -> list[Crossing]:
        """The stages, live and draft."""
        if self.counted is None or self.rules is None:
            return []
        before = self.live.plan if self.live is not None else self.rules.plan
        return crossings(self.counted.effect, before, self.rules.plan)

    def place(self, track: str | None, stage: str | None) -> int:
        """The place of a stage on its ladder, by which it has its colour; 0 for none. More than three share
        the last."""
        rules = self.rules or (self.live.evaluator if self.live is not None else None)
        ladder = ranks_of(rules).get(track or "", {}) if rules is not None else {}
        return min(ladder.get(stage, 0), 3)

    @property
    def changed(self) -> bool:
        """Whether the draft is another text than what is live."""
        return self.live is not None and self.live.reading.source.text != self.reading.source.text

    @property
    def moves_words(self) -> str:
        """How many leads move, in a sentence; or how far the counting is."""
        if self.waiting is not None:
            return "the counting was stopped." if self.waiting.stopped else "being counted …"
        if self.counted is None:
            return "counted as soon as the draft can run."
        if self.live is None:
            return "nothing is live yet to compare with."
        up, down = (sum(getattr(one, way) for one in self.tracks) for way in ("up", "down"))
        if up and down:
            falls = "moves" if down == 1 else "move"
            return f"{counted(up, 'lead moves', 'leads move')} up, {down:,} {falls} down."
        if up or down:
            way, other = ("up", "down") if up else ("down", "up")
            return f"{counted(up + down, 'lead moves', 'leads move')} {way}, none {other}."
        moved = self.counted.effect.moved
        rest = f"; {counted(moved, 'score changes', 'scores change')}" if moved else ""
        return f"no lead changes stage{rest}."

    @property
    def movers(self) -> list[tuple[str, int, int]]:
        """The rules, caps and ranges that move most leads: how many, and by how many points together."""
        found = self.counted.effect.by_line if self.counted is not None else {}
        ranked = sorted(found.items(), key=lambda line: (-line[1][0], -abs(line[1][1])))
        return [(name, leads, points) for name, (leads, points) in ranked[:_MOST_LINES]]

    @property
    def took(self) -> str:
        """How long the counting took."""
        seconds = self.counted.seconds if self.counted is not None else 0.0
        return f"{seconds:.1f} s" if seconds >= 1 else f"{1000 * seconds:.0f} ms"

    @cached_property
    def chart(self) -> Distribution | None:
        """The distribution of the scores."""
        if self.counted is None:
            return None
        plan, found = self.counted.rules.plan, self.counted.counts.spread
        ladder = list(ranks_of(self.counted.rules).get(found.track or "", {None: 0}))
        lines = thresholds(plan, self.live.plan if self.live is not None else None, found.track)
        return chart(self.counted.effect, self.live is not None, found, ladder, lines)

    @property
    def grid(self) -> Grid | None:
        """A grade beside another score."""
        return self.counted.counts.spread.grid if self.counted is not None else None

    # --- tests ----------------------------------------------------------------------------------

    @cached_property
    def tests(self) -> list[RuleTestResult]:
        """The draft's own tests, as they went."""
        return run_tests(self.rules.plan, self.rules) if self.rules is not None else []


def _where(decision: Decision) -> str:
    """Where a decision puts a lead."""
    if decision.disqualified:
        return "disqualified"
    stages = [
        stage if track == "main" else f"{stage} in {track}"
        for track, stage in decision.stages.items()
        if stage is not None
    ]
    return listed(stages) or "no stage"


def turn_of(rules: Evaluator, draft: Decision, live: Decision) -> Turn | None:
    """How a lead changes stage from what is live to a draft's decision, in words; None where it does not."""
    if draft.disqualified or live.disqualified:
        if draft.disqualified and not live.disqualified:
            return Turn(f"Disqualified by this draft: {listed(draft.disqualified)}", False)
        return None
    for track, was in live.stages.items():
        ladder, now = ranks_of(rules).get(track, {}), draft.stages.get(track)
        if was == now:
            continue
        if ladder.get(now, 0) > ladder.get(was, 0):
            return Turn(f"Moves up to {now} with this draft", True, f"stage:{now}")
        finding = next((one for one in draft.stage_findings if (one.track, one.stage) == (track, was)), None)
        way = finding.ways[0] if finding is not None and finding.ways else ()
        why = ": " + ", ".join(one.needed for one in way) if way else ""
        return Turn(f"Falls out of {was} with this draft{why}", False, f"stage:{was}" if finding else "")
    return None
