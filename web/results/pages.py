"""Results of a ruleset, rules tried on the past, and the points that are proposed from outcomes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from ...engine.catalogue import Catalogue
from ...engine.outcomes.costs import Costs, costs_of_csv
from ...engine.outcomes.definitions import NotMeasurable, outcomes_of
from ...engine.outcomes.intervals import Rate
from ...engine.outcomes.learn.learner import LearnOptions
from ...engine.outcomes.learn.proposal import Change, Proposal
from ...engine.outcomes.ranking import Figure
from ...engine.plan import Plan
from ...engine.report.outcomes import headline, pairs_text, rate_text, ratio_text, rows_text, share_text
from ...engine.report.text_style import PLAIN, counted
from ...engine.store.database import Store
from ...engine.store.records.rulesets import ruleset_names
from ...engine.values import instant_text
from ...grammar.edits import Edit
from ..access import doer, needs, settings
from ..accounts.users import Role
from ..database import reading, writing
from ..drafts import Changed, Draft, change, current, undo
from ..editor.card_cache import cached_cards
from ..editor.opening import draft_of
from ..problems import Problem, invalid, not_found
from ..ruleset_cache import kept, read_text, ready
from . import backtests
from .asking import MeasureForm, Rules, measured, not_comparable, proposed
from .charts import ends_strip, lift_strip
from .findings import dashed, results_view, too_few, top_stage, with_dashes
from .thresholds import threshold_edit, trial_of

pages = Blueprint("results", __name__)

_LARGEST_COSTS = 1_000_000
_PLAIN_TITLE = "Proposed points"


@pages.get("/results")
def index() -> str | Response:
    """The results of the one ruleset there is; of several, which there are."""
    names = ruleset_names(reading(settings()))
    if len(names) == 1:
        return redirect(url_for("results.show", name=names[0]))
    return render_template("results_index.html", names=names)


@pages.get("/rulesets/<name>/results")
def show(name: str) -> str:
    """Whether the scores of the live rules are right."""
    return _results(name, None)


@pages.post("/rulesets/<name>/results")
def with_costs(name: str) -> str:
    """The same with what sources cost, from a file; nothing of it is kept."""
    file = request.files.get("costs")
    if file is None or not file.filename:
        raise invalid("Choose a costs file: CSV with the columns source, month, cost and perhaps currency.")
    try:
        text = file.read(_LARGEST_COSTS + 1).decode("utf-8-sig")
        if len(text) > _LARGEST_COSTS:
            raise invalid("This costs file is too large: at most 1 MB.")
        return _results(name, costs_of_csv(text, file.filename[:100]))
    except UnicodeDecodeError:
        raise invalid(f"The costs file {file.filename[:100]} is not UTF-8 text.") from None
    except NotMeasurable as error:
        raise not_comparable(error) from None


def _results(name: str, costs: Costs | None) -> str:
    store = reading(settings())
    rules = _live(store, name)
    form = _form(store)
    by = form["by"] or ("source" if costs is not None else None)
    try:
        found = measured(store, rules, _asked(), by=by, costs=costs)
    except Problem as problem:
        return _instead("results.html", "results", name, problem, form=form)
    return render_template(
        "results.html",
        name=name,
        tab="results",
        problem=None,
        form=form,
        costs=costs,
        found=found,
        view=results_view(found),
        headline=with_dashes(headline(found)),
        few=too_few(found.rows),
        judged=rows_text(found.rows, found.outcomes.won.name, PLAIN),
        trial=trial_of(found, _draft_plan(store, name), request.args.get("stage")),
        **_WORDS,
    )


_WORDS: dict[str, Any] = {
    "rate": lambda rate: with_dashes(rate_text(rate)),
    "ratio": lambda ratio: with_dashes(ratio_text(ratio)),
    "share": share_text,
    "pairs": lambda figure: with_dashes(pairs_text(figure)),
    "dashed": dashed,
    "top_stage": top_stage,
    "month_text": lambda start: instant_text(start)[:7],
}


# --- a threshold ----------------------------------------------------------------------------------


@pages.post("/rulesets/<name>/results/threshold")
@needs(Role.EDITOR)
def set_threshold(name: str) -> Response:
    """Puts a threshold into the draft."""
    stage, text = request.form.get("stage", ""), request.form.get("score", "").strip()
    try:
        score = int(text) if len(text) <= 9 else None
    except ValueError:
        score = None
    if score is None:
        raise invalid("A threshold is a whole number of points.")
    store = reading(settings())
    draft = draft_of(store, name)
    plan = _plan_of(store, draft)
    if plan is None:
        raise Problem(409, "Errors in the draft", "The draft has errors. Fix them in the editor first.")
    edit = threshold_edit(plan, stage, score)
    if edit is None:
        raise invalid(f'The draft has no stage "{stage[:100]}" that asks for a score.')
    if edit.old != edit.new:
        _put(name, draft, [edit])
    return _said(name, f"{stage} {score}")


@pages.post("/rulesets/<name>/results/threshold/undo")
@needs(Role.EDITOR)
def undo_threshold(name: str) -> Response:
    """Takes back what this person last changed in the draft."""
    with writing(settings()) as store:
        done = undo(store, name, who=doer().who, texts=cached_cards().texts)
    if not isinstance(done, Changed):
        raise Problem(409, "Changed meanwhile", done.message)
    return _said(name, "")


def _said(name: str, what: str) -> Response:
    """For the page's script what is in the draft now; without it, the page again."""
    if request.accept_mimetypes.best == "application/json":
        return make_response(jsonify({"draft": what}))
    return redirect(url_for("results.show", name=name), 303)


