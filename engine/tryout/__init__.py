"""Rules being edited, tried out on one lead, condition by condition."""
