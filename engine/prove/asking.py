"""Asking about all leads: in this process, or in one of its own, which keeps to a budget whatever happens."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Sequence

from ..plan import Plan
from .answers import Answer, Verdict, Wanted

Asked = tuple[Plan, Plan | None, tuple[Wanted, ...] | None, float]
"""A plan, the one it is compared with, questions (None: its guarantees), and seconds for each."""

_GRACE = 2.0
"""Seconds for a process to start and to answer besides what it may think."""


def answers(
    plan: Plan, *, seconds: float, wanted: Sequence[Wanted] | None = None, old: Plan | None = None
) -> list[Answer]:
    """The answers to questions about a plan, or (None) its guarantees, each with so many seconds at most.

    Raises ValueError, with a sentence, for names of rules or stages that are not there.
    """
    from .prover import Prover
    from .questions import guaranteed, question_of

    questions = guaranteed(plan) if wanted is None else [question_of(one, plan, old) for one in wanted]
    prover = Prover(seconds)
    return [prover.ask(one) for one in questions]


def answers_apart(
    plan: Plan, *, seconds: float, wanted: Sequence[Wanted] | None = None, old: Plan | None = None
) -> list[Answer]:
    """As `answers`, in a process of its own: other threads go on, and after `seconds` in all it is ended.

    What it has not answered by then is not decided.
    """
    count = len(plan.guarantees) if wanted is None else len(wanted)
    if not count:
        return []
    asked: Asked = (plan, old, None if wanted is None else tuple(wanted), seconds / count)
    command = [sys.executable, "-m", "leadwright.engine.prove.child"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    try:
        ended = subprocess.run(
            command,
            input=pickle.dumps(asked),
            capture_output=True,
            timeout=seconds + _GRACE,
            check=False,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        return _undecided(plan, wanted, f"it takes longer than {seconds:g} seconds")
    if ended.returncode != 0:
        return _undecided(plan, wanted, "the solver needs more memory than it may have, or ended by itself")
    found: list[Answer] = pickle.loads(ended.stdout)
    return found


def _undecided(plan: Plan, wanted: Sequence[Wanted] | None, why: str) -> list[Answer]:
    if wanted is not None:
        return [Answer(one.kind.value, Verdict.NOT_DECIDED, 0.0, why=why) for one in wanted]
    return [
        Answer(one.name, Verdict.NOT_DECIDED, 0.0, why=why, text=one.origin.text, line=one.origin.line)
        for one in plan.guarantees
    ]
