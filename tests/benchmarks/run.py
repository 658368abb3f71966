"""`python tests/benchmarks/run.py [PART[:SECTION] ...] [--quick] [--json FILE]`: leadwright beside others."""

import sys
from pathlib import Path

if __name__ == "__main__":
    # The folder of this file would put its modules in the way of others' of the same names.
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    from benchmarks.suite import main

    sys.exit(main())