def _put(name: str, draft: Draft, edits: list[Edit]) -> None:
    with writing(settings()) as written:
        done = change(written, name, edits, who=doer().who, seen=draft.revision, texts=cached_cards().texts)
    if not isinstance(done, Changed):
        raise Problem(409, "Changed meanwhile", done.message)


# --- proposed points ------------------------------------------------------------------------------


@pages.get("/rulesets/<name>/results/proposed")
def show_proposed(name: str) -> str:
    """The points, rules and thresholds that outcomes speak for, to be taken or left one by one."""
    store = reading(settings())
    try:
        found = _proposal(store, name)
        won = outcomes_of(_live(store, name).plan, _asked().outcome).won.name
    except Problem as problem:
        return _instead("proposed.html", "proposed", name, problem, title=_PLAIN_TITLE)
    return render_template(
        "proposed.html",
        name=name,
        tab="proposed",
        problem=None,
        found=found,
        few=too_few(found.rows),
        won=won,
        title=_gain(found),
        strip=_figure_strip,
        lift_strip=lift_strip,
        keys=[_key(one) for one in found.all],
        used=request.args.getlist("use"),
        **_WORDS,
    )


@pages.post("/rulesets/<name>/results/proposed")
@needs(Role.EDITOR)
def take(name: str) -> Response:
    """Puts the changes that were taken into the draft, one edit each."""
    store = reading(settings())
    found = _proposal(store, name)
    wanted = {field[5:] for field, value in request.form.items() if field[:5] == "take:" and value == "yes"}
    edits = [one.edit for one in found.all if _key(one) in wanted]
    if not edits:
        raise invalid("Take at least one change.")
    _put(name, draft_of(store, name), edits)
    return redirect(url_for("review.show", name=name), 303)


def _proposal(store: Store, name: str) -> Proposal:
    options = LearnOptions(use=tuple(request.values.getlist("use"))[:100])
    return proposed(store, _live(store, name), _asked(), options)


def _gain(found: Proposal) -> str:
    """The page's title: what later leads gain where that is sure, else its plain name."""
    evaluation = found.evaluation
    if evaluation is None or evaluation.now is None or evaluation.proposed is None:
        return _PLAIN_TITLE
    now, then = (round(one.value * 100) for one in (evaluation.now, evaluation.proposed))
    if evaluation.better < 0.95 or then <= now or not found.all:
        return _PLAIN_TITLE
    return (
        f"{counted(len(found.all), 'change')} sort later leads better: {then} instead of {now} of 100 pairs"
    )


def _figure_strip(figure: Figure | Rate | None, css: str = "live") -> Markup:
    """A figure or a rate as a dot with its whisker."""
    if figure is None or figure.value is None or figure.low is None or figure.high is None:
        return Markup("")
    return ends_strip(figure.value, figure.low, figure.high, css)


def _key(one: Change) -> str:
    """What tells a change from the others of a proposal, whenever that is made."""
    return f"{one.sort}:{one.name}:{one.new}"


# --- the past -------------------------------------------------------------------------------------


@pages.get("/rulesets/<name>/results/backtest")
def show_backtest(name: str) -> str:
    """Rules tried on the past, the live ones and the draft."""
    store = reading(settings())
    rules = _live(store, name)
    draft = current(store, name)
    plan = _draft_plan(store, name)
    against = None
    if plan is not None and draft is not None and draft.changed and request.args.get("against") != "none":
        against = Rules(plan, read_text(store, settings(), draft.text, name).files)
    try:
        asked = _asked()
        replay = backtests.replay_asked(store, rules, asked)
        view = backtests.backtest_view(store, rules, asked, replay, against)
    except Problem as problem:
        return _instead("backtest.html", "backtest", name, problem, form=_form(store), replay=None)
    return render_template(
        "backtest.html",
        name=name,
        tab="backtest",
        problem=None,
        form=_form(store),
        replay=replay,
        view=view,
        against=against,
        **_WORDS,
    )


# --- what the address asks for --------------------------------------------------------------------


def _live(store: Store, name: str) -> Rules:
    """The live rules. Problem 404 where there are none."""
    if name not in ruleset_names(store):
        raise not_found(f"There is no published ruleset {name}.")
    return Rules.live(ready(store, name))


def _draft_plan(store: Store, name: str) -> Plan | None:
    """The draft's plan; None where there is no draft, or it has errors."""
    draft = current(store, name)
    return None if draft is None else _plan_of(store, draft)


def _plan_of(store: Store, draft: Draft) -> Plan | None:
    return read_text(store, settings(), draft.text, draft.ruleset, lints=False).reading.plan


_ASKED = ("at", "within", "since", "until")


def _asked() -> MeasureForm:
    given = {name: request.values.get(name, "").strip()[:40] or None for name in _ASKED}
    name, sign, value = request.values.get("only", "").partition("=")
    return MeasureForm(**given, only=(name, value[:1_000]) if sign and name else None)


def _form(store: Store) -> dict[str, Any]:
    """What the form above holds: what was asked for, and the fields and values to choose from."""
    known = kept().catalogue(store)
    return {
        **{name: request.values.get(name, "").strip()[:40] for name in _ASKED},
        "by": request.values.get("by", "").strip() or None,
        "only": request.values.get("only", ""),
        "fields": _fields(known),
        "values": _values(known),
    }


def _fields(known: Catalogue) -> list[str]:
    return [name for name, field in known.fields.items() if 1 < len(field.values) <= 30]


def _values(known: Catalogue) -> list[tuple[str, list[str]]]:
    return [(name, [str(value) for value in known.fields[name].values]) for name in _fields(known)]


def _instead(template: str, tab: str, name: str, problem: Problem, **more: Any) -> str:
    """The page with why there is nothing to see."""
    if problem.status != 422:
        raise problem
    return render_template(template, name=name, tab=tab, problem=problem, found=None, view=None, **more)
