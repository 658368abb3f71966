"""Asking about all leads: in this process, or in one of its own, which keeps to a budget whatever happens."""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..plan import Plan
from .answers import Answer, Verdict, Wanted

if TYPE_CHECKING:
    from .questions import Question

ProofRequest = tuple[Plan, Plan | None, tuple[Wanted, ...] | None, float]
"""A plan, the one it is compared with, questions (None: its guarantees), and by when all is to be answered,
on the clock that all processes share."""

_GRACE = 0.03
"""The part of a budget after which a process that has not ended is ended."""


def answers(
    plan: Plan, *, seconds: float, wanted: Sequence[Wanted] | None = None, old: Plan | None = None
) -> list[Answer]:
    """The answers to questions about a plan, or (None) its guarantees, each with so many seconds at most.

    Raises ValueError, with a sentence, for names of rules or stages that are not there.
    """
    began = time.monotonic()
    from .prover import Prover

    prover = Prover(seconds)
    questions = _questions(plan, wanted, old)
    # Loading the solver, at the first call of a process, is part of what the first question may take.
    return [prover.ask(one, None if number else began) for number, one in enumerate(questions)]


def answers_by(asked: ProofRequest) -> Iterator[Answer]:
    """The answers to what was asked, one after another: each may take its share of what is left."""
    from .prover import Prover

    plan, old, wanted, ends = asked
    questions = _questions(plan, wanted, old)
    prover = Prover()
    for number, one in enumerate(questions):
        prover.budget.seconds = max(ends - time.monotonic(), 0.0) / (len(questions) - number)
        yield prover.ask(one)


def _questions(plan: Plan, wanted: Sequence[Wanted] | None, old: Plan | None) -> list[Question]:
    from .questions import guaranteed, question_of

    return guaranteed(plan) if wanted is None else [question_of(one, plan, old) for one in wanted]


def answers_apart(
    plan: Plan, *, seconds: float, wanted: Sequence[Wanted] | None = None, old: Plan | None = None
) -> list[Answer]:
    """As `answers`, in a process of its own: other threads go on, and after `seconds` in all it is ended.

    What it has not answered by then is not decided.
    """
    count = len(plan.guarantees) if wanted is None else len(wanted)
    if not count:
        return []
    asked: ProofRequest = (plan, old, None if wanted is None else tuple(wanted), time.monotonic() + seconds)
    command = [sys.executable, "-m", "leadwright.engine.prove.child"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    why = "the solver needs more memory than it may have, or ended by itself"
    try:
        ended = subprocess.run(
            command,
            input=pickle.dumps(asked),
            capture_output=True,
            timeout=seconds * (1 + _GRACE),
            check=False,
            env=environment,
        )
        said = ended.stdout
    except subprocess.TimeoutExpired as expired:
        said, why = expired.stdout or b"", f"it takes longer than {seconds:g} seconds"
    found = list(_read(said))
    return [*found, *_undecided(plan, wanted, why)[len(found) :]]


def _read(said: bytes) -> Iterator[Answer]:
    """The answers that were written whole."""
    stream = io.BytesIO(said)
    while True:
        try:
            yield pickle.load(stream)
        except (EOFError, pickle.UnpicklingError):
            return


def _undecided(plan: Plan, wanted: Sequence[Wanted] | None, why: str) -> list[Answer]:
    if wanted is not None:
        return [Answer(one.kind.value, Verdict.NOT_DECIDED, 0.0, why=why) for one in wanted]
    return [
        Answer(one.name, Verdict.NOT_DECIDED, 0.0, why=why, text=one.origin.text, line=one.origin.line)
        for one in plan.guarantees
    ]
