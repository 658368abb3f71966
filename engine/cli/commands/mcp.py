"""`leadwright mcp`: answers the questions of assistants."""

from __future__ import annotations

from pathlib import Path

import click

from ..command import Command, db_option
from ..failures import Failure


@click.command(
    cls=Command,
    examples=["leadwright mcp --db leads.db"],
)
@db_option()
def command(db: str) -> int:
    """Let an assistant ask about leads and rules, by the Model Context Protocol.

    It speaks over standard input and output, so the assistant starts it by itself. It lists rulesets, finds
    and explains leads, checks rules, and says what a change would do. It opens the database for reading
    only: it cannot publish, import or delete.
    """
    from importlib.util import find_spec

    from ...store.database import open_store

    if find_spec("mcp") is None:
        raise Failure(
            "assistants are answered by the package mcp, which is not installed",
            "pip install 'leadwright[mcp]'",
        )
    # What is wrong with the database is said now, and not in answer to the first question.
    open_store(db, read_only=True).close()
    from ..assistant import Assistant
    from ..mcp_server import server

    server(Assistant(Path(db))).run()
    return 0
