"""Trees -> text: the canonical form, the formatter and plain English."""
