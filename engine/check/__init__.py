"""From a syntax tree to a plan, or to what is wrong with it."""
