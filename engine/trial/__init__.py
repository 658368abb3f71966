"""Rules being edited, tried out: what they say of one lead, clause by clause, and of all."""
