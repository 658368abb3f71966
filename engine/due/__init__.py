"""When a score can next change because time passes."""
