"""Reports: what was found, as text for a terminal and as data for a program."""

from .testing import failure_text as test_failure

__all__ = ["test_failure"]
