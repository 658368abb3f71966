"""`leadwright score --parquet`: leads and events in files scored into files, without a database."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from .command import instant_asked, text_style, write, write_json
from .failures import Failure, of_the_disk
from .inputs import rules_named
from .progress import ProgressLine

if TYPE_CHECKING:
    from ..arrow.naming import Columns


_HELP = """\
what columns are called stands in a file, named with --columns columns.toml, which may say
  lead_id = "contact_id"
  zone = "UTC"
  [fields]
  employees = "headcount"\
"""


def score_parquet(
    rules: str | None,
    source: str,
    target: str | None,
    at: str | None,
    *,
    lines: str,
    names: str | None,
    paired: bool,
    buckets: int | None,
    processes: int | None,
    as_json: bool,
) -> None:
    """Scores the files of a folder, and prints what was counted. Raises Failure."""
    if rules is None:
        raise Failure("--parquet needs a file of rules", f"leadwright score inbound.rules --parquet {source}")
    if target is None:
        raise Failure(
            "--parquet needs a folder to write scores to", "name one that is not there yet, with --to OUT"
        )
    if find_spec("pyarrow") is None:
        raise Failure(
            "Parquet is read by the package pyarrow, which is not installed",
            "pip install 'leadwright[arrow]'",
        )
    from ..arrow.files import score_files, without_pandas
    from ..arrow.problems import ColumnsError, DataError
    from ..arrow.results import LinesAs
    from ..report.parquet_scores import files_scored_data, files_scored_text
    from ..values import instant_of

    now = instant_asked(at)
    found = rules_named(rules, None, None)
    if not Path(source).is_dir():
        raise Failure(f"there is no folder {source}", "name one that has leads and events as Parquet files")
    try:
        with without_pandas(), ProgressLine() as progress:
            tally = score_files(
                found.plan,
                instant_of(now),
                Path(source),
                Path(target),
                columns=_columns(names),
                lines=LinesAs(lines),
                paired=paired,
                buckets=buckets,
                processes=processes,
                progress=progress,
            )
    except ColumnsError as error:
        raise Failure(str(error), _HELP) from None
    except DataError as error:
        raise Failure(str(error)) from None
    if as_json:
        write_json(files_scored_data(tally, found.plan, now, target))
    else:
        write(files_scored_text(tally, found.label, now, target, text_style()))


def _columns(names: str | None) -> Columns:
    from ..arrow.naming import Columns, read_columns

    try:
        return Columns() if names is None else read_columns(Path(names))
    except OSError as error:
        raise of_the_disk(error, names) from None
