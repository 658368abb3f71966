"""Rulesets: all of them with where leads stand, and one of them with its text in words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from ...engine.plan import Plan
from ...engine.report.catalogue import catalogue_data
from ...engine.store.database import Store
from ...engine.store.records.rulesets import ruleset_names
from ...grammar.messages.diagnostics import Severity
from ...grammar.syntax import nodes
from ...grammar.text.sentences import sentence
from ..access import needs, person, settings
from ..accounts.users import Role
from ..database import reading
from ..drafts import authors, current, draft_names
from ..problems import not_found
from ..queries import Standings, standing
from ..review.approvals import open_approval
from ..ruleset_cache import Ready, kept, live_of, read_text, ready
from ..ruleset_ref import DRAFT
from ..scoring import ends_long_ago, state_of
from .attention import attention, lately
from .breakdown import stage_places
from .context import number_asked
from .goals import GOALS
from .ruleset_row import RulesetRow

pages = Blueprint("rulesets", __name__)


@pages.get("/")
@needs(Role.SALES)
def index() -> str | BaseResponse:
    """All rulesets, published or not, with where leads stand; for sales, their own leads instead."""
    who = person()
    if who is not None and not who.role.may(Role.VIEWER):
        return redirect(url_for("my_leads.index"))
    store = reading(settings())
    drafted = draft_names(store)
    names = dict.fromkeys([*ruleset_names(store), *drafted])
    rows = [_row(store, name, name in drafted) for name in names]
    data = kept().catalogue(store)
    if not rows and not data.leads:
        return render_template("first.html", goals=GOALS)
    return render_template(
        "rulesets.html",
        rows=rows,
        data=catalogue_data(data),
        ends=ends_long_ago(store),
        waits=attention(store, rows, who.role) if who is not None else [],
        lately=lately(store),
    )


def _row(store: Store, name: str, drafted: bool) -> RulesetRow:
    live = live_of(store, name)
    draft = current(store, name) if drafted else None
    text = draft.text if draft is not None else live.text if live is not None else ""
    read = read_text(store, settings(), text, name).reading
    found = standing(store, name) if live is not None else None
    plan = kept().ready(live).plan if live is not None else None
    title = read.plan.title if read.plan is not None else live.title if live is not None else None
    counts = Counter(item.severity is Severity.ERROR for item in read.diagnostics)
    return RulesetRow(
        name,
        title or name,
        live,
        found,
        ranked(plan, found) if found is not None and plan is not None else [],
        draft,
        authors(store, name) if drafted else [],
        (counts[True], counts[False]),
        open_approval(store, name),
        state_of(store, name, live.number) if live is not None else None,
        stage_places(plan) if plan is not None else {},
    )


def ranked(plan: Plan, found: Standings) -> list[tuple[str | None, int]]:
    """The stages of `main` from the highest to none; those of an older version come before none."""
    names: list[str | None] = [stage.name for stage in reversed(plan.stages) if stage.track == "main"]
    names += [name for name in found.stages if name is not None and name not in names]
    return [(name, found.stages.get(name, 0)) for name in [*names, None]]


@dataclass(frozen=True, slots=True)
class Said:
    """A statement in words, the line it begins on, a rule's name; those of a group are indented."""

    line: int
    text: str
    name: str | None = None
    inside: bool = False


@pages.get("/rulesets/<name>")
def show(name: str) -> str:
    """One version of a ruleset: its text, and what it says in words."""
    store = reading(settings())
    draft = current(store, name)
    live = live_of(store, name)
    if live is None and draft is not None:
        return render_template("ruleset_new.html", draft=draft, authors=authors(store, name))
    chosen = ready(store, name, number_asked("version"))
    live = live or chosen.version
    found = standing(store, name)
    return render_template(
        "ruleset.html",
        chosen=chosen,
        live=live,
        standing=found,
        stages=ranked(chosen.plan, found) if found is not None else [],
        ladder=stage_places(chosen.plan),
        lines=chosen.version.text.splitlines(),
        said=_said(chosen),
        view="text" if request.args.get("view") == "text" else "words",
        draft=draft if draft is not None and draft.changed else None,
        authors=authors(store, name),
        approval=open_approval(store, name),
    )


@pages.get("/rulesets/<name>/text")
def text(name: str) -> Response:
    """The text of a version, or with `version=draft` of the draft, as a file."""
    store = reading(settings())
    if request.args.get("version") == DRAFT:
        draft = current(store, name)
        if draft is None:
            raise not_found(f"There is no ruleset {name}.")
        content, called = draft.text, f"{name}-draft"
    else:
        content, called = ready(store, name, number_asked("version")).version.text, name
    response = current_app.response_class(content, mimetype="text/plain")
    response.headers.set("Content-Disposition", "attachment", filename=f"{called}.rules")
    return response


def _said(chosen: Ready) -> list[Said]:
    meanings = {name: found.meaning.value for name, found in chosen.plan.names.items()}
    source = chosen.reading.source
    said = []

    def add(node: nodes.Statement, inside: bool) -> None:
        name = node.name.value if isinstance(node, nodes.Rule) and node.name is not None else None
        said.append(Said(source.position(node.span.start)[0], sentence(node, meanings), name, inside))

    for node in chosen.reading.tree.statements:
        add(node, False)
        if isinstance(node, nodes.Group):
            for rule in node.rules:
                add(rule, True)
    return said
