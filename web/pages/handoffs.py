"""Handoffs: what is overdue, what nobody has, who has how much; and the people who get leads."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...engine.handoffs.people import folded
from ...engine.store.database import StoreError
from ...engine.store.handoffs.people import (
    FIELDS,
    changed,
    find_person,
    import_people,
    new_person,
    people,
    remove_person,
    save_people,
    written,
)
from ...engine.store.handoffs.reading import answers, counts, latest, loads, waiting
from ...engine.store.records.leads import find_lead
from ...engine.values import instant_of, moment_of
from ..access import needs, settings
from ..accounts.users import Role
from ..database import reading, writing
from ..problems import invalid
from ..queries import told

pages = Blueprint("handoffs", __name__)

_LARGEST = 1_000_000


@pages.get("/handoffs")
def index() -> str:
    """Where all handoffs stand."""
    store = reading(settings())
    known = {folded(one.address): one for one in people(store)}
    now = instant_of(dt.datetime.now(dt.UTC))
    found, got = loads(store, now), latest(store)
    leads = {one.lead: find_lead(store, one.lead) for one in got}
    return render_template(
        "handoffs.html",
        counts=counts(store),
        loads=found,
        most=max((one.all for one in found), default=1),
        answers=answers(store, now),
        waiting=waiting(store),
        latest=[(one, told(lead) if (lead := leads[one.lead]) else (one.lead, "")) for one in got],
        now=moment_of(now),
        today=moment_of(now).date(),
        name_by=lambda address: known[folded(address)].name if folded(address) in known else address,
        known=lambda address: known.get(folded(address)),
    )


@pages.get("/handoffs/people")
def show_people() -> str:
    """Everybody who gets leads."""
    return _people()


@pages.post("/handoffs/people")
@needs(Role.EDITOR)
def change_people() -> Response:
    """Adds somebody, changes them, takes them out, or reads them from a file."""
    what, address = request.form.get("what", ""), request.form.get("address", "")
    given = {name: request.form[name] for name in FIELDS if name in request.form and name != "address"}
    try:
        match what:
            case "add":
                _add(address, given)
            case "change":
                _change(address, given)
            case "remove":
                with writing(settings()) as store, store.transaction() as connection:
                    remove_person(connection, address)
            case "import":
                _import()
            case _:
                raise invalid("Say what to do.")
    except StoreError as error:
        said = f"{error.message}: {error.hint}."
        return make_response(_people(said, given | {"address": address}), 422)
    return redirect(url_for("handoffs.show_people"), 303)


def _add(address: str, given: dict[str, str]) -> None:
    made = new_person(address, given)
    with writing(settings()) as store:
        if find_person(store, address) is not None:
            raise StoreError(f"{address} is there already", "change what is kept of them below")
        with store.transaction() as connection:
            save_people(connection, [made])


def _change(address: str, given: dict[str, str]) -> None:
    with writing(settings()) as store:
        person = find_person(store, address)
        if person is None:
            raise StoreError(f"nobody has the address {address} any more", "add them again")
        made = changed(person, given)
        with store.transaction() as connection:
            save_people(connection, [made])


def _import() -> None:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise invalid("Choose a CSV file.")
    content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise invalid("A file of people is at most 1 MB.")
    with tempfile.TemporaryDirectory() as folder, writing(settings()) as store:
        path = Path(folder) / "people.csv"
        path.write_bytes(content)
        try:
            import_people(store, path)
        except StoreError as error:
            raise StoreError(error.message.replace(f"{folder}/", ""), error.hint) from None


def _people(said: str | None = None, typed: dict[str, str] | None = None) -> str:
    store = reading(settings())
    return render_template(
        "people.html", people=[written(one) for one in people(store)], said=said, typed=typed or {}
    )
