"""Conditions and values in plain English: the parts that sentences are made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace

from ..frozen import frozen
from ..spec.operators import CONTRARY, OPERATORS, Operator, operator_of
from ..syntax import nodes
from .printer import duration_text, object_text, text_of

Describe = Callable[[str], str | None]
"""What a bare name means: "event", "field", "define", or None where that is not known."""

_SIGNS = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}
_DENIAL = "it is not true that"


@frozen
class Voice:
    """How to speak of a lead ("the lead", or "it" once the sentence has named it) and of names."""

    describe: Describe
    lead: str = "the lead"

    def about(self, lead: str) -> Voice:
        """The same voice with another word for the lead."""
        return replace(self, lead=lead)


def listed(items: Sequence[str], last: str = "and") -> str:
    """`a, b and c`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


# --- values -----------------------------------------------------------------------------------


def value(node: nodes.Expression, voice: Voice) -> str:
    """A value as a noun: `the domain of email`, `employees divided by 10`."""
    match node:
        case nodes.Moment():
            return moment_words(node)
        case nodes.Reference(name):
            return name.text
        case nodes.TotalScore():
            return "its score"
        case nodes.EventPhrase():
            return f"the number of times {voice.lead} {event_words(node, voice)}"
        case nodes.Aggregate():
            return _aggregate(node, voice)
        case nodes.DaysSince():
            return f"the days since {_since(node, voice)}"
        case nodes.DaysUntil(of):
            return f"the days until {of.name.text}"
        case nodes.Call(function, argument):
            return f"the {function.text} of {value(argument, voice)}"
        case nodes.Arithmetic(operator, left, right):
            return f"{value(left, voice)} {_SIGNS[operator]} {value(right, voice)}"
        case nodes.Negative(operand):
            return f"minus {value(operand, voice)}"
        case nodes.Brackets(inner):
            return f"({value(inner, voice)})"
        case nodes.Number() | nodes.Text() | nodes.YesNo():
            return text_of(node)
        case nodes.Sequence() | nodes.Clause() | nodes.Not() | nodes.Surely() | nodes.And() | nodes.Or():
            return f"whether {condition(node, voice)}"


def event_words(
    event: nodes.Reference | nodes.EventPhrase, voice: Voice, window: nodes.Window | None = None
) -> str:
    """`visited pricing in the last 30 days where device is "phone"`."""
    words = event.name.text if isinstance(event, nodes.Reference) else event.type.text
    if isinstance(event, nodes.EventPhrase) and event.object is not None:
        words += " " + object_words(event.object)
    return _with_window(words, window) + _where(event, voice)


def object_words(text: nodes.Text) -> str:
    """The object of an event: bare where it is one word, else in quotes."""
    return object_text(text.value)


def _where(event: nodes.Reference | nodes.EventPhrase, voice: Voice) -> str:
    if isinstance(event, nodes.Reference) or event.where is None:
        return ""
    # The names in a filter are properties, whatever a field or a define of that name means.
    properties = replace(voice, describe=lambda _: "field")
    where = event.where.inner if isinstance(event.where, nodes.Brackets) else event.where
    return " where " + condition(where, properties)


def _aggregate(node: nodes.Aggregate, voice: Voice) -> str:
    event = node.event
    bare = event if isinstance(event, nodes.Reference) else replace(event, where=None)
    what = event_words(bare, voice)
    where = _where(event, voice)
    if node.function == "distinct":
        return f"the number of different objects of {what}{where}"
    if node.function == "days":
        return f"the number of days with {what}{where}"
    noun = {"sum": "sum", "avg": "average", "min": "smallest", "max": "largest"}[node.function]
    if node.property is None:
        return f"the {noun} of {what}{where}"
    return f"the {noun} of {what}.{node.property.text}{where}"


