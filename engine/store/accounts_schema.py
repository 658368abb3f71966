"""The tables of people who use the page: who they are, their sessions and tokens, and what was done."""

from __future__ import annotations

ACCOUNTS = """
-- People who log in. `name` is folded (NFC, without case); `password` is a hash that names its own way.
CREATE TABLE user (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'editor', 'publisher', 'admin')),
    password TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;

-- Who is logged in, by the SHA-256 of what the browser holds; instants in microseconds since 1970 UTC.
CREATE TABLE session (
    secret BLOB PRIMARY KEY,
    user INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    began INTEGER NOT NULL,
    seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_of_user ON session (user);

-- Keys for programs, by the SHA-256 of the key; `expires` is empty where one does not end by itself.
CREATE TABLE api_token (
    id INTEGER PRIMARY KEY,
    secret BLOB NOT NULL UNIQUE,
    user INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'editor', 'publisher', 'admin')),
    created INTEGER NOT NULL,
    expires INTEGER,
    UNIQUE (user, name)
) STRICT;

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
