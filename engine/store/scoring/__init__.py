"""Scoring the leads of a store, and reading back what was found."""
