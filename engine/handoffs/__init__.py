"""Handoffs: which one takes a lead, who of its people gets it, and by when they answer."""
