"""Since when a lead is in a stage that holds, what it came in with, and what would end it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from ..plan.calendar import BEGINNING
from ..score_one.codegen import Detail
from ..score_one.facts import Facts
from ..score_one.scorer import Holding
from ..values import moment_of
from .decision import Finding, Stay
from .explainer import Explainer
from .findings import TRUTHS, Found

_REACHES = re.compile(r"(.+) (?:>=|>) -?[\d.]+")
_FALLS = re.compile(r"(.+) (<|<=) (-?[\d.]+)")


def stay_of(
    holding: Holding, explainer: Explainer, facts: Facts, now: int, *, found: tuple[Finding, Finding]
) -> Stay | None:
    """The stay of a lead in a stage that holds; None where it is not in it.

    `explainer` explains the stage's conditions, and `found` is what was found of these now.
    """
    condition, until = found
    decided = False if until.truth is True else True if condition.truth is True else None
    is_in, since = holding.stay(facts.fields, facts.events, now, decided=decided)
    if not is_in:
        return None
    asking, at = holding.asking, BEGINNING if since is None else since
    total, scores, *_, truths, values = asking.run(Detail.EXPLAIN, facts, at)
    instants, _ = asking.run(Detail.INSTANTS, facts, at)
    then = Found(asking.parts, facts, at, total, scores, truths, values, instants)
    came = explainer.findings(then)[explainer.places[id(asking.plan.stages[0].condition)]]
    moment = None if since is None else moment_of(since)
    return Stay(moment, came, _words(moment, came, *found))


def _words(since: dt.datetime | None, came: Finding, condition: Finding, until: Finding) -> str:
    """`since 2026-01-03 09:00 UTC, when the score reached 42; it is 31 now; ends below 25`."""
    start = "for as long as anything is known of it"
    if since is not None:
        start = f"since {since.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
    with_ = [one for one in _clauses(came) if one.truth is True]
    now = {one.asked: one for one in _clauses(condition)}
    came_with = " and ".join(_came(one, since is not None) for one in with_)
    said = [f"{start}, {'with' if since is None else 'when'} {came_with}" if with_ else start]
    said += [_is_now(one, now[one.asked], alone=len(with_) == 1) for one in with_ if _differs(one, now)]
    return "; ".join([*said, _ends(until)])


def _clauses(finding: Finding) -> Iterator[Finding]:
    if finding.joined is None or not finding.parts or finding.joined == "not":
        yield finding
    else:
        for part in finding.parts:
            yield from _clauses(part)


def _differs(one: Finding, now: dict[str, Finding]) -> bool:
    return one.asked in now and now[one.asked].found != one.found


def _subject(text: str) -> str:
    return "the score" if text == "score" else text


def _came(one: Finding, reached: bool) -> str:
    reaches = _REACHES.fullmatch(one.asked)
    if reaches is not None:
        return f"{_subject(reaches[1])} {'reached' if reached else 'at'} {one.found}"
    return one.asked if one.found in TRUTHS.values() else f"{one.asked} ({one.found})"


def _is_now(one: Finding, now: Finding, *, alone: bool) -> str:
    reaches = _REACHES.fullmatch(one.asked)
    if alone and reaches is not None:
        return f"it is {now.found} now"
    return f"{_subject(reaches[1]) if reaches is not None else one.asked} is {now.found} now"


def _ends(until: Finding) -> str:
    falls = _FALLS.fullmatch(until.asked)
    if falls is None or until.joined is not None:
        return f"ends when {until.asked}"
    # What it is about goes without saying where it is the score.
    of = "" if falls[1] == "score" else f" with {falls[1]}"
    return (
        f"ends{of} {'below' if falls[2] == '<' else 'at'} {falls[3]}{' or below' if falls[2] == '<=' else ''}"
    )
