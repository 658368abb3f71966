"""`leadwright export`: leads and events as files for engines that hold millions of them."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..command import Command, db_option, json_option, write, write_json
from ..failures import Failure
from ..progress import ProgressLine

if TYPE_CHECKING:
    from ...plan import Plan
    from ...store.database import Store
    from ...store.export.parquet import Exported


@click.command(
    cls=Command,
    examples=[
        "leadwright export --parquet warehouse",
        "leadwright export --parquet warehouse inbound.rules     with what these rules read of it",
    ],
)
@click.argument("rules", nargs=-1, metavar="[RULES]...", type=click.Path())
@click.option(
    "--parquet",
    "folder",
    required=True,
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Where to write Parquet files; a folder that is not there yet, or is empty.",
)
@click.option(
    "--per-file",
    default=100_000,
    metavar="N",
    type=click.IntRange(min=1),
    help="How many leads, with their events, to put into one file.  [default: 100,000]",
)
@db_option()
@json_option
def command(rules: tuple[str, ...], folder: Path, per_file: int, db: str, as_json: bool) -> int:
    """Write leads and events as Parquet files, for other engines.

    In FOLDER there will be the folders leads and events, each with as many files, which are the tables that
    a statement of `leadwright sql` reads. All attributes and properties are written as the kinds they have;
    where RULES (files or names) read some as other kinds, name these too.
    """
    _require_packages()
    from ...store.database import open_store
    from ...store.export.parquet import export_parquet

    with open_store(db, read_only=True) as store, ProgressLine() as progress:
        done = export_parquet(store, folder, _plans(store, rules), per_file=per_file, progress=progress)
    if as_json:
        write_json({"leads": done.leads, "events": done.events, "files": done.files, "folder": str(folder)})
    else:
        write(_told(done, folder))
    return 0


def _plans(store: Store, rules: tuple[str, ...]) -> list[Plan]:
    from ...store.records.catalogue import catalogue
    from ..inputs import rules_named

    known = catalogue(store) if rules else None
    return [rules_named(name, store, known).plan for name in rules]


def _told(done: Exported, folder: Path) -> list[str]:
    from ...report.text_style import counted

    return [
        f"Wrote {counted(done.leads, 'lead')} and {counted(done.events, 'event')} to {folder}, "
        f"each in {counted(done.files, 'file')}.",
        "leadwright sql prints statements that read them as the tables leads and events.",
    ]


def _require_packages() -> None:
    missing = [name for name in ("pyarrow", "sqlglot") if find_spec(name) is None]
    if missing:
        raise Failure(
            f"Parquet is written with the package {missing[0]}, which is not installed",
            "pip install 'leadwright[parquet]'",
        )
