"""The editor: a draft as cards, changed by whoever reads them."""
