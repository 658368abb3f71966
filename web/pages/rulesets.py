"""Rulesets: all of them, one with its text and history, and rolling back."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ...engine.plan import Plan
from ...engine.report.catalogue import catalogue_data
from ...engine.store.rulesets import RulesetVersion, ruleset_names, versions
from ...grammar import nodes
from ...grammar.sentences import sentence
from ..access import doer, needs, settings
from ..accounts.roles import Role
from ..database import reading, writing
from ..lookups import Standing, standing
from ..problems import invalid
from ..rulebook import Ready, kept, live_of, ready, roll_back
from .asked import number_asked

pages = Blueprint("rulesets", __name__)


@dataclass(frozen=True, slots=True)
class Row:
    """A ruleset in the list. `stages` are those of `main` from the highest to none, with their leads."""

    live: RulesetVersion
    standing: Standing | None
    stages: list[tuple[str | None, int]]


@pages.get("/")
def index() -> str:
    """All rulesets, with where leads stand."""
    store = reading(settings())
    rows = []
    for name in ruleset_names(store):
        live = live_of(store, name)
        if live is not None:
            found = standing(store, name)
            plan = kept().ready(live).plan
            rows.append(Row(live, found, ranked(plan, found) if found is not None else []))
    return render_template("rulesets.html", rows=rows, data=catalogue_data(kept().catalogue(store)))


def ranked(plan: Plan, found: Standing) -> list[tuple[str | None, int]]:
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
    """One version of a ruleset: its text, in words, and the history."""
    store = reading(settings())
    chosen = ready(store, name, number_asked("version"))
    history = list(reversed(versions(store, name)))
    live = history[0]
    found = standing(store, name)
    return render_template(
        "ruleset.html",
        chosen=chosen,
        live=live,
        history=history,
        standing=found,
        stages=ranked(chosen.plan, found) if found is not None else [],
        lines=chosen.version.text.splitlines(),
        said=_said(chosen),
    )


@pages.get("/rulesets/<name>/text")
def text(name: str) -> Response:
    """The text of a version as a file."""
    version = ready(reading(settings()), name, number_asked("version")).version
    response = current_app.response_class(version.text, mimetype="text/plain")
    response.headers.set("Content-Disposition", "attachment", filename=f"{version.ruleset}.rules")
    return response


@pages.post("/rulesets/<name>/roll-back")
@needs(Role.PUBLISHER)
def back(name: str) -> AnyResponse:
    """Publishes an old version again."""
    number, note = request.form.get("version", ""), request.form.get("note", "").strip()
    if not number.isdecimal() or not number.isascii() or len(number) > 9:
        raise invalid("Say which version is to be published again.")
    if not note or len(note) > 2_000:
        raise invalid("Say in the note why you roll back, in at most 2,000 letters.")
    with writing(settings()) as store:
        made = roll_back(store, name, int(number), note, doer())
    return redirect(url_for("rulesets.show", name=name, version=made.number), 303)


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