def _since(node: nodes.DaysSince, voice: Voice) -> str:
    order = "first" if node.first else "last"
    if isinstance(node.of, nodes.EventPhrase):
        return f"{voice.lead} {order} {event_words(node.of, voice)}"
    name = node.of.name.text
    if node.first or voice.describe(name) == "event":
        return f"{name} {order} happened"
    return name


# --- outcomes ---------------------------------------------------------------------------------


def expected(item: nodes.Expect, often: str = "") -> str:
    """What is expected; `often` is "never ", "always " or nothing, and goes with no denial."""
    no = item.negated
    match item:
        case nodes.ExpectScore(score, operator, amount):
            test = OPERATORS[CONTRARY[operator] if no else operator].phrase
            test = test.replace("is ", f"is {often}", 1)
            return f"{'the score' if score is None else score.text} {test} {amount}"
        case nodes.ExpectStage(track, stage):
            where = f" in {track.text}" if track is not None else ""
            return (
                f"the stage{where} is {often}{'not ' if no else ''}{'none' if stage is None else stage.text}"
            )
        case nodes.ExpectGrade(score, label):
            of = "" if score is None else f" of {score.text}"
            return f"the grade{of} is {often}{'not ' if no else ''}{label.text}"
        case nodes.ExpectTag(text):
            return f"the lead {often}{'does not have' if no else 'has'} the tag {text_of(text)}"
        case nodes.ExpectRule(name):
            return f"the rule {text_of(name)} {often}{'does not fire' if no else 'fires'}"
        case nodes.ExpectHandoff(name):
            return f"the handoff {text_of(name)} {often}{'does not take' if no else 'takes'} the lead"
        case nodes.ExpectDisqualified():
            return f"the lead is {often}{'not ' if no else ''}disqualified"


# --- conditions -------------------------------------------------------------------------------


def condition(node: nodes.Expression, voice: Voice) -> str:
    """A condition as a statement: `title is one of ICP`."""
    match node:
        case nodes.Brackets(inner):
            return condition(inner, voice)
        case nodes.And(operands):
            return _joined("and", operands, voice)
        case nodes.Or(operands):
            return _joined("or", operands, voice)
        case nodes.Not(operand):
            return denied(operand, voice)
        case nodes.Surely(of):
            return f"it is sure that {expected(of)}"
        case nodes.Clause():
            return _clause(node, voice, negated=False)
    return _bare(node, None, voice, negated=False)


def denied(node: nodes.Expression, voice: Voice) -> str:
    """That a condition does not hold."""
    match node:
        case nodes.Not(operand):
            return condition(operand, voice)
        case nodes.Brackets(nodes.And() | nodes.Or()) | nodes.And() | nodes.Or():
            return f"{_DENIAL} {_grouped(node, voice)}"
        case nodes.Brackets(inner):
            return denied(inner, voice)
        case nodes.Surely(of):
            return f"it is not sure that {expected(of)}"
        case nodes.Clause():
            return _clause(node, voice, negated=True)
    return _bare(node, None, voice, negated=True)


def _joined(word: str, operands: tuple[nodes.Expression, ...], voice: Voice) -> str:
    parts = [_grouped(operand, voice) for operand in operands]
    started = f"{voice.lead} "
    acts = [part.startswith(started) and not part.startswith(_DENIAL) for part in parts]
    for index in range(len(parts) - 1, 0, -1):
        # One subject is enough where the same one follows: "the lead visited docs and requested demo".
        if word == "and" and acts[index - 1] and acts[index]:
            parts[index] = parts[index].removeprefix(started)
    nested = any(_is_group(operand) for operand in operands)
    return f"{',' if nested else ''} {word} ".join(parts)


def _is_group(node: nodes.Expression) -> bool:
    return isinstance(node, nodes.Brackets) and isinstance(node.inner, nodes.And | nodes.Or)


def _grouped(node: nodes.Expression, voice: Voice) -> str:
    text = condition(node, voice)
    inner = node.inner if isinstance(node, nodes.Brackets) else node
    return f"either {text}" if isinstance(inner, nodes.Or) else text


