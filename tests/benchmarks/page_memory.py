"""What the page's process takes over many edits: `python -m benchmarks.page_memory DATABASE RULESET [EDITS]`.

Each edit changes the points of a rule as the page does, and gets the changed cards and the counts over all
leads; every tenth time the whole page is loaded. An hour of one busy person is about 1,200 edits. Prints the
resident memory as it goes, and how much the last half added.
"""

from __future__ import annotations

import os
import random
import re
import sys
from pathlib import Path

from leadwright.engine.store.database import open_store
from leadwright.web import Settings, create_app
from leadwright.web.drafts import current
from leadwright.web.serving import collect_seldom

_POINTS = re.compile(r'^ *rule "([^"]+)"(?:(?!^ *rule ).)*?\bthen ([+-]\d+)', re.MULTILINE | re.DOTALL)
_REVISION = re.compile(r'data-revision="(\d+)"')
_EVERY = 100


def resident() -> float:
    """MiB of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def measure(database: Path, ruleset: str, edits: int) -> list[float]:
    """The resident memory after every hundredth edit."""
    with open_store(database) as store:
        draft = current(store, ruleset)
    assert draft is not None
    points = {name: int(found) for name, found in _POINTS.findall(draft.text)}
    client, chance = create_app(Settings(database)).test_client(), random.Random(1)
    path = f"/rulesets/{ruleset}/edit"
    revision, found = draft.revision, []
    collect_seldom()
    for number in range(1, edits + 1):
        if number % 10 == 1:
            page = client.get(path, buffered=True).get_data(as_text=True)
            shown = _REVISION.search(page)
            assert shown is not None, "the page has no revision"
            revision = int(shown[1])
        name = chance.choice(sorted(points))
        new = chance.choice([value for value in range(1, 60) if value != points[name]])
        edit = {
            "op": "set",
            "key": f"rule:{name}",
            "path": "then.0.points",
            "old": f"{points[name]:+}",
            "new": f"+{new}",
        }
        answer = client.post(
            path, json={"revision": revision, "edits": [edit], "view": "visual", "shown": {}}
        )
        if answer.status_code != 200 or "refused" in answer.json:
            raise RuntimeError(answer.json.get("refused", answer.status))
        revision, points[name] = answer.json["revision"], new
        if number % _EVERY == 0:
            found.append(resident())
            print(f"{number:6} edits {found[-1]:7.1f} MiB", flush=True)
    return found


def main() -> None:
    """Measures what the command line names."""
    found = measure(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 1_200)
    print(f"the last half added {found[-1] - found[len(found) // 2]:.1f} MiB")


if __name__ == "__main__":
    main()
