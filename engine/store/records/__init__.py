"""What is in the record: leads, events, rulesets, and what changed when."""
