"""The one way to write a node: its canonical text, on one line.

Equal trees have equal texts, and a text printed from a tree parses to an equal tree. The text of a rule
without a name is its identity, and explanations show clauses by it, so nothing here may depend on
anything but the node.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..spec.operators import operator_of
from ..spec.statements import Slot, StatementSpec, filled, spec_of
from ..spec.words import bare_name, bare_object
from ..syntax import nodes
from ..syntax import nodes as n

_CLOSE = frozenset(":,")  # signs with no blank before them


def text_of(node: Any) -> str:
    """The canonical text of any node, without a line break; for a `Tree`, one line a statement."""
    printed = _PRINTERS.get(type(node))
    return printed(node) if printed is not None else "".join(form_texts(node))


def name_text(name: str) -> str:
    """A name as it is written: `title`, `[Lead Source]`."""
    return name if bare_name(name) else f"[{name}]"


def object_text(text: str) -> str:
    """The object of an event as it is written: bare where it can be, else in quotes."""
    return text if bare_object(text) else quoted(text)


def quoted(text: str) -> str:
    """A text in quotes, the quotes within it doubled."""
    return '"' + text.replace('"', '""') + '"'


def number_text(written: str) -> str:
    """Digits without the zeros that say nothing: `007.50` is `7.5`."""
    whole, point, fraction = written.partition(".")
    if point:
        fraction = fraction.rstrip("0")
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{fraction}" if fraction else whole


def duration_text(duration: nodes.Duration) -> str:
    """`1 day`, `30 days`."""
    return f"{duration.amount} {duration.unit.value}{'' if duration.amount == 1 else 's'}"


def moment_text(moment: nodes.Moment) -> str:
    """A day as `2026-01-15`, an instant as `2026-01-15T12:00Z`, seconds only where there are any."""
    value = moment.value
    if not isinstance(value, dt.datetime):
        return value.isoformat()
    if value.tzinfo is not None:
        value = value.astimezone(dt.UTC).replace(tzinfo=None)
    exact = value.second or value.microsecond
    return value.isoformat(timespec="auto" if exact else "minutes") + "Z"


# --- operands ---------------------------------------------------------------------------------


def _event(node: nodes.EventPhrase) -> str:
    text = name_text(node.type.text)
    if node.object is not None:
        text += " " + object_text(node.object.value)
    if node.where is not None:
        text += " where " + text_of(node.where)
    return text


def _aggregate(node: nodes.Aggregate) -> str:
    event = node.event
    where: nodes.Expression | None = None
    if isinstance(event, nodes.EventPhrase):
        where = event.where
        event = without_filter(event)
    inner = text_of(event)
    if node.property is not None:
        inner += "." + name_text(node.property.text)
    if where is not None:
        inner += " where " + text_of(where)
    return f"{node.function}({inner})"


def without_filter(event: nodes.EventPhrase) -> nodes.Reference | nodes.EventPhrase:
    """The event alone: `visited pricing where device = "phone"` is `visited pricing`."""
    if event.object is None:
        return nodes.Reference(event.type, span=event.span)
    return nodes.EventPhrase(event.type, event.object, None, span=event.span)


def _days_since(node: nodes.DaysSince) -> str:
    if node.first:
        return f"days since first {text_of(node.of)}"
    of = text_of(node.of)
    if isinstance(node.of, nodes.EventPhrase) and node.of.type.text.lower() == "first":
        name = node.of.type.text  # bare, it would ask for the first of what follows
        of = f"[{name}]{of.removeprefix(name)}"
    return f"days since {of}"


def _sequence(node: nodes.Sequence) -> str:
    return f"{text_of(node.first)} followed by {text_of(node.second)} within {duration_text(node.within)}"


# --- conditions -------------------------------------------------------------------------------


def _clause(node: nodes.Clause) -> str:
    subject, where = node.subject, ""
    if node.test is not None and not _is_stretch(node.test):
        subject, where = _set_aside(subject)
    text = text_of(subject)
    if node.test is not None:
        text += " " + text_of(node.test)
    if node.window is not None:
        text += " " + text_of(node.window)
    return text + where


def _is_stretch(test: nodes.ClauseTest) -> bool:
    """Whether a test is two moments, which no filter takes for its own."""
    moment = nodes.Moment
    return isinstance(test, nodes.Between) and isinstance(test.low, moment) and isinstance(test.high, moment)


def _set_aside(subject: nodes.Expression) -> tuple[nodes.Expression, str]:
    """Takes off a filter that would swallow the comparison after it: `where mobile` before `>= 2`."""
    event = subject.of if isinstance(subject, nodes.DaysSince) else subject
    if not isinstance(event, nodes.EventPhrase) or event.where is None or not _is_open(event.where):
        return subject, ""
    bare, where = without_filter(event), " where " + text_of(event.where)
    return (replace(subject, of=bare) if isinstance(subject, nodes.DaysSince) else bare), where


def _is_open(where: nodes.Expression) -> bool:
    where = where.operand if isinstance(where, nodes.Not) else where
    if isinstance(where, nodes.Brackets):
        inner = where.inner
        closed = nodes.Clause | nodes.And | nodes.Or | nodes.Not | nodes.Reference
        return not isinstance(inner, closed) and _is_open(inner)
    return not isinstance(where, nodes.Clause)


def _between(node: nodes.Between) -> str:
    return f"{operator_of(node).written} {text_of(node.low)} and {text_of(node.high)}"


def set_text(items: tuple[nodes.Expression, ...]) -> str:
    """Values in brackets: `("DE", "AT")`."""
    return "(" + ", ".join(map(text_of, items)) + ")"


def _in(node: nodes.In) -> str:
    among = name_text(node.among.text) if isinstance(node.among, nodes.Name) else set_text(node.among)
    return f"{operator_of(node).written} {among}"


# --- what a rule gives ------------------------------------------------------------------------


def _decay(node: nodes.Decay) -> str:
    how = "halving" if node.percent is None else f"fading {node.percent}%"
    return f"{how} every {duration_text(node.every)}"


def bounds_text(bounds: nodes.Bounds, *, plus: bool) -> str:
    """`at most +10 at least -20`; `plus` says whether a positive bound carries its sign."""
    parts = []
    if bounds.most is not None:
        parts.append(f"at most {bounds.most:+d}" if plus and bounds.most else f"at most {bounds.most}")
    if bounds.least is not None:
        parts.append(f"at least {bounds.least}")
    return " ".join(parts)


def _points(node: nodes.Points) -> str:
    parts = [f"{node.amount:+d}"]
    if node.score is not None:
        parts.append(name_text(node.score.text))
    if node.decay is not None:
        parts.append(_decay(node.decay))
    if node.bounds is not None:
        parts.append(bounds_text(node.bounds, plus=True))
    return " ".join(parts)


# --- statements that their form describes -------------------------------------------------------


def form_texts(node: nodes.Statement) -> tuple[str, str, str]:
    """A statement's text in three: up to its condition, the condition, and what follows it.

    Of one without a condition, the first is all.
    """

    def filled(slot: Slot) -> str | None:
        value = getattr(node, slot.field)
        return _part_text(value) if value is not None else None

    return _form_texts(spec_of(node), filled)


def form_text(spec: StatementSpec, filled: Callable[[Slot], str | None]) -> str:
    """A statement's text by its form, from what each slot is filled with; None leaves a slot out."""
    return "".join(_form_texts(spec, filled))


