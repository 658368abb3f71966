"""Leads and events brought in on the page: a file sent, its columns understood, loaded with progress."""
