"""The command line: says what the other rooms found."""

from __future__ import annotations


def main() -> None:
    """The program `leadwright`. Ends with exit code 0, 1 where problems were found, 2 where it failed."""
    import sys

    from .program import run

    sys.exit(run(sys.argv[1:]))
