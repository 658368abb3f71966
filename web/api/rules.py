"""Texts of rules: checked, formatted, tested, and tried out on one lead or on all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...engine.evaluator import Evaluator
from ...engine.plan import Plan
from ...engine.prove import INSTALL, MISSING
from ...engine.report.decision_data import decision_data
from ...engine.report.diagnostics import diagnostics_of
from ...engine.report.proofs import answers_data
from ...engine.report.testing import tests_data
from ...engine.score_one.facts import FactsError
from ...engine.testing import coverage, run_tests
from ...grammar.messages.diagnostics import Source
from ...grammar.text.formatter import format_text
from .. import proofs
from ..access import settings
from ..accounts.users import Role
from ..database import reading
from ..dry_run import dry_run as run_dry
from ..dry_run import dry_run_data
from ..problems import Problem, invalid
from ..queries import instant_asked
from ..ruleset_cache import ReadText, kept, read_text
from ..ruleset_cache import ready as ready_version
from .operations import Operation
from .schemas import (
    AT,
    EVENT,
    GIVEN,
    INSTANT,
    INTEGER,
    MAYBE,
    MAYBE_AT,
    MAYBE_NUMBER,
    RULESET,
    STRING,
    TEXT,
    VERSION,
    YES,
    many,
    obj,
    refer,
)  # fmt: skip

_OF = {"ruleset": RULESET | {"description": "The ruleset whose files and names the text may use."}}


def _reading(body: dict[str, Any]) -> ReadText:
    return read_text(reading(settings()), settings(), body["text"], body.get("ruleset"))


def check(body: dict[str, Any]) -> dict[str, Any]:
    """Every mistake in a text, and whether it runs."""
    found = _reading(body).reading
    return {"runs": found.plan is not None, "diagnostics": diagnostics_of(found)}


def format_rules(body: dict[str, Any]) -> dict[str, Any]:
    """The text in the common layout."""
    source = Source(body["text"])
    made = format_text(source)
    kept_as_is = [
        {"line": source.position(span.start)[0], "end_line": source.position(span.end)[0]}
        for span in made.kept
    ]
    return {"text": made.text, "changed": made.changed, "kept": kept_as_is}


def test(body: dict[str, Any]) -> dict[str, Any]:
    """Runs the tests that a text holds."""
    evaluator = _runnable(_reading(body))
    results = run_tests(evaluator.plan, evaluator)
    data = tests_data("", results, coverage(results))
    del data["file"]
    return data


def prove(body: dict[str, Any]) -> dict[str, Any]:
    """Proves the guarantees that a text holds."""
    plan = _runnable(_reading(body)).plan
    if not proofs.LOOKED_AT:
        raise Problem(503, "No solver", f"Guarantees cannot be proved here: {MISSING} ({INSTALL}).")
    data = answers_data("", proofs.guaranteed(plan))
    del data["file"]
    return data


def evaluate(body: dict[str, Any]) -> dict[str, Any]:
    """The decision about a lead that is given."""
    evaluator = _rules(body)
    now = instant_asked(body.get("at"))
    try:
        return decision_data(evaluator.decide(evaluator.facts(body["lead"], body.get("events", [])), now))
    except FactsError as error:
        raise invalid(f"{error}"[:500]) from None


def dry_run(body: dict[str, Any]) -> dict[str, Any]:
    """What rules would say of the leads in the database; nothing is stored."""
    store, allowed = reading(settings()), settings()
    evaluator = _rules(body)
    against = body.get("against")
    live = ready_version(store, against["ruleset"], _number(against)).evaluator if against else None
    now = instant_asked(body.get("at"), store, (against or body).get("ruleset"))
    most = min(int(body.get("most_leads", allowed.most_leads)), allowed.most_leads)
    # The run has a limit of its own, which ends it with what was found so far.
    store.connection.set_progress_handler(None, 0)
    with kept().turn():
        seconds = allowed.most_seconds
        found = run_dry(store, evaluator, live, now, most_leads=most, most_seconds=seconds)
    return dry_run_data(found, evaluator, now)


def run_text(body: dict[str, Any]) -> tuple[Plan, Mapping[str, str]]:
    """The plan of the text that a request gives, and the files that it reads. Problem 422 for mistakes."""
    read_so = _reading(body)
    return _runnable(read_so).plan, read_so.files


def _number(asked: dict[str, Any]) -> int | None:
    return int(asked["version"]) if asked.get("version") is not None else None


def _rules(body: dict[str, Any]) -> Evaluator:
    """The rules that a request gives as a text, or names."""
    if body.get("text") is not None:
        return _runnable(_reading(body))
    if body.get("ruleset") is None:
        raise invalid('give either "text" or "ruleset"')
    return ready_version(reading(settings()), body["ruleset"], _number(body)).evaluator


def _runnable(written: ReadText) -> Evaluator:
    found = written.reading
    if found.plan is None:
        first = found.errors[0]
        raise Problem(
            422,
            "Errors in the rules",
            f"The rules cannot run: {first.message} (line {first.line}).",
            diagnostics=[item for item in diagnostics_of(found) if item["severity"] == "error"],
        )
    return Evaluator(found.plan)


_RULES = {"text": TEXT, "ruleset": RULESET, "version": VERSION}

OPERATIONS = (
    Operation(
        "POST",
        "/check",
        "check",
        "Find every mistake in a text of rules",
        Role.EDITOR,
        check,
        obj({"runs": YES, "diagnostics": many(refer("Diagnostic"))}),
        body=obj({"text": TEXT, **_OF}, optional=("ruleset",)),
    ),
    Operation(
        "POST",
        "/format",
        "format",
        "Lay a text of rules out in the one common way",
        Role.EDITOR,
        format_rules,
        obj({"text": STRING, "changed": YES, "kept": many(obj({"line": INTEGER, "end_line": INTEGER}))}),
        body=obj({"text": TEXT}),
    ),
    Operation(
        "POST",
        "/test",
        "test",
        "Run the tests that a text of rules holds",
        Role.EDITOR,
        test,
        obj(
            {
                "passed": INTEGER,
                "failed": INTEGER,
                "tests": many(
                    obj(
                        {
                            "name": STRING,
                            "line": INTEGER,
                            "now": INSTANT,
                            "passed": YES,
                            "failures": many(obj({"expected": STRING, "came": STRING, "line": INTEGER})),
                        }
                    )
                ),
                "coverage": obj(
                    {
                        "clauses": INTEGER,
                        "covered": INTEGER,
                        "uncovered": many(
                            obj(
                                {
                                    "owner": STRING,
                                    "line": MAYBE_NUMBER,
                                    "clause": STRING,
                                    "true": INTEGER,
                                    "not_true": INTEGER,
                                }
                            )
                        ),
                    }
                ),
            }
        ),
        body=obj({"text": TEXT, **_OF}, optional=("ruleset",)),
    ),
    Operation(
        "POST",
        "/prove",
        "prove",
        "Prove the guarantees that a text of rules holds",
        Role.EDITOR,
        prove,
        obj(
            {
                "proved": INTEGER,
                "not_so": INTEGER,
                "not_decided": INTEGER,
                "answers": many(refer("Proof")),
            }
        ),
        body=obj({"text": TEXT, **_OF}, optional=("ruleset",)),
    ),
    Operation(
        "POST",
        "/evaluate",
        "evaluate",
        "Decide about one lead that is given",
        Role.EDITOR,
        evaluate,
        refer("Decision"),
        body=obj(
            {
                **_RULES,
                "lead": {"type": "object", "additionalProperties": GIVEN, "maxProperties": 2_000},
                "events": many(EVENT, maxItems=10_000),
                "at": AT,
            },
            optional=("text", "ruleset", "version", "events", "at"),
        ),
    ),
    Operation(
        "POST",
        "/dry-run",
        "dry_run",
        "Try rules out on the leads in the database",
        Role.EDITOR,
        dry_run,
        obj(
            {
                "now": INSTANT,
                "leads": INTEGER,
                "complete": YES,
                "seconds": {"type": "number"},
                "disqualified": INTEGER,
                "stages": many(
                    obj({"track": STRING, "stage": MAYBE, "leads": INTEGER, "before": MAYBE_NUMBER})
                ),
                "scores": many(obj({"score": INTEGER, "leads": INTEGER})),
                "rules": many(obj({"rule": STRING, "line": INTEGER, "leads": INTEGER})),
                "changed": INTEGER,
                "moved": INTEGER,
                "moves": many(refer("Move")),
            }
        ),
        body=obj(
            {
                **_RULES,
                "against": obj({"ruleset": RULESET, "version": VERSION}, optional=("version",)),
                "at": MAYBE_AT,
                "most_leads": {"type": "integer", "minimum": 1, "maximum": 1_000_000},
            },
            optional=("text", "ruleset", "version", "against", "at", "most_leads"),
        ),
    ),
)
