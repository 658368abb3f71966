"""The tables of the database.

`PRAGMA application_id` says that a database is Leadwright's, `PRAGMA user_version` which tables it has. All
instants are microseconds since 1970 UTC.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

APPLICATION_ID = 0x4C454144
"""The letters LEAD."""

VERSION = 19
"""Counted up by every change of the tables."""

SYSTEM_COLUMNS = ("_id", "_key", "_changed", "_state")
"""The columns of `lead` that are not attributes."""

_LEADS = """
-- One row: `data` counts the batches that changed leads or events; the catalogue is kept as computed
-- when it was `catalogue_at`. `name_key` is the secret key by which typed user names are hashed;
-- `second_approver` is 1 where nothing is published before a second person has approved it.
CREATE TABLE state (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    data INTEGER NOT NULL,
    catalogue_at INTEGER,
    catalogue TEXT,
    name_key BLOB NOT NULL,
    second_approver INTEGER NOT NULL CHECK (second_approver IN (0, 1))
) STRICT;
INSERT INTO state VALUES (1, 0, NULL, NULL, randomblob(32), 0);

-- Attributes become columns here; `_key` is the lead's own id, `_changed` when it or its events last
-- changed. `_state` is 0 for a lead that has a name, 1 for an anonymous one, which is scored but counted and
-- listed nowhere, and 2 for one that was merged into another: its row keeps the attributes that came with its
-- own id, and is no lead.
CREATE TABLE lead (
    _id INTEGER PRIMARY KEY,
    _key TEXT NOT NULL UNIQUE,
    _changed INTEGER NOT NULL,
    _state INTEGER NOT NULL DEFAULT 0 CHECK (_state BETWEEN 0 AND 2)
) STRICT;
CREATE INDEX lead_apart ON lead (_state) WHERE _state > 0;