def _form_texts(spec: StatementSpec, filled: Callable[[Slot], str | None]) -> tuple[str, str, str]:
    texts = [spec.word, "", ""]
    for piece in spec.form:
        at = 2 if texts[1] else 0
        if isinstance(piece, str):
            texts[at] += piece if piece in _CLOSE else f" {piece}"
            continue
        text = filled(piece)
        if text is None:
            continue
        if piece.kind == "condition" and not at:
            texts[0] += " "
            texts[1] = text
        else:
            words = piece.words and (piece.words if piece.words[0] in _CLOSE else f" {piece.words}")
            texts[at] += f"{words} {text}"
    return texts[0], texts[1], texts[2]


def _part_text(value: object) -> str:
    if isinstance(value, nodes.Node):
        return text_of(value)
    if isinstance(value, nodes.Kind):
        return value.value
    return ", ".join(map(text_of, value)) if isinstance(value, tuple) else str(value)


# --- rules and decisions ----------------------------------------------------------------------


def for_head(node: nodes.ForEvents) -> str:
    """`for each visited blog in last 90 days`: what stands before the condition."""
    subject: nodes.Expression = node.event
    if node.window is not None:
        subject = nodes.Clause(subject, None, node.window, span=node.span)
    return f"for {node.which} {text_of(subject)}"


