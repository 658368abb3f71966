"""What could be better in a ruleset that is correct."""
