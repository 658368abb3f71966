"""From a plan and the facts of a lead to scores."""
