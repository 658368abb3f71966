"""The real clients against the real server: whatever a client does not itself lose is there exactly once."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from leadwright.engine.live.sources import add_source
from leadwright.engine.store.database import open_store
from leadwright.engine.store.records.events import events_of
from leadwright.engine.store.records.leads import find_lead
from leadwright.tests.clients.conftest import WANTED
from leadwright.tests.clients.faulty import FAULTS, FaultyProxy

HERE = Path(__file__).parent
PYTHON = Path(WANTED or ".") / "bin" / "python"

PYTHON_CLIENTS = {
    "segment": ("segment", 250),
    "rudderstack": ("rudderstack", 250),
    "customerio_cdp": ("customerio-cdp", 250),
    "posthog": ("posthog", 250),
    "mixpanel": ("mixpanel", 120),
    "amplitude": ("amplitude", 450),
    "snowplow": ("snowplow", 50),
    "customerio": ("customerio", 20),
    "cloudevents": ("cloudevents", 20),
}
"""The kind of source of each, and how many events it sends: more than go into one of its batches."""

NODE_CLIENTS = {
    "segment": ("segment", 50),
    "rudderstack": ("rudderstack", 50),
    "posthog": ("posthog", 120),
    "mixpanel": ("mixpanel", 120),
    "amplitude": ("amplitude", 450),
    "snowplow": ("snowplow", 50),
    "jitsu": ("jitsu", 20),
    "matomo": ("matomo", 40),
    "cloudevents": ("cloudevents", 20),
}

CLIENTS = [f"python {name}" for name in PYTHON_CLIENTS] + [f"node {name}" for name in NODE_CLIENTS]

LOSES = {("node matomo", "busy"), ("node matomo", "failing"), ("node rudderstack", "busy")}
"""What these clients lose before it reaches anyone: Matomo's sends nothing again, and the timeout of
RudderStack's, a second here, goes on through the pause that Retry-After asks for. (Mixpanel's and Jitsu's for
Node send nothing again either: of theirs the profile is lost, which goes first.)"""

NO_PROFILE = {"python snowplow", "node snowplow", "node matomo", "python cloudevents", "node cloudevents"}
"""These know no traits."""


@dataclass(frozen=True)
class Outcome:
    """What is in the record of one client's person after a fault."""

    events: Counter[str]
    pages: int
    fields: dict[str, object]


def kind_and_count(client: str) -> tuple[str, int]:
    where, _, name = client.partition(" ")
    return (PYTHON_CLIENTS if where == "python" else NODE_CLIENTS)[name]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Outcome]:
    """All clients under all faults, all of them at once, and what is in the record then."""
    database = tmp_path_factory.mktemp("clients") / "leads.db"
    with open_store(database, create=True) as store:
        keys = {
            client: add_source(store, client, kind_and_count(client)[0], who="test", address="here")
            for client in CLIENTS
        }
    command = [sys.executable, "-m", "leadwright", "serve", "--db", str(database), "--port", "0", "--no-open"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, ExitStack() as stack:
        try:
            assert server.stdout is not None
            found = re.search(r"http://\S+", server.stdout.readline())
            assert found is not None
            work = []
            for client in CLIENTS:
                for fault in FAULTS:
                    proxy = FaultyProxy(found[0], fault)
                    stack.callback(proxy.end)
                    work.append((client, proxy.address, keys[client], person(client, fault)))
            with ThreadPoolExecutor(4) as pool:
                ended = list(pool.map(lambda one: send(*one), work))
        finally:
            server.send_signal(signal.SIGTERM)
    assert server.returncode == 0
    assert not [text for text in ended if text], "a client failed"
    bring_in_the_rest(database)
    return {(client, fault): outcome(database, client, fault) for client in CLIENTS for fault in FAULTS}


def person(client: str, fault: str) -> str:
    return f"{client} {fault}".replace(" ", "-")


def send(client: str, address: str, key: str, who: str) -> str:
    """Runs a client; what it complains of, if it failed."""
    where, _, name = client.partition(" ")
    count = str(kind_and_count(client)[1])
    program = (
        [str(PYTHON), str(HERE / "send.py")] if where == "python" else ["node", str(HERE / "node/send.js")]
    )
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [*program, name, address, key, who, count],
        capture_output=True,
        text=True,
        timeout=240,
        env=clean,
        check=False,
    )
    return f"{who}: {done.stderr[-2000:]}" if done.returncode else ""


def bring_in_the_rest(database: Path) -> None:
    """Brings in what was acknowledged before the server was stopped."""
    from leadwright.engine.live.applying import Applier

    with open_store(database) as store:
        applier = Applier(store)
        while applier.step() is not None:
            pass
        applier.close()


def outcome(database: Path, client: str, fault: str) -> Outcome:
    with open_store(database, read_only=True) as store:
        lead = find_lead(store, person(client, fault))
        if lead is None:
            return Outcome(Counter(), 0, {})
        events = events_of(store, lead.id)
        paid = Counter(
            str(int(event.properties["n"])) if "n" in event.properties else str(event.object)
            for event in events
            if event.type == "Paid"
        )
        pages = sum(event.type == "visited" and event.object == "/pricing" for event in events)
        return Outcome(paid, pages, dict(lead.fields))


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("client", CLIENTS)
def test_every_event_the_client_did_not_lose_is_there_exactly_once(
    world: dict[tuple[str, str], Outcome], client: str, fault: str
) -> None:
    found = world[client, fault]
    wanted = Counter(str(number) for number in range(kind_and_count(client)[1]))
    if (client, fault) in LOSES:
        assert found.events < wanted, "it loses nothing any more: take it out of LOSES"
    else:
        assert found.events == wanted


@pytest.mark.parametrize("client", CLIENTS)
def test_who_it_is_and_what_was_looked_at_is_known(
    world: dict[tuple[str, str], Outcome], client: str
) -> None:
    found = world[client, "none"]
    if client not in NO_PROFILE:
        assert found.fields["email"] == f"{person(client, 'none')}@acme.example"
        assert found.fields["employees"] == 500
    assert found.pages == ("cloudevents" not in client)
