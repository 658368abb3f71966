"""Reports: what was found, as text for a terminal and as data for a program."""
