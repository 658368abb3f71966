"""What is proved of all leads, as text for people and as data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ..prove.answers import Answer, Verdict
from ..prove.case import Case
from ..values import instant_of, instant_text
from .text_style import TextStyle, shown

_WORDS = {
    Verdict.PROVED: "proved",
    Verdict.NOT_SO: "not so",
    Verdict.NOT_DECIDED: "not decided",
    Verdict.FOUND: "found",
    Verdict.NONE: "impossible",
}


def answers_text(label: str, answers: Sequence[Answer], style: TextStyle) -> list[str]:
    """Each answer with its lead, then one line that counts them."""
    if not answers:
        return [style.warn(f"{label}: no guarantees")]
    lines: list[str] = []
    for answer in answers:
        lines += _answer_text(answer, style)
    return [*lines, f"{label}: {verdict_text(answers, style)}"]


def verdict_text(answers: Sequence[Answer], style: TextStyle) -> str:
    """`3 proved, 1 not so`."""
    counts = [(one, sum(answer.verdict is one for answer in answers)) for one in Verdict]
    return ", ".join(_colored(one, f"{number:,} {_WORDS[one]}", style) for one, number in counts if number)


def _colored(verdict: Verdict, text: str, style: TextStyle) -> str:
    if verdict in (Verdict.PROVED, Verdict.FOUND):
        return style.good(text)
    return style.warn(text) if verdict is Verdict.NOT_DECIDED else style.bad(text)


def _answer_text(answer: Answer, style: TextStyle) -> list[str]:
    place = f" (line {answer.line})" if answer.line else ""
    lines = [
        f"{_colored(answer.verdict, _WORDS[answer.verdict], style)}: {style.bold(shown(answer.name))}{place}"
    ]
    if answer.why:
        lines += style.wrapped(f"because {answer.why}", 4, 6)
    if answer.case is not None:
        lines += [line for fact in case_facts(answer.case) for line in style.wrapped(shown(fact), 4, 6)]
        if answer.test is not None:
            lines += ["", "    As a test:"]
            lines += style.wrapped(shown(answer.test), 4, 6)
        lines.append("")
    return lines


def case_facts(case: Case) -> list[str]:
    """A made-up lead, a fact a line."""
    facts = [f"now = {instant_text(case.now)}"]
    facts += [f"{name} = {_value(value)}" for name, value in case.fields.items()]
    for event in sorted(case.events, key=lambda one: one.at):
        facts.append(_event(event.type, event.object, event.at, dict(event.properties)))
    if not case.fields and not case.events:
        facts.append("no field is known, and nothing happened")
    if case.event is not None:
        one = case.event
        facts.append(f"and one more: {_event(one.type, one.object, one.at, dict(one.properties))}")
    if case.raised is not None:
        facts.append(f"and then {case.raised[0]} = {_value(case.raised[1])}")
    return facts


def _event(type_: str, thing: str | None, at: int, properties: dict[str, object]) -> str:
    text = " ".join(part for part in (type_, thing, f"on {instant_text(at)}") if part)
    if properties:
        text += " with " + ", ".join(f"{name} = {_value(value)}" for name, value in properties.items())
    return text


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return instant_text(instant_of(value)) if isinstance(value, datetime) else str(value)


def answers_data(label: str, answers: Sequence[Answer]) -> dict[str, Any]:
    """The answers about one ruleset as data."""
    return {
        "file": label,
        "proved": sum(answer.verdict is Verdict.PROVED for answer in answers),
        "not_so": sum(answer.verdict is Verdict.NOT_SO for answer in answers),
        "not_decided": sum(answer.verdict is Verdict.NOT_DECIDED for answer in answers),
        "answers": [answer_data(answer) for answer in answers],
    }


def answer_data(answer: Answer) -> dict[str, Any]:
    """One answer as data: `lead` is the made-up lead that shows it, null where there is none."""
    return {
        "name": answer.name,
        "answer": answer.verdict.value,
        "line": answer.line or None,
        "text": answer.text or None,
        "why": answer.why or None,
        "seconds": round(answer.seconds, 3),
        "lead": case_data(answer.case) if answer.case is not None else None,
        "test": answer.test,
    }


def case_data(case: Case) -> dict[str, Any]:
    """A made-up lead as data."""
    data: dict[str, Any] = {
        "now": instant_text(case.now),
        "fields": {name: _plain(value) for name, value in case.fields.items()},
        "events": [
            {
                "type": one.type,
                "object": one.object,
                "at": instant_text(one.at),
                "properties": {name: _plain(value) for name, value in one.properties.items()},
            }
            for one in case.events
        ],
    }
    if case.event is not None:
        one = case.event
        data["one_more_event"] = {
            "type": one.type,
            "object": one.object,
            "at": instant_text(one.at),
            "properties": {name: _plain(value) for name, value in one.properties.items()},
        }
    if case.raised is not None:
        data["raised"] = {"field": case.raised[0], "to": _plain(case.raised[1])}
    return data


def _plain(value: object) -> object:
    return value if isinstance(value, bool | int | float | str | list) or value is None else str(value)
