"""What imports keep beside the data: events before a correction, and the columns of earlier files."""

from __future__ import annotations

IMPORTS = """
-- Mail addresses are ids whatever their case. Where two leads differ in that alone, both stay as they are.
UPDATE OR IGNORE lead SET _key = lead_key(_key) WHERE instr(_key, '@') AND _key <> lead_key(_key);

-- Events that a batch `until` corrected, since their source gave other values for the same key: as they were
-- from the batch `since` on (0 where they came in time).
CREATE TABLE event_before (
    lead INTEGER NOT NULL REFERENCES lead (_id),
    at INTEGER NOT NULL,
    kind INTEGER NOT NULL REFERENCES event_kind (id),
    key INTEGER NOT NULL,
    properties TEXT,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (lead, key, until)
) STRICT, WITHOUT ROWID;

-- The different sets of fields that files of leads had, as sorted JSON, in the order of their coming.
CREATE TABLE import_fields (
    id INTEGER PRIMARY KEY,
    names TEXT NOT NULL UNIQUE
) STRICT;
"""
