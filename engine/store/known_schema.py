"""What was known of a lead when a run scored it, so that a change of its score can be explained."""

from __future__ import annotations

KNOWN = """
-- Up to which batch (of `state.data`) the data had come when the run began; empty for runs of before.
ALTER TABLE run ADD COLUMN data INTEGER;

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
"""
