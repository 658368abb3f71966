"""Sources: which clients may send, by which keys, from which websites, and what their messages become."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from ...grammar.frozen import frozen
from ..importing.problems import near
from ..receivers.adapters import KINDS
from ..store.database import Store, StoreError, open_store
from ..store.records.audit import Action, record
from ..values import moment_of
from .mapping import read_source_mapping

PREFIX = "lww_"
"""Every write key begins so, that a search for leaked ones finds it."""

WRITE_KEY = re.compile(rf"{PREFIX}[\w-]{{32}}", re.ASCII)

LONGEST_NAME = 60
_COLUMNS = "id, name, kind, origins, mapping, created"


@frozen
class Source:
    """A source as listed. `origins` are websites from whose pages browsers may send; `mapping` is TOML."""

    id: int
    name: str
    kind: str
    origins: tuple[str, ...]
    mapping: str
    created: datetime

    @property
    def adapter(self) -> str:
        """The adapter that reads its requests."""
        return KINDS[self.kind]

    def allows(self, origin: str) -> bool:
        """Whether browsers may send from a website."""
        return origin in self.origins or "*" in self.origins


def key_hash(key: str) -> bytes:
    """What is kept of a write key: it is long and random, so that its hash gives nothing away."""
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()


def add_source(
    store: Store, name: str, kind: str, origins: Sequence[str] = (), *, who: str, address: str
) -> str:
    """Adds a source and gives its write key, which can be seen this once. Raises `StoreError`."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise StoreError(
            f"a source's name has 1 to {LONGEST_NAME} characters", "name what sends, such as website"
        )
    if kind not in KINDS:
        raise StoreError(
            f"there is no kind of source {kind}", f"there are {', '.join(KINDS)}{near(kind, KINDS)}"
        )
    allowed = [origin_of(origin) for origin in origins]
    key = PREFIX + secrets.token_urlsafe(24)
    with store.transaction() as connection:
        if connection.execute("SELECT 1 FROM source WHERE name = ?", (name,)).fetchone():
            raise StoreError(
                f"there is a source {name} already", "choose another name, or remove that one first"
            )
        number = connection.execute(
            "INSERT INTO source (name, kind, origins, mapping, created) VALUES (?, ?, ?, '', ?)",
            (name, kind, json.dumps(allowed), time.time_ns() // 1000),
        ).lastrowid
        connection.execute("INSERT INTO write_key VALUES (?, ?)", (key_hash(key), number))
        record(
            connection,
            Action.SOURCE_ADDED,
            who=who,
            address=address,
            subject=name,
            detail=f"of the kind {kind}",
        )
    return key


def origin_of(text: str) -> str:
    """A website as browsers name it in the header Origin. Raises `StoreError`."""
    text = text.strip()
    if text == "*":
        return text
    try:
        parts = urlsplit(text)
        wrong = parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/")
        wrong = wrong or bool(parts.query or parts.fragment or parts.username)
    except ValueError:
        wrong = True
    if wrong:
        raise StoreError(f"{text} is no website", "write it as https://www.acme.example, without a path")
    return f"{parts.scheme}://{parts.netloc}".lower()


def sources(store: Store) -> list[Source]:
    """All sources, by name."""
    with store.guard():
        return [
            _source(row) for row in store.connection.execute(f"SELECT {_COLUMNS} FROM source ORDER BY name")
        ]


def source_named(store: Store, name: str) -> Source:
    """The source of a name. Raises `StoreError` where there is none."""
    found = {source.name: source for source in sources(store)}
    if name in found:
        return found[name]
    listed = (
        f"there are {', '.join(found)}{near(name, found)}" if found else "leadwright source add makes one"
    )
    raise StoreError(f"there is no source {name}", listed)


def _source(row: tuple[int, str, str, str, str, int]) -> Source:
    number, name, kind, origins, mapping, created = row
    return Source(number, name, kind, tuple(json.loads(origins)), mapping, moment_of(created))


def remove_source(store: Store, name: str, *, who: str, address: str) -> None:
    """Ends a source and its keys; what it sent stays."""
    source = source_named(store, name)
    with store.transaction() as connection:
        for table in ("write_key", "live_message", "live_refusal", "live_count"):
            connection.execute(f"DELETE FROM {table} WHERE source = ?", (source.id,))
        connection.execute("DELETE FROM source WHERE id = ?", (source.id,))
        record(connection, Action.SOURCE_REMOVED, who=who, address=address, subject=name)


def new_key(store: Store, name: str, *, keep: bool = False, who: str, address: str) -> str:
    """Gives a source a new write key, shown only once; the former ones end, unless `keep`."""
    source = source_named(store, name)
    key = PREFIX + secrets.token_urlsafe(24)
    with store.transaction() as connection:
        if not keep:
            connection.execute("DELETE FROM write_key WHERE source = ?", (source.id,))
        connection.execute("INSERT INTO write_key VALUES (?, ?)", (key_hash(key), source.id))
        record(
            connection,
            Action.SOURCE_CHANGED,
            who=who,
            address=address,
            subject=name,
            detail="a new write key",
        )
    return key


def set_mapping(store: Store, name: str, mapping: str, *, who: str, address: str) -> None:
    """Says what a source's messages become from now on. Raises `ImportRefused` where it cannot be read."""
    read_source_mapping(mapping)
    source = source_named(store, name)
    with store.transaction() as connection:
        connection.execute("UPDATE source SET mapping = ? WHERE id = ?", (mapping, source.id))
        record(
            connection, Action.SOURCE_CHANGED, who=who, address=address, subject=name, detail="its mapping"
        )


def set_origins(store: Store, name: str, origins: Sequence[str], *, who: str, address: str) -> None:
    """Says from which websites browsers may send. Raises `StoreError`."""
    allowed = [origin_of(origin) for origin in origins]
    source = source_named(store, name)
    with store.transaction() as connection:
        connection.execute("UPDATE source SET origins = ? WHERE id = ?", (json.dumps(allowed), source.id))
        record(
            connection, Action.SOURCE_CHANGED, who=who, address=address, subject=name, detail="its websites"
        )


_FRESH = 1.0


class SourceBook:
    """Sources by their write keys, as they were a second ago at most; an unknown key is looked up again.
    Serves any thread."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._by_hash: dict[bytes, Source] = {}
        self._read_at = -_FRESH

    def find(self, key: str) -> Source | None:
        """The source that a write key is of. Raises `StoreError`."""
        wanted = key_hash(key)
        with self._lock:
            if wanted not in self._by_hash or time.monotonic() - self._read_at > _FRESH:
                self._read()
            return self._by_hash.get(wanted)

    def welcomes(self, origin: str) -> bool:
        """Whether browsers may send from a website by some key. Raises `StoreError`."""
        with self._lock:
            if time.monotonic() - self._read_at <= _FRESH and self._allowed(origin):
                return True
            self._read()
            return self._allowed(origin)

    def _allowed(self, origin: str) -> bool:
        return any(source.allows(origin) for source in self._by_hash.values())

    def _read(self) -> None:
        with open_store(self._database, read_only=True) as store, store.guard():
            rows = store.connection.execute(
                "SELECT hash, source.id, name, kind, origins, mapping, created FROM write_key "
                "JOIN source ON source.id = write_key.source"
            )
            self._by_hash = {hash_: _source(row) for hash_, *row in rows}
        self._read_at = time.monotonic()
