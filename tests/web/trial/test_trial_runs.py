"""Countings aside from the request that asks: waited for, watched, stopped, and ended by the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread
from time import sleep

import pytest
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.reading import read
from leadwright.grammar.messages.diagnostics import Source
from leadwright.tests.web.trial.slow import Slow
from leadwright.web.tryout.runs import Question, RunResult, Runs, Waiting


@pytest.fixture
def slow() -> Iterator[Slow]:
    made = Slow()
    yield made
    made.go.set()


@pytest.fixture
def question(made: Path) -> Callable[..., Question]:
    known: dict[int, Evaluator] = {}

    def of(points: int, data: int = 1, database: Path = made) -> Question:
        found = read(Source(f'rule "{points}" when employees >= 100 then +{points}'))
        assert found.plan is not None
        return Question(database, data, None, known.setdefault(points, Evaluator(found.plan)), 0)

    return of


def settled(runs: Runs, ruleset: str, asked: Question) -> RunResult:
    found = runs.ask(ruleset, asked, patience=30)
    assert isinstance(found, RunResult)
    return found


def test_what_takes_long_is_watched_and_then_had(slow: Slow, question: Callable[..., Question]) -> None:
    runs, asked = Runs(slow), question(5)
    assert slow.property_set.wait(0) is False
    runs.ask("a", asked, patience=0)
    assert slow.property_set.wait(30)
    assert runs.ask("a", asked, patience=0) == Waiting("reading events", 0.5)
    slow.go.set()
    found = settled(runs, "a", asked)
    assert (found.counts.leads, list(found.counts.rules)) == (4, [2])
    assert settled(runs, "a", question(5)) is found, "the same question is not counted again"
    assert slow.asked == 1
    assert settled(runs, "a", question(5, data=2)) is not found


def test_the_next_question_about_a_ruleset_ends_the_one_before(
    slow: Slow, question: Callable[..., Question]
) -> None:
    runs = Runs(slow)
    runs.ask("a", question(1), patience=0)
    assert slow.property_set.wait(30)
    runs.ask("a", question(2), patience=0)
    runs.ask("b", question(3), patience=0)
    slow.go.set()
    assert settled(runs, "a", question(2)).counts.leads == 4
    assert settled(runs, "b", question(3)).counts.leads == 4


def test_whoever_asked_about_what_was_overtaken_is_told_to_wait_and_not_that_it_was_stopped(
    slow: Slow, question: Callable[..., Question]
) -> None:
    runs, found = Runs(slow), []
    asking = Thread(target=lambda: found.append(runs.ask("a", question(1), patience=30)))
    asking.start()
    assert slow.property_set.wait(30)
    runs.ask("a", question(2), patience=0)
    asking.join(30)
    assert slow.ended == ["1"]
    assert isinstance(found[0], Waiting)
    assert not found[0].stopped


def test_two_people_look_as_of_two_instants(slow: Slow, question: Callable[..., Question]) -> None:
    runs, asked = Runs(slow), question(1)
    for now in (0, 1):
        runs.ask("a", replace(asked, now=now), patience=0)
    slow.go.set()
    for now in (0, 1):
        settled(runs, "a", replace(asked, now=now))
    assert (slow.asked, slow.ended) == (2, [])


def test_a_third_instant_ends_the_counting_of_the_first(
    slow: Slow, question: Callable[..., Question]
) -> None:
    runs, asked = Runs(slow), question(1)
    for now in (0, 1, 2):
        runs.ask("a", replace(asked, now=now), patience=0)
    first = runs.ask("a", replace(asked, now=1), patience=0)
    assert isinstance(first, Waiting)
    while not slow.ended:
        sleep(0.01)
    slow.go.set()
    settled(runs, "a", replace(asked, now=1))
    settled(runs, "a", replace(asked, now=2))
    assert (slow.asked, slow.ended) == (3, ["1"])


def test_what_was_stopped_stays_so_until_it_is_asked_again(
    slow: Slow, question: Callable[..., Question]
) -> None:
    runs, asked = Runs(slow), question(1)
    runs.ask("a", asked, patience=0)
    runs.stop("a")
    found = runs.ask("a", asked, patience=30)
    assert isinstance(found, Waiting)
    assert found.stopped
    assert slow.ended == ["1"]
    slow.go.set()
    assert isinstance(runs.ask("a", asked, patience=0), Waiting)
    runs.again("a")
    assert settled(runs, "a", asked).counts.leads == 4


def test_what_goes_wrong_is_told_to_who_asks(
    slow: Slow, question: Callable[..., Question], tmp_path: Path
) -> None:
    runs = Runs(slow)
    slow.go.set()
    with pytest.raises(Exception, match="there is no database"):
        runs.ask("a", question(1, database=tmp_path / "none.db"), patience=30)
    assert settled(runs, "a", question(1)).counts.leads == 4