-- Other ids of leads. `of` is the other id that it came to its lead with, empty where that was the lead's own
-- id. `merged` is the lead that the id named until it was merged, by `who` (empty for a client): whether that
-- was anonymous and, as a JSON object, the attributes that it filled in.
CREATE TABLE alias (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    lead INTEGER NOT NULL REFERENCES lead (_id),
    of INTEGER REFERENCES alias (id),
    at INTEGER NOT NULL,
    who TEXT,
    merged INTEGER UNIQUE REFERENCES lead (_id),
    was_anonymous INTEGER NOT NULL DEFAULT 0 CHECK (was_anonymous IN (0, 1)),
    filled TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX alias_of_lead ON alias (lead);
CREATE INDEX alias_of_alias ON alias (of) WHERE of IS NOT NULL;

-- Two leads that a client's call says are one though both have a name; `dismissed` once a person said that
-- they are two.
CREATE TABLE suspected (
    one INTEGER NOT NULL REFERENCES lead (_id),
    other INTEGER NOT NULL REFERENCES lead (_id),
    at INTEGER NOT NULL,
    dismissed INTEGER NOT NULL DEFAULT 0 CHECK (dismissed IN (0, 1)),
    PRIMARY KEY (one, other),
    CHECK (one < other)
) STRICT, WITHOUT ROWID;
CREATE INDEX suspected_other ON suspected (other);

-- Ids that are not let in again, since their person was forgotten and is to be kept out: keyed hashes.
CREATE TABLE kept_out (
    hash BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;

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

-- `key` tells apart what is otherwise the same: negative, made from the key the source gave, which then is
-- the event's identity for its lead; else made from the properties and how many equal rows came before it
-- in its file. `alias` is the id that it came with, empty for the lead's own; not declared as such, since no
-- index leads from an alias to its events.
CREATE TABLE event (
    lead INTEGER NOT NULL REFERENCES lead (_id),
    at INTEGER NOT NULL,
    kind INTEGER NOT NULL REFERENCES event_kind (id),
    key INTEGER NOT NULL,
    properties TEXT,
    alias INTEGER,
    PRIMARY KEY (lead, at, kind, key)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX event_given_key ON event (lead, key) WHERE key < 0;

-- Events that a lead had already when they came to it by a merge: kept for its undoing.
CREATE TABLE event_twin (
    alias INTEGER NOT NULL REFERENCES alias (id),
    at INTEGER NOT NULL,
    kind INTEGER NOT NULL REFERENCES event_kind (id),
    key INTEGER NOT NULL,
    properties TEXT,
    PRIMARY KEY (alias, at, kind, key)
) STRICT, WITHOUT ROWID;

-- What leads had before a batch changed them: a JSON object of the attributes that it changed, each with
-- its value until then, null for unknown. Nothing is noted before the first run.
CREATE TABLE lead_before (
    lead INTEGER NOT NULL REFERENCES lead (_id),
    data INTEGER NOT NULL,
    fields TEXT NOT NULL,
    PRIMARY KEY (lead, data)
) STRICT, WITHOUT ROWID;

-- Events that came, with a batch, only after a run had looked past their instant.
CREATE TABLE late_event (
    lead INTEGER NOT NULL REFERENCES lead (_id),
    at INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    key INTEGER NOT NULL,
    data INTEGER NOT NULL,
    PRIMARY KEY (lead, at, kind, key)
) STRICT, WITHOUT ROWID;

-- The leads that changed, or got events, with the latest batch that did it; those that every ruleset has
-- scored since are taken out.
CREATE TABLE touched (
    lead INTEGER PRIMARY KEY,
    data INTEGER NOT NULL
) STRICT;
CREATE INDEX touched_data ON touched (data);

-- The mirror for bulk work: a state of it carries one of these tokens, and has all batches up to `data`.
-- There are two for the moment in which one state takes the place of another.
CREATE TABLE mirror (
    token TEXT PRIMARY KEY,
    data INTEGER NOT NULL
) STRICT;

CREATE VIEW events AS
SELECT lead._key AS lead, event_kind.type, event_kind.object,
    strftime(
        '%Y-%m-%dT%H:%M:%S', (event.at - (event.at % 1000000 + 1000000) % 1000000) / 1000000, 'unixepoch'
    ) || printf('.%06dZ', (event.at % 1000000 + 1000000) % 1000000) AS at,
    event.properties
FROM event
JOIN lead ON lead._id = event.lead AND lead._state = 0
JOIN event_kind ON event_kind.id = event.kind;

-- Events that a batch `until` corrected, since their source gave other values for the same key, or gave to
-- another lead: as they were from the batch `since` on (0 where they came in time).
CREATE TABLE event_before (
    lead INTEGER NOT NULL REFERENCES lead (_id),
    at INTEGER NOT NULL,
    kind INTEGER NOT NULL REFERENCES event_kind (id),
    key INTEGER NOT NULL,
    properties TEXT,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (lead, at, kind, key, until)
) STRICT, WITHOUT ROWID;

-- The different sets of fields that files of leads had, as sorted JSON, in the order of their coming.
CREATE TABLE import_fields (
    id INTEGER PRIMARY KEY,
    names TEXT NOT NULL UNIQUE
) STRICT;
"""

_RULESETS = """
-- Views of the table of leads that people saved: the query of the address, and who saved it last.
CREATE TABLE lead_view (
    name TEXT PRIMARY KEY,
    query TEXT NOT NULL,
    who TEXT NOT NULL
) STRICT;

-- `folded` is the name without regard to case: no two differ in case alone.
CREATE TABLE ruleset (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    folded TEXT NOT NULL UNIQUE,
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

-- Which version a file of rules was the last time it was published or read as that version, by the file's
-- absolute path. `at` orders them.
CREATE TABLE ruleset_file (
    ruleset INTEGER NOT NULL REFERENCES ruleset (id),
    path TEXT NOT NULL,
    version INTEGER NOT NULL REFERENCES ruleset_version (id),
    at INTEGER NOT NULL,
    PRIMARY KEY (ruleset, path)
) STRICT, WITHOUT ROWID;

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

-- What a version did to the leads there were when it was published, as JSON: as of when, how many leads,
-- how many of them moved up and down, and how many went from which stage to which.
CREATE TABLE version_effect (
    version INTEGER PRIMARY KEY REFERENCES ruleset_version (id),
    effect TEXT NOT NULL
) STRICT;

-- A ruleset as it is being changed, by name, since a new one is a draft before it has a version. `base` is
-- the version it goes on from and `base_text` its text; both are empty before the first version.
CREATE TABLE draft (
    ruleset TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    base INTEGER,
    base_text TEXT NOT NULL,
    revision INTEGER NOT NULL
) STRICT;

-- Each change of a draft, which made `revision` of it: `edits` is what was asked for, `inverse` the edit
-- that restores the text before, both as JSON. `of` is the change that an undo or redo took back;
-- `standing` is 0 once a change was itself taken back, or can be taken back no more.
CREATE TABLE draft_change (
    id INTEGER PRIMARY KEY,
    ruleset TEXT NOT NULL REFERENCES draft (ruleset),
    revision INTEGER NOT NULL,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    sort TEXT NOT NULL CHECK (sort IN ('edit', 'text', 'undo', 'redo', 'discard', 'version')),
    edits TEXT NOT NULL,
    inverse TEXT NOT NULL,
    of INTEGER REFERENCES draft_change (id),
    standing INTEGER NOT NULL DEFAULT 1 CHECK (standing IN (0, 1)),
    UNIQUE (ruleset, revision)
) STRICT;
CREATE INDEX draft_change_of_person ON draft_change (ruleset, who, standing, id);

-- A request to publish, which a second person approves or declines: a text made from the version `base`
-- (empty for a new ruleset), or the version `back_to` again. `outcome` is empty while it is open; one at a
-- time is open for a ruleset. Names rather than references, for it outlives those it names.
CREATE TABLE approval (
    id INTEGER PRIMARY KEY,
    ruleset TEXT NOT NULL,
    base INTEGER,
    text TEXT NOT NULL,
    back_to INTEGER,
    note TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    outcome TEXT CHECK (outcome IN ('approved', 'declined', 'withdrawn')),
    decided_by TEXT,
    decided_at INTEGER,
    reason TEXT,
    version INTEGER
) STRICT;
CREATE UNIQUE INDEX approval_open ON approval (ruleset) WHERE outcome IS NULL;
"""

_SCORES = """
-- One scoring, of all leads or of those that were due; `finished` stays empty where it was broken off.
-- `data` is the batch (of `state.data`) up to which the data had come when it began; `moves` is how many
-- leads went from which stage of `main` to which, as a JSON array of [from, to, leads].
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    version INTEGER NOT NULL REFERENCES ruleset_version (id),
    now INTEGER NOT NULL,
    started INTEGER NOT NULL,
    finished INTEGER,
    leads INTEGER,
    changed INTEGER,
    data INTEGER,
    moves TEXT
) STRICT;

-- What is decided about a lead, without the lines that explain it; most leads share theirs with others.
-- `text` holds scores, stages, grades, tags and reasons as JSON.
CREATE TABLE result (
    id INTEGER PRIMARY KEY,
    total INTEGER NOT NULL,
    stage TEXT,
    grade TEXT,
    disqualified INTEGER NOT NULL CHECK (disqualified IN (0, 1)),
    text TEXT NOT NULL,
    UNIQUE (text, total)
) STRICT;

-- People who looked again at a decision by a version as of `decided`: whether it was upheld, and why.
CREATE TABLE human_review (
    id INTEGER PRIMARY KEY,
    lead INTEGER NOT NULL REFERENCES lead (_id),
    version INTEGER NOT NULL REFERENCES ruleset_version (id),
    decided INTEGER NOT NULL,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    upheld INTEGER NOT NULL CHECK (upheld IN (0, 1)),
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX human_review_of_lead ON human_review (lead);

-- The rows of the view `score`, which says what their columns mean. The numbers are those of a ruleset, a
-- lead, a run and a result; that is not declared, since looking four of them up for each row takes a third
-- of the time of scoring all leads.
CREATE TABLE scored (
    ruleset INTEGER NOT NULL,
    lead INTEGER NOT NULL,
    run INTEGER NOT NULL,
    result INTEGER NOT NULL,
    lines TEXT NOT NULL,
    due INTEGER,
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
    result TEXT NOT NULL,
    lines TEXT NOT NULL,
    PRIMARY KEY (ruleset, lead, until)
) STRICT, WITHOUT ROWID;

-- How far the scores of a ruleset are right: by which version, for the data up to which batch (of
-- `state.data`), as of when. `whole` is 0 while some leads may not have been scored by that version.
CREATE TABLE freshness (
    ruleset INTEGER PRIMARY KEY REFERENCES ruleset (id),
    version INTEGER NOT NULL REFERENCES ruleset_version (id),
    data INTEGER NOT NULL,
    now INTEGER NOT NULL,
    whole INTEGER NOT NULL CHECK (whole IN (0, 1))
) STRICT;

-- Leads by their numbers, 64 to a zone: no score of a zone is due before `due`. So who is due is found by
-- looking into few zones, and keeping that in order costs a row a zone and not an index entry a lead.
CREATE TABLE due_zone (
    ruleset INTEGER NOT NULL REFERENCES ruleset (id),
    zone INTEGER NOT NULL,
    due INTEGER NOT NULL,
    PRIMARY KEY (ruleset, zone)
) STRICT, WITHOUT ROWID;

-- The last run whose scores were exported to a destination, so that the next export can leave out what has
-- not changed since.
CREATE TABLE score_export (
    ruleset INTEGER NOT NULL REFERENCES ruleset (id),
    destination TEXT NOT NULL,
    run INTEGER NOT NULL,
    PRIMARY KEY (ruleset, destination)
) STRICT, WITHOUT ROWID;

-- What is so now. `run` is the one that found it first; later ones that found the same leave it alone.
-- `result` holds scores, stages, grades, tags and reasons as JSON; `lines` is the explanation as a JSON
-- array. A line is its number in version_line alone where its points are those given there; else
-- [number, points], or [number, points, after fading, as written] where these differ. The points of a
-- score's lines add up to it; those of the total's own lines and all scores add up to the total. `due` is
-- the first instant at which time alone can change what was found, empty for never: never later than the
-- first real change.
CREATE VIEW score AS
SELECT scored.ruleset, scored.lead, scored.run, result.total, result.stage, result.grade,
    result.disqualified, result.text AS result, scored.lines, scored.due
FROM scored JOIN result ON result.id = scored.result;

-- For people and programs, documented in docs/how-to/use-scores-elsewhere.md.
CREATE VIEW scores AS
SELECT ruleset.name AS ruleset, lead._key AS lead, result.total AS score, result.stage, result.grade,
    result.disqualified, result.text -> '$.scores' AS scores, result.text -> '$.stages' AS stages,
    coalesce(result.text -> '$.grades', '{}') AS grades, coalesce(result.text -> '$.tags', '[]') AS tags,
    coalesce(result.text -> '$.disqualified', '[]') AS reasons, ruleset_version.number AS version,
    strftime('%Y-%m-%dT%H:%M:%SZ', run.now / 1000000, 'unixepoch') AS as_of,
    strftime('%Y-%m-%dT%H:%M:%SZ', run.started / 1000000, 'unixepoch') AS found_at
FROM scored
JOIN result ON result.id = scored.result
JOIN ruleset ON ruleset.id = scored.ruleset
JOIN lead ON lead._id = scored.lead AND lead._state = 0
JOIN run ON run.id = scored.run
JOIN ruleset_version ON ruleset_version.id = run.version;

-- The same for the lines of each score.
CREATE VIEW score_lines AS
SELECT ruleset.name AS ruleset, lead._key AS lead, version_line.kind, version_line.name,
    version_line.score, version_line.line, version_line.text,
    CASE part.type WHEN 'integer' THEN version_line.points ELSE part.value ->> 1 END AS points
FROM scored
JOIN ruleset ON ruleset.id = scored.ruleset
JOIN lead ON lead._id = scored.lead AND lead._state = 0
JOIN run ON run.id = scored.run
JOIN json_each(scored.lines) AS part
JOIN version_line ON version_line.version = run.version
    AND version_line.number = CASE part.type WHEN 'integer' THEN part.value ELSE part.value ->> 0 END;
"""

_PEOPLE = """
-- People who log in. `name` is folded (NFC, without case), `look` what it looks like, so that no two look
-- alike; `password` is a hash that names its own method.
CREATE TABLE user (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    look TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('sales', 'viewer', 'editor', 'publisher', 'admin')),
    password TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;

-- Who is logged in, by the SHA-256 of what the browser holds. `checked` is when a provider of single sign-on
-- vouched for them, empty for a log-in by password.
CREATE TABLE session (
    secret BLOB PRIMARY KEY,
    user INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    began INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    checked INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX session_of_user ON session (user);

-- Keys for programs, by the SHA-256 of the key; `expires` is empty where one does not end by itself.
CREATE TABLE api_token (
    id INTEGER PRIMARY KEY,
    secret BLOB NOT NULL UNIQUE,
    user INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('sales', 'viewer', 'editor', 'publisher', 'admin')),
    created INTEGER NOT NULL,
    expires INTEGER,
    UNIQUE (user, name)
) STRICT;

-- Who people are at a provider of OpenID Connect.
CREATE TABLE identity (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX identity_of_user ON identity (user);

-- Log-ins that failed within the last minutes, by a keyed hash of the name that was typed, whether or not
-- there is such a user.
CREATE TABLE failed_log_in (
    at INTEGER NOT NULL,
    name BLOB NOT NULL,
    address TEXT NOT NULL
) STRICT;
CREATE INDEX failed_log_in_at ON failed_log_in (at);

-- What was done, by whom, from where: names rather than references, for it outlives those it names.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    address TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_action ON audit (action, at);
CREATE TRIGGER audit_is_never_rewritten BEFORE UPDATE ON audit
BEGIN SELECT raise(ABORT, 'what was done is never rewritten'); END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
BEGIN SELECT raise(ABORT, 'what was done is never deleted'); END;
"""

_LIVE = """
-- Which clients may send events. `origins` are the websites of whose pages browsers may, as JSON; `mapping`
-- says in TOML what messages become.
CREATE TABLE source (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    origins TEXT NOT NULL,
    mapping TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;

-- The keys by which they send, by the SHA-256 of the key. Such a key may only write.
CREATE TABLE write_key (
    hash BLOB PRIMARY KEY,
    source INTEGER NOT NULL REFERENCES source (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX write_key_of_source ON write_key (source);

-- How far the inbox with a token has been brought into the record.
CREATE TABLE live_applied (
    token TEXT PRIMARY KEY,
    up_to INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- When a client said a lead's field to be as it is, and in which message: what it said before is older,
-- whenever it comes.
CREATE TABLE live_field (
    lead INTEGER NOT NULL REFERENCES lead (_id),
    field TEXT NOT NULL,
    at INTEGER NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (lead, field)
) STRICT, WITHOUT ROWID;

-- The last messages of each source as they came, what stood beside each in its request, and what became of
-- each, as JSON.
CREATE TABLE live_message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source INTEGER NOT NULL,
    lead INTEGER REFERENCES lead (_id),
    received INTEGER NOT NULL,
    body TEXT NOT NULL,
    about TEXT NOT NULL,
    became TEXT NOT NULL
) STRICT;
CREATE INDEX live_message_of_source ON live_message (source, id);
CREATE INDEX live_message_of_lead ON live_message (lead);

-- The last messages and requests that could not be taken, each with the reason; those with an unknown key
-- have no source.
CREATE TABLE live_refusal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source INTEGER,
    received INTEGER NOT NULL,
    reason TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX live_refusal_of_source ON live_refusal (source, id);

-- How many messages of a source came in an hour (counted since 1970), by what became of them: stored,
-- repeated, ignored or refused; and how many were stored, or scored, within so many seconds, as in
-- "scored 0.5".
CREATE TABLE live_count (
    source INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    what TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (source, hour, what)
) STRICT, WITHOUT ROWID;
"""

_HANDOFFS = """
-- People who get leads, by their addresses as rulesets write them; `folded` is the address without regard to
-- case. Days are ISO 8601 texts, hours minutes of the day; `weekdays` lists them as numbers, 0 for Monday.
CREATE TABLE person (
    folded TEXT PRIMARY KEY,
    address TEXT NOT NULL,
    name TEXT NOT NULL,
    away_from TEXT,
    away_to TEXT,
    daily INTEGER CHECK (daily > 0),
    zone TEXT,
    works_from INTEGER NOT NULL,
    works_to INTEGER NOT NULL CHECK (works_to > works_from),
    weekdays TEXT NOT NULL,
    holidays TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Stays of leads in stages that have handoffs, written with the score that began them: the numbers of a
-- ruleset, a lead, a run, and the version that the entry came by. `at` is as of when that was, `left_at` when
-- the stay ended. Open entries wait to be handed off, queued ones for somebody to be there; `reason` is JSON.
-- `alias` is the id that it came to its lead with by a merge, empty for the lead's own.
CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    ruleset INTEGER NOT NULL,
    lead INTEGER NOT NULL,
    track TEXT NOT NULL,
    stage TEXT NOT NULL,
    version INTEGER NOT NULL,
    run INTEGER NOT NULL,
    at INTEGER NOT NULL,
    left_at INTEGER,
    alias INTEGER,
    state TEXT NOT NULL CHECK (
        state IN ('open', 'queued', 'handed off', 'unassigned', 'held back', 'too soon', 'left')
    ),
    reason TEXT
) STRICT;
CREATE INDEX entry_waiting ON entry (ruleset, at, lead) WHERE state IN ('open', 'queued');
CREATE INDEX entry_of_lead ON entry (lead, ruleset, track);
CREATE INDEX entry_by_state ON entry (state, at) WHERE state IN ('queued', 'unassigned');

-- Who got which lead: by which handoff of which version, from which list, why (JSON), kept together by what.
-- `passed_by` is the handoff that was not answered in time. `due` is by when an answer is expected, `overdue`
-- when it was found missing; `answer` is the event that answered. An entry is handed off once: only what was
-- passed on has a `passed_by`.
CREATE TABLE handoff (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    entry INTEGER NOT NULL REFERENCES entry (id),
    passed_by INTEGER REFERENCES handoff (id),
    ruleset INTEGER NOT NULL,
    lead INTEGER NOT NULL,
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    person TEXT NOT NULL,
    address TEXT NOT NULL,
    list TEXT,
    kept TEXT,
    at INTEGER NOT NULL,
    why TEXT NOT NULL,
    due INTEGER,
    overdue INTEGER,
    answered INTEGER,
    answer TEXT
) STRICT;
CREATE UNIQUE INDEX handoff_once ON handoff (entry) WHERE passed_by IS NULL;
CREATE UNIQUE INDEX handoff_passed_once ON handoff (passed_by) WHERE passed_by IS NOT NULL;
CREATE INDEX handoff_of_lead ON handoff (lead);
CREATE INDEX handoff_of_person ON handoff (person, ruleset, list, id);
CREATE INDEX handoff_kept ON handoff (ruleset, list, kept, id) WHERE kept IS NOT NULL;
CREATE INDEX handoff_unanswered ON handoff (ruleset, due) WHERE due IS NOT NULL AND answered IS NULL;

-- For people and programs, documented in docs/how-to/use-scores-elsewhere.md.
CREATE VIEW handoffs AS
SELECT ruleset.name AS ruleset, lead._key AS lead, entry.track, entry.stage, handoff.name AS handoff,
    handoff.address AS owner, handoff.list, handoff.why ->> '$.why' AS why, handoff.kept,
    ruleset_version.number AS version,
    strftime('%Y-%m-%dT%H:%M:%SZ', entry.at / 1000000, 'unixepoch') AS entered_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', handoff.at / 1000000, 'unixepoch') AS handed_off_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', handoff.due / 1000000, 'unixepoch') AS due_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', handoff.overdue / 1000000, 'unixepoch') AS overdue_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', handoff.answered / 1000000, 'unixepoch') AS answered_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', entry.left_at / 1000000, 'unixepoch') AS left_at,
    handoff.answer, (
        SELECT later.address FROM handoff AS later WHERE later.passed_by = handoff.id
    ) AS passed_to
FROM handoff
JOIN entry ON entry.id = handoff.entry
JOIN ruleset ON ruleset.id = handoff.ruleset
JOIN ruleset_version ON ruleset_version.id = handoff.version
JOIN lead ON lead._id = handoff.lead AND lead._state = 0;

CREATE VIEW entries AS
SELECT ruleset.name AS ruleset, lead._key AS lead, entry.track, entry.stage, entry.state,
    ruleset_version.number AS version,
    strftime('%Y-%m-%dT%H:%M:%SZ', entry.at / 1000000, 'unixepoch') AS entered_at,
    strftime('%Y-%m-%dT%H:%M:%SZ', entry.left_at / 1000000, 'unixepoch') AS left_at
FROM entry
JOIN ruleset ON ruleset.id = entry.ruleset
JOIN ruleset_version ON ruleset_version.id = entry.version
JOIN lead ON lead._id = entry.lead AND lead._state = 0;

-- Whether the entries that a version brings are handed off, as whoever published it chose; without a row,
-- they are held back.
CREATE TABLE version_entries (
    version INTEGER PRIMARY KEY REFERENCES ruleset_version (id),
    handed_off INTEGER NOT NULL CHECK (handed_off IN (0, 1))
) STRICT;
"""

_OUTBOX = """
-- What other systems are to be told, written in the transaction that records what it tells; never rewritten.
-- `number` is the order of recording. `id` is what receivers know a message by; `subject` is a lead's own id,
-- `data` a JSON object, `created` when it happened. Whether it was sent is kept elsewhere.
CREATE TABLE message (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    data TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;
CREATE INDEX message_of_subject ON message (subject, number);

-- Where messages go. `kinds` are those it asks for, none means those of handoffs; `fields` are those of the
-- lead that it may have. `after` is the newest message that was looked at for it. `former` signs too until
-- `former_until`.
CREATE TABLE destination (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    kind TEXT NOT NULL CHECK (kind IN ('http', 'file', 'command')),
    address TEXT NOT NULL,
    kinds TEXT NOT NULL CHECK (json_type(kinds) = 'array'),
    fields TEXT NOT NULL CHECK (json_type(fields) = 'array'),
    template TEXT,
    private INTEGER NOT NULL CHECK (private IN (0, 1)),
    secret TEXT,
    former TEXT,
    former_until INTEGER,
    state TEXT NOT NULL CHECK (state IN ('on', 'paused', 'ended')),
    after INTEGER NOT NULL,
    created INTEGER NOT NULL
) STRICT;

-- A message on its way to a destination. `state`: 0 waiting, 1 sent, 2 parked, 3 dropped. `due` is when it is
-- tried next, `answer` what came back the last time; `first` and `last` are when it was tried.
CREATE TABLE delivery (
    destination INTEGER NOT NULL REFERENCES destination (id) ON DELETE CASCADE,
    message INTEGER NOT NULL REFERENCES message (number) ON DELETE CASCADE,
    subject TEXT NOT NULL,
    state INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 3),
    tries INTEGER NOT NULL DEFAULT 0,
    due INTEGER NOT NULL,
    first INTEGER,
    last INTEGER,
    status INTEGER,
    answer TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (destination, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_waiting ON delivery (destination, message) WHERE state = 0;
CREATE INDEX delivery_in_order ON delivery (destination, subject, message) WHERE state = 0;
CREATE INDEX delivery_parked ON delivery (destination, message) WHERE state = 2;
CREATE INDEX delivery_of_message ON delivery (message);
"""


def create(connection: sqlite3.Connection) -> None:
    """Makes the tables in a database that has none, all or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Read again under the lock: another program may have made them in the meantime.
        if connection.execute("PRAGMA user_version").fetchone()[0] != VERSION:
            for statement in _statements(
                _LEADS + _RULESETS + _SCORES + _PEOPLE + _HANDOFFS + _OUTBOX + _LIVE
            ):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
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
