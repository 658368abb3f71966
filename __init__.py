"""Leadwright: lead qualification as sentences."""
