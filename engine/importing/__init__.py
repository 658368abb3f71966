"""Leads and events from CSV, JSON Lines and SQLite into the record."""
