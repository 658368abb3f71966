"""A mirror of leads and events laid out for bulk work, derived from the record and never more than it."""
