"""What tells which scores are no longer right: leads that changed, and instants that pass."""

from __future__ import annotations

FRESH = """
-- `due` is the first instant at which time alone can change what was found, empty for never: never later
-- than the first real change.
ALTER TABLE score ADD COLUMN due INTEGER;
CREATE INDEX score_due ON score (ruleset, due) WHERE due IS NOT NULL;

-- How far the scores of a ruleset are right: by which version, for the data up to which batch (of
-- `state.data`), as of when. `whole` is 0 while some leads may not have been scored by that version.
CREATE TABLE freshness (
    ruleset INTEGER PRIMARY KEY REFERENCES ruleset (id),
    version INTEGER NOT NULL REFERENCES ruleset_version (id),
    data INTEGER NOT NULL,
    now INTEGER NOT NULL,
    whole INTEGER NOT NULL CHECK (whole IN (0, 1))
) STRICT;

-- The leads that changed, or got events, with the latest batch that did it; those that every ruleset has
-- scored since are taken out.
CREATE TABLE touched (
    lead INTEGER PRIMARY KEY REFERENCES lead (_id),
    data INTEGER NOT NULL
) STRICT;
CREATE INDEX touched_data ON touched (data);
"""
