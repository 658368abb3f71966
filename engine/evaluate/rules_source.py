"""Rules, groups and ranges as Python: the points that add up, and what is told of them."""

from __future__ import annotations

from ..plan import Contribution, Decay, Each, Group, Plan, Rule
from .conditions_source import holds
from .draft import Detail, Draft
from .gauges import Gauging, of_each
from .values_source import score_name, total_name

CUT_BY_GROUP, CUT_BY_RANGE, CUT_BY_TOTAL = 0, 1, 2


def write_rules(draft: Draft) -> None:
    """Adds the lines that give every score its points, before ranges."""
    names = [score_name(None), *(score_name(number) for number in range(len(draft.plan.scores)))]
    names += [f"b{number}" for number, group in enumerate(draft.plan.groups) if is_bounded(group)]
    for start in range(0, len(names), 50):
        draft.top.add(f"{' = '.join(names[start : start + 50])} = 0")
    for number, rule in enumerate(draft.plan.rules):
        _rule(draft, number, rule)
    for number, group in enumerate(draft.plan.groups):
        if is_bounded(group):
            _bound(draft, f"b{number}", group.least, group.most, CUT_BY_GROUP, number)
            draft.top.add(f"{score_name(group.score)} += b{number}")


def write_ranges(draft: Draft) -> None:
    """Adds the lines that keep scores in their ranges and make the total."""
    top, plan = draft.top, draft.plan
    for number, score in enumerate(plan.scores):
        _bound(draft, score_name(number), score.low, score.high, CUT_BY_RANGE, number)
    names = [score_name(None), *(score_name(number) for number in range(len(plan.scores)))]
    top.add(f"{total_name()} = {names[0]}")
    for start in range(1, len(names), 50):
        top.add(f"{total_name()} += {' + '.join(names[start : start + 50])}")
    _bound(draft, total_name(), plan.total.low, plan.total.high, CUT_BY_TOTAL, 0)


def is_bounded(group: Group) -> bool:
    """Whether a group can take anything away."""
    return group.least is not None or group.most is not None


def bounded(points: int, least: int | None, most: int | None) -> int:
    """Points within bounds."""
    if most is not None and points > most:
        return most
    return least if least is not None and points < least else points


def decayed(points: int, decay: Decay) -> tuple[int, ...]:
    """What is left of points after 0, 1, 2 ... whole steps of age, as long as anything is."""
    sign, size = (-1, -points) if points < 0 else (1, points)
    left: list[int] = []
    for step in range(101 if decay.percent is not None else size.bit_length() + 1):
        now = size >> step if decay.percent is None else size * max(0, 100 - decay.percent * step) // 100
        if not now:
            break
        left.append(sign * now)
    return tuple(left)


def _bound(draft: Draft, name: str, least: int | None, most: int | None, kind: int, number: int) -> None:
    tells = draft.detail in (Detail.LINES, Detail.FINDINGS)
    word = "if"
    for edge, sign in ((most, ">"), (least, "<")):
        if edge is not None:
            cut = f"cut(({kind}, {number}, {edge} - {name})); " if tells else ""
            draft.top.add(f"{word} {name} {sign} {edge}: {cut}{name} = {edge}")
            word = "elif"


def _target(plan: Plan, rule: Rule, contribution: Contribution) -> str:
    if rule.group is not None:
        group = plan.groups[rule.group]
        if is_bounded(group) and group.score == contribution.score:
            return f"b{rule.group}"
    return score_name(contribution.score)


def _rule(draft: Draft, number: int, rule: Rule) -> None:
    top = draft.top
    if draft.detail is Detail.PLAIN and not rule.contributions:
        return
    test = holds(draft, top, rule.condition, True) if rule.condition is not None else None
    asks: list[str] = []
    name = ""
    if rule.each is not None:
        gauge = of_each(rule.each, any(c.decay is not None for c in rule.contributions))
        name = draft.gauge(gauge)
        single = gauge.what in (Gauging.FIRST, Gauging.LAST, Gauging.FIRST_PERIOD)
        asks.append(f"{name} is not None" if single else name)
    if test is not None and test.text != "True":
        asks.append(f"({test.text})" if asks and test.loose > 1 else test.text)
    inside = [
        line
        for place, contribution in enumerate(rule.contributions)
        for line in _contribution(draft, number, place, rule, contribution, name)
    ]
    if draft.detail is not Detail.PLAIN and not rule.contributions:
        inside = [f"fire(({number}, -1, 0, 0, 0))"]
    if len(inside) == 1 and asks:
        top.add(f"if {' and '.join(asks)}: {inside[0]}")
        return
    if asks:
        top.add(f"if {' and '.join(asks)}:")
    for line in inside:
        top.add(line, 1 if asks else 0)


def _contribution(
    draft: Draft, number: int, place: int, rule: Rule, contribution: Contribution, name: str
) -> list[str]:
    """The lines that add what one contribution gives, the rule firing."""
    target = _target(draft.plan, rule, contribution)
    tells = draft.detail is not Detail.PLAIN
    each = rule.each
    points = contribution.points
    if each is None or (each.which != "each" and contribution.decay is None):
        least, most = contribution.least, contribution.most
        given = bounded(points, least, most)
        add = f"{target} += {given}" if given >= 0 else f"{target} -= {-given}"
        return [f"fire(({number}, {place}, {points}, {points}, {given})); {add}" if tells else add]
    lines, written = _points_per_event(draft, each, rule, contribution, name)
    if tells:
        lines.append("y = q")
    word = "if"
    for edge, sign in ((contribution.most, ">"), (contribution.least, "<")):
        if edge is not None:
            lines.append(f"{word} q {sign} {edge}: q = {edge}")
            word = "elif"
    if tells:
        lines.append(f"fire(({number}, {place}, {written}, y, q))")
    return [*lines, f"{target} += q"]


def _points_per_event(
    draft: Draft, each: Each, rule: Rule, contribution: Contribution, name: str
) -> tuple[list[str], str]:
    """Lines that leave the points of all events in `q`, and what they were before fading."""
    points, decay = contribution.points, contribution.decay
    lists = any(c.decay is not None for c in rule.contributions)
    if decay is None:
        count = f"len({name})" if lists else name
        return [f"q = {points} * {count}"], "q"
    left = decayed(points, decay)
    table = draft.constant(("decay", left), lambda: left)
    if each.which != "each":
        age = f"(now - {name}) // {decay.every}"
        return [f"k = {age}", f"q = {table}[k] if k < {len(left)} else 0"], str(points)
    lines = ["q = 0", f"for at in {name}:", f" k = (now - at) // {decay.every}"]
    lines.append(f" if k < {len(left)}: q += {table}[k]")
    return lines, f"{points} * len({name})"
