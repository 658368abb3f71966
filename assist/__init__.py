"""Help for whoever writes rules: completion, hover, names, colours."""
