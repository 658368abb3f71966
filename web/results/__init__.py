"""The pages about outcomes: whether scores are right, and what would make them better."""
