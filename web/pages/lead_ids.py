"""Who a lead is: merges and their undoing, leads that may be one person, and people forgotten."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...engine.report.lead_ids import how
from ...engine.store.database import Store, StoreError
from ...engine.store.records.leads import StoredLead, find_lead
from ...engine.store.records.merges import (
    LeadIds,
    dismiss,
    lead_ids,
    merge_ids,
    suspected_duplicates,
    undo_merge,
)
from ..access import doer, needs, settings
from ..accounts.users import Role
from ..database import reading, writing
from ..forgetting import forget_person
from ..problems import Problem, invalid
from ..queries import lead_title

pages = Blueprint("lead_ids", __name__)

LONGEST = 1_000


def ids_of(store: Store, lead: StoredLead) -> dict[str, object]:
    """What the card of a lead's ids shows."""
    ids: LeadIds = lead_ids(store, lead)
    return {
        "ids": ids,
        "other_ids": [(one, how(one)) for one in ids.others],
        "suspected": [(key, _words(store, key)) for key in ids.suspected],
    }


@pages.get("/duplicates")
def duplicates() -> str:
    """Leads that clients say are one person though both have a name."""
    store = reading(settings())
    pairs = [
        ((one, _words(store, one)), (other, _words(store, other)), at)
        for one, other, at in suspected_duplicates(store)
    ]
    return render_template("duplicates.html", pairs=pairs)


@pages.post("/lead/ids")
@needs(Role.EDITOR)
def change() -> Response:
    """Merges two leads, undoes a merge, or notes that two are two."""
    lead, other, what = (request.form.get(name, "").strip() for name in ("lead", "other", "what"))
    if len(lead) > LONGEST or len(other) > LONGEST:
        raise invalid(f"An id here has at most {LONGEST:,} characters.")
    with writing(settings()) as store:
        try:
            _change(store, lead, other, what)
        except StoreError as error:
            said = f"{error.message[:1].upper()}{error.message[1:]}. To do: {error.hint}."
            raise Problem(409, "Not possible with these leads", said) from error
    if request.form.get("back") == "duplicates":
        return redirect(url_for("lead_ids.duplicates"), 303)
    return redirect(url_for("lead.show", id=lead, _anchor="ids"), 303)


def _change(store: Store, lead: str, other: str, what: str) -> None:
    match what:
        case "merge":
            merge_ids(store, lead, other, doer().who)
        case "undo":
            undo_merge(store, other)
        case "two":
            dismiss(store, lead, other)
        case _:
            raise invalid("Say what to do with these ids.")


@pages.post("/lead/forget")
@needs(Role.ADMIN)
def forget() -> str:
    """Forgets a person, and says what that was."""
    done = forget_person(request.form.get("lead", ""), keeping_out="keep_out" in request.form)
    return render_template("forgotten.html", done=done, kept_out="keep_out" in request.form)


def _words(store: Store, key: str) -> str:
    found = find_lead(store, key)
    return ", ".join(filter(None, lead_title(found))) if found is not None else ""
