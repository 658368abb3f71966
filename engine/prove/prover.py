"""Answers to questions about all leads: proved, not so with a lead that shows it, or not decided and why.

First a lead is looked for at one instant, as exactly as the solver can; then, with room for all that is left
open, whether there can be none at any instant. A lead counts only once the engine has confirmed it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress

import z3

from ..check.expectations import TEST_NOW
from ..plan import Plan
from .answers import Answer, Verdict
from .budget import Budget, OutOfTimeError, look_at_clock, milliseconds_left
from .case import Case
from .clock import HARD_INSTANTS
from .holding import Pair, implied, left_alone, pairs
from .kleene import Formula, total_of
from .lead import Lead
from .loose import TooMuchError
from .questions import Question
from .witness import Maker
from .world import World

FEW_EVENTS = (2, 4, 12)
"""How many events a lead should have, where so few are enough: the fewer, the fewer models that the engine
does not confirm come before one that it does."""

MOST_MODELS = 10
"""How many models are tried before a lead counts as not made."""

_SEARCH = 0.4
"""The part of its time for which a lead is looked for before it is proved that there is none."""

_PAST = 0.3
"""The part of its time in which is looked whether stages of two versions hold the same leads."""

_UNITS_PER_SECOND = 4_000_000
"""About how many of the solver's own units a second takes; they are the same on every computer."""


class Prover:
    """Answers questions about some plans; what they ask of leads is modelled once."""

    def __init__(self, seconds: float = 10.0) -> None:
        self.budget = Budget(seconds)
        self._worlds: dict[tuple[tuple[int, ...], int | None], World] = {}
        self._alike: dict[tuple[int, ...], list[Pair]] = {}
        self._plans: list[Sequence[Plan]] = []

    def ask(self, question: Question, since: float | None = None) -> Answer:
        """The answer to a question. `since`: from when its time counts, on the monotonic clock; None: now."""
        began = time.monotonic() if since is None else since
        with self.budget.counting(began):
            verdict, case, why = self._answer(question)
            case = _smallest(question, case, self.budget) if case is not None else None
        test = question.test(case) if case is not None else None
        if question.wanted:
            verdict = {Verdict.NOT_SO: Verdict.FOUND, Verdict.PROVED: Verdict.NONE}.get(verdict, verdict)
        seconds = time.monotonic() - began
        return Answer(question.name, verdict, seconds, case, test, why, question.text, question.line)

    def _answer(self, question: Question) -> tuple[Verdict, Case | None, str]:
        try:
            self._holding_alike(question.plans)
            case, proved = self._searched(question)
            if case is not None:
                return Verdict.NOT_SO, case, ""
            if proved:
                return Verdict.PROVED, None, ""
            world = self._world(question.plans, None)
            proof = _Search(question, world, self.budget)
            if proof.is_impossible():
                return Verdict.PROVED, None, ""
            case = proof.lead()
            if case is None and not proof.none and world.clock.has_months:
                case = self._at_hard_instants(question)
        except TooMuchError as much:
            return Verdict.NOT_DECIDED, None, str(much)
        except OutOfTimeError:
            return Verdict.NOT_DECIDED, None, _too_long(self.budget.seconds)
        if case is not None:
            return Verdict.NOT_SO, case, ""
        if proof.none:
            return Verdict.PROVED, None, ""
        return Verdict.NOT_DECIDED, None, _reasons(world)

    def _searched(self, question: Question) -> tuple[Case | None, bool]:
        """A lead at one instant, and whether that there is none proves that there is none at all."""
        try:
            with self.budget.share(_SEARCH):
                world = self._world(question.plans, TEST_NOW)
                search = _Search(question, world, self.budget)
                case = search.lead()
        except OutOfTimeError:
            return None, False
        return case, case is None and search.none and world.holds_always

    def _at_hard_instants(self, question: Question) -> Case | None:
        """A lead where months are short or long: the model may have them as no calendar has."""
        for now in HARD_INSTANTS:
            case = _Search(question, self._world(question.plans, now), self.budget).lead()
            if case is not None:
                return case
        return None

    def _world(self, plans: Sequence[Plan], now: int | None) -> World:
        key = (tuple(id(plan) for plan in plans), now)
        found = self._worlds.get(key)
        if found is None:
            found = World(plans, now)
            found.loose.rules += [implied(found, pair) for pair in self._holding_alike(plans)]
            self._worlds[key] = found
            self._plans.append(plans)
        look_at_clock()
        return found

    def _holding_alike(self, plans: Sequence[Plan]) -> list[Pair]:
        """The stages of two versions of which one surely holds whom the other holds."""
        key = tuple(id(plan) for plan in plans)
        found = self._alike.get(key)
        if found is None:
            found = self._alike[key] = []
            if asked := list(pairs(plans)):
                with suppress(OutOfTimeError), self.budget.share(_PAST):
                    world = World(plans, None)
                    for pair in asked:
                        if _Models(world, self.budget, left_alone(world, pair)).next() is None:
                            found.append(pair)
        return found


