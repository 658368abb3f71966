"""Scores compared with what became of the leads: measured, tested on the past, and learned from."""
