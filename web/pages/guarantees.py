"""The guarantees of a draft: what is proved of every possible lead, and made-up leads that break the rest."""

from __future__ import annotations

import json
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...engine.evaluator import Evaluator
from ...engine.explain.decision import Decision
from ...engine.plan import Guarantee, Plan
from ...engine.prove import INSTALL
from ...engine.prove.answers import Answer, Verdict
from ...engine.report.proofs import case_data, case_facts
from ...engine.store.database import Store
from ...grammar.edits import Edit
from ...grammar.messages.diagnostics import Source
from ...grammar.syntax.parse import parse
from ...grammar.text.printer import quoted
from ...grammar.text.sentences import sentence
from .. import proofs
from ..access import doer, needs, settings
from ..accounts.users import Role
from ..database import reading, writing
from ..drafts import Changed, Draft, change, current
from ..problems import Problem, not_found
from ..ruleset_ref import of_draft
from ..tryout.subjects import GIVEN, TEST
from .breakdown import stage_places

pages = Blueprint("guarantees", __name__)

_ORDER = (Verdict.NOT_SO, Verdict.NOT_DECIDED, None, Verdict.PROVED)


@dataclass(frozen=True, slots=True)
class Shown:
    """A guarantee as the page shows it: in words, its answer where there is one, and of a made-up lead that
    breaks it the facts, what the rules decide of it, and what the dry run calls it by."""

    guarantee: Guarantee
    words: str
    answer: Answer | None
    facts: tuple[str, ...] = ()
    decision: Decision | None = None
    asked: str = ""

    @property
    def verdict(self) -> Verdict | None:
        """What came of it, None where nobody has asked."""
        return self.answer.verdict if self.answer is not None else None


@pages.get("/rulesets/<name>/guarantees")
def show(name: str) -> str:
    """The guarantees of the draft, with what is known of them."""
    store = reading(settings())
    draft = _draft(store, name)
    plan = _plan(store, draft)
    shown = sorted(_shown(plan), key=lambda one: _ORDER.index(one.verdict)) if plan is not None else []
    return render_template(
        "guarantees.html",
        name=name,
        draft=draft,
        runs=plan is not None,
        shown=shown,
        ladder=stage_places(plan) if plan is not None else {},
        there=proofs.LOOKED_AT,
        install=INSTALL,
    )


@pages.post("/rulesets/<name>/guarantees")
@needs(Role.EDITOR)
def prove(name: str) -> Response:
    """Asks the solver about all guarantees of the draft."""
    store = reading(settings())
    plan = _plan(store, _draft(store, name))
    if plan is not None:
        proofs.guaranteed(plan)
    return redirect(url_for("guarantees.show", name=name), 303)


@pages.post("/rulesets/<name>/guarantees/test")
@needs(Role.EDITOR)
def keep(name: str) -> Response:
    """Adds a made-up lead that breaks a guarantee to the draft, as a test that fails until it is fixed."""
    store = reading(settings())
    draft = _draft(store, name)
    plan = _plan(store, draft)
    asked = request.form.get("guarantee", "")
    found = (
        next((one for one in proofs.guaranteed(plan) if one.name == asked), None)
        if plan is not None
        else None
    )
    if plan is None or found is None or found.test is None:
        raise Problem(
            409, "Changed in the meantime", "This guarantee is no longer broken in this way. Look again."
        )
    called = _free(found.name, {test.name.casefold() for test in plan.tests})
    text = found.test.replace(f"test {quoted(found.name)}", f"test {quoted(called)}", 1)
    with writing(settings()) as written:
        done = change(written, name, [Edit("add_statement", new=text)], who=doer().who, seen=draft.revision)
    if not isinstance(done, Changed):
        raise Problem(409, "Changed in the meantime", done.message)
    return redirect(url_for("editor.show", name=name, lead=f"{TEST}{called}"), 303)


def _draft(store: Store, name: str) -> Draft:
    found = current(store, name)
    if found is None:
        raise not_found(f"There is no ruleset {name}.")
    return found


def _plan(store: Store, draft: Draft) -> Plan | None:
    evaluator = of_draft(store, settings(), draft).evaluator
    return evaluator.plan if evaluator is not None else None


def _shown(plan: Plan) -> list[Shown]:
    answers = {one.name: one for one in proofs.known(plan) or ()}
    evaluator = Evaluator(plan)
    return [_one(one, answers.get(one.name), evaluator) for one in plan.guarantees]


def _one(guarantee: Guarantee, answer: Answer | None, evaluator: Evaluator) -> Shown:
    meanings = {name: one.meaning.value for name, one in evaluator.plan.names.items()}
    node = parse(Source(guarantee.origin.text)).tree.statements[0]
    words = sentence(node, meanings)
    if answer is None or answer.case is None:
        return Shown(guarantee, words, answer)
    fields, events = answer.case.given(more=True)
    decision = evaluator.decide(evaluator.facts(fields, events), answer.case.now)
    given = case_data(answer.case)
    asked = GIVEN + json.dumps({"now": given["now"], "fields": given["fields"], "events": given["events"]})
    return Shown(guarantee, words, answer, tuple(case_facts(answer.case)), decision, asked)


def _free(name: str, taken: set[str]) -> str:
    number, found = 1, name
    while found.casefold() in taken:
        number += 1
        found = f"{name} ({number})"
    return found
