"""A database that can be reckoned in the head: four leads, six events, and a ruleset that scored them."""

from __future__ import annotations

from pathlib import Path

from leadwright.engine.cli.program import run
from leadwright.engine.store.database import open_store

HOSTILE = "<script>alert(1)</script>"

LEADS = f"""\
id,name,title,employees,opted_in
L1,Zoë Müller,VP Marketing,1200,yes
L2,Ben Okafor,Head of Growth,40,no
L3,{HOSTILE},Student,,yes
L4,Ann Lee,VP Marketing,300,
"""

EVENTS = f"""\
lead,what,page,at
L1,visited,pricing,2026-01-10T09:00:00Z
L1,visited,pricing,2026-01-13T09:00:00Z
L1,requested,demo,2026-01-14T09:00:00Z
L2,visited,pricing,2025-12-20T09:00:00Z
L2,visited,docs,2026-01-12T09:00:00Z
L3,visited,{HOSTILE},2026-01-12T09:00:00Z
"""

RULES = """\
ruleset "Inbound"

# People who may sign.
list ICP: "VP *", "Head of *"

score from 0 to 100

rule "Pricing interest"
when visited pricing >= 2 in last 30 days and title in ICP
then +40

rule "Large"
when employees >= 100
then +30

rule "Asked for a demo"
when requested demo
then +40

stage MQL when score >= 30
stage SQL when score >= 80 and requested demo

test "a VP who compares prices and asks for a demo"
given title = "VP Sales", employees = 200, visited pricing 2 times 3 days ago, requested demo 1 day ago
expect score = 100 and stage = SQL
"""


def small_database(folder: Path) -> Path:
    """Makes it in a folder, and gives its path."""
    for name, text in (("leads.csv", LEADS), ("events.csv", EVENTS), ("inbound.rules", RULES)):
        (folder / name).write_text(text, encoding="utf-8")
    path, db = folder / "leads.db", ["--db", str(folder / "leads.db")]
    columns = ["--lead-id", "lead", "--at", "at", "--type", "what", "--object", "page"]
    assert run(["import", str(folder / "leads.csv"), "--lead-id", "id", *db]) == 0
    assert run(["import", str(folder / "events.csv"), *columns, *db]) == 0
    assert run(["score", str(folder / "inbound.rules"), "--at", "2026-01-15T12:00Z", *db]) == 0
    with open_store(path) as store:
        store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path
