"""`leadwright serve`: the page and the HTTP interface."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..command import DATABASE, Command, note, write
from ..failures import Failure, of_the_disk
from ..single_sign_on import SsoOptions, single_sign_on, sso_options

if TYPE_CHECKING:
    from ....web.settings import Settings
    from ...store.database import Store
    from .watch import Watch

_RULES = Path(__file__).parents[3] / "rulesets" / "saas-inbound.rules"


@click.command(
    cls=Command,
    examples=[
        "leadwright serve",
        "leadwright serve --db leads.db --port 9000",
        "leadwright serve --sample --db sample.db      made-up leads to look around with",
        "leadwright serve --live                       score events as they come",
        "leadwright serve --host 0.0.0.0 --name score.example.com --https",
        "leadwright serve --https --name score.example.com --oidc-issuer https://login.example.com "
        "--oidc-client leadwright",
    ],
)
@click.option(
    "--db",
    default=DATABASE,
    metavar="FILE",
    envvar="LEADWRIGHT_DB",
    type=click.Path(),
    help=f"The database.  [default: {DATABASE}]",
)
@click.option("--host", default="127.0.0.1", metavar="ADDRESS", help="Where to listen.  [default: 127.0.0.1]")
@click.option(
    "--port", default=8000, metavar="N", type=click.IntRange(0, 65535), help="Which port.  [default: 8000]"
)
@click.option("--open/--no-open", "open_page", default=None, help="Open the page in a browser.")
@click.option("--name", "names", multiple=True, metavar="HOST", help="A name by which others call the page.")
@click.option("--https", is_flag=True, help="A proxy before it speaks HTTPS, so cookies are for that alone.")
@click.option(
    "--rules-folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Where rules written in the page may read lists from.  [default: nowhere]",
)
@click.option(
    "--second-approver", is_flag=True, help="Publish only what somebody else than who asks has approved."
)
@sso_options
@click.option("--live", is_flag=True, help="Keep scores right meanwhile, a second after an event came.")
@click.option("--sample", is_flag=True, help="Begin with made-up leads where the database is not there yet.")
def command(
    *,
    db: str,
    host: str,
    port: int,
    open_page: bool | None,
    names: tuple[str, ...],
    https: bool,
    rules_folder: Path | None,
    second_approver: bool,
    live: bool,
    sample: bool,
    **oidc: Any,
) -> int:
    """Serve the page: rulesets, leads and their explanations, and the HTTP interface.

    Events that sources send (leadwright source add) are taken in; with --live, leads are scored as they come
    and messages are sent to destinations, as leadwright watch does.

    On this computer alone, and as long as there are no users, nobody has to log in. To be reached by
    others it needs users: leadwright user add.
    """
    from ....web.settings import Settings
    from ...store.database import open_store

    if rules_folder is not None and not rules_folder.is_dir():
        raise Failure(f"there is no folder {rules_folder}", "check the name")
    sso = single_sign_on(SsoOptions(**oidc))
    if sample and not Path(db).exists():
        _fill(Path(db))
    settings = Settings(
        Path(db), host, port, names, https, rules_folder, second_approver=second_approver, sso=sso
    )
    if settings.local and not Path(db).exists() and Path(db).absolute().parent.is_dir():
        # Leads come in on the page itself, which asks for them first.
        open_store(db, create=True).close()
        note(f"{db} is new: bring leads in on the page.")
    if live:
        from ...outbox.sender import sending
        from ...store.database import only_one

        with only_one(Path(db), "watch", "watching"), sending(Path(db), note):
            return _serve(settings, open_page, _watch)
    return _serve(settings, open_page, None)


def _watch(store: Store) -> Watch:
    """What scores the leads of a store by all rulesets that scored them before."""
    from .watch import Watch

    return Watch(store, None)


def _serve(settings: Settings, open_page: bool | None, scoring: Callable[[Store], Watch] | None) -> int:
    from ....web.serving import CannotServe, Server

    try:
        server = Server(settings, scoring)
    except CannotServe as error:
        raise Failure(error.message, error.hint) from None
    write(f"The page is at {server.address} (Ctrl-C ends it)")
    sys.stdout.flush()
    if open_page if open_page is not None else settings.local and _has_screen():
        import webbrowser

        # Where there is no browser, the address above is enough.
        with suppress(webbrowser.Error, OSError):
            webbrowser.open(server.address)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # What was loaded stays, and what an edit makes is hardly ever garbage that only the collector finds.
    # Looking for it more often made every twentieth edit take four times as long.
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    try:
        server.run()
    finally:
        server.close()
    note("The page has ended.")
    return 0


def _has_screen() -> bool:
    """Whether a browser comes up in a window; one in the terminal would take this program's place."""
    if not sys.stdout.isatty():
        return False
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _fill(path: Path) -> None:
    """Makes a database of made-up leads, scored by one of the rulesets that come with Leadwright."""
    import tempfile

    from ....rulesets.sample import SAMPLE_NOW, write_sample
    from ...importing.mapping_file import mapping_beside, read_mapping
    from ...importing.run import import_file
    from ...store.database import open_store
    from ...store.records.catalogue import catalogue
    from ..inputs import rules_named
    from ..progress import ProgressLine
    from ..publishing import published
    from .score import score

    path.parent.mkdir(parents=True, exist_ok=True)
    # In a folder of its own until it is whole: a half one would be taken for the sample the next time.
    with tempfile.TemporaryDirectory(prefix=".leadwright-", dir=path.parent) as folder:
        half = Path(folder) / "sample.db"
        try:
            files = write_sample(Path(folder))
        except OSError as error:
            raise of_the_disk(error) from None
        with open_store(half, create=True) as store:
            for file in files:
                beside = mapping_beside(file)
                assert beside is not None, "the sample comes with its mapping"
                mapping = read_mapping(beside)
                with ProgressLine() as progress:
                    import_file(store, file, mapping.mapping, mapping.reading, progress=progress)
            rules = published(store, rules_named(str(_RULES), store, catalogue(store)))
            score(store, rules, SAMPLE_NOW)
            store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        half.replace(path)
