"""`leadwright forget`: a person deleted, with nothing left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..command import Command, db_option, json_option, write, write_json
from ..failures import FOUND, Failure

if TYPE_CHECKING:
    from ...store.database import Store
    from ...store.records.forgetting import Forgotten


@click.command(
    cls=Command,
    examples=[
        "leadwright forget zoe@example.com              what would be deleted",
        "leadwright forget zoe@example.com --yes",
        "leadwright forget --from asked.txt --yes       an id in each line",
        "leadwright forget zoe@example.com --yes --keep-out",
    ],
)
@click.argument("ids", metavar="[LEAD]...", nargs=-1)
@click.option("--from", "listed", metavar="FILE", help="Also the people whose ids this file lists.")
@click.option("--yes", is_flag=True, help="Delete them. Nothing brings them back.")
@click.option("--keep-out", is_flag=True, help="Block these ids from being imported or sent again.")
@db_option()
@json_option
def command(
    ids: tuple[str, ...], *, listed: str | None, yes: bool, keep_out: bool, db: str, as_json: bool
) -> int:
    """Delete people, leaving nothing behind.

    Deletes their fields, events, ids, scores, explanations and history, the tests about them in rulesets,
    and the derived copy; names, email addresses and ids are taken out of drafts, versions and the record.
    What files still hold of it is overwritten. Files that you imported, rejected rows and backups are yours
    to look through.

    Without --yes it says what would be deleted, and the exit code is 1. Without any id, it only overwrites
    what an earlier call could not, since another program was reading.
    """
    from pathlib import Path

    from ...live.forgetting import forgetting_in
    from ...store.database import open_store
    from ...store.records.forgetting import forget
    from ..publishing import user_at_this_computer

    asked = [*ids, *_listed(listed)]
    with open_store(db, wait=30.0) as store:
        if asked and not yes:
            return _would(store, asked, as_json)
        done = forget(
            store,
            asked,
            keeping_out=keep_out,
            who=f"{user_at_this_computer()} (command line)",
            address="",
            elsewhere=[forgetting_in(Path(db))],
        )
    if as_json:
        write_json(
            {
                "people": done.people,
                "ids": done.ids,
                "events": done.events,
                "texts": done.texts,
                "unknown": list(done.unknown),
            }
        )
    else:
        write(_text(done, asked, keep_out))
    return FOUND if done.unknown and not keep_out else 0


def _listed(path: str | None) -> list[str]:
    from pathlib import Path

    if path is None:
        return []
    try:
        lines = Path(path).read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise Failure(f"{path} is not a text in UTF-8", "save it as UTF-8, with an id in each line") from None
    return [line.strip() for line in lines if line.strip()]


def _would(store: Store, asked: list[str], as_json: bool) -> int:
    """Says who would be forgotten."""
    from ...report.text_style import counted, shown
    from ...store.records.events import events_of
    from ...store.records.leads import find_lead
    from ...store.records.merges import lead_ids
    from .explain import lead_summary

    found = {key: find_lead(store, key) for key in asked}
    leads = {lead.id: lead for lead in found.values() if lead is not None}
    unknown = [key for key, lead in found.items() if lead is None]
    if as_json:
        write_json({"people": len(leads), "unknown": unknown, "forgotten": False})
        return FOUND
    lines = []
    for lead in leads.values():
        others = [shown(one.key) for one in lead_ids(store, lead).others]
        summary = ", ".join([*lead_summary(store, lead)[:2], *(f"also {key}" for key in others)])
        events = counted(len(events_of(store, lead.id)), "event")
        lines.append(f"  {shown(lead.key)}{f' ({summary})' if summary else ''}, {events}")
    if lines:
        lines.insert(0, "Would be deleted, and nothing would bring them back:")
        lines += ["", "Nothing is deleted. With --yes it is."]
    lines += [f"There is no lead with the id {shown(key)}." for key in unknown]
    write(lines)
    return FOUND


def _text(done: Forgotten, asked: list[str], keep_out: bool) -> list[str]:
    from ...report.text_style import counted, shown

    if not asked:
        return ["What was deleted before is overwritten."]
    people = counted(done.people, "person", "people")
    lines = [f"Forgot {people}: {counted(done.ids, 'id')}, {counted(done.events, 'event')}."]
    if done.texts:
        lines.append(
            f"Taken out of {counted(done.texts, 'draft, version or note', 'drafts, versions or notes')}."
        )
    if keep_out:
        lines.append("These ids cannot be imported or sent again.")
    lines += [f"There is no lead with the id {shown(key)}." for key in done.unknown]
    return lines