def _for(node: nodes.ForEvents) -> str:
    condition = f" when {text_of(node.condition)}" if node.condition is not None else ""
    once = f" once per {node.once.value}" if node.once is not None else ""
    return f"{for_head(node)}{condition}{once}"


def rule_head(node: nodes.Rule) -> str:
    """`rule "Reads our mail" off`, blank for a rule without a name."""
    name = f"rule {quoted(node.name.value)}" if node.name is not None else ""
    return f"{name} off".strip() if node.off else name


def _rule(node: nodes.Rule) -> str:
    head = rule_head(node)
    awards = ", ".join(map(text_of, node.awards))
    return f"{head}{' ' if head else ''}{text_of(node.body)} then {awards}"


def group_head(node: nodes.Group) -> str:
    """`group "Website" at most 30 {`."""
    bounds = f" {bounds_text(node.bounds, plus=False)}" if node.bounds is not None else ""
    return f"group {quoted(node.name.value)}{bounds} {{"


def _group(node: nodes.Group) -> str:
    return " ".join([group_head(node), "; ".join(map(_rule, node.rules)), "}"])


def label_text(label: nodes.Name) -> str:
    """The label of a grade: a name, or in quotes what is none (`"A+"`)."""
    return label.text if bare_name(label.text) else quoted(label.text)


def grade_head(node: nodes.Grade) -> str:
    """`grade fit:`."""
    return "grade:" if node.score is None else f"grade {name_text(node.score.text)}:"


def grade_bands(node: nodes.Grade) -> list[str]:
    """Each band of a grade, `D otherwise` last."""
    bands = [text_of(band) for band in node.bands]
    if node.otherwise is not None:
        bands.append(f"{label_text(node.otherwise)} otherwise")
    return bands


def _grade(node: nodes.Grade) -> str:
    return f"{grade_head(node)} {', '.join(grade_bands(node))}"


def handoff_head(node: nodes.Handoff) -> str:
    """`handoff "Enterprise" of SQL`."""
    track = f" in {name_text(node.track.text)}" if node.track is not None else ""
    return f"handoff {quoted(node.name.value)} of {name_text(node.stage.text)}{track}"


def handoff_parts(node: nodes.Handoff) -> list[tuple[str, nodes.Node]]:
    """What stands behind a handoff's condition, each part with a node of it: `to emea in turn` first."""
    parts: list[tuple[str, nodes.Node]] = [
        (f"to {text_of(node.whom)}{' in turn' if node.turn else ''}", node.whom)
    ]
    if node.keeping is not None:
        parts.append((f"keeping {text_of(node.keeping)}", node.keeping))
    if node.answer is not None:
        answer = node.answer
        parts.append((f"answered by {text_of(answer.event)} within {answer_time(answer)}", answer.event))
        if answer.otherwise is not None:
            parts.append((f"else to {text_of(answer.otherwise)}", answer.otherwise))
    if node.again is not None:
        parts.append((f"not again within {duration_text(node.again)}", node.again))
    if node.tell:
        parts.append((f"tell {', '.join(map(text_of, node.tell))}", node.tell[0]))
    return parts


def answer_time(answer: nodes.Answer) -> str:
    """How long an answer may take: `4 hours`, `4 working hours`."""
    amount, _, unit = duration_text(answer.within).partition(" ")
    return f"{amount} working {unit}" if answer.working else f"{amount} {unit}"


