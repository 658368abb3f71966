"""Results of a ruleset, and the points that are proposed from them."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...engine.outcomes.learn.proposal import Change, Proposal
from ...engine.report.outcomes import headline, pairs_text, rate_text, ratio_text, rows_text, share_text
from ...engine.report.text_style import PLAIN
from ...engine.store.database import Store
from ...engine.store.records.rulesets import ruleset_names
from ..access import doer, needs, settings
from ..accounts.users import Role
from ..database import reading, writing
from ..drafts import Changed, change
from ..editor.card_cache import desk
from ..editor.opening import draft_of
from ..problems import Problem, invalid, not_found
from ..ruleset_cache import ready
from .asking import Asked, Rules, measured, proposed
from .charts import band_bars, curves_chart, lift_chart, rates_chart

pages = Blueprint("results", __name__)


@pages.get("/rulesets/<name>/results")
def show(name: str) -> str:
    """Whether the scores of the live rules are right."""
    store = reading(settings())
    rules = _live(store, name)
    try:
        found = measured(store, rules, _asked())
    except Problem as problem:
        return _instead("results", name, problem)
    speed = found.speed
    curves = [] if speed is None else [
        (label, curve) for label, curve in (("top stage", speed.qualified), ("others", speed.others)) if curve
    ]  # fmt: skip
    outcome = found.outcomes.won.name
    return render_template(
        "results.html",
        name=name,
        tab="results",
        problem=None,
        found=found,
        outcome=outcome,
        headline=headline(found),
        judged=rows_text(found.rows, outcome, PLAIN),
        pairs=pairs_text(found.order),
        bands=rates_chart(band_bars(found.bands), found.base.value, "Wins by score"),
        lifts=lift_chart(found.lifts, "How often the leads of each rule win, against leads without it"),
        curves=curves_chart(curves, found.rows.asked.within / 86_400_000_000, "How soon leads win")
        if curves
        else None,
        rate=rate_text,
        ratio=ratio_text,
        share=share_text,
    )


@pages.get("/rulesets/<name>/results/proposed")
def show_proposed(name: str) -> str:
    """The points, rules and thresholds that outcomes speak for, to be taken or left one by one."""
    store = reading(settings())
    try:
        found = _proposal(store, name)
    except Problem as problem:
        return _instead("proposed", name, problem)
    return render_template(
        "proposed.html",
        name=name,
        tab="proposed",
        problem=None,
        found=found,
        keys=[_key(one) for one in found.all],
        pairs=pairs_text,
        rate=rate_text,
        ratio=ratio_text,
    )


@pages.post("/rulesets/<name>/results/proposed")
@needs(Role.EDITOR)
def take(name: str) -> Response:
    """Puts the changes that were taken into the draft, one edit each."""
    wanted = set(request.form.getlist("take"))
    store = reading(settings())
    found = _proposal(store, name)
    edits = [one.edit for one in found.all if _key(one) in wanted]
    if not edits:
        raise invalid("Take at least one change.")
    draft = draft_of(store, name)
    with writing(settings()) as written:
        done = change(written, name, edits, who=doer().who, seen=draft.revision, texts=desk().texts)
    if not isinstance(done, Changed):
        raise Problem(409, "Changed meanwhile", done.message)
    return redirect(url_for("review.show", name=name))


def _live(store: Store, name: str) -> Rules:
    """The live rules. Problem 404 where there are none."""
    if name not in ruleset_names(store):
        raise not_found(f"There is no published ruleset {name}.")
    return Rules.live(ready(store, name))


def _asked() -> Asked:
    """What the address asks for."""
    given = {name: request.args.get(name, "").strip() or None for name in ("at", "within", "since", "until")}
    return Asked(**given)


def _proposal(store: Store, name: str) -> Proposal:
    return proposed(store, _live(store, name), _asked())


def _instead(tab: str, name: str, problem: Problem) -> str:
    """The page with why there is nothing to see."""
    if problem.status != 422:
        raise problem
    return render_template(f"{tab}.html", name=name, tab=tab, problem=problem, found=None)


def _key(one: Change) -> str:
    """What tells a change from the others of a proposal, whenever that is made."""
    return f"{one.sort}:{one.name}:{one.new}"
