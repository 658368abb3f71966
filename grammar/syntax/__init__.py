"""Text -> tree: scanning, cutting, the parser and the nodes it makes."""
