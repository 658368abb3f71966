"""What is in the record, written to files and other databases."""
