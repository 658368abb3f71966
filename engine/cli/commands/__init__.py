"""The commands, a module each, loaded when called for."""
