"""Handoffs in the record: people, stays in stages, who got which lead, and what came of it."""