def _clause(node: nodes.Clause, voice: Voice, *, negated: bool) -> str:
    node = _windowed(node, voice)
    subject, test, window = node.subject, node.test, node.window
    if isinstance(subject, nodes.Brackets) and test is None and window is not None:
        inner = denied(subject, voice) if negated else _grouped(subject, voice)
        return f"{inner}, {window_words(window)}"
    if test is None:
        return _bare(subject, window, voice, negated=negated)
    if isinstance(subject, nodes.EventPhrase):
        how_often = _times(test, voice, negated=negated)
        words = event_words(subject, voice)
        if how_often == "never":
            return _with_window(f"{voice.lead} never {words}", window)
        return _with_window(f"{voice.lead} {words} {how_often}", window)
    if isinstance(subject, nodes.Reference) and (
        voice.describe(subject.name.text) == "event" or window is not None
    ):
        how_often = _times(test, voice, negated=negated)
        name = subject.name.text
        if how_often == "never":
            return _did_not_happen(name, window)
        return _with_window(f"{name} happened {how_often}", window)
    if isinstance(subject, nodes.DaysSince | nodes.DaysUntil) and isinstance(
        test, nodes.Compare | nodes.Between
    ):
        return _days(subject, test, voice, negated=negated)
    return f"{_with_window(value(subject, voice), window)} {_tested(test, voice, negated=negated)}"


def _windowed(node: nodes.Clause, voice: Voice) -> nodes.Clause:
    """`visited pricing between` two moments says when it happened, not how often."""
    match node.test:
        case nodes.Between(nodes.Moment() as low, nodes.Moment() as high, False) if node.window is None:
            if _is_event(node.subject, voice):
                return replace(node, test=None, window=nodes.BetweenMoments(low, high, span=node.test.span))
    return node


def _is_event(subject: nodes.Expression, voice: Voice) -> bool:
    if isinstance(subject, nodes.Reference):
        return voice.describe(subject.name.text) == "event"
    return isinstance(subject, nodes.EventPhrase | nodes.Sequence)


def _with_window(text: str, window: nodes.Window | None) -> str:
    return text if window is None else f"{text} {window_words(window)}"


def _bare(subject: nodes.Expression, window: nodes.Window | None, voice: Voice, *, negated: bool) -> str:
    """What is said without a comparison: an event, a date with a window, a define, a yes/no field."""
    match subject:
        case nodes.EventPhrase():
            never = "never " if negated else ""
            return _with_window(f"{voice.lead} {never}{event_words(subject, voice)}", window)
        case nodes.Sequence(first, second, within):
            words = f"{event_words(first, voice)} was {'never ' if negated else ''}followed by "
            words += f"{event_words(second, voice)} within {duration_text(within)}"
            return words if window is None else f"{words}, both {window_words(window)}"
        case nodes.Reference(name):
            return _bare_name(name.text, window, voice, negated=negated)
    never = f"{_DENIAL} " if negated else ""
    return _with_window(f"{never}{value(subject, voice)}", window)


def _bare_name(name: str, window: nodes.Window | None, voice: Voice, *, negated: bool) -> str:
    meaning = voice.describe(name)
    if meaning == "event":
        return _did_not_happen(name, window) if negated else _with_window(f"{name} happened", window)
    if window is not None and (meaning == "field" or isinstance(window, nodes.InNext)):
        return f"{name} is {'not ' if negated else ''}{falls(window)}"
    if meaning == "define":
        return _with_window(f"{name} {'does not apply' if negated else 'applies'}", window)
    if meaning == "field":
        return f"{name} is {'no' if negated else 'yes'}"
    return _with_window(f"not {name}" if negated else name, window)


def _did_not_happen(name: str, window: nodes.Window | None) -> str:
    return f"{name} never happened" if window is None else f"{name} did not happen {window_words(window)}"


