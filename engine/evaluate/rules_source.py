"""Rules, groups and ranges as Python: the points that add up, and what is told of them."""

from __future__ import annotations

from ..plan import Aggregation, Contribution, Decay, Each, Group, Measure, Plan, Rule
from ..plan.measures import of_each
from .conditions_source import holds
from .draft import Detail, Draft
from .nesting_source import Nested, write_nested
from .values_source import score_name, total_name

CUT_BY_GROUP, CUT_BY_RANGE, CUT_BY_TOTAL = 0, 1, 2


def write_rules(draft: Draft) -> None:
    """Adds the lines that give every score its points, before ranges."""
    names = [score_name(number) for number in (None, *range(len(draft.plan.scores)))]
    names += [f"b{number}" for number, group in enumerate(draft.plan.groups) if is_bounded(group)]
    for start in range(0, len(names), 50):
        draft.top.add(f"{' = '.join(names[start : start + 50])} = 0")
    simple: list[Nested] = []
    for number, rule in enumerate(draft.plan.rules):
        if draft.detail is Detail.PLAIN and rule.each is None and rule.contributions:
            simple.append(_simple(draft, number, rule))
        else:
            _rule(draft, number, rule)
    write_nested(draft.top, simple)
    for number, group in enumerate(draft.plan.groups):
        if is_bounded(group):
            _bound(draft, f"b{number}", (group.least, group.most), (CUT_BY_GROUP, number))
            draft.top.add(f"{score_name(group.score)} += b{number}")


def write_ranges(draft: Draft) -> None:
    """Adds the lines that keep scores in their ranges and make the total."""
    top, plan = draft.top, draft.plan
    for number, score in enumerate(plan.scores):
        _bound(draft, score_name(number), (score.low, score.high), (CUT_BY_RANGE, number))
    names = [score_name(number) for number in range(len(plan.scores))]
    if not names or feeds_total(plan):
        names.append(score_name(None))
    for start in range(0, len(names), 50):
        top.add(f"{total_name()} {'+=' if start else '='} {' + '.join(names[start : start + 50])}")
    _bound(draft, total_name(), (plan.total.low, plan.total.high), (CUT_BY_TOTAL, 0))


def feeds_total(plan: Plan) -> bool:
    """Whether any points go to the total directly."""
    return any(c.score is None for rule in plan.rules for c in rule.contributions)


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


def _bound(draft: Draft, name: str, edges: tuple[int | None, int | None], cut_by: tuple[int, int]) -> None:
    """Adds the lines that keep a local between the edges and tell what that took away or gave."""
    tells = draft.detail in (Detail.LINES, Detail.FINDINGS)
    word = "if"
    for edge, sign in ((edges[1], ">"), (edges[0], "<")):
        if edge is not None:
            cut = f"cut(({cut_by[0]}, {cut_by[1]}, {edge} - {name})); " if tells else ""
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
    tells = draft.detail is not Detail.PLAIN
    if not tells and not rule.contributions:
        return
    test = holds(draft, top, rule.condition, True) if rule.condition is not None else None
    asks: list[str] = []
    if rule.each is not None and (fires := _fires(draft, rule, rule.each)):
        asks.append(fires)
    if test is not None and test.text != "True":
        asks.append(f"({test.text})" if asks and test.loose > 1 else test.text)
    inside = [
        line
        for place, contribution in enumerate(rule.contributions)
        for line in _contribution(draft, number, place, rule, contribution)
    ]
    if not rule.contributions:
        inside = [f"fire(({number}, -1, 0, 0, 0))"]
    if len(inside) == 1 and asks:
        top.add(f"if {' and '.join(asks)}: {inside[0]}")
        return
    if asks:
        top.add(f"if {' and '.join(asks)}:")
    for line in inside:
        top.add(line, 1 if asks else 0)


def _simple(draft: Draft, number: int, rule: Rule) -> Nested:
    """The conditions of a rule about no event, and the lines that give its points."""
    test = holds(draft, draft.top, rule.condition, True) if rule.condition is not None else None
    lines = [
        line
        for place, contribution in enumerate(rule.contributions)
        for line in _contribution(draft, number, place, rule, contribution)
    ]
    if test is None or test.text == "True":
        return (), lines
    return test.parts or (test,), lines


def _fires(draft: Draft, rule: Rule, each: Each) -> str:
    """Whether any event is there to be paid for; nothing where no event gives no points either."""
    summed = each.which == "each" and each.once is None
    if draft.detail is Detail.PLAIN and summed and all(c.decay is not None for c in rule.contributions):
        return ""
    name = draft.gauge(of_each(each, decays=_lists(rule, each)))
    return f"{name} is not None" if each.which != "each" else name


def _lists(rule: Rule, each: Each) -> bool:
    """Whether the instants that a rule pays for are gathered, to be faded afterwards."""
    return each.once is not None and any(c.decay is not None for c in rule.contributions)


def _contribution(draft: Draft, number: int, place: int, rule: Rule, contribution: Contribution) -> list[str]:
    """The lines that add what one contribution gives, the rule firing."""
    target = _target(draft.plan, rule, contribution)
    tells = draft.detail is not Detail.PLAIN
    each = rule.each
    points = contribution.points
    if each is None or (each.which != "each" and contribution.decay is None):
        given = bounded(points, contribution.least, contribution.most)
        add = f"{target} += {given}" if given >= 0 else f"{target} -= {-given}"
        return [f"fire(({number}, {place}, {points}, {points}, {given})); {add}" if tells else add]
    lines, sum_, written = _points_per_event(draft, each, rule, contribution)
    bounds = [(contribution.most, ">"), (contribution.least, "<")]
    bounds = [(edge, sign) for edge, sign in bounds if edge is not None]
    if not bounds and not tells:
        return [*lines, f"{target} += {sum_}"]
    lines.append(f"q = {sum_}")
    if tells:
        lines.append("y = q")
    for word, (edge, sign) in zip(("if", "elif"), bounds, strict=False):
        lines.append(f"{word} q {sign} {edge}: q = {edge}")
    if tells:
        lines.append(f"fire(({number}, {place}, {written}, y, q))")
    return [*lines, f"{target} += q"]


def _points_per_event(
    draft: Draft, each: Each, rule: Rule, contribution: Contribution
) -> tuple[list[str], str, str]:
    """What must be computed first; the points of all events together; what they were before fading."""
    points, decay = contribution.points, contribution.decay
    lists = _lists(rule, each)
    left = () if decay is None else decayed(points, decay)
    if decay is not None and each.which == "each" and not lists:
        name = draft.gauge(Measure(Aggregation.FADED, each.events, within=decay.every, left=left))
        count = draft.gauge(of_each(each, decays=False)) if draft.detail is not Detail.PLAIN else ""
        return [], name, f"{points} * {count}"
    name = draft.gauge(of_each(each, lists))
    count = f"len({name})" if lists else name
    if decay is None:
        return [], f"{points} * {count}", f"{points} * {count}"
    table = draft.constant(("decay", left), lambda: left)
    if each.which != "each":
        lines = [f"k = (now - {name}) // {decay.every}"]
        return lines, f"{table}[k] if k < {len(left)} else 0", str(points)
    lines = ["z = 0", f"for at in {name}:", f" k = (now - at) // {decay.every}"]
    return [*lines, f" if k < {len(left)}: z += {table}[k]"], "z", f"{points} * {count}"
