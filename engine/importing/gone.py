"""What a file that has all leads there are lacks: leads and fields of the database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ...grammar.frozen import frozen
from ..store.records.lead_keys import NAMED
from ..store.records.leads import quoted, stored_fields
from .problems import ImportRefused

if TYPE_CHECKING:
    from ..store.database import Store
    from .loading import Loading
    from .rejects import Rejects

_MOST_SHOWN = 3
_GONE = (
    f"FROM main.lead WHERE _state = {NAMED} "
    "AND NOT EXISTS (SELECT 1 FROM temp.incoming_lead WHERE key = _key) "
    "AND NOT EXISTS (SELECT 1 FROM main.alias JOIN temp.incoming_lead USING (key) WHERE alias.lead = _id)"
)


@frozen
class Gone:
    """How many leads of the database a file lacks, some of their ids, and the file that all are listed in, if
    there are any; the fields that it lacks. `unsure`: rows could not be read, so leads are not looked for."""

    leads: int
    examples: tuple[str, ...]
    path: Path | None
    fields: tuple[str, ...]
    unsure: bool = False


def find_gone(loading: Loading, rejects: Rejects) -> Gone:
    """What the file lacks, once its rows are in. Raises `ImportRefused` where the list cannot be written."""
    here = {column.name for column in loading.layout.fields}
    fields = _known_fields(loading.store, here)
    path = rejects.path.with_name(rejects.path.name.removesuffix(".rejects.csv") + ".gone.txt")
    if rejects.count:
        return Gone(0, (), None, fields, unsure=True)
    store, count, examples = loading.store, 0, []
    try:
        with store.guard():
            leads = store.connection.execute(f"SELECT _key {_GONE} ORDER BY _id")
            first = leads.fetchone()
            if first is None:
                path.unlink(missing_ok=True)
                return Gone(0, (), None, fields)
            with path.open("w", encoding="utf-8", newline="\n") as file:
                for (key,) in (first, *leads):
                    file.write(f"{key}\n")
                    count += 1
                    if count <= _MOST_SHOWN:
                        examples.append(key)
    except OSError as error:
        raise ImportRefused(
            f"the rows are in, but the leads that the file lacks should be listed in {path}, which cannot be "
            f"written: {error.strerror}",
            "make room for it, or name another place with --rejects",
        ) from None
    return Gone(count, tuple(examples), path, fields)


def _known_fields(store: Store, here: set[str]) -> tuple[str, ...]:
    """The other fields of the database of which any value is known."""
    with store.guard():
        return tuple(
            field.name
            for field in stored_fields(store).values()
            if field.name not in here
            and store.connection.execute(
                f"SELECT EXISTS (SELECT 1 FROM main.lead WHERE {quoted(field.column)} IS NOT NULL "
                f"AND _state = {NAMED})"
            ).fetchone()[0]
        )
