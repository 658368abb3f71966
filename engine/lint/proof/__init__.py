"""What surely follows from conditions: what the lints reason with."""
