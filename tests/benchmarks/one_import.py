"""One import, in a process of its own: seconds, MiB and a hash of the rows. TREE FILE KIND DATABASE.

TREE is a checkout of this package, of now or of before.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

_EVENTS = (
    "SELECT _key, event.at, type, object, key, properties FROM event JOIN lead ON _id = lead "
    "JOIN event_kind ON event_kind.id = kind ORDER BY 1, 2, 3, 4, 5"
)
_LEADS = "SELECT _key, {} FROM lead ORDER BY 1"


def main() -> None:
    """Imports, and says how that went."""
    tree, file, kind, database = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "leadwright").symlink_to(tree, target_is_directory=True)
        sys.path[0] = folder
        mapping = importlib.import_module("leadwright.engine.importing.mapping")
        run = importlib.import_module("leadwright.engine.importing.run")
        with Path(file).open(encoding="utf-8") as lines:
            names = lines.readline().strip().split(",")
        if kind == "leads":
            means, rows = mapping.ColumnMapping("id"), _LEADS.format(", ".join(names[1:]))
        else:
            events = mapping.EventColumns("at", type="type", object="object", properties=tuple(names[4:]))
            means, rows = mapping.ColumnMapping("lead", events=(events,)), _EVENTS
        with _opened(database) as store:
            begun, used = time.perf_counter(), time.process_time()
            report = run.import_file(store, Path(file), means, rejects=Path(folder) / "rejects.csv")
            seconds, used = time.perf_counter() - begun, time.process_time() - used
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            digest = hashlib.blake2b(digest_size=8)
            for row in store.connection.execute(rows):
                digest.update(repr(row).encode())
    found = {"seconds": seconds, "cpu": used, "peak": peak, "rows": digest.hexdigest()}
    print(json.dumps(found | {"added": report.events_added + report.leads_added}))


def _opened(database: str):  # type: ignore[no-untyped-def]  # of whichever tree
    try:
        opening = importlib.import_module("leadwright.engine.store.database")
    except ModuleNotFoundError:  # as it was called before
        opening = importlib.import_module("leadwright.engine.store.opening")
    return opening.open_store(database, create=True)


if __name__ == "__main__":
    main()
