"""Stages, grades and thresholds that no lead can reach, or that every lead reaches."""

from __future__ import annotations

from collections.abc import Iterator

from ....grammar.messages.diagnostics import Diagnostic
from ... import plan as p
from ..context import LintContext, RootKind, lint_at, points_of
from ..proof import domains as intervals
from ..proof.dnf import NOT_TRUE, TRUE
from ..proof.regions import Region, is_possible
from ..proof.texts import TextSet
from ..reasons import asks_score, limits, why_always, why_never


def stage_never_current(context: LintContext) -> Iterator[Diagnostic]:
    """Compares each stage with all higher ones of its track."""
    settled = _settled(context)
    for index, lower in enumerate(context.plan.stages):
        if id(lower) in settled:
            continue
        # A stage that holds is another than its condition says.
        higher = (
            stage
            for stage in context.plan.stages[index + 1 :]
            if stage.track == lower.track and lower.until is stage.until is None
        )
        upper = next((stage for stage in higher if overtakes(context, lower, stage)), None)
        if upper is not None:
            yield lint_at(
                "stage-never-current",
                lower.condition.origin,
                f"no lead is ever in {lower.name}: whoever meets it also meets {upper.name}, which is higher",
                "write stages from the lowest to the highest, the higher asking for more",
            )


def _settled(context: LintContext) -> set[int]:
    """The stages, by their `id`, of which a condition is always true, or never."""
    return {id(verdict.root.owner) for verdict in context.verdicts if verdict.is_whole}


def overtakes(context: LintContext, lower: p.Stage, upper: p.Stage) -> bool:
    """Whether every lead that meets the lower stage meets the upper one too."""
    return context.logic.implies(lower.condition, upper.condition)


MOST_REGIONS_OF_TWO = 16
"""Two conditions with more alternatives together than this are not compared."""


def stage_not_implied(context: LintContext) -> Iterator[Diagnostic]:
    """Compares each stage with the next lower one of its track."""
    settled = _settled(context)
    for lower, upper in neighbours(context.plan):
        if lower.until is not None or upper.until is not None:
            continue
        if id(lower) in settled or id(upper) in settled or overtakes(context, lower, upper):
            continue
        if _skips(context, lower, upper):
            yield lint_at(
                "stage-not-implied",
                upper.condition.origin,
                f"a lead can be in {upper.name} without what {lower.name} asks for",
                f"if {lower.name} should always come before {upper.name}, ask for it here too: "
                f"{lower.condition.origin.text}",
            )


def neighbours(plan: p.Plan) -> Iterator[tuple[p.Stage, p.Stage]]:
    """Each stage and the next higher one of its track."""
    below: dict[str, p.Stage] = {}
    for stage in plan.stages:
        if stage.track in below:
            yield below[stage.track], stage
        below[stage.track] = stage


def _skips(context: LintContext, lower: p.Stage, upper: p.Stage) -> bool:
    reader = context.logic.reader
    both = reader.both([reader.read(upper.condition, TRUE), reader.read(lower.condition, NOT_TRUE)])
    if not both.exact or len(both.regions) > MOST_REGIONS_OF_TWO:
        return False
    return any(
        is_possible(context.logic.variables, region) and _can_have_points(context, region)
        for region in both.regions
    )


def _can_have_points(context: LintContext, region: Region) -> bool:
    """Whether leads in a region can have the scores it asks for, going by the rules that fire there."""
    asked = {context.scores[number]: domain for number, domain in region.items() if number in context.scores}
    if not asked:
        return True
    facts = {number: domain for number, domain in region.items() if context.scores.get(number, 0) is not None}
    scores = context.reach.within(facts)
    for score, domain in asked.items():
        assert not isinstance(domain.values, TextSet)
        if not intervals.meet(domain.values, intervals.span(*scores.of(score).ranged)):
            return False
    return True


MOST_REGIONS_OF_ONE = 8
"""A condition with more alternatives than this is not looked at under its own facts."""


def stage_unreachable(context: LintContext) -> Iterator[Diagnostic]:
    """Looks at the condition alone, then at the points that leads who meet the rest of it can have."""
    checked = set()
    for verdict in context.verdicts:
        stage = verdict.root.owner
        if isinstance(stage, p.Stage) and verdict.is_whole and verdict.root.what is RootKind.STAGE:
            checked.add(id(stage))
            if not verdict.always:
                at, why, more = why_never(context, verdict.part)
                mend = "ask for less, or let more be had" if more else "correct it, or remove the stage"
                hint = f"{more}; {mend}" if more else mend
                yield lint_at("stage-unreachable", at, f"no lead can be in {stage.name}: {why}", hint)
    for stage in context.plan.stages:
        if id(stage) not in checked and not context.follows(stage.condition):
            yield from _short_of_points(context, stage)


def _short_of_points(context: LintContext, stage: p.Stage) -> Iterator[Diagnostic]:
    """Where the facts that the stage asks for keep rules from firing, fewer points can be had."""
    regions = context.logic.reader.read(stage.condition, TRUE).regions
    if len(regions) > MOST_REGIONS_OF_ONE:
        return
    short = [_short(context, region) for region in regions]
    reasons = [reason for reason in short if reason is not None]
    if reasons and len(reasons) == len(short):
        yield lint_at(
            "stage-unreachable",
            stage.condition.origin,
            f"no lead can be in {stage.name}: {reasons[0]}",
            "the rest of the condition keeps rules from firing; ask for fewer points, or correct it",
        )