def _asked(test: nodes.ClauseTest, *, negated: bool) -> Operator:
    """The operator of a test, its contrary where the whole is denied."""
    operator = operator_of(test)
    return OPERATORS[operator.contrary] if negated else operator


def _times(test: nodes.ClauseTest, voice: Voice, *, negated: bool) -> str:
    """How often something happened: `at least 2 times`, `exactly once`, `never`."""
    operator = _asked(test, negated=negated)
    match test:
        case nodes.Compare(_, right):
            amount = value(right, voice)
            if (operator.written, amount) in (("=", "0"), ("<", "1"), ("<=", "0")):
                return "never"
            return f"{operator.of_counts} {'once' if amount == '1' else f'{amount} times'}"
        case nodes.Between(low, high):
            return f"{operator.of_counts} {value(low, voice)} and {value(high, voice)} times"
    return f"a number of times that {_tested(test, voice, negated=negated)}"


def _days(
    subject: nodes.DaysSince | nodes.DaysUntil,
    test: nodes.Compare | nodes.Between,
    voice: Voice,
    *,
    negated: bool,
) -> str:
    how = _asked(test, negated=negated).of_counts
    if isinstance(test, nodes.Between):
        days, one = f"{how} {value(test.low, voice)} and {value(test.high, voice)} days", False
    else:
        amount = value(test.right, voice)
        one = amount == "1"
        days = f"{how} {amount} day{'' if one else 's'}"
    if isinstance(subject, nodes.DaysUntil):
        return f"{days} {'remains' if one else 'remain'} until {subject.of.name.text}"
    return f"{days} {'has' if one else 'have'} passed since {_since(subject, voice)}"


def _tested(test: nodes.ClauseTest, voice: Voice, *, negated: bool) -> str:
    operator = _asked(test, negated=negated)
    match test:
        case nodes.Compare(_, nodes.Moment() as moment):
            return f"{operator.of_dates} {value(moment, voice)}"
        case nodes.Compare(_, right):
            return f"{operator.phrase} {value(right, voice)}"
        case nodes.Known():
            return operator.phrase
        case nodes.Match(_, text):
            return f"{operator.phrase} {text_of(text)}"
        case nodes.Between(low, high):
            return f"{operator.phrase} {value(low, voice)} and {value(high, voice)}"
        case nodes.In(nodes.Name(name)):
            return f"{operator.phrase} {name}"
        case nodes.In(tuple() as among):
            return f"{operator.phrase} {listed([value(item, voice) for item in among])}"
    raise AssertionError(test)


# fmt: off
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)
# fmt: on


def moment_words(moment: nodes.Moment) -> str:
    """`15 January 2026`, `15 January 2026 at 12:00 UTC`."""
    value = moment.value
    day = f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
    if not isinstance(value, dt.datetime):
        return day
    clock = "%H:%M:%S" if value.second else "%H:%M"
    return f"{day} at {value.strftime(clock)} UTC"


def span_of_time(duration: nodes.Duration) -> str:
    """What follows `every` or `the last`: `30 days`, and `day` for a single one."""
    return duration.unit.value if duration.amount == 1 else duration_text(duration)


def window_words(window: nodes.Window) -> str:
    """When an event happened: `in the last 30 days`."""
    match window:
        case nodes.InLast(duration):
            return f"in the last {span_of_time(duration)}"
        case nodes.InNext(duration):
            return f"in the next {span_of_time(duration)}"
        case nodes.Since(start):
            return f"since {moment_words(start)}"
        case nodes.Before(end):
            return f"before {moment_words(end)}"
        case nodes.BetweenMoments(start, end):
            return f"between {moment_words(start)} and {moment_words(end)}"


def falls(window: nodes.Window) -> str:
    """What a date is where it falls into a window: `on or after 1 January 2026`."""
    if isinstance(window, nodes.Since):
        return f"on or after {moment_words(window.start)}"
    return window_words(window)
