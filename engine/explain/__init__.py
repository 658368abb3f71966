"""What a decision says and why."""
