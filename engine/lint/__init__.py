"""What could be better in a ruleset that is correct, and in `proof` what is sure of its conditions."""
