"""The tables of the record, as numbered migrations.

`PRAGMA application_id` says that a database is ours, `PRAGMA user_version` how many migrations it has
had. A migration is never edited once released: a change is a new one at the end of the list.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from .accounts_schema import ACCOUNTS
from .bulk_schema import BULK
from .drafts_schema import DRAFTS
from .fresh_schema import FRESH
from .identity_schema import IDENTITIES
from .import_schema import IMPORTS
from .known_schema import KNOWN
from .records.lead_keys import lead_key
from .review_schema import REVIEW

APPLICATION_ID = 0x4C454144
"""The letters LEAD."""

SYSTEM_COLUMNS = ("_id", "_key", "_changed")
"""The columns of `lead` that are not attributes."""

_FIRST = """
-- One row: `data` counts the batches that changed leads or events; the catalogue is kept as computed
-- when it was `catalogue_at`.
CREATE TABLE state (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    data INTEGER NOT NULL,
    catalogue_at INTEGER,
    catalogue TEXT
) STRICT;
INSERT INTO state VALUES (1, 0, NULL, NULL);

-- Attributes become columns here; `_key` is the lead's own id, `_changed` when it or its events last
-- changed, in microseconds since 1970 UTC.
CREATE TABLE lead (
    _id INTEGER PRIMARY KEY,
    _key TEXT NOT NULL UNIQUE,
    _changed INTEGER NOT NULL
) STRICT;

-- What each attribute is called, which column holds it and what kind it is.
CREATE TABLE field (
    name TEXT PRIMARY KEY,
    "column" TEXT NOT NULL UNIQUE COLLATE NOCASE,
    kind TEXT NOT NULL CHECK (kind IN ('text', 'number', 'yes/no', 'date', 'datetime', 'texts'))
) STRICT;

-- Each pair of type and object once, so that an event is a few small numbers.
CREATE TABLE event_kind (
    id INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    object TEXT
) STRICT;
CREATE UNIQUE INDEX event_kind_once ON event_kind (type, ifnull(object, ''));

CREATE TABLE property (
    type TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('text', 'number', 'yes/no', 'date', 'datetime', 'texts')),
    PRIMARY KEY (type, name)
) STRICT, WITHOUT ROWID;

-- `at` is microseconds since 1970 UTC. `key` tells apart what is otherwise the same: negative, made
-- from the key the source gave, which then is the event's identity for its lead; else made from the
-- properties and how many equal rows stood before it in its file.
CREATE TABLE event (
    lead INTEGER NOT NULL REFERENCES lead (_id),
    at INTEGER NOT NULL,
    kind INTEGER NOT NULL REFERENCES event_kind (id),
    key INTEGER NOT NULL,
    properties TEXT,
    PRIMARY KEY (lead, at, kind, key)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX event_given_key ON event (lead, key) WHERE key < 0;

CREATE TABLE ruleset (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    title TEXT
) STRICT;

CREATE TABLE ruleset_version (
    id INTEGER PRIMARY KEY,
    ruleset INTEGER NOT NULL REFERENCES ruleset (id),
    number INTEGER NOT NULL CHECK (number > 0),
    text TEXT NOT NULL,
    files TEXT NOT NULL,
    names TEXT NOT NULL,
    digest TEXT NOT NULL,
    note TEXT,
    author TEXT,
    published_at INTEGER NOT NULL,
    UNIQUE (ruleset, number)
) STRICT;
CREATE TRIGGER ruleset_version_is_never_rewritten BEFORE UPDATE ON ruleset_version
BEGIN SELECT raise(ABORT, 'a published version is never rewritten'); END;
CREATE TRIGGER ruleset_version_is_never_deleted BEFORE DELETE ON ruleset_version
BEGIN SELECT raise(ABORT, 'a published version is never deleted'); END;

-- The lines that explanations by a version can have: those of its rules, groups and ranges. `points`,
-- and `written` before the rule's own bounds, are those of a rule that gives the same to every lead.
CREATE TABLE version_line (
    version INTEGER NOT NULL REFERENCES ruleset_version (id),
    number INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('rule', 'group', 'range')),
    name TEXT NOT NULL,
    score TEXT,
    line INTEGER,
    text TEXT NOT NULL,
    points INTEGER NOT NULL,
    written INTEGER NOT NULL,
    PRIMARY KEY (version, number)
) STRICT, WITHOUT ROWID;