def _too_long(seconds: float) -> str:
    return f"it takes longer than {seconds:.2g} seconds" if seconds >= 0.1 else "no time was left for it"


def _reasons(world: World) -> str:
    reasons = list(world.loose.reasons)
    if not reasons:
        return "no lead could be made of what the solver found"
    return "; ".join(reasons)


class _Search:
    """One question in one world."""

    def __init__(self, question: Question, world: World, budget: Budget) -> None:
        self.question = question
        self.world = world
        self.budget = budget
        self.none = False
        """Whether there is surely no such lead in this world."""
        formula = question.formula(world)
        others = [lead] if (lead := question.more()) is not None else []
        self.models = _Models(world, budget, formula, *others)
        self.solver = self.models.solver

    def is_impossible(self) -> bool:
        """Whether there is surely no such lead."""
        self.none = self.models.next() is None
        return self.none

    def lead(self) -> Case | None:
        """A lead that the engine confirms; None where none was made."""
        if self.none:
            return None
        few = self._few()
        for limit in few:
            self.solver.push()
            self.solver.add(limit)
            case, exhausted = self._models()
            self.solver.pop()
            if case is not None:
                return case
            if exhausted and z3.is_true(limit):
                self.none = True
        return None

    def _few(self) -> list[Formula]:
        """Limits that make leads small, the strictest first; the last is none."""
        numbers = list(self.world.lead.numbers().values())
        total = total_of(numbers)
        return [*(total <= few for few in FEW_EVENTS if numbers), z3.BoolVal(True)]

    def _models(self) -> tuple[Case | None, bool]:
        """A lead of one of some models, and whether there surely is no model at all."""
        for number in range(MOST_MODELS):
            model = self.models.next()
            if model is None:
                # After the first, models that were tried already are left out.
                return None, number == 0
            for case in Maker(model, self.world.lead, self.question.more()).cases():
                look_at_clock()
                if _confirmed(self.question, case):
                    return case, False
            self.solver.add(self._another(model, apart=number % 2 == 0))
        return None, False

    def _another(self, model: z3.ModelRef, *, apart: bool) -> Formula:
        """That the numbers of events are others than in a model; with `apart`, that there are events of a
        sort that it has none of, or none of one that it has: the same sorts mostly fail again."""
        numbers = self.world.lead.numbers().values()
        terms = [one > 0 if apart else one for one in numbers]
        terms += self.world.loose.truths()
        others = [one != model.eval(one, model_completion=True) for one in terms]
        return z3.Or(others) if others else z3.BoolVal(False)


class _Models:
    """What a solver finds of the leads of one world."""

    def __init__(self, world: World, budget: Budget, formula: Formula, *others: Lead) -> None:
        self.world = world
        self.budget = budget
        self.solver = z3.Solver()
        self.solver.add(world.rules(*others))
        self.solver.add(formula)
        look_at_clock()

    def next(self) -> z3.ModelRef | None:
        """A model whose texts there are; None where there is none. Raises OutOfTimeError."""
        for _ in range(1_000):
            self.solver.set("timeout", milliseconds_left(self.budget.seconds))
            self.solver.set("rlimit", max(int(self.budget.seconds * _UNITS_PER_SECOND), 1))
            answer = self.solver.check()
            if answer == z3.unsat:
                return None
            if answer != z3.sat:
                raise OutOfTimeError
            model = self.solver.model()
            missed = [one for text in self.world.lead.texts() if (one := text.refinement(model)) is not None]
            if not missed:
                return model
            self.solver.add(missed)
        raise OutOfTimeError


def _confirmed(question: Question, case: Case) -> bool:
    try:
        return question.found(case)
    except (ValueError, OverflowError):
        return False


def _smallest(question: Question, case: Case, budget: Budget) -> Case:
    """The lead with as few facts as still show the same, and plain numbers and instants."""
    again = True
    while again and budget.left > 0:
        again = False
        for one in case.smaller():
            if _confirmed(question, one):
                case, again = one, True
                break
    for _ in range(200):
        plainer = next((one for one in case.plainer() if budget.left > 0 and _confirmed(question, one)), None)
        if plainer is None:
            break
        case = plainer
    return case
