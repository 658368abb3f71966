"""For tests that `make test-editor` runs, and `make test` does not: they need editors and their packages."""

from __future__ import annotations

import os

collect_ignore_glob = [] if os.environ.get("LEADWRIGHT_EDITORS") else ["test_*.py"]
