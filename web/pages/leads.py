"""Leads as a table: searched, filtered, sorted, with chosen columns, picked, and downloaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ...engine.bounds.worth import counted_worth
from ...engine.store.database import Store
from ...engine.store.export.score_files import Columns, columns_of, csv_lines
from ...engine.store.export.scores import stored_lead_scores
from ...engine.store.records.leads import StoredField, StoredLead, count_leads, stored_fields, written_as
from ...engine.store.records.merges import suspected_count
from ...engine.store.records.rulesets import ruleset_names
from ...engine.store.records.score_filter import SIGNS, ScoreFilter
from ...engine.store.records.views import View, delete_view, save_view, views
from ...engine.store.scoring.lead_pages import BadCursor
from ...engine.store.scoring.lead_table import (
    Order,
    TablePage,
    count_in_table,
    lead_table,
)
from ...engine.values import instant_of
from ..access import doer, needs, settings
from ..accounts.users import Role
from ..database import open_reading, reading, writing
from ..drafts import current
from ..lead_sets import LeadSet
from ..problems import Problem, invalid, not_found
from ..queries import Standings, events_of_lead, instant_asked, last_scoring, standing
from ..ruleset_cache import live_of, ready
from ..settings import Settings
from .context import text_asked
from .lead_query import DISQUALIFIED, UNSTAGED, LeadQuery, address, cursor_asked, table_asked
from .lead_rows import BAR, HEIGHT, WIDTH, LeadRow, Scale, plain_rows, rows_of, scale_of

pages = Blueprint("leads", __name__)

_PER_PAGE = 50
_MOST_COUNTED = 10_000
"""Leads that a filter lets through are counted up to here; beyond it says "10,000+"."""
_MOST_LISTED = 50
"""So many picked leads go to a list or to handoffs at once: an address has them all."""
_MOST_BESIDE = 6
"""Leads that the dry run shows side by side."""
_MOST_FALLING = 100_000
"""In so many leads those who move down with the draft are counted unasked."""
_MOST_WEIGHED = 500
"""Of so many leads blank fields are weighed at once."""


# --- the table ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tab:
    """A stage as a tab: its words, how many leads are there, its address, and whether it is shown."""

    words: str
    leads: int
    url: str
    here: bool


@pages.get("/leads")
def index() -> str:
    """The leads that the filters let through, a page at a time."""
    store = reading(settings())
    asked = table_asked(store)
    stands = standing(store, asked.ruleset) if asked.ruleset is not None else None
    by = asked.ruleset if stands is not None else None
    wanted, every = asked.filter(store), count_leads(store)
    page = _page(store, by, wanted, asked.order)
    if page.next is None and cursor_asked("after") is None:
        found, more = len(page.rows), False
    else:
        found, more = _found(store, by, wanted, stands.leads if stands is not None else every)
    rows, scale = _rows(store, by, page, stands)
    stages = _stages(store, asked.ruleset)
    return render_template(
        "leads.html",
        page=page,
        rows=rows,
        scale=scale,
        bar=BAR,
        course=(WIDTH, HEIGHT),
        following={row.next for row in rows if row.next is not None},
        graded=any(row.stored.grade for row in rows),
        asked=asked,
        found=found,
        more=more,
        every=every,
        unscored=every - stands.leads if stands is not None else 0,
        stands=stands,
        names=ruleset_names(store),
        stages=stages,
        stage_tabs=_tabs(asked, stands, stages),
        falling=_falling(store, asked, every) if stands is not None else None,
        tags=stands.tags if stands is not None else (),
        stored=stored_fields(store),
        signs=SIGNS,
        views=views(store),
        address=address,
        cell=_cell,
        here_query=urlencode(asked.query()),
        scored=by is not None,
        duplicates=suspected_count(store),
        place=_places(store, asked.ruleset),
    )


def _page(store: Store, by: str | None, wanted: ScoreFilter, order: Order) -> TablePage:
    try:
        return lead_table(store, by, wanted, order, after=cursor_asked("after"), limit=_PER_PAGE)
    except BadCursor:
        raise invalid("This page of leads is not there any more. Begin at the first.") from None
    except ValueError as error:
        raise invalid(f"“{error}” cannot be compared with this field. Enter a value of its kind.") from None


def _found(store: Store, by: str | None, wanted: ScoreFilter, every: int) -> tuple[int, bool]:
    """How many leads a filter lets through, and whether there are more than are counted."""
    if wanted == ScoreFilter():
        return every, False
    found = count_in_table(store, by, wanted, _MOST_COUNTED + 1)
    return min(found, _MOST_COUNTED), found > _MOST_COUNTED


def _rows(
    store: Store, by: str | None, page: TablePage, stands: Standings | None
) -> tuple[list[LeadRow], Scale | None]:
    if by is None or stands is None:
        return plain_rows(page.rows), None
    rules = ready(store, by).evaluator
    scale = scale_of(rules.plan, page.rows)
    return rows_of(store, rules, page.rows, stands.now, scale), scale


def _tabs(asked: LeadQuery, stands: Standings | None, stages: Sequence[str]) -> list[Tab]:
    """All leads, and those of each stage, in none, and disqualified."""
    if stands is None:
        return []
    none = stands.stages.get(None, 0) - stands.disqualified
    found = [("All", None, stands.leads), *((name, name, stands.stages.get(name, 0)) for name in stages)]
    found += [("No stage", UNSTAGED, none), ("Disqualified", DISQUALIFIED, stands.disqualified)]
    plain = replace(asked, **_NO_FILTER)
    shown_now = asked.query()
    tabs = []
    for words, stage, leads in found:
        query = replace(plain, stage=stage)
        tabs.append(Tab(words, leads, address(query), query.query() == shown_now))
    return tabs


def _falling(store: Store, asked: LeadQuery, every: int) -> Tab | None:
    """The leads that move down with the draft; None where it is no other than what is live. Beyond so many
    leads they are counted only when they are asked for."""
    draft = current(store, asked.ruleset) if asked.ruleset is not None else None
    live = live_of(store, asked.ruleset) if asked.ruleset is not None else None
    if draft is None or live is None or draft.text == live.text:
        return None
    query = replace(asked, **_NO_FILTER, ruleset=draft.ruleset)
    query = replace(query, set=LeadSet(draft.ruleset, moved="down"))
    counted = every if every <= _MOST_FALLING else 0
    return Tab("Moves down in the draft", counted, address(query), query.query() == asked.query())


_NO_FILTER: dict[str, Any] = {
    "text": None,
    "stage": None,
    "at_least": None,
    "at_most": None,
    "tag": None,
    "fields": (),
    "set": None,
}


@pages.get("/leads/count")
def count() -> str:
    """How many leads a saved view lets through, as a part of the page."""
    store = reading(settings())
    asked = table_asked(store)
    by = asked.ruleset if asked.ruleset is not None and last_scoring(store, asked.ruleset) else None
    try:
        found, more = _found(store, by, asked.filter(store), count_leads(store))
    except ValueError as error:
        raise invalid(f"“{error}” cannot be compared with this field.") from None
    return f"{found:,}{'+' if more else ''}"


@pages.get("/leads/worth")
def worth() -> str:
    """The blank fields worth filling first, of the leads that the filters let through."""
    store = reading(settings())
    asked = table_asked(store)
    if asked.ruleset is None or last_scoring(store, asked.ruleset) is None:
        raise not_found("These leads were not scored yet, so no field decides their stage.")
    wanted = asked.filter(store)
    try:
        page = lead_table(store, asked.ruleset, wanted, asked.order, limit=_MOST_WEIGHED)
    except ValueError as error:
        raise invalid(f"“{error}” cannot be compared with this field. Enter a value of its kind.") from None
    evaluator = ready(store, asked.ruleset).evaluator
    facts = [evaluator.facts(row.lead.fields, events_of_lead(store, row.lead.id)) for row in page.rows]
    whole, beyond = _found(store, asked.ruleset, wanted, count_leads(store))
    return render_template(
        "leads_worth.html",
        worth=counted_worth(evaluator.possible, facts, instant_of(instant_asked(None, store, asked.ruleset))),
        ruleset=asked.ruleset,
        found=whole,
        beyond=beyond,
        more=whole > len(facts),
        here_query=urlencode(asked.query()),
    )


def _cell(lead: StoredLead, field: StoredField) -> str:
    value = lead.fields.get(field.name)
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else written_as(field.kind, value)


def _stages(store: Store, name: str | None) -> list[str]:
    if name is None:
        return []
    return [stage.name for stage in reversed(ready(store, name).plan.stages) if stage.track == "main"]


def _places(store: Store, name: str | None) -> dict[str, int]:
    """The place of each stage on the ladder, whose colour it has."""
    names = _stages(store, name)
    return {stage: min(place, 3) for place, stage in enumerate(reversed(names), 1)}


@pages.get("/rulesets/<name>/leads")
def of_ruleset(name: str) -> AnyResponse:
    """The leads behind a number on a card, which knows its statement and not its ruleset."""
    query = urlencode([("ruleset", name), *request.args.items(multi=True)])
    return redirect(f"{url_for('leads.index')}?{query}", 303)


# --- saved views --------------------------------------------------------------------------------


@pages.post("/leads/views")
@needs(Role.EDITOR)
def keep() -> AnyResponse:
    """Saves what the table shows under a name, for everybody."""
    name, query = request.form.get("name", "").strip()[:60], request.form.get("query", "")[:4_000]
    if not name:
        raise invalid("Give the view a name.")
    with writing(settings()) as store:
        save_view(store, View(name, query, doer().who))
    return redirect(f"{url_for('leads.index')}?{query}", 303)


@pages.post("/leads/views/delete")
@needs(Role.EDITOR)
def drop() -> AnyResponse:
    """Deletes a saved view."""
    with writing(settings()) as store:
        delete_view(store, request.form.get("name", ""))
    return redirect(url_for("leads.index"), 303)


# --- what is done with picked leads -------------------------------------------------------------


def _picked() -> tuple[str, list[str]]:
    """The ruleset, and the ids of the leads that were picked in the table; at least one."""
    ruleset, picked = text_asked("ruleset"), request.args.getlist("id")
    if ruleset is None or not picked:
        raise invalid("Pick a lead first.")
    return ruleset, picked


@pages.get("/leads/dry-run")
@needs(Role.EDITOR)
def dry_run() -> AnyResponse:
    """Opens what was picked in the dry run of the ruleset: one lead, the others side by side with it."""
    ruleset, picked = _picked()
    beside = picked[:_MOST_BESIDE] if len(picked) > 1 else None
    return redirect(url_for("editor.show", name=ruleset, lead=picked[0], beside=beside), 303)


@pages.get("/leads/to-list")
@needs(Role.EDITOR)
def to_list() -> AnyResponse:
    """Opens the lists of the ruleset, to put what is known of the picked leads into one."""
    ruleset, picked = _picked()
    return redirect(url_for("lists.show", name=ruleset, lead=picked[:_MOST_LISTED]), 303)


@pages.get("/leads/hand-off")
@needs(Role.EDITOR)
def hand_off() -> AnyResponse:
    """Opens the handoffs of the picked leads, to give them to somebody or to pass them on."""
    picked = request.args.getlist("id")
    if not picked:
        raise invalid("Pick a lead first.")
    return redirect(url_for("handoffs.index", ruleset=text_asked("ruleset"), lead=picked[:_MOST_LISTED]), 303)


# --- downloads ----------------------------------------------------------------------------------


@pages.get("/leads.csv")
def download() -> Response:
    """The scores of all leads that the page's filter lets through, as CSV for a spreadsheet."""
    found = reading(settings())
    asked = table_asked(found)
    chosen = asked.ruleset
    if chosen is None:
        raise not_found("No ruleset has been published yet, so there are no scores to download.")
    plan = ready(found, chosen).plan
    columns = columns_of(plan, lines=True)
    lines = _Lines(settings(), chosen, asked.filter(found), columns)
    response = Response(iter(lines), mimetype="text/csv")
    response.call_on_close(lines.close)
    response.headers.set("Content-Disposition", "attachment", filename=f"{chosen} scores.csv")
    return response


_MOST_DOWNLOADS, _LONGEST_DOWNLOAD = 2, 300.0
_downloads = BoundedSemaphore(_MOST_DOWNLOADS)


class _Lines:
    """The lines of a download, read from the database as they are sent, and bounded in time."""

    def __init__(self, of: Settings, ruleset: str, wanted: ScoreFilter, columns: Columns) -> None:
        if not _downloads.acquire(blocking=False):
            wait = {"Retry-After": "60"}
            raise Problem(503, "Busy", "Others are downloading scores. Try again in a minute.", headers=wait)
        try:
            self._store = open_reading(of, _LONGEST_DOWNLOAD)
        except BaseException:
            _downloads.release()
            raise
        self._closed = False
        self._lines = csv_lines(stored_lead_scores(self._store, ruleset, wanted), columns)

    def __iter__(self) -> Iterator[str]:
        try:
            while some := "".join(islice(self._lines, 1_000)):
                yield some
        finally:
            self.close()

    def close(self) -> None:
        """To be called when all is sent, or when nobody listens any more."""
        if not self._closed:
            self._closed = True
            self._store.close()
            _downloads.release()
