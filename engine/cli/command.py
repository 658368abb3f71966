"""The one place where the command line reads the clock; everything behind it is given its `now`."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import click

from ..report.text_style import TextStyle
from ..values import read_moment
from .failures import Failure


def present() -> dt.datetime:
    """This instant, in UTC."""
    return dt.datetime.now(dt.UTC)


def instant_asked(text: str | None) -> dt.datetime:
    """The instant that `--at` names, the present for `now` or nothing. A day alone is its beginning."""
    if text is None or text.strip().lower() == "now":
        return present()
    moment = read_moment(text)
    if moment is None:
        raise Failure(
            f'--at "{text}" is not a date or a time that can be read',
            "write it as 2026-01-15, 2026-01-15T12:00 (UTC) or 2026-01-15T12:00+01:00",
        )
    if isinstance(moment, dt.datetime):
        return moment
    return dt.datetime.combine(moment, dt.time(), dt.UTC)


_F = TypeVar("_F", bound=Callable[..., Any])

DATABASE = "leads.db"


class Command(click.Command):
    """A command whose help ends with examples. `--debug` shows where a failure came from."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples
        self.params.append(
            click.Option(
                ["--debug"],
                is_flag=True,
                expose_value=False,
                hidden=True,
                callback=_note_debug,
                help="Show where a failure came from.",
            )
        )

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples, as they are."""
        if self.examples:
            with formatter.section("Examples"):
                for example in self.examples:
                    formatter.write(f"{' ' * formatter.current_indent}{example}\n")
        super().format_epilog(ctx, formatter)


_DEBUG = "leadwright.debug"


def _note_debug(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    ctx.meta[_DEBUG] = value


def is_debugged() -> bool:
    """Whether `--debug` asks where a failure came from."""
    return bool(click.get_current_context().meta.get(_DEBUG))


def db_option(*, must: bool = True) -> Callable[[_F], _F]:
    """`--db`, the database; where it need not be there, its absence is for the command to judge."""
    return click.option(
        "--db",
        default=DATABASE if must else None,
        metavar="FILE",
        envvar="LEADWRIGHT_DB",
        type=click.Path(),
        help=f"The database.  [default: {DATABASE}{'' if must else ', where it is there'}]",
    )


def json_option(function: _F) -> _F:
    """`--json`: the same as data."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")(function)


def at_option(*, default: str) -> Callable[[_F], _F]:
    """`--at`: the instant to look from; `default` says in words which one it is without."""
    return click.option(
        "--at", metavar="INSTANT", help=f"As of 2026-01-15, 2026-01-15T12:00Z or now.  [default: {default}]"
    )


def text_style() -> TextStyle:
    """What the report is written on: the terminal's width, colours where they will be seen."""
    color = click.get_current_context().find_root().color
    colored = sys.stdout.isatty() if color is None else color
    return TextStyle(min(shutil.get_terminal_size().columns, 110), colored)


def write(lines: str | Iterable[str]) -> None:
    """Prints lines of a report as they are."""
    text = lines if isinstance(lines, str) else "\n".join(lines)
    click.echo(text, color=True)


def note(text: str) -> None:
    """Says something beside the report, on standard error."""
    click.echo(text, err=True)


def write_json(value: object) -> None:
    """Prints data as JSON, for programs and people alike."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
