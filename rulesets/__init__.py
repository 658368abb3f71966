"""Runnable example rulesets, and a made-up sample of leads to run them on."""
