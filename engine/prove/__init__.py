"""What holds of every possible lead: guarantees and questions, answered by a solver.

The solver is the package z3-solver, in the extra `prove`; nothing here is loaded without being asked for.
"""

from __future__ import annotations

from importlib.util import find_spec

MISSING = "the package z3-solver is not installed"
INSTALL = "pip install 'leadwright[prove]'"


def is_there() -> bool:
    """Whether the solver is installed."""
    return find_spec("z3") is not None
