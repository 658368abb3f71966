"""Leads as a table: searched, filtered, sorted, with chosen columns, picked, and downloaded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from threading import BoundedSemaphore
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ...engine.bounds.worth import counted_worth
from ...engine.store.database import Store
from ...engine.store.export.score_files import Columns, columns_of, csv_lines
from ...engine.store.export.scores import stored_lead_scores
from ...engine.store.records.leads import StoredField, StoredLead, count_leads, stored_fields, written_as
from ...engine.store.records.merges import suspected_duplicates
from ...engine.store.records.rulesets import ruleset_names
from ...engine.store.records.score_filter import SIGNS, FieldTest, ScoreFilter
from ...engine.store.records.views import View, delete_view, save_view, views
from ...engine.store.scoring.lead_pages import BadCursor
from ...engine.store.scoring.lead_table import (
    Order,
    count_in_table,
    count_unscored,
    lead_table,
    tags_known,
)
from ...engine.values import instant_of
from ...grammar.syntax.nodes import Kind
from ..access import doer, needs, settings
from ..accounts.users import Role
from ..database import open_reading, reading, writing
from ..lead_sets import LeadSet, members, set_asked
from ..problems import Problem, invalid, not_found
from ..queries import events_of_lead, instant_asked, last_scoring
from ..ruleset_cache import kept, ready, version_of
from ..settings import Settings
from .context import text_asked

pages = Blueprint("leads", __name__)

_PER_PAGE = 50
_MOST_WEIGHED = 500
"""Of so many leads blank fields are weighed at once."""
_MOST_COLUMNS = 12
_MOST_TESTS = 8
UNSTAGED, DISQUALIFIED = "*none", "*disqualified"
"""In the place of a stage: leads in none that are not disqualified, and those that are."""

_FIRST = ("title", "job title", "company", "company name", "country")
"""Fields that are shown until somebody chooses others."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on: in words, and the address without it."""

    words: str
    without: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks of the table."""

    ruleset: str | None
    text: str | None
    stage: str | None
    at_least: int | None
    at_most: int | None
    tag: str | None
    fields: tuple[FieldTest, ...]
    set: LeadSet | None
    sort: str
    columns: tuple[StoredField, ...]
    picked: tuple[str, ...] = ()

    def filter(self, store: Store) -> ScoreFilter:
        """As the record is asked."""
        named = self.stage not in (None, UNSTAGED, DISQUALIFIED)
        return ScoreFilter(
            stages=(self.stage or "",) if named else (),
            unstaged=self.stage == UNSTAGED,
            disqualified=self.stage == DISQUALIFIED,
            at_least=self.at_least,
            at_most=self.at_most,
            tag=self.tag,
            text=self.text,
            fields=self.fields,
            among=members(store, self.set) if self.set is not None else None,
            leads=self.picked or None,
        )

    @property
    def order(self) -> Order:
        """What rows are sorted by."""
        down, name = self.sort.startswith("-"), self.sort.removeprefix("-")
        field = next((one for one in self.columns if f"field:{one.name}" == name), None)
        return Order(name, down, field)

    def query(self) -> list[tuple[str, str]]:
        """As an address has it."""
        said: list[tuple[str, object]] = [
            ("q", self.text),
            ("ruleset", self.ruleset),
            ("stage", self.stage),
            ("from", self.at_least),
            ("to", self.at_most),
            ("tag", self.tag),
            ("sort", self.sort if self.sort != "-score" else None),
            *(("f", f"{test.field.name}|{test.sign}|{test.value}") for test in self.fields),
            *((self.set.query() if self.set is not None else {}).items()),
        ]
        chosen = [("cols", field.name) for field in self.columns] if request.args.getlist("cols") else []
        return [(name, str(value)) for name, value in said if value is not None] + chosen

    def chips(self) -> list[Chip]:
        """The filters that are on."""
        stage = {UNSTAGED: "In no stage", DISQUALIFIED: "Disqualified"}.get(
            self.stage or "", f"Stage is {self.stage}"
        )
        found = [
            (stage if self.stage else "", replace(self, stage=None)),
            (
                f"Score {self.at_least} or more" if self.at_least is not None else "",
                replace(self, at_least=None),
            ),
            (
                f"Score {self.at_most} or less" if self.at_most is not None else "",
                replace(self, at_most=None),
            ),
            (f"Tagged {self.tag}" if self.tag else "", replace(self, tag=None)),
            (self.set.in_words() if self.set else "", replace(self, set=None)),
            *(
                (
                    f"{test.field.name} {SIGNS[test.sign]} {test.value}".strip(),
                    replace(self, fields=tuple(one for one in self.fields if one is not test)),
                )
                for test in self.fields
            ),
        ]
        return [Chip(words, address(other)) for words, other in found if words]


def address(asked: Asked, **more: str) -> str:
    """The address of the table as it is asked for."""
    query = urlencode([*asked.query(), *more.items()])
    return url_for("leads.index") + (f"?{query}" if query else "")


# --- reading an address -------------------------------------------------------------------------


def _asked(store: Store) -> Asked:
    names = ruleset_names(store)
    ruleset = text_asked("ruleset")
    chosen = version_of(store, ruleset).ruleset if ruleset else next(iter(names), None)
    fields = stored_fields(store)
    columns = tuple(fields[name] for name in request.args.getlist("cols")[:_MOST_COLUMNS] if name in fields)
    drafted = ruleset if ruleset is not None and chosen is None else chosen
    return Asked(
        chosen,
        text_asked("q"),
        text_asked("stage") if chosen is not None else None,
        _score("from"),
        _score("to"),
        text_asked("tag"),
        tuple(_tests(fields)),
        set_asked(drafted, request.args),
        text_asked("sort") or "-score",
        columns or tuple(_first_columns(fields)),
        tuple(request.args.getlist("id")[:1_000]),
    )


def _first_columns(fields: dict[str, StoredField]) -> list[StoredField]:
    plain = {name.casefold().replace("_", " "): field for name, field in fields.items()}
    found = [plain[name] for name in _FIRST if name in plain]
    return found or [field for field in fields.values() if field.kind is Kind.TEXT][1:3]


def _score(name: str) -> int | None:
    text = text_asked(name)
    if text is None:
        return None
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        raise invalid(f"“{text}” is not a score. Enter a number, such as 60.") from None


def _tests(fields: dict[str, StoredField]) -> Iterator[FieldTest]:
    """What is asked of fields: those of chips, then the one that a form adds."""
    asked = [tuple(text.split("|", 2)) for text in request.args.getlist("f")[:_MOST_TESTS]]
    if text_asked("field"):
        asked.append((text_asked("field") or "", text_asked("sign") or "is", text_asked("value") or ""))
    for name, sign, value in (one for one in asked if len(one) == 3):
        if name not in fields or sign not in SIGNS:
            raise invalid(f"There is no field {name[:100]}, or it cannot be asked that.")
        test = FieldTest(fields[name], sign, value[:200])
        if sign not in ("known", "unknown") and not value.strip():
            raise invalid(f"Enter what {name} {SIGNS[sign]}.")
        yield test


# --- the table ----------------------------------------------------------------------------------


@pages.get("/leads")
def index() -> str:
    """The leads that the filters let through, a page at a time."""
    store = reading(settings())
    asked = _asked(store)
    scored = asked.ruleset is not None and last_scoring(store, asked.ruleset) is not None
    by = asked.ruleset if scored else None
    wanted = asked.filter(store)
    try:
        page = lead_table(store, by, wanted, asked.order, after=text_asked_long("after"), limit=_PER_PAGE)
        whole = count_in_table(store, by, wanted)
    except BadCursor:
        raise invalid("This page of leads is not there any more. Begin at the first.") from None
    except ValueError as error:
        raise invalid(f"“{error}” cannot be compared with this field. Enter a value of its kind.") from None
    return render_template(
        "leads.html",
        page=page,
        asked=asked,
        found=whole,
        every=count_leads(store),
        unscored=count_unscored(store, by) if by is not None else 0,
        names=ruleset_names(store),
        stages=_stages(store, asked.ruleset),
        tags=tags_known(store, by) if by is not None else [],
        fields=kept().catalogue(store).fields,
        stored=stored_fields(store),
        signs=SIGNS,
        views=views(store),
        address=address,
        lead_words=told_by,
        cell=_cell,
        here_query=urlencode(asked.query()),
        scored=scored,
        duplicates=len(suspected_duplicates(store)),
        place=_places(store, asked.ruleset),
    )


@pages.get("/leads/worth")
def worth() -> str:
    """The blank fields worth filling first, of the leads that the filters let through."""
    store = reading(settings())
    asked = _asked(store)
    if asked.ruleset is None or last_scoring(store, asked.ruleset) is None:
        raise not_found("These leads were not scored yet, so no field decides their stage.")
    wanted = asked.filter(store)
    try:
        page = lead_table(store, asked.ruleset, wanted, asked.order, limit=_MOST_WEIGHED)
    except ValueError as error:
        raise invalid(f"“{error}” cannot be compared with this field. Enter a value of its kind.") from None
    evaluator = ready(store, asked.ruleset).evaluator
    facts = [evaluator.facts(row.lead.fields, events_of_lead(store, row.lead.id)) for row in page.rows]
    whole = count_in_table(store, asked.ruleset, wanted)
    return render_template(
        "leads_worth.html",
        worth=counted_worth(evaluator.possible, facts, instant_of(instant_asked(None, store, asked.ruleset))),
        ruleset=asked.ruleset,
        found=whole,
        more=whole > len(facts),
        here_query=urlencode(asked.query()),
    )


def text_asked_long(name: str) -> str | None:
    """A cursor in the address, which may be longer than other texts."""
    return request.args.get(name, "")[:2_000] or None


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


def told_by(lead: StoredLead) -> str:
    """What tells this lead from others: its first texts."""
    texts = [value for value in lead.fields.values() if isinstance(value, str) and value != lead.key]
    return ", ".join(texts[:3])


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


# --- the dry run --------------------------------------------------------------------------------


@pages.get("/leads/dry-run")
@needs(Role.EDITOR)
def dry_run() -> AnyResponse:
    """Opens a lead that was picked in the dry run of the ruleset."""
    ruleset, picked = text_asked("ruleset"), request.args.getlist("id")
    if ruleset is None or not picked:
        raise invalid("Pick a lead first.")
    return redirect(url_for("editor.show", name=ruleset, lead=picked[0]), 303)


# --- downloads ----------------------------------------------------------------------------------


@pages.get("/leads.csv")
def download() -> Response:
    """The scores of all leads that the page's filter lets through, as CSV for a spreadsheet."""
    found = reading(settings())
    asked = _asked(found)
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