def _short(context: LintContext, region: Region) -> str | None:
    """Why nobody in a region has the points it asks for, None where somebody may."""
    asked = {context.scores[number]: domain for number, domain in region.items() if number in context.scores}
    facts = {number: domain for number, domain in region.items() if number not in context.scores}
    scores = context.reach.within(facts) if asked and facts else context.reach.scores
    for score, domain in asked.items():
        low, high = scores.of(score).ranged
        assert not isinstance(domain.values, TextSet)
        if not intervals.meet(domain.values, intervals.span(low, high)):
            name = "" if score is None else f" of {context.plan.scores[score].name}"
            if intervals.lowest(domain.values) > high:
                return f"where the rest of it is true, a lead can have at most {points_of(high)}{name}"
            return f"where the rest of it is true, a lead has {low:,.0f} to {points_of(high)}{name}"
    return None


def stage_never_ends(context: LintContext) -> Iterator[Diagnostic]:
    """Looks for stages that hold and that nothing can end."""
    for verdict in context.verdicts:
        if verdict.root.what is RootKind.UNTIL and verdict.is_whole and not verdict.always:
            stage = verdict.root.owner
            assert isinstance(stage, p.Stage)
            at, why, more = why_never(context, verdict.part)
            hint = "correct it, or remove until"
            yield lint_at(
                "stage-never-ends",
                at,
                f"whoever comes into {stage.name} stays in it for good: {why}",
                f"{more}; {hint}" if more else hint,
            )


def stage_ends_at_once(context: LintContext) -> Iterator[Diagnostic]:
    """Looks for stages that hold and whose end is there wherever their beginning is."""
    settled = {id(verdict.root.condition) for verdict in context.verdicts if verdict.is_whole}
    for stage in context.plan.stages:
        if stage.until is None or id(stage.condition) in settled or context.follows(stage.condition):
            continue
        if context.logic.implies(stage.condition, stage.until):
            yield lint_at(
                "stage-ends-at-once",
                stage.until.origin,
                f"no lead can be in {stage.name}: wherever {stage.condition.origin.text} is true, "
                f"{stage.until.origin.text} is true too",
                "ask after until for less than when asks for, e.g. when score >= 40 until score < 25",
            )


def until_not_needed(context: LintContext) -> Iterator[Diagnostic]:
    """Looks for an end that is just the contrary of the beginning."""
    for stage in context.plan.stages:
        if stage.until is None or context.follows(stage.condition) or context.follows(stage.until):
            continue
        contrary = p.Not(stage.condition, stage.condition.origin)
        if context.logic.implies(contrary, stage.until) and context.logic.implies(stage.until, contrary):
            yield lint_at(
                "until-not-needed",
                stage.until.origin,
                f"{stage.until.origin.text} is just where {stage.condition.origin.text} is not true, "
                f"so {stage.name} never holds longer than without it",
                "remove until, or ask for less, so that a lead stays for a while",
            )


def grade_unreachable(context: LintContext) -> Iterator[Diagnostic]:
    """Compares every band but the last, which stands for all the rest, with the reach of its score."""
    for grade in context.plan.grades:
        low, high = context.reach.scores.of(grade.score).ranged
        of = "" if grade.score is None else f" of {context.plan.scores[grade.score].name}"
        above: int | None = None
        for label, start in grade.bands:
            if start > high:
                end, why = "high", f"begins at {start:,}: a lead can have at most {points_of(high)}{of}"
            elif above is not None and above <= low:
                end, why = "low", f"ends below {above:,}: no lead can have fewer than {points_of(low)}{of}"
            else:
                end, why = "", ""
            if end:
                yield lint_at(
                    "grade-unreachable",
                    grade.origin,
                    f"no lead can get the grade {label}, which {why}",
                    f"{limits(context, grade.score, end)}; move the grades to what can be had",
                )
            above = start


def threshold_always_met(context: LintContext) -> Iterator[Diagnostic]:
    """Looks at comparisons of scores in stages and disqualifications."""
    for verdict in context.verdicts:
        whole_end = verdict.is_whole and verdict.root.what is RootKind.UNTIL
        if verdict.always and not whole_end and asks_score(verdict.part):
            at, why, more = why_always(context, verdict.part)
            hint = "ask for more, or remove the comparison"
            yield lint_at("threshold-always-met", at, why, f"{more}; {hint}" if more else hint)


def threshold_unreachable(context: LintContext) -> Iterator[Diagnostic]:
    """Looks at comparisons of scores in stages and disqualifications; a whole stage is said elsewhere."""
    for verdict in context.verdicts:
        whole_stage = verdict.is_whole and verdict.root.what in (RootKind.STAGE, RootKind.UNTIL)
        if not verdict.always and not whole_stage and asks_score(verdict.part):
            at, why, more = why_never(context, verdict.part)
            hint = "ask for less, or let more be had"
            yield lint_at("threshold-unreachable", at, why, f"{more}; {hint}" if more else hint)
