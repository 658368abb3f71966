"""Views of the table of leads that people saved: filters, order and columns under a name, for everybody."""

from __future__ import annotations

from ....grammar.frozen import frozen
from ..database import Store


@frozen
class View:
    """A saved view: its name, the query of its address, and who saved it."""

    name: str
    query: str
    who: str


def views(store: Store) -> list[View]:
    """All views, by name."""
    with store.guard():
        rows = store.connection.execute("SELECT name, query, who FROM lead_view ORDER BY lower(name)")
        return [View(*row) for row in rows]


def save_view(store: Store, view: View) -> None:
    """Saves a view, in the place of another of its name."""
    with store.transaction() as connection:
        connection.execute(
            "INSERT INTO lead_view VALUES (?, ?, ?) "
            "ON CONFLICT (name) DO UPDATE SET query = excluded.query, who = excluded.who",
            (view.name, view.query, view.who),
        )


def delete_view(store: Store, name: str) -> None:
    """Deletes a view, where there is one of the name."""
    with store.transaction() as connection:
        connection.execute("DELETE FROM lead_view WHERE name = ?", (name,))
