"""The command line: says what the other rooms found."""

from __future__ import annotations

OLDEST_PYTHON = (3, 11)
"""As `requires-python` has it. This file and those imported before it must also run on older ones."""


def main() -> None:
    """The program `leadwright`. Ends with exit code 0, 1 where problems were found, 2 where it failed."""
    import sys

    if sys.version_info[:2] < OLDEST_PYTHON:
        needed, used = (".".join(map(str, parts)) for parts in (OLDEST_PYTHON, sys.version_info[:3]))
        sys.stderr.write(
            f"error: Leadwright needs Python {needed} or later, and this is Python {used}\n"
            f"  help: install it with a newer Python, for example: python{needed} -m pip install leadwright\n"
        )
        sys.exit(2)

    from .program import run

    sys.exit(run(sys.argv[1:]))