def _handoff(node: nodes.Handoff) -> str:
    condition = f" when {text_of(node.condition)}" if node.condition is not None else ""
    parts = [text for text, _ in handoff_parts(node)]
    return f"{handoff_head(node)}{condition} {', '.join(parts)}"


# --- tests ------------------------------------------------------------------------------------


def _given_field(node: nodes.GivenField) -> str:
    name = name_text(node.name.text)
    if node.value is None:
        return f"{name} is unknown"
    value = set_text(node.value) if isinstance(node.value, tuple) else text_of(node.value)
    return f"{name} = {value}"


def _given_event(node: nodes.GivenEvent) -> str:
    parts = [name_text(node.type.text)]
    if node.object is not None:
        parts.append(object_text(node.object.value))
    if node.times != 1:
        parts.append(f"{node.times} times")
    if node.ago is not None:
        parts.append(f"{duration_text(node.ago)} ago")
    if node.on is not None:
        parts.append(f"on {moment_text(node.on)}")
    if node.properties:
        first, *others = map(_given_field, node.properties)
        name = node.properties[0].name.text
        # Right behind the type and before one of these words, "with" would be the object.
        if len(parts) == 1 and name.lower() in ("on", "with"):
            first = f"[{name}]{first[len(name) :]}"
        parts.append("with " + " and ".join([first, *others]))
    return " ".join(parts)


def _not(negated: bool, text: str) -> str:
    return f"not {text}" if negated else text


def _score_text(name: nodes.Name) -> str:
    """A score where `never` and `always` may stand too, and are no names."""
    return f"[{name.text}]" if name.text.lower() in ("never", "always") else name_text(name.text)


def _expect_score(node: nodes.ExpectScore) -> str:
    score = "score" if node.score is None else _score_text(node.score)
    return _not(node.negated, f"{score} {node.operator} {node.value}")


def _stage_label(name: str) -> str:
    return f"[{name}]" if name.lower() == "none" else name_text(name)


def _expect_stage(node: nodes.ExpectStage) -> str:
    track = f" in {name_text(node.track.text)}" if node.track is not None else ""
    stage = "none" if node.stage is None else _stage_label(node.stage.text)
    return _not(node.negated, f"stage{track} = {stage}")


def _expect_grade(node: nodes.ExpectGrade) -> str:
    score = f" {name_text(node.score.text)}" if node.score is not None else ""
    return _not(node.negated, f"grade{score} = {label_text(node.label)}")


def promise_text(node: nodes.Promised | nodes.Trend) -> str:
    """`never stage = SQL`, `score never falls with visited pricing`."""
    if isinstance(node, nodes.Promised):
        return f"{'always' if node.always else 'never'} {text_of(node.outcome)}"
    score = "score" if node.score is None else _score_text(node.score)
    of: nodes.Expression = node.of
    if node.window is not None:
        of = nodes.Clause(of, None, node.window, span=node.span)
    return f"{score} never {'rises' if node.rises else 'falls'} with {text_of(of)}"


def guarantee_head(node: nodes.Guarantee) -> str:
    """`guarantee "No consent, no call" never stage = SQL`: what stands before its condition."""
    return f"guarantee {quoted(node.name.value)} {promise_text(node.promise)}"


def _guarantee(node: nodes.Guarantee) -> str:
    condition = f" when {text_of(node.condition)}" if node.condition is not None else ""
    return f"{guarantee_head(node)}{condition}"


def test_head(node: nodes.Test) -> str:
    """`test "A VP comes back" at 2026-01-15`."""
    at = f" at {moment_text(node.at)}" if node.at is not None else ""
    return f"test {quoted(node.name.value)}{at}"


def _test(node: nodes.Test) -> str:
    given = f" given {', '.join(map(text_of, node.given))}" if node.given else ""
    expect = f" expect {' and '.join(map(text_of, node.expect))}" if node.expect else ""
    return f"{test_head(node)}{given}{expect}"


