"""A decision for reading: scores line by line, stages, what is missing, the next change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..explain.decision import (
    Decision,
    Finding,
    Gain,
    HandoffFinding,
    Line,
    LineKind,
    Missing,
    RuleFinding,
    StageFinding,
)
from .bounds import bounds_words
from .text_style import PLAIN, TextStyle, cells, counted, listed, padded, shown, signed, when


def decision_text(decision: Decision, style: TextStyle = PLAIN, *, unfired_rules: bool = False) -> list[str]:
    """The whole explanation. With `unfired_rules`, also the rules that did not fire, and why."""
    lines = [verdict(decision, style)]
    unsure = bounds_words(decision.bounds)
    if unsure:
        lines += style.wrapped(unsure)
    if decision.tags:
        lines += style.wrapped(f"tags: {shown(', '.join(decision.tags))}", 2, 8)
    for name in decision.scores:
        lines += ["", *_score(decision, name, decision.scores[name], style)]
    lines += ["", *_total(decision, style)]
    if decision.stage_findings or decision.disqualifications:
        lines += ["", style.bold("Stages"), *_stages(decision, style)]
    if decision.handoffs:
        lines += ["", style.bold("Handoffs"), *_handoffs(decision, style)]
    if decision.outcomes:
        lines += ["", style.bold("Outcomes"), *_outcomes(decision, style)]
    if unfired_rules:
        lines += _unfired(decision, style)
    lines += ["", *_blanks(decision, style), *style.wrapped(next_change_words(decision))]
    return lines


def verdict(decision: Decision, style: TextStyle) -> str:
    """One line: stages, score, grades."""
    parts = [f"score {decision.total:,}"]
    parts += [
        f"grade {label}" if not score else f"{score} {label}" for score, label in decision.grades.items()
    ]
    if decision.disqualified:
        return f"{style.bad('disqualified')}: {shown(listed(decision.disqualified))} ({', '.join(parts)})"
    stages = [
        stage if track == "main" else f"{stage} in {track}"
        for track, stage in decision.stages.items()
        if stage is not None
    ]
    where = style.good(listed(stages)) if stages else "in no stage" if decision.stages else ""
    return f"{where}, {', '.join(parts)}" if where else ", ".join(parts)


# --- scores -----------------------------------------------------------------------------------


def _score(decision: Decision, name: str | None, value: int, style: TextStyle) -> list[str]:
    lines = [line for line in decision.lines if line.score == name and _tells(line)]
    head = f"{style.bold(name or 'score')} {style.bold(f'{value:,}')}"
    if not lines:
        return [f"{head}  {style.dim('(no rule gave or took points)')}"]
    rules = {rule.identity: rule for rule in decision.rules}
    text = [head]
    for line in lines:
        rule = rules.get(line.name) if line.kind is LineKind.RULE else None
        text += _line(line, rule, style)
    return text


def _total(decision: Decision, style: TextStyle) -> list[str]:
    if not decision.scores:
        return _score(decision, None, decision.total, style)
    text = _score(decision, None, decision.total, style)
    own = text[1:]
    sums = [f"{_points(points, style)}  {name}" for name, points in decision.scores.items() if points]
    return [f"{style.bold('score')} {style.bold(f'{decision.total:,}')}", *sums, *own]


def _tells(line: Line) -> bool:
    return bool(line.points or line.written)


def _points(points: int, style: TextStyle) -> str:
    text = f"{signed(points):>6}"
    return style.good(text) if points > 0 else style.bad(text) if points < 0 else text


def _line(line: Line, rule: RuleFinding | None, style: TextStyle) -> list[str]:
    text = shown(line.text)
    place = f"line {line.line}" if line.line is not None else ""
    room = style.width - 8 - len(place) - 2
    if cells(text) > room:
        first, *rest = style.wrapped(f"{text}  ({place})" if place else text, 8, 8)
        lines = [f"{_points(line.points, style)}  {first.strip()}", *rest]
    else:
        lines = [f"{_points(line.points, style)}  {padded(text, room)}  {style.dim(place)}".rstrip()]
    if line.kind is LineKind.RULE and line.written != line.points:
        lines += style.wrapped(_reduction(line), 10, 12)
    if rule is not None:
        for finding in (rule.condition, rule.events):
            if finding is not None:
                lines += finding_lines(finding, style, 10)
    return lines


def _reduction(line: Line) -> str:
    parts = []
    if line.faded != line.written:
        parts.append(f"{signed(line.faded)} after fading with age")
    if line.points != line.faded:
        parts.append(f"{signed(line.points)} by the rule's own limit")
    return f"{signed(line.written)} at first, {', '.join(parts)}"


# --- conditions -------------------------------------------------------------------------------


def finding_lines(finding: Finding, style: TextStyle, indent: int) -> list[str]:
    """A condition as found, a clause a line; the parts of `or` and of a define are indented under it."""
    parts = finding.parts
    match finding.joined:
        case None:
            return _clause(finding.asked, finding, style, indent)
        case "all":
            return [line for part in parts for line in finding_lines(part, style, indent)]
        case "define" if not parts:
            return _clause(finding.asked, finding, style, indent)
        case "not" if len(parts) == 1 and parts[0].joined is None:
            return _clause(finding.asked, finding, style, indent, found=_found(parts[0]))
        case "any":
            words = "any of"
        case "not":
            words = "not"
        case _:
            words = shown(finding.asked)
            if len(parts) == 1 and parts[0].joined == "any":
                words, parts = f"{words}, any of", parts[0].parts
    head = f"{' ' * indent}{_truth(finding.truth, style)}{words}:"
    return [head, *(line for part in parts for line in finding_lines(part, style, indent + 2))]


def _clause(
    asked: str, finding: Finding, style: TextStyle, indent: int, found: str | None = None
) -> list[str]:
    mark = _truth(finding.truth, PLAIN)
    text = f"{mark}{shown(asked)}: {shown(found or _found(finding))}"
    wrapped = style.wrapped(text, indent, indent + len(mark))
    wrapped[0] = wrapped[0].replace(mark, _truth(finding.truth, style), 1)
    return wrapped


def _truth(truth: bool | None, style: TextStyle) -> str:
    if truth is None:
        return style.warn("?") + "    "
    return (style.good("yes") + "  ") if truth else (style.dim("no") + "   ")


def _found(finding: Finding) -> str:
    if not finding.instants or " on " in finding.found:
        return finding.found
    dates = list(dict.fromkeys(instant.date().isoformat() for instant in sorted(finding.instants)))
    return f"{finding.found}, {'last on' if len(dates) > 1 else 'on'} {dates[-1]}"


# --- outcomes ---------------------------------------------------------------------------------


def _outcomes(decision: Decision, style: TextStyle) -> list[str]:
    lines = []
    for name, outcome in decision.outcomes.items():
        if not outcome.reached:
            lines.append(f"  {shown(name)}  {style.dim('not reached')}")
        elif outcome.at is None:
            lines.append(f"  {style.good(shown(name))}  reached, on a day that is not known")
        else:
            lines.append(f"  {style.good(shown(name))}  reached on {when(outcome.at)}")
    return lines


# --- handoffs ---------------------------------------------------------------------------------


def _handoffs(decision: Decision, style: TextStyle) -> list[str]:
    lines: list[str] = []
    for handoff in decision.handoffs:
        name = f"{shown(handoff.name)} (of {_stage_of(handoff)})"
        if handoff.current:
            lines.append(f"  {style.good(name)}  takes it, to {shown(handoff.to)}")
        elif handoff.takes:
            lines.append(f"  {name}  would take it, to {shown(handoff.to)}")
        elif handoff.condition is None or handoff.condition.truth is True:
            lines.append(f"  {name}  {style.dim('one before it takes the lead')}")
        else:
            lines.append(f"  {name}  {style.dim('does not take it')}")
        if handoff.condition is not None:
            lines += finding_lines(handoff.condition, style, 4)
    return lines


def _stage_of(handoff: HandoffFinding) -> str:
    stage = shown(handoff.stage)
    return stage if handoff.track == "main" else f"{stage} in {shown(handoff.track)}"


# --- stages -----------------------------------------------------------------------------------


def _stages(decision: Decision, style: TextStyle) -> list[str]:
    lines: list[str] = []
    if decision.disqualified:
        lines += style.wrapped(f"None, since disqualified: {shown(listed(decision.disqualified))}.", 2, 4)
        would = [
            stage if track == "main" else f"{stage} in {track}"
            for track, stage in decision.stages_if_qualified.items()
            if stage is not None
        ]
        lines += style.wrapped(f"Otherwise {listed(would)}." if would else "Otherwise none either.", 2, 4)
        for reason in decision.disqualifications:
            if reason.truth is True:
                lines += finding_lines(reason, style, 4)
    for stage in decision.stage_findings:
        lines += _stage(stage, style)
    return lines


def _name(stage: StageFinding) -> str:
    return shown(stage.stage) if stage.track == "main" else f"{shown(stage.stage)} in {shown(stage.track)}"


def _stage(stage: StageFinding, style: TextStyle) -> list[str]:
    name = _name(stage)
    if stage.current:
        stay = "" if stage.stay is None else f", {stage.stay.words}"
        text, *more = style.wrapped(f"{name}  here{shown(stay)}", 2, 4)
        head = text.replace(f"{name}  here", f"{style.good(name)}  {style.good('here')}", 1)
        return [head, *more, *finding_lines(stage.condition, style, 4), *_end(stage, style)]
    if stage.holds:
        return [f"  {name}  {style.dim('reached')}"]
    if not stage.ways:
        return [f"  {name}  {style.warn(f'not reached: {_CONTRARY}')}"]
    return [f"  {name}  {style.warn('not reached, missing:')}", *ways_lines(stage, style, 4)]


def _end(stage: StageFinding, style: TextStyle) -> list[str]:
    """What ends a stage that holds."""
    if stage.until is None:
        return []
    return [f"    {style.dim('until')}", *finding_lines(stage.until, style, 6)]


_CONTRARY = "its conditions contradict each other"


def ways_lines(stage: StageFinding, style: TextStyle, indent: int, *, told_gains: bool = False) -> list[str]:
    """What it would take to reach a stage, the shortest way first; with `told_gains`, what brings points."""
    lines: list[str] = []
    for number, way in enumerate(stage.ways):
        if number:
            lines.append(f"{' ' * indent}or")
        for missing in way:
            lines += style.wrapped(_missing(missing), indent + 2, indent + 4)
            for gain in missing.gains if told_gains else ():
                lines += style.wrapped(_gain(gain), indent + 4, indent + 6)
    return lines


def _gain(gain: Gain) -> str:
    what = shown(listed(gain.needed))
    return f"{what} would bring {signed(gain.points)}  ({shown(gain.rule)}, line {gain.line})"


def _missing(missing: Missing) -> str:
    needed, asked = shown(missing.needed), shown(missing.asked)
    text = needed if asked in needed else f"{needed} ({asked})"
    return f"{text}; out of reach: {shown(missing.obstacle)}" if missing.obstacle else text


# --- what did not happen, and what will -------------------------------------------------------


def _unfired(decision: Decision, style: TextStyle) -> list[str]:
    unfired = [rule for rule in decision.rules if not rule.fired]
    if not unfired:
        return []
    lines = ["", style.bold("Rules that didn't match")]
    for rule in unfired:
        lines += style.wrapped(f"{shown(rule.identity)}  (line {rule.line})", 2, 4)
        for finding in (rule.condition, rule.events):
            if finding is not None:
                lines += finding_lines(finding, style, 4)
    return lines


def _blanks(decision: Decision, style: TextStyle) -> list[str]:
    """The blank fields that kept rules from firing."""
    counts: dict[str, int] = {}
    for rule in decision.rules:
        if not rule.fired and rule.condition is not None and rule.condition.truth is None:
            for name in dict.fromkeys(_unknown(rule.condition)):
                counts[name] = counts.get(name, 0) + 1
    if not counts:
        return []
    words = [f"{shown(name)} ({counted(count, 'rule')})" for name, count in counts.items()]
    return style.wrapped(f"Missing data: {listed(words)}.")


def _unknown(finding: Finding) -> Iterator[str]:
    if finding.unknown is not None:
        yield finding.unknown
    for part in finding.parts:
        yield from _unknown(part)


def next_change_words(decision: Decision) -> str:
    """When time alone can next change something."""
    if decision.next_change is None:
        return "The passing of time alone will change nothing here."
    return f"The passing of time alone changes nothing here before {when(decision.next_change)}."


def stage_text(decision: Decision, stages: Sequence[StageFinding], style: TextStyle) -> list[str]:
    """What it would take to reach these stages, and nothing else."""
    lines: list[str] = []
    reasons = shown(listed(decision.disqualified))
    for stage in stages:
        name = (
            shown(stage.stage) if stage.track == "main" else f"{shown(stage.stage)} in {shown(stage.track)}"
        )
        if stage.current:
            stay = "" if stage.stay is None else f", {shown(stage.stay.words)}"
            lines += style.wrapped(f"It is in {style.good(name)} already{stay}.")
        elif decision.disqualified and stage.holds:
            lines += style.wrapped(f"All of {name} is there, but the lead is disqualified: {reasons}.")
        elif stage.holds:
            lines.append(f"It has reached {style.good(name)}, and is further already.")
        else:
            if stage.ways:
                lines.append(f"Not {style.bold(name)}. What is missing:")
                lines += ways_lines(stage, style, 0, told_gains=True)
            else:
                lines += style.wrapped(f"Not {style.bold(name)}: {_CONTRARY}.")
            if decision.disqualified:
                lines += style.wrapped(f"It is also disqualified: {reasons}.")
    return lines
