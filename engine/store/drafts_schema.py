"""The tables of drafts: what is being changed of a ruleset, and every single change of it."""

from __future__ import annotations

DRAFTS = """
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
-- `standing` is 0 once a change was itself taken back, or can be taken back no more. Instants are in
-- microseconds since 1970 UTC.
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
"""
