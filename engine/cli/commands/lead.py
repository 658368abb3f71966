"""`leadwright lead`: the ids of a lead, and leads that may be one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..command import Command, db_option, json_option, write, write_json
from .explain import complete_lead, lead_named

if TYPE_CHECKING:
    from ...store.database import Store


@click.command(
    cls=Command,
    examples=[
        "leadwright lead 101                        its ids, and how they came to it",
        "leadwright lead                            leads that may be one person",
        "leadwright lead --anonymous                visitors who have not said who they are",
    ],
)
@click.argument("lead", metavar="[LEAD]", required=False, shell_complete=complete_lead)
@click.option("--anonymous", is_flag=True, help="The latest anonymous leads.")
@db_option()
@json_option
def command(lead: str | None, anonymous: bool, db: str, as_json: bool) -> int:
    """Show the ids of a lead, or which leads may be one person.

    LEAD is any of its ids, or a part of its name. Two leads may be one person where a client's call says so
    though both have a name; they are never merged automatically.
    """
    from ...report.lead_ids import ids_data, ids_text
    from ...store.database import open_store
    from ...store.records.merges import lead_ids

    with open_store(db, read_only=True) as store:
        if anonymous:
            return _anonymous(store, as_json)
        if lead is None:
            return _suspected(store, as_json)
        ids = lead_ids(store, lead_named(store, lead))
    if as_json:
        write_json(ids_data(ids))
    else:
        write(ids_text(ids))
    return 0


def _suspected(store: Store, as_json: bool) -> int:
    from ...report.text_style import shown
    from ...store.records.merges import suspected_duplicates

    pairs = suspected_duplicates(store)
    if as_json:
        write_json([[one, other] for one, other, _ in pairs])
    elif not pairs:
        write("No client said that two leads with a name are one person.")
    else:
        write(["May be one person each:", *(f"  {shown(one)} and {shown(other)}" for one, other, _ in pairs)])
        one, other, _ = pairs[0]
        write(["", f"If they are: leadwright merge {shown(one)} {shown(other)}"])
    return 0


_MOST = 50


def _anonymous(store: Store, as_json: bool) -> int:
    from ...report.text_style import counted, shown
    from ...store.records.merges import anonymous_leads

    leads = anonymous_leads(store, _MOST)
    if as_json:
        write_json([{"lead": key, "events": events} for key, events in leads])
    elif not leads:
        write("There are no anonymous leads.")
    else:
        write([f"{shown(key)}: {counted(events, 'event')}" for key, events in leads])
    return 0
