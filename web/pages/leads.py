"""Leads: searched, or listed by score and stage."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from threading import BoundedSemaphore

from flask import Blueprint, Response, render_template

from ...engine.store.database import Store
from ...engine.store.export.score_files import Columns, columns_of, csv_lines
from ...engine.store.export.scores import ScoreFilter, stored_lead_scores
from ...engine.store.records.leads import StoredLead, count_leads
from ...engine.store.records.merges import suspected_duplicates
from ...engine.store.records.rulesets import ruleset_names
from ...engine.store.scoring.lead_pages import lead_page
from ..access import settings
from ..database import open_reading, reading
from ..problems import Problem, not_found
from ..queries import stored_scores
from ..ruleset_cache import ready, version_of
from ..settings import Settings
from .context import text_asked

pages = Blueprint("leads", __name__)

_MOST_SHOWN = 50


@pages.get("/leads")
def index() -> str:
    """Leads that a text is found in, else those with the highest scores."""
    store = reading(settings())
    names = ruleset_names(store)
    asked, ruleset, stage = text_asked("q"), text_asked("ruleset"), text_asked("stage")
    chosen = version_of(store, ruleset).ruleset if ruleset else next(iter(names), None)
    stage = stage if chosen is not None else None
    found = lead_page(store, chosen, text=asked, stage=stage, limit=_MOST_SHOWN).leads
    scores = stored_scores(store, chosen, found) if chosen is not None else {}
    return render_template(
        "leads.html",
        leads=[(lead, told_by(lead), scores.get(lead.key)) for lead in found],
        asked=asked,
        ruleset=chosen,
        names=names,
        stage=stage,
        stages=_stages(store, chosen),
        most=_MOST_SHOWN,
        whole=count_leads(store),
        duplicates=len(suspected_duplicates(store)),
    )


@pages.get("/leads.csv")
def download() -> Response:
    """The scores of all leads that the page's filter lets through, as CSV for a spreadsheet."""
    found = reading(settings())
    asked, ruleset, stage = text_asked("q"), text_asked("ruleset"), text_asked("stage")
    names = ruleset_names(found)
    chosen = version_of(found, ruleset).ruleset if ruleset else next(iter(names), None)
    if chosen is None:
        raise not_found("No ruleset has been published yet, so there are no scores to download.")
    plan = ready(found, chosen).plan
    graded = [None if grade.score is None else plan.scores[grade.score].name for grade in plan.grades]
    columns = columns_of([score.name for score in plan.scores], plan.tracks, graded, lines=True)
    wanted = ScoreFilter(stages=() if stage is None else (stage,), text=asked)
    lines = _Lines(settings(), chosen, wanted, columns)
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


def _stages(store: Store, name: str | None) -> list[str]:
    if name is None:
        return []
    return [stage.name for stage in reversed(ready(store, name).plan.stages) if stage.track == "main"]


def told_by(lead: StoredLead) -> str:
    """What tells this lead from others: its first texts."""
    texts = [value for value in lead.fields.values() if isinstance(value, str) and value != lead.key]
    return ", ".join(texts[:3])
