"""The language server: what editors ask, answered with what `assist` knows."""
