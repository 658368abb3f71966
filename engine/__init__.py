"""Meaning: what a ruleset says of a lead, proved, computed, explained and kept."""
