"""What was asked to be published and who approved it, and what each version did to leads."""

from __future__ import annotations

REVIEW = """
-- A wish to publish, which a second person approves or declines: a text made from the version `base` (empty
-- for a new ruleset), or the version `back_to` again. `outcome` is empty while it is open; one at a time is
-- open for a ruleset. Names rather than references, for it outlives those it names.
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

-- What a version did to the leads there were when it was published, as JSON: as of when, how many leads,
-- how many of them moved up and down, and how many went from which stage to which.
CREATE TABLE version_effect (
    version INTEGER PRIMARY KEY REFERENCES ruleset_version (id),
    effect TEXT NOT NULL
) STRICT;
"""
