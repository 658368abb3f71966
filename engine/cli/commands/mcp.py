"""`leadwright mcp`: answers the questions of assistants."""

from __future__ import annotations

import gc
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..command import Command, db_option, note
from ..failures import Failure

if TYPE_CHECKING:
    from mcp.server import MCPServer

    from ....web.assistant_drafts import AssistantDrafts


@click.command(
    cls=Command,
    examples=[
        "leadwright mcp --db leads.db",
        "leadwright mcp --db leads.db --drafts    it may write drafts too",
        "leadwright mcp --db leads.db --http 127.0.0.1:8010    for those who have a token",
    ],
)
@db_option()
@click.option("--http", metavar="HOST:PORT", help="Answer over HTTP at this address, whoever sends a token.")
@click.option("--drafts", is_flag=True, help="Let it write drafts, which a person reviews and publishes.")
def command(db: str, http: str | None, drafts: bool) -> int:
    """Let an assistant ask about leads and rules, by the Model Context Protocol.

    It speaks over standard input and output, so the assistant starts it by itself, or with --http over HTTP
    to those who have a token (leadwright user token). It lists rulesets, finds and explains leads, checks
    and proves rules, and says what a change would do. It opens the database for reading only, unless it
    may write drafts; it never publishes, imports or deletes. Over HTTP, writing drafts takes a token with
    the role editor.
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
    # The library makes some hundred thousand objects that stay: to look for garbage among them takes a fifth
    # of the time until an assistant is connected.
    gc.disable()
    from ..assistant import Assistant
    from ..warm_up import WarmUp

    assistant = Assistant(Path(db))
    warm_up = WarmUp(assistant)
    warm_up.start()
    try:
        from ..mcp_server import server

        made = server(assistant, writing=_drafts(Path(db)) if drafts else None)
        gc.freeze()
        gc.enable()
        _answer(made, Path(db), http)
    finally:
        warm_up.stop()
    return 0


def _answer(made: MCPServer, database: Path, http: str | None) -> None:
    """Answers until the assistant goes away or, over HTTP, until it is stopped."""
    if http is None:
        made.run()
        return
    from ....web.mcp_over_http import PATH, serve

    with _listening(http) as listening:
        host, port = listening.getsockname()[:2]
        note(f"Assistants with a token are answered at http://{host}:{port}{PATH}; Ctrl+C stops it.")
        serve(made, database, listening)


def _drafts(database: Path) -> AssistantDrafts:
    from ....web.assistant_drafts import AssistantDrafts

    return AssistantDrafts(database)


def _listening(address: str) -> socket.socket:
    """A socket at HOST:PORT. Raises Failure where there can be none."""
    host, colon, port = address.rpartition(":")
    if not colon or not host or not port.isdecimal() or int(port) > 65_535:
        raise Failure(f'--http "{address}" is not an address', "write it as 127.0.0.1:8010")
    try:
        return socket.create_server((host, int(port)))
    except OSError as error:
        raise Failure(f"nothing can listen at {address}: {error.strerror}", "choose another port") from None
