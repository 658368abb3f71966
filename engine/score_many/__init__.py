"""Leads and their events as arrays, a block of leads at a time, and what is measured over them at once."""
