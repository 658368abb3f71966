"""Each node as one plain English sentence, for people who read a ruleset aloud."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ..spec.kinds import KINDS
from ..spec.statements import filled, spec_of
from ..syntax import nodes
from .english import (
    Describe,
    Voice,
    condition,
    event_words,
    expected,
    listed,
    moment_words,
    object_words,
    span_of_time,
    value,
    window_words,
)
from .printer import answer_time, duration_text, quoted, text_of

_SHOWN_ENTRIES = 5


def sentence(
    node: nodes.Node | nodes.Statement | nodes.Expression,
    describe: Describe | Mapping[str, str] | None = None,
) -> str:
    """A statement as an English sentence, any smaller node as a phrase without a full stop.

    `describe` says what a bare name means: "event", "field" or "define". Where it is not known, the
    name is shown as it is.
    """
    meanings: Mapping[str, str] = describe if isinstance(describe, Mapping) else {}
    voice = Voice(describe if callable(describe) else meanings.get)
    speak = _SENTENCES.get(type(node))
    if not isinstance(node, nodes.Statement):
        return speak(node, voice) if speak is not None else _phrase(node, voice)
    text = speak(node, voice) if speak is not None else _from_template(node, voice)
    return text[0].upper() + text[1:]


def _from_template(node: nodes.Statement, voice: Voice) -> str:
    """The sentence that the table of statements has; in it, the lead was named before any condition."""

    def said(field: str, part: Any) -> str:
        if field in asked:
            return condition(part, voice.about("it"))
        match part:
            case nodes.Name(text):
                return text
            case int():
                return str(part)
            case nodes.Kind():
                return KINDS[part].noun
            case nodes.Duration():
                return duration_text(part)
            case nodes.EventPhrase():
                return f"the first {text_of(part)}"
        return value(part, voice)

    spec = spec_of(node)
    asked = {slot.field for slot in spec.conditions}
    return filled(spec.sentence, node, said)


def _phrase(node: Any, voice: Voice) -> str:
    values = nodes.Number | nodes.Text | nodes.YesNo | nodes.Moment | nodes.TotalScore | nodes.Aggregate
    more = nodes.Call | nodes.Arithmetic | nodes.Negative | nodes.DaysSince | nodes.DaysUntil
    if isinstance(node, values | more):
        return value(node, voice)
    if isinstance(node, nodes.Expression):
        return condition(node, voice)
    return text_of(node)


# --- declarations -----------------------------------------------------------------------------


def _event(node: nodes.EventDeclaration, _: Voice) -> str:
    by = f"its property {node.by.text}" if node.by is not None else None
    if node.source is None:
        return (
            f"the event {node.name.text} has {by} as its object." if by else f"{node.name.text} is an event."
        )
    text = f"the event {node.name.text} is called {text_of(node.source)} in the data"
    return f"{text}, and its object is {by}." if by else f"{text}."


def _list(node: nodes.ListDeclaration, _: Voice) -> str:
    entries = [text_of(entry) for entry in node.entries]
    if len(entries) == 1:
        return f"the list {node.name.text} has one entry: {entries[0]}."
    if len(entries) > _SHOWN_ENTRIES:
        entries = [*entries[: _SHOWN_ENTRIES - 1], f"{len(entries) - _SHOWN_ENTRIES + 1} more"]
    return f"the list {node.name.text} has {len(node.entries)} entries: {listed(entries)}."


def _define(node: nodes.Define, voice: Voice) -> str:
    name = quoted(node.name.text)
    if isinstance(node.body, nodes.Reference):
        return f"{name} means {node.body.name.text}."
    conditions = nodes.Clause | nodes.And | nodes.Or | nodes.Not | nodes.EventPhrase | nodes.Sequence
    inner: nodes.Expression = node.body
    while isinstance(inner, nodes.Brackets):
        inner = inner.inner
    that = "that " if isinstance(inner, conditions) else ""
    return f"{name} means {that}{_phrase(inner, voice)}."


def _score(node: nodes.ScoreDeclaration, _: Voice) -> str:
    what = "the total score" if node.name is None else f"the score {node.name.text}"
    if node.low is not None and node.high is not None:
        return f"{what} goes from {node.low} to {node.high}."
    if node.low is not None:
        return f"{what} is never below {node.low}."
    return f"{what} is never above {node.high}." if node.high is not None else f"{what} has no limits."


# --- rules ------------------------------------------------------------------------------------


def _rule(node: nodes.Rule, voice: Voice) -> str:
    lead = _subject(node.body, voice)
    who = "it" if voice.lead in lead else voice.lead
    text = f"{lead}, {who} {_awards(node.awards)}"
    return f"{text}; this rule is switched off." if node.off else f"{text}."


def _subject(body: nodes.When | nodes.ForEvents, voice: Voice) -> str:
    if isinstance(body, nodes.When):
        return f"when {condition(body.condition, voice)}"
    which = "each" if body.which == "each" else f"the {body.which}"
    text = f"for {which} {event_words(body.event, voice, body.window)}"
    if body.once is not None:
        text += f", at most once per {body.once.value}"
    return text if body.condition is None else f"{text}, when {condition(body.condition, voice)}"


def _awards(awards: tuple[nodes.Award, ...]) -> str:
    """`gets 5 points of fit and the tag "a", and loses 3 points`: what is gained, then what is lost."""
    gained = [_award(award) for award in awards if isinstance(award, nodes.Tag) or award.amount >= 0]
    lost = [_award(award) for award in awards if isinstance(award, nodes.Points) and award.amount < 0]
    parts = [f"{verb} {_several(items)}" for verb, items in (("gets", gained), ("loses", lost)) if items]
    return " and ".join(parts)


def _several(items: list[str]) -> str:
    # With commas inside, a bare "and" would leave open what belongs to what.
    return ", and ".join(items) if any("," in item for item in items) else listed(items)


def _award(award: nodes.Award) -> str:
    if isinstance(award, nodes.Tag):
        return f"the tag {text_of(award.text)}"
    text = _points(abs(award.amount))
    if award.score is not None:
        text += f" of {award.score.text}"
    if award.decay is not None:
        text += f", {_decay(award.decay)}"
    if award.bounds is None:
        return text
    most, least = award.bounds.most, award.bounds.least
    gained = "" if award.amount >= 0 else " gained"
    lost = "" if award.amount < 0 else " lost"
    text += f", at most {most}{gained} in all" if most is not None else ""
    return text + (f", at most {-least}{lost} in all" if least is not None else "")


def _points(amount: int) -> str:
    return f"{amount} point{'' if amount == 1 else 's'}"


def _decay(decay: nodes.Decay, _: Voice | None = None) -> str:
    every = span_of_time(decay.every)
    return (
        f"halved every {every}" if decay.percent is None else f"losing {decay.percent}% of them every {every}"
    )


def _bounds(bounds: nodes.Bounds, _: Voice | None = None) -> str:
    parts = []
    if bounds.most is not None:
        parts.append(f"at most {bounds.most}")
    if bounds.least is not None:
        parts.append(f"at least {bounds.least}".replace("-", "minus "))
    return " and ".join(parts)


def _group(node: nodes.Group, _: Voice) -> str:
    name = quoted(node.name.value)
    if node.bounds is None:
        return f"the rules of {name} belong together."
    parts = []
    if node.bounds.most is not None:
        parts.append(f"give at most {_points(node.bounds.most)}")
    if node.bounds.least is not None:
        parts.append(f"take away at most {_points(-node.bounds.least)}")
    return f"the rules of {name} together {' and '.join(parts)}."


# --- decisions --------------------------------------------------------------------------------


def _grade(node: nodes.Grade, _: Voice) -> str:
    bands = [f"{band.label.text} from {band.start}" for band in node.bands]
    if node.otherwise is not None:
        bands.append(f"{node.otherwise.text} otherwise")
    what = "the grade" if node.score is None else f"the grade of {node.score.text}"
    return f"{what} is {listed(bands)}."


def _handoff(node: nodes.Handoff, voice: Voice) -> str:
    track = f" in {node.track.text}" if node.track is not None else ""
    asked = f" and {condition(node.condition, voice.about('it'))}" if node.condition is not None else ""
    if isinstance(node.condition, nodes.Or):
        asked = f", and {condition(node.condition, voice.about('it'))}"
    parts = [f"it goes to {_whom(node.whom, turn=node.turn)}"]
    if node.keeping is not None:
        parts.append(f"leads that share {value(node.keeping, voice)} stay with one person")
    if node.answer is not None:
        answer = node.answer
        text = f"{event_words(answer.event, voice)} is expected within {answer_time(answer)}"
        if answer.otherwise is not None:
            text += f", else it goes to {_whom(answer.otherwise)}"
        parts.append(text)
    if node.again is not None:
        parts.append(f"it is not handed off again within {span_of_time(node.again)}")
    if node.tell:
        verb = "is" if len(node.tell) == 1 else "are"
        parts.append(f"{listed([one.text for one in node.tell])} {verb} told")
    return f"when a lead becomes {node.stage.text}{track}{asked}, {'; '.join(parts)}."


def _whom(whom: nodes.Whom, *, turn: bool = False) -> str:
    if isinstance(whom, nodes.Text):
        return whom.value
    return f"the people of {whom.text} in turn" if turn else f"the first free person of {whom.text}"


# --- tests ------------------------------------------------------------------------------------


def _test(node: nodes.Test, voice: Voice) -> str:
    when = f", on {moment_words(node.at)}" if node.at is not None else ""
    given = f", given that {listed([_known(fact, voice) for fact in node.given])}" if node.given else ""
    comma = "," if when or given else ""
    outcome = listed([expected(item) for item in node.expect])
    return f"the test {quoted(node.name.value)} expects{when}{given}{comma} that {outcome}."


def _known(fact: nodes.Given, voice: Voice) -> str:
    if isinstance(fact, nodes.GivenField):
        return _known_field(fact, voice)
    text = fact.type.text
    text = (
        f"{voice.lead} {text} {object_words(fact.object)}" if fact.object is not None else f"{text} happened"
    )
    if fact.times != 1:
        text += f" {fact.times} times"
    if fact.ago is not None:
        text += f" {duration_text(fact.ago)} ago"
    if fact.on is not None:
        text += f" on {moment_words(fact.on)}"
    if fact.properties:
        text += " with " + listed([_known_field(item, voice) for item in fact.properties])
    return text


def _known_field(fact: nodes.GivenField, voice: Voice) -> str:
    if fact.value is None:
        return f"{fact.name.text} is unknown"
    if isinstance(fact.value, tuple):
        return f"{fact.name.text} is {listed([value(item, voice) for item in fact.value])}"
    return f"{fact.name.text} is {value(fact.value, voice)}"


def _outcome(item: nodes.Expect, _: Voice) -> str:
    return expected(item)


# --- guarantees -------------------------------------------------------------------------------


def _promise(node: nodes.Promised | nodes.Trend, voice: Voice) -> str:
    if isinstance(node, nodes.Promised):
        outcome = node.outcome
        never = node.always is outcome.negated
        return expected(replace(outcome, negated=False), often="never " if never else "always ")
    score = "the score" if node.score is None else node.score.text
    words = event_words(node.of, voice, node.window)
    known = "event" if isinstance(node.of, nodes.EventPhrase) or node.window is not None else None
    if isinstance(node.of, nodes.Reference):
        known = known or voice.describe(node.of.name.text)
    more = {"event": f"one more event: {words}", "field": f"a higher {words}"}.get(
        known or "", f"more {words}"
    )
    return f"{score} never {'rises' if node.rises else 'falls'} with {more}"


def _guarantee(node: nodes.Guarantee, voice: Voice) -> str:
    when = f", when {condition(node.condition, voice)}" if node.condition is not None else ""
    return f"for every possible lead, {_promise(node.promise, voice)}{when}."


_SENTENCES: dict[type, Callable[[Any, Voice], str]] = {
    nodes.EventDeclaration: _event,
    nodes.ListDeclaration: _list,
    nodes.Define: _define,
    nodes.ScoreDeclaration: _score,
    nodes.When: _subject,
    nodes.ForEvents: _subject,
    nodes.Rule: _rule,
    nodes.Group: _group,
    nodes.Grade: _grade,
    nodes.Band: lambda node, _: f"{node.label.text} from {node.start}",
    nodes.Promised: _promise,
    nodes.Trend: _promise,
    nodes.Guarantee: _guarantee,
    nodes.Handoff: _handoff,
    nodes.Test: _test,
    nodes.Points: lambda node, _: _awards((node,)),
    nodes.Tag: lambda node, _: _awards((node,)),
    nodes.Decay: _decay,
    nodes.Bounds: _bounds,
    nodes.InLast: lambda node, _: window_words(node),
    nodes.InNext: lambda node, _: window_words(node),
    nodes.Since: lambda node, _: window_words(node),
    nodes.Before: lambda node, _: window_words(node),
    nodes.BetweenMoments: lambda node, _: window_words(node),
    nodes.Name: lambda node, _: node.text,
    nodes.GivenField: _known,
    nodes.GivenEvent: _known,
    nodes.ExpectScore: _outcome,
    nodes.ExpectStage: _outcome,
    nodes.ExpectGrade: _outcome,
    nodes.ExpectTag: _outcome,
    nodes.ExpectRule: _outcome,
    nodes.ExpectDisqualified: _outcome,
    nodes.ExpectHandoff: _outcome,
    nodes.Tree: lambda node, voice: "\n".join(
        sentence(statement, voice.describe) for statement in node.statements
    ),
}
