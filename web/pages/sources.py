"""Sources: which clients may send, how they are doing, and what became of their last messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ...engine.importing.problems import ImportRefused
from ...engine.live.figures import source_figures
from ...engine.live.mapping import LONGEST, read_source_mapping
from ...engine.live.messages import StoredMessage, last_messages, last_refusals
from ...engine.live.sources import (
    Source,
    add_source,
    new_key,
    remove_source,
    set_mapping,
    set_origins,
    source_named,
)
from ...engine.live.trying import try_mapping
from ...engine.receivers.adapters import KINDS
from ...engine.receivers.one_line import one_line
from ...engine.store.database import Store, StoreError
from ...engine.store.export.scores import LeadScore, stored_lead_scores
from ...engine.store.records.freshness import scored_rulesets
from ...engine.store.records.score_filter import ScoreFilter
from ..access import doer, needs, settings
from ..accounts.users import Role
from ..database import reading, writing
from ..problems import invalid, not_found

pages = Blueprint("sources", __name__)

_CALLED = {
    "events": "Events of our own (JSON)",
    "cloudevents": "CloudEvents",
    "segment": "Segment",
    "rudderstack": "RudderStack",
    "customerio-cdp": "Customer.io, data pipelines",
    "customerio": "Customer.io, track API",
    "posthog": "PostHog",
    "mixpanel": "Mixpanel",
    "amplitude": "Amplitude",
    "snowplow": "Snowplow",
    "jitsu": "Jitsu",
    "matomo": "Matomo",
}
"""What the kinds are called on the page."""


@pages.get("/sources")
def index() -> str:
    """All sources, with what came in the last 24 hours."""
    return _index()


def _index(said: str | None = None, name: str = "", kind: str = "segment") -> str:
    store = reading(settings())
    return render_template(
        "sources.html",
        sources=source_figures(store),
        strangers=last_refusals(store, None, 20),
        kinds=_CALLED,
        said=said,
        name=name,
        kind=kind,
    )


@pages.post("/sources")
@needs(Role.ADMIN)
def add() -> Response:
    """Adds a source, and shows its write key this once."""
    name, kind = request.form.get("name", "").strip(), request.form.get("kind", "")
    if kind not in KINDS:
        raise invalid("Choose which client sends.")
    try:
        with writing(settings()) as store:
            key = add_source(store, name, kind, _origins(), who=doer().who, address=doer().address)
    except StoreError as error:
        return make_response(_index(_said(error), name[:100], kind), 422)
    return _key_shown(name, kind, key)


def _key_shown(name: str, kind: str, key: str) -> Response:
    line = one_line(kind, request.host_url.rstrip("/"), key)
    return make_response(
        render_template("source_key.html", name=name, kind=_CALLED[kind], key=key, line=line)
    )


def _origins() -> list[str]:
    return request.form.get("origins", "").split()


def _said(error: StoreError) -> str:
    return f"{error.message[:1].upper()}{error.message[1:]}. To do: {error.hint}."


@pages.get("/sources/<name>")
def show(name: str) -> str:
    """One source: its last messages, and its mapping."""
    return _show(name)


def _show(name: str, mapping: str | None = None, said: str | None = None, tried: object = None) -> str:
    store = reading(settings())
    source = _source(store, name)
    figures = next(found for found in source_figures(store) if found.source.id == source.id)
    messages = last_messages(store, source.id)
    return render_template(
        "source.html",
        source=source,
        figures=figures,
        kind=_CALLED[source.kind],
        messages=messages,
        scores=_scores(store, messages),
        refusals=last_refusals(store, source.id),
        mapping=source.mapping if mapping is None else mapping,
        said=said,
        tried=tried,
    )


def _scores(store: Store, messages: Iterable[StoredMessage]) -> dict[str, list[tuple[str, LeadScore]]]:
    """The scores of the leads of messages, by their ids: each with the name of the ruleset."""
    leads = tuple({message.became["lead"] for message in messages if "lead" in message.became})
    found: dict[str, list[tuple[str, LeadScore]]] = {}
    for ruleset in scored_rulesets(store) if leads else []:
        for score in stored_lead_scores(store, ruleset, ScoreFilter(leads=leads)):
            found.setdefault(score.lead, []).append((ruleset, score))
    return found


def _source(store: Store, name: str) -> Source:
    try:
        return source_named(store, name)
    except StoreError:
        raise not_found(f"There is no source {name[:100]}.") from None


@pages.get("/sources/<name>/newest")
def newest(name: str) -> dict[str, int]:
    """The number of the newest message, for a page that waits for others."""
    store = reading(settings())
    messages = last_messages(store, _source(store, name).id)
    return {"newest": messages[0].id if messages else 0}


@pages.post("/sources/<name>/mapping")
@needs(Role.PUBLISHER)
def mapping(name: str) -> AnyResponse:
    """Keeps what messages become, or tries it on the last messages."""
    text = request.form.get("mapping", "").replace("\r\n", "\n")[: LONGEST + 1]
    try:
        found = read_source_mapping(text)
    except ImportRefused as error:
        return make_response(_show(name, text, _said(error)), 422)
    if request.form.get("what") == "try":
        store = reading(settings())
        return make_response(_show(name, text, tried=try_mapping(store, _source(store, name), found)))
    with _changing(name) as store:
        set_mapping(store, name, text, who=doer().who, address=doer().address)
    return redirect(url_for("sources.show", name=name), 303)


@pages.post("/sources/<name>/change")
@needs(Role.ADMIN)
def change(name: str) -> AnyResponse:
    """Changes websites or the key, or ends the source."""
    who = {"who": doer().who, "address": doer().address}
    what = request.form.get("what", "")
    try:
        with _changing(name) as store:
            source = source_named(store, name)
            match what:
                case "key":
                    keep = "keep" in request.form
                    return _key_shown(name, source.kind, new_key(store, name, keep=keep, **who))
                case "origins":
                    set_origins(store, name, _origins(), **who)
                case "remove":
                    remove_source(store, name, **who)
                    return redirect(url_for("sources.index"), 303)
                case _:
                    raise invalid("Say what to change.")
    except StoreError as error:
        return make_response(_show(name, said=_said(error)), 422)
    return redirect(url_for("sources.show", name=name), 303)


@contextmanager
def _changing(name: str) -> Iterator[Store]:
    """The database for changing a source that there is."""
    with writing(settings()) as store:
        _source(store, name)
        yield store
