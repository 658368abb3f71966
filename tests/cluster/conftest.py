"""For the tests that `make test-cluster` runs, and `make test` does not."""

from __future__ import annotations

import os

collect_ignore_glob = [] if os.environ.get("LEADWRIGHT_CLUSTER") else ["test_*.py"]
