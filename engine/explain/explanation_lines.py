"""The lines that explanations by one plan can have, numbered, and how a lead's lines are written down."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ...grammar.frozen import frozen
from ..plan import Plan, Rule
from ..plan.adding_up import RegisterKind, Settle, bounded, steps
from .decision import Line, LineKind
from .words import score_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..score_many.columns import Ints

Fired = tuple[int, int, int, int, int]
"""What a rule gave: its number, which of its contributions, the points written, after fading, and given."""
Cut = tuple[int, int, int]
"""What a group or a range took or gave: its kind in the generated functions, its number, and the points."""

_MOST_REMEMBERED = 50_000


@frozen
class Lines:
    """What explains the leads of a block: `different` entries, and of the n-th lead those that `codes` name
    from `offsets[n]` to `offsets[n + 1]`, in the order of an explanation."""

    different: Sequence[Fired | Cut]
    offsets: Ints
    codes: NDArray[np.integer[Any]]


class ExplanationLines:
    """Every line a plan's explanations can have, and the short writing of those of one lead.

    The numbering follows from the plan alone: rules' contributions in order, then what groups, ranges and
    the total's range take, then what they give. A rule that only tags has no line.
    """

    def __init__(self, plan: Plan) -> None:
        self.lines: list[Line] = []
        self._rules: dict[tuple[int, int], int] = {}
        self._cuts: dict[tuple[int, int, bool], int] = {}
        self._some_only_tag = not all(rule.contributions for rule in plan.rules)
        self._written: dict[Fired | Cut, str] = {}
        self._constants: dict[int, str] = {}
        for number, rule in enumerate(plan.rules):
            for place in range(len(rule.contributions)):
                self._rules[number, place] = len(self.lines)
                self.lines.append(_rule_line(plan, rule, place))
        cuts = [step.register for step in steps(plan) if isinstance(step, Settle)]
        for gives in (False, True):
            for kind, number in cuts:
                self._cuts[kind, number, gives] = len(self.lines)
                self.lines.append(cut_line(plan, kind, number, 1 if gives else -1)._replace(points=0))

    def write(self, fired: list[Fired], cuts: list[Cut]) -> str:
        """A lead's lines as JSON; see the table `score`."""
        if self._some_only_tag:
            fired = [entry for entry in fired if entry[1] >= 0]
        parts = list(map(self._constants.get, map(id, fired)))
        if None in parts:
            parts = [part or self.part(entry) for part, entry in zip(parts, fired, strict=True)]
        if cuts:
            parts += map(self.part, cuts)
        return f"[{','.join(parts)}]"  # type: ignore[arg-type]  # none is None any more

    def part(self, found: Fired | Cut) -> str:
        """One line as JSON."""
        part = self._written.get(found)
        return self._new_part(found) if part is None else part

    def write_all(self, lines: Lines, places: Sequence[int]) -> list[str]:
        """The lines of the leads of a block at some places, each lead's as JSON."""
        import numpy as np  # for a block it is loaded anyhow, for one lead it is not

        parts = np.array([*map(self.part, lines.different), ""], dtype=object)[lines.codes].tolist()
        spans = list(pairwise(lines.offsets.tolist()))
        return [f"[{','.join(parts[first:last])}]" for first, last in map(spans.__getitem__, places)]

    def numbered(self, found: Fired | Cut) -> tuple[int, int, int, int]:
        """The number of a line, its points as written, after fading, and in the end."""
        if len(found) == 3:
            kind, which, points = found
            return self._cuts[kind, which, points > 0], 0, 0, points
        rule, place, written, faded, points = found
        return self._rules[rule, place], written, faded, points

    def line(self, found: Fired | Cut) -> Line:
        """One line as decisions have it."""
        number, written, faded, points = self.numbered(found)
        return self.lines[number]._replace(written=written, faded=faded, points=points)

    def _new_part(self, found: Fired | Cut) -> str:
        if len(self._written) >= _MOST_REMEMBERED:
            self._constants.clear()
            self._written.clear()
        number, written, faded, points = self.numbered(found)
        usual = self.lines[number]
        if (written, faded, points) == (usual.written, usual.faded, usual.points):
            part = str(number)
        elif len(found) == 3 or written == faded == points:
            part = f"[{number},{points}]"
        else:
            part = f"[{number},{points},{faded},{written}]"
        self._written[found] = part
        if len(found) == 5 and part == str(number):
            # The generated function gives the same tuple each time. It is alive as a key here, so that no
            # other object can have its identity, by which it is found sooner than by its five numbers.
            self._constants[id(found)] = part
        return part


def _rule_line(plan: Plan, rule: Rule, place: int) -> Line:
    """A rule's line, with its points where these are the same for every lead."""
    contribution = rule.contributions[place]
    score = None if contribution.score is None else plan.scores[contribution.score].name
    written = points = 0
    if rule.each is None:
        written = contribution.points
        points = bounded(written, contribution.least, contribution.most)
    return Line(
        LineKind.RULE, rule.identity, score, rule.origin.line, written, written, points, rule.identity
    )


def cut_line(plan: Plan, kind: int, number: int, points: int) -> Line:
    """The line of what a group or a range took (or gave), by its kind in the generated functions."""
    if kind == RegisterKind.GROUP:
        group = plan.groups[number]
        edge = f"at most {group.most}" if points < 0 else f"at least {group.least}"
        name = None if group.score is None else score_words(plan, group.score)
        text = f"group {group.name}: {edge}"
        return Line(LineKind.GROUP, group.name, name, group.origin.line, 0, 0, points, text)
    score = plan.scores[number] if kind == RegisterKind.SCORE else plan.total
    edge = f"ends at {score.high}" if points < 0 else f"begins at {score.low}"
    line = None if score.origin is None else score.origin.line
    name = score.name or "score"
    return Line(LineKind.RANGE, name, score.name, line, 0, 0, points, f"range of {name} {edge}")
