"""The record: leads, events, rulesets and decisions in SQLite."""
