"""What the panel asks for beside the editor's answers, and the panel as HTML."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, render_template, request

from ...engine.reading import Reading
from ...engine.store.database import Store
from ...engine.store.records.leads import find_lead
from ...engine.store.records.merges import lead_ids
from ...engine.tryout.as_test import as_test
from ...grammar.edits import Edit
from ..access import needs, settings
from ..accounts.users import Role
from ..database import reading
from ..drafts import current
from ..pages.context import text_asked
from ..problems import Problem, invalid, not_found
from ..queries import lead_title
from ..ruleset_cache import read_text
from .opening import causes_in, trial_of, tried
from .subjects import GIVEN, LONGEST, Subject, search
from .trial import Trial


def panel_html(trial: Trial) -> str:
    """What stands in `#panel`."""
    return render_template("trial/panel.html", trial=trial)


trial = Blueprint("trial", __name__)

MOST_BESIDE = 6
"""How many leads stand side by side."""

MOST_NAMED = 5
"""How many of the leads that a change moves are named beside it."""


@trial.get("/rulesets/<name>/edit/leads")
def leads(name: str) -> Response:
    """Whom the draft can be tried on, by a text (`q`)."""
    store = reading(settings())
    found = search(store, _draft(store, name).plan, text_asked("q") or "")
    return jsonify([{"value": one.asked, "label": one.title, "note": one.words} for one in found])


@trial.get("/rulesets/<name>/edit/causes")
def causes(name: str) -> str:
    """Why leads move from what is live to the draft, change by change."""
    store = reading(settings())
    tried_out = trial_of(store, name, _draft(store, name), text_asked("lead"), text_asked("at"))
    found = causes_in(store, tried_out)
    leads = [move.lead for cause in found.changes for move in cause.moves[:MOST_NAMED]] if found else []
    names = {key: lead_title(lead)[0] for key in leads if (lead := find_lead(store, key)) is not None}
    return render_template("trial/causes.html", trial=tried_out, causes=found, names=names, most=MOST_NAMED)


@trial.get("/rulesets/<name>/edit/beside")
def beside(name: str) -> str:
    """Several leads (`lead`, as the page calls them) side by side, by the draft and by what is live."""
    store = reading(settings())
    draft = _draft(store, name)
    asked = request.args.getlist("lead")[:MOST_BESIDE]
    found = [trial_of(store, name, draft, lead[: LONGEST + len(GIVEN)], text_asked("at")) for lead in asked]
    shown = [one for one in found if one.decision is not None and one.subject is not None]
    rules = {line.name: None for one in shown for line, _ in one.lines if line.points}
    given = [{line.name: line.points for line, _ in one.lines} for one in shown]
    return render_template("trial/beside.html", trials=shown, rules=list(rules), given=given)


@trial.post("/rulesets/<name>/edit/test")
@needs(Role.EDITOR)
def test(name: str) -> Response:
    """The lead in view as an edit that adds it to the draft as a test."""
    store = reading(settings())
    tried_out = trial_of(store, name, _draft(store, name), _lead_asked(), _at_asked())
    subject, rules = tried_out.subject, tried_out.rules
    if rules is None:
        raise invalid("The draft has an error, so no test can be made yet. Fix the error first.")
    if subject is None or subject.case is None:
        raise invalid("Choose a lead first.")
    taken = {found.name.casefold() for found in rules.plan.tests}
    # Neither its name nor its values say whose they are: the rules outlive the lead.
    text = as_test(rules, subject.case, _free("a lead like one in the data", taken), _ids(store, subject))
    if text is None:
        raise Problem(
            422,
            "No test can say this",
            "This lead has events that the rules have no name of their own for, or values that no rule can "
            "write; or the rules ask for its name, email address or id, which no test keeps. Write the test "
            "by hand.",
        )
    return jsonify({"edit": Edit("add_statement", new=text).as_dict()})


@trial.post("/rulesets/<name>/edit/stop")
@needs(Role.EDITOR)
def stop(name: str) -> Response:
    """Ends the counting over all leads."""
    _draft(reading(settings()), name)
    tried().runs.stop(name)
    return jsonify({})


@trial.post("/rulesets/<name>/edit/count")
@needs(Role.EDITOR)
def count(name: str) -> Response:
    """Begins the counting again that was stopped."""
    _draft(reading(settings()), name)
    tried().runs.again(name)
    return jsonify({})


def _draft(store: Store, name: str) -> Reading:
    found = current(store, name)
    if found is None:
        raise not_found(f"There is no ruleset {name}.")
    return read_text(store, settings(), found.text, name).reading


def _lead_asked() -> str | None:
    asked = request.get_json(silent=True)
    lead = asked.get("lead") if isinstance(asked, dict) else None
    if lead is not None and (not isinstance(lead, str) or len(lead) > LONGEST + len(GIVEN)):
        raise invalid("lead is what the page calls the chosen lead by")
    return lead


def _at_asked() -> str | None:
    asked = request.get_json(silent=True)
    found = asked.get("at") if isinstance(asked, dict) else None
    return found if isinstance(found, str) else None


def _ids(store: Store, subject: Subject) -> list[str]:
    """All ids of the lead that is tried on, if it is one of the data."""
    lead = find_lead(store, subject.lead) if subject.lead else None
    if lead is None:
        return []
    ids = lead_ids(store, lead)
    return [ids.own, *(one.key for one in ids.others)]


def _free(name: str, taken: set[str]) -> str:
    """The name, with a number where there is a test of it already."""
    number, found = 1, name
    while found.casefold() in taken:
        number += 1
        found = f"{name} ({number})"
    return found