_PRINTERS: dict[type, Callable[[Any], str]] = {
    nodes.Name: lambda node: name_text(node.text),
    nodes.Duration: duration_text,
    nodes.Number: lambda node: number_text(node.text),
    nodes.Text: lambda node: quoted(node.value),
    nodes.YesNo: lambda node: "yes" if node.value else "no",
    nodes.Moment: moment_text,
    nodes.Reference: lambda node: name_text(node.name.text),
    nodes.TotalScore: lambda _: "score",
    nodes.EventPhrase: _event,
    nodes.Aggregate: _aggregate,
    nodes.DaysSince: _days_since,
    nodes.DaysUntil: lambda node: f"days until {text_of(node.of)}",
    nodes.Call: lambda node: f"{name_text(node.function.text)}({text_of(node.argument)})",
    nodes.Sequence: _sequence,
    nodes.Arithmetic: lambda node: f"{text_of(node.left)} {node.operator} {text_of(node.right)}",
    nodes.Negative: lambda node: f"-{text_of(node.operand)}",
    nodes.Brackets: lambda node: f"({text_of(node.inner)})",
    nodes.InLast: lambda node: f"in last {duration_text(node.duration)}",
    nodes.InNext: lambda node: f"in next {duration_text(node.duration)}",
    nodes.Since: lambda node: f"since {moment_text(node.start)}",
    nodes.Before: lambda node: f"before {moment_text(node.end)}",
    nodes.BetweenMoments: lambda node: f"between {moment_text(node.start)} and {moment_text(node.end)}",
    nodes.Compare: lambda node: f"{node.operator} {text_of(node.right)}",
    nodes.Between: _between,
    nodes.In: _in,
    nodes.Match: lambda node: f"{operator_of(node).written} {quoted(node.text.value)}",
    nodes.Known: lambda node: operator_of(node).written,
    nodes.Clause: _clause,
    nodes.Not: lambda node: f"not {text_of(node.operand)}",
    nodes.Surely: lambda node: f"surely {text_of(node.of)}",
    nodes.And: lambda node: " and ".join(map(text_of, node.operands)),
    nodes.Or: lambda node: " or ".join(map(text_of, node.operands)),
    nodes.Decay: _decay,
    nodes.Bounds: lambda node: bounds_text(node, plus=True),
    nodes.Points: _points,
    nodes.Tag: lambda node: f"tag {quoted(node.text.value)}",
    nodes.When: lambda node: f"when {text_of(node.condition)}",
    nodes.ForEvents: _for,
    nodes.Rule: _rule,
    nodes.Group: _group,
    nodes.Band: lambda node: f"{label_text(node.label)} from {node.start}",
    nodes.Grade: _grade,
    nodes.Handoff: _handoff,
    nodes.GivenField: _given_field,
    nodes.GivenEvent: _given_event,
    nodes.ExpectScore: _expect_score,
    nodes.ExpectStage: _expect_stage,
    nodes.ExpectGrade: _expect_grade,
    nodes.ExpectTag: lambda node: _not(node.negated, f"tag {quoted(node.text.value)}"),
    nodes.ExpectRule: lambda node: _not(node.negated, f"rule {quoted(node.name.value)} fires"),
    nodes.ExpectDisqualified: lambda node: _not(node.negated, "disqualified"),
    nodes.Promised: promise_text,
    nodes.Trend: promise_text,
    nodes.Guarantee: _guarantee,
    nodes.ExpectHandoff: lambda node: _not(node.negated, f"handoff {quoted(node.name.value)}"),
    nodes.Test: _test,
    nodes.Comment: lambda node: node.text,
    nodes.Tree: lambda node: "\n".join(map(text_of, node.statements)),
}


def sort_and_name(node: n.Statement) -> tuple[str, str]:
    """The sort of a statement and its name, or the text that stands for the name where it has none."""
    spec = spec_of(node)
    if spec.key_text and getattr(node, spec.key.strip("{}")) is None:
        return spec.sort, text_of(node if spec.key_text == "*" else getattr(node, spec.key_text))
    name = spec.key[1:-1]
    if name.isidentifier():
        return spec.sort, _plain(getattr(node, name))
    return spec.sort, filled(spec.key, node, lambda _, part: _plain(part))


def _plain(part: object) -> str:
    return part.text if isinstance(part, n.Name) else part.value if isinstance(part, n.Text) else ""