-- One scoring, of all leads or of those that were due; `finished` stays empty where it was broken off.
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL REFERENCES ruleset_version (id),
    now INTEGER NOT NULL,
    started INTEGER NOT NULL,
    finished INTEGER,
    leads INTEGER,
    changed INTEGER
) STRICT;

-- What is so now. `run` is the one that found it first; later ones that found the same leave it alone.
-- `outcome` holds scores, stages, grades, tags and reasons as JSON; `lines` is the explanation as a JSON
-- array. A line is its number in version_line alone where its points are those given there; else
-- [number, points], or [number, points, after fading, as written] where these differ. The points of a
-- score's lines add up to it; those of the total's own lines and all scores add up to the total.
CREATE TABLE score (
    ruleset INTEGER NOT NULL REFERENCES ruleset (id),
    lead INTEGER NOT NULL REFERENCES lead (_id),
    run INTEGER NOT NULL REFERENCES run (id),
    total INTEGER NOT NULL,
    stage TEXT,
    grade TEXT,
    disqualified INTEGER NOT NULL CHECK (disqualified IN (0, 1)),
    outcome TEXT NOT NULL,
    lines TEXT NOT NULL,
    PRIMARY KEY (ruleset, lead)
) STRICT, WITHOUT ROWID;

-- What was so before: moved here from `score` by the run `until`, when it found something else.
CREATE TABLE score_before (
    ruleset INTEGER NOT NULL REFERENCES ruleset (id),
    lead INTEGER NOT NULL REFERENCES lead (_id),
    until INTEGER NOT NULL REFERENCES run (id),
    run INTEGER NOT NULL REFERENCES run (id),
    total INTEGER NOT NULL,
    stage TEXT,
    grade TEXT,
    disqualified INTEGER NOT NULL CHECK (disqualified IN (0, 1)),
    outcome TEXT NOT NULL,
    lines TEXT NOT NULL,
    PRIMARY KEY (ruleset, lead, until)
) STRICT, WITHOUT ROWID;

CREATE VIEW events AS
SELECT lead._key AS lead, event_kind.type, event_kind.object,
    strftime(
        '%Y-%m-%dT%H:%M:%S', (event.at - (event.at % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch'
    ) || printf('.%06dZ', (event.at % 1000000 + 1000000) % 1000000) AS at,
    event.properties
FROM event
JOIN lead ON lead._id = event.lead
JOIN event_kind ON event_kind.id = event.kind;

CREATE VIEW score_lines AS
SELECT ruleset.name AS ruleset, lead._key AS lead, version_line.kind, version_line.name,
    version_line.score, version_line.line, version_line.text,
    CASE part.type WHEN 'integer' THEN version_line.points ELSE part.value ->> 1 END AS points
FROM score
JOIN ruleset ON ruleset.id = score.ruleset
JOIN lead ON lead._id = score.lead
JOIN run ON run.id = score.run
JOIN json_each(score.lines) AS part
JOIN version_line ON version_line.version = run.version
    AND version_line.number = CASE part.type WHEN 'integer' THEN part.value ELSE part.value ->> 0 END;

CREATE VIEW scores AS
SELECT ruleset.name AS ruleset, ruleset_version.number AS version, lead._key AS lead, score.total,
    score.stage, score.grade, score.disqualified, score.outcome, score.lines
FROM score
JOIN ruleset ON ruleset.id = score.ruleset
JOIN lead ON lead._id = score.lead
JOIN run ON run.id = score.run
JOIN ruleset_version ON ruleset_version.id = run.version;
"""

MIGRATIONS = (_FIRST, ACCOUNTS, FRESH, KNOWN, DRAFTS, REVIEW, IDENTITIES, BULK, IMPORTS)
"""The scripts in order; the n-th brings a database from version n - 1 to n."""

VERSION = len(MIGRATIONS)


def migrate(connection: sqlite3.Connection) -> None:
    """Brings a database of an earlier version to `VERSION`, all or nothing."""
    connection.create_function("lead_key", 1, lead_key, deterministic=True)
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Read again under the lock: another program may have migrated in the meantime.
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        for script in MIGRATIONS[version:]:
            for statement in _statements(script):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {max(version, VERSION)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one; a whole script at once would commit what is open."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
