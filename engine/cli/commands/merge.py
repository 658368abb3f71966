"""`leadwright merge`: two leads that are one person made one, and the undoing of it."""

from __future__ import annotations

import click

from ..command import Command, db_option, json_option, write, write_json
from ..failures import Failure


@click.command(
    cls=Command,
    examples=[
        "leadwright merge 101 102                   102 is 101 now",
        "leadwright merge zoe@example.com 101       the email address stays its id",
        "leadwright merge --undo 102                102 is a lead of its own again",
    ],
)
@click.argument("ids", metavar="LEAD OTHER", nargs=-1, required=True)
@click.option("--undo", "undoing", is_flag=True, help="Take an id away from its lead again.")
@db_option()
@json_option
def command(ids: tuple[str, ...], undoing: bool, db: str, as_json: bool) -> int:
    """Merge two leads that are one person, or undo it.

    What came with OTHER's id belongs to LEAD from now on: its events, its other ids, and what LEAD does not
    know of itself. Both ids keep working, for imports, clients, pages and the HTTP interface. An OTHER that
    is no lead becomes another id of LEAD.

    With --undo, one id: it takes along all that came with it, before the merge and since.
    """
    from ...report.lead_ids import merge_data, merged_text, undone_text
    from ...store.database import open_store
    from ...store.records.merges import merge_ids, undo_merge
    from ..publishing import user_at_this_computer

    if len(ids) != (1 if undoing else 2):
        raise Failure(*_how_called(ids, undoing))
    with open_store(db) as store:
        if undoing:
            done = undo_merge(store, ids[0])
        else:
            done = merge_ids(store, ids[0], ids[1], f"{user_at_this_computer()} (command line)")
    if as_json:
        write_json(merge_data(done))
    else:
        write(undone_text(done) if undoing else merged_text(done))
    return 0


def _how_called(ids: tuple[str, ...], undoing: bool) -> tuple[str, str]:
    if undoing:
        return "one merge is undone at a time", "name the id that was merged: leadwright merge --undo 102"
    if len(ids) == 1 and ids[0].endswith(".rules"):
        return (
            f"{ids[0]} is a file of rules, and leads are merged",
            f"to bring what was published on the page into a file: leadwright pull {ids[0]}",
        )
    return "a merge takes two ids", "name the lead that stays first: leadwright merge 101 102"
