"""What all tests share."""

collect_ignore_glob = ["language/*/*.rules"]
"""The conformance cases are data that tests read, not rulesets to be run by the plug-in."""
