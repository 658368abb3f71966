"""`leadwright field`: the kind of a field changed after it was imported, or its values taken away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from ..command import Command, db_option, json_option, text_style, write, write_json
from ..failures import FOUND, Failure

if TYPE_CHECKING:
    from ...importing.rekinding import Rekinding


@click.command(
    cls=Command,
    examples=[
        "leadwright field employees --kind number",
        'leadwright field "Annual Revenue" --kind number --decimal , --yes',
        "leadwright field created --kind date --date-format %d/%m/%Y",
        "leadwright field title --clear             what would be unknown",
    ],
)
@click.argument("name", metavar="NAME")
@click.option("--kind", metavar="KIND", help="text, number, yes/no, date, datetime or texts.")
@click.option("--clear", is_flag=True, help="Make it unknown for all leads.")
@click.option("--yes", is_flag=True, help="Do it, even where values become unknown.")
@click.option("--date-format", metavar="FORM", help="How its dates are written, such as %d/%m/%Y.")
@click.option("--decimal", metavar="SIGN", help="The decimal separator, a point or a comma.")
@click.option("--separator", metavar="SIGN", help="The separator between several choices.")
@click.option("--blank", multiple=True, metavar="WORD", help="A word that means blank, such as null or N/A.")
@click.option("--timezone", metavar="ZONE", default="UTC", help="The time zone of times without an offset.")
@db_option()
@json_option
def command(
    name: str, *, kind: str | None, clear: bool, yes: bool, db: str, as_json: bool, **asked: Any
) -> int:
    """Change a field's kind, and convert its values; or clear the field for all leads.

    Where values do not read as the new kind, they are listed, nothing is changed, and the exit code is 1.
    With --yes the change is made all the same: the listed values become unknown.
    """
    if (kind is None) != clear:
        raise Failure("a field gets another kind, or is cleared", "give --kind KIND, or --clear")
    if kind is None:
        return _clear(name, yes, db, as_json)
    from ...importing.mapping import Reading
    from ...importing.mapping_file import kind_named
    from ...importing.rekinding import plan_rekinding, rekind
    from ...store.database import open_store
    from ...store.records.catalogue import catalogue

    def own(option: str) -> dict[str, str]:
        return {name: asked[option]} if asked[option] else {}

    reading = Reading(
        timezone=asked["timezone"],
        date_formats=own("date_format"),
        decimals=own("decimal"),
        separators=own("separator"),
        blanks=asked["blank"],
    )
    with open_store(db) as store:
        plan = plan_rekinding(store, name, kind_named(kind, "--kind"), reading)
        done = yes or not plan.change.lost
        if done and plan.kind is not plan.field.kind:
            rekind(store, plan)
            catalogue(store)
    if as_json:
        write_json({**_data(plan), "changed": done})
    else:
        write(_text(plan, done))
    return 0 if done else FOUND


def _clear(name: str, yes: bool, db: str, as_json: bool) -> int:
    """Makes a field unknown for all leads, or says what that would take away."""
    from ....grammar.text.printer import name_text
    from ...importing.rekinding import clear_field, field_called, value_counts
    from ...report.text_style import counted, shown
    from ...store.database import open_store
    from ...store.records.catalogue import catalogue

    with open_store(db) as store:
        field = field_called(store, name)
        known = value_counts(store, field)
        done = yes or not known
        if known and done:
            clear_field(store, field)
            catalogue(store)
    if as_json:
        write_json({"field": field.name, "lost": known, "changed": done})
        return 0 if done else FOUND
    called, leads = shown(name_text(field.name)), counted(sum(known.values()), "lead")
    if done:
        write([f"{called} is unknown for all leads now; it was known of {leads}."])
    else:
        write([f"{called} would be unknown for {leads}:", "", *_values(known), *_NOT_YET])
    return 0 if done else FOUND


def _data(plan: Rekinding) -> dict[str, Any]:
    return {
        "field": plan.field.name,
        "from": plan.field.kind.value,
        "to": plan.kind.value,
        "readable": plan.change.readable,
        "lost": dict(plan.change.lost),
    }


_MOST_SHOWN = 20


def _text(plan: Rekinding, done: bool) -> list[str]:
    from ....grammar.text.printer import name_text
    from ...report.text_style import counted, shown

    name, lost = shown(name_text(plan.field.name)), plan.change.lost
    if plan.kind is plan.field.kind:
        return [f"{name} is {plan.kind.value} already."]
    leads = sum(lost.values())
    if not lost:
        return [f"{name} is {plan.kind.value} now; all of its values read as it."]
    listed = _values(lost)
    known = counted(leads, "lead")
    if done:
        head = [f"{name} is {plan.kind.value} now, and unknown for {known} whose value does not read as it:"]
        return [*head, "", *listed]
    head = [f"As {plan.kind.value}, {name} would be unknown for {known}:"]
    return [*head, "", *listed, *_NOT_YET]


_NOT_YET = ["", "Nothing is changed. With --yes it is, and these values are gone."]


def _values(counts: Mapping[str, int]) -> list[str]:
    """Values with how many leads have each, the most frequent ones."""
    from ...importing.problems import shortened
    from ...report.text_style import shown, table

    rows = [(shown(shortened(text)), f"{count:,}") for text, count in list(counts.items())[:_MOST_SHOWN]]
    more = [f"  … and {len(counts) - _MOST_SHOWN:,} more"] if len(counts) > _MOST_SHOWN else []
    return [*table(rows, text_style(), head=("value", "leads"), right=(1,)), *more]
