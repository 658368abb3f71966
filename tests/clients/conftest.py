"""The clients and a server for the tests that `make test-clients` runs, and `make test` does not."""

from __future__ import annotations

import os

WANTED = os.environ.get("LEADWRIGHT_CLIENTS")
"""Set, the tests run; it is the folder of the environment that has the Python clients."""

collect_ignore_glob = [] if WANTED else ["test_*.py"]
