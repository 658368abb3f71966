"""The page for people who never open a terminal."""
