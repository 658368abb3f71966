"""The process that proves: a question in at standard input, answers out at standard output, then its end."""

from __future__ import annotations

import pickle
import sys

from .asking import ProofRequest, answers_by

MOST_MEMORY = 1 << 30
"""Bytes of memory that it may have."""


def main() -> None:
    """Reads what is asked and writes the answers."""
    _bound_memory()
    asked: ProofRequest = pickle.loads(sys.stdin.buffer.read())
    for answer in answers_by(asked):
        sys.stdout.buffer.write(pickle.dumps(answer))
        sys.stdout.buffer.flush()


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:  # not on every system
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


if __name__ == "__main__":
    main()
