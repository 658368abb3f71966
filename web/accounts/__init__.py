"""People who use the page, and what they may do. Knows the store, and nothing of Flask."""
