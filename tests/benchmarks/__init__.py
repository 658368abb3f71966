"""How fast it is, beside hand-written Python and other engines."""
