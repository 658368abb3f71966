"""The lints, each a function of the context that gives its findings."""
