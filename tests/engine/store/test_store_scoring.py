"""Scoring the store: equal to deciding lead by lead, explained, kept, changed only where it changes."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from leadwright import Ruleset, load
from leadwright.engine.importing.mapping import ColumnMapping, EventColumns
from leadwright.engine.importing.run import import_file
from leadwright.engine.score_one.facts import Event
from leadwright.engine.store.database import Store, open_store
from leadwright.engine.store.records.events import events_of
from leadwright.engine.store.records.leads import find_lead, iterate_leads
from leadwright.engine.store.records.rulesets import RulesetVersion
from leadwright.engine.store.scoring import score_run, work_units
from leadwright.engine.store.scoring.full_run import Resources
from leadwright.engine.store.scoring.score_run import RunReport, score_store
from leadwright.engine.store.scoring.scores import ranked_leads, score_history, stored_score
from leadwright.engine.values import instant_of
from leadwright.tests.saved_version import save_version

NOW = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)
RULES = """
field staff: number
field opted_in: yes/no, otherwise no
field trial_ends: date
field seen: datetime
field tags: texts
field never_given: text
event page from "Page Viewed" by path
event bought from "Order Paid"
list ICP: "VP *", "CTO"
score fit from 0 to 30
score engagement from 0 to 40
score from 0 to 60
rule "Interest" when visited pricing >= 2 in last 30 days and title in ICP then +20 engagement
rule "Big" when staff between 50 and 1000 then +25 fit, tag "big"
rule "Opted" when opted_in then +10 fit
rule "Ends" when trial_ends in next 14 days then +5
rule "Seen" when seen in last 2 days then +5 fit
rule "Tagged" when tags contains "eu" then tag "europe"
rule "Nobody" when never_given is known then +50
rule "Pages" when page "/pricing*" >= 1 then +7
rule "Spent" when sum(bought.amount) >= 100 where currency = "eur" then +9
rule "Follows" when visited docs followed by visited pricing within 7 days then +3
group "Site" at most 12 {
    rule "Docs" for each visited docs in last 90 days then +4 engagement at most +8
    rule "Blog" for each visited blog once per day then +6 engagement fading 25% every 30 days
}
rule "Latest" for latest attended webinar then +15 engagement halving every 14 days
stage MQL when score >= 20
stage SQL when score >= 40 and visited pricing
stage PQL in product when engagement >= 20
disqualify when country = "kp" because "not there"
grade fit: A from 20, B otherwise
"""
LEADS = """\
id,title,staff,opted_in,trial_ends,seen,tags,country
ann,VP Sales,120,yes,2026-01-20,2026-01-14T12:00:00Z,"[""EU""]",DE
bob,cto,,no,2026-01-15,2026-01-14T11:00:00Z,,KP
cyd,Intern,5000,,,,"[""us""]",US
dan,,,,,,,
eve,VP  Sales,60,yes,2026-03-01,2025-01-01T00:00:00Z,,AT
"""


def event_rows() -> str:
    rows = ["id,type,object,at,path,amount,currency"]
    for lead, days in (("ann", 1), ("ann", 3), ("bob", 2), ("eve", 40), ("eve", -1)):
        at = (NOW - dt.timedelta(days=days)).isoformat()
        rows += [
            f"{lead},visited,Pricing,{at},,,",
            f"{lead},visited,docs,{at},,,",
            f"{lead},visited,blog,{at},,,",
        ]
        rows += [f"{lead},attended,webinar,{at},,,", f"{lead},Page Viewed,,{at},/pricing/{days},,"]
        rows += [f"{lead},Page Viewed,,{at},/other,,", f"{lead},Order Paid,,{at},,{days * 30},EUR"]
        rows += [f"{lead},Order Paid,,{at},,500,usd", f"{lead},ignored,x,{at},,,"]
    return "\n".join(rows) + "\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Five leads, each with something of its own, and their events."""
    (tmp_path / "leads.csv").write_text(LEADS)
    (tmp_path / "events.csv").write_text(event_rows())
    with open_store(tmp_path / "leads.db", create=True) as store:
        import_file(store, tmp_path / "leads.csv", ColumnMapping("id"))
        columns = EventColumns("at", type="type", object="object")
        import_file(store, tmp_path / "events.csv", ColumnMapping("id", events=(columns,)))
        yield store


def version_of(store: Store, rules: Ruleset) -> RulesetVersion:
    return save_version(store, "inbound", "text", rules.plan.digest)


def run(
    store: Store, rules: Ruleset, now: dt.datetime = NOW, processes: int = 1, whole: bool = False
) -> RunReport:
    version = version_of(store, rules)
    at = instant_of(now)
    return score_store(
        store, rules.evaluator, version, at, resources=Resources(processes=processes), whole=whole
    )


def assert_as_decided(store: Store, rules: Ruleset, now: dt.datetime) -> None:
    """What is stored is what deciding on each lead says, line by line, and the lines add up."""
    for lead in iterate_leads(store):
        events = [Event(e.type, e.at, e.object, e.properties) for e in events_of(store, lead.id)]
        wanted = rules(lead.fields, events, now)
        kept = stored_score(store, "inbound", lead.id)
        assert kept is not None
        assert (
            kept.total,
            kept.scores,
            kept.stages,
            kept.grades,
            kept.tags,
            kept.disqualified,
            kept.digest,
        ) == (
            wanted.total,
            wanted.scores,
            wanted.stages,
            wanted.grades,
            wanted.tags,
            wanted.disqualified,
            wanted.digest,
        )
        assert kept.stages_if_qualified == wanted.stages_if_qualified
        assert kept.lines == wanted.lines
        for name, score in kept.scores.items():
            assert sum(line.points for line in kept.lines if line.score == name) == score
        own = sum(line.points for line in kept.lines if line.score is None)
        assert own + sum(kept.scores.values()) == kept.total


@pytest.mark.parametrize("days", [-400, -2, 0, 1, 30, 365])
def test_scores_are_those_of_deciding_lead_by_lead(store: Store, days: int) -> None:
    rules, now = load(RULES), NOW + dt.timedelta(days=days)
    report = run(store, rules, now)
    assert (report.tally.leads, report.tally.added) == (5, 5)
    assert_as_decided(store, rules, now)


def test_report_counts_where_leads_stand(store: Store) -> None:
    report = run(store, load(RULES))
    rows = ranked_leads(store, "inbound")
    assert [row.lead for row in rows][-1] == "bob"
    assert report.tally.disqualified == 1
    assert report.tally.stages.total() == 5
    assert report.tally.stages["SQL"] == len(ranked_leads(store, "inbound", stage="SQL")) == 2
    assert ranked_leads(store, "inbound", limit=1) == rows[:1]


def test_second_run_writes_only_what_changed(store: Store) -> None:
    rules, early = load(RULES), NOW - dt.timedelta(days=400)
    first = run(store, rules, early)
    again = run(store, rules, early)
    assert (again.tally.added, again.tally.changed) == (0, 0)
    assert store.connection.execute("SELECT DISTINCT run FROM score").fetchall() == [(first.run,)]
    before = {row.lead: row.stage for row in ranked_leads(store, "inbound")}
    later = run(store, rules)
    kept = store.connection.execute("SELECT count(*) FROM score_before").fetchall()
    assert kept == [(later.tally.changed,)] != [(0,)]
    after = {row.lead: row.stage for row in ranked_leads(store, "inbound")}
    moved = [(before[lead], stage) for lead, stage in after.items() if before[lead] != stage]
    assert later.tally.moves == Counter(moved) != Counter()
    ann = find_lead(store, "ann")
    assert ann is not None
    history = score_history(store, "inbound", ann.id)
    told = [(entry.now, entry.until, entry.stage) for entry in history]
    assert told == [(early, NOW, before["ann"]), (NOW, None, "SQL")]
    for entry in history:
        assert sum(line.points for line in entry.lines if line.score == "fit") == entry.scores["fit"]


def test_another_version_leaves_its_mark_on_every_score(store: Store) -> None:
    run(store, load(RULES))
    changed = load(RULES.replace('rule "Nobody"', 'rule "Somebody"'))
    report = run(store, changed)
    assert (report.version, report.tally.changed) == (2, 0)
    assert_as_decided(store, changed, NOW)
    changed = load(RULES.replace("+25 fit", "+15 fit"))
    assert run(store, changed).tally.changed > 0
    assert_as_decided(store, changed, NOW)


def test_people_can_read_the_lines_in_sql(store: Store) -> None:
    run(store, load(RULES))
    rows = store.connection.execute(
        "SELECT score, sum(points) FROM score_lines WHERE lead = 'ann' GROUP BY score ORDER BY score"
    ).fetchall()
    points = dict(rows)
    ann = store.connection.execute("SELECT score, stage FROM scores WHERE lead = 'ann'").fetchone()
    assert ann == (sum(points.values()), "SQL")


def test_two_processes_find_what_one_finds(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.transaction() as connection:
        connection.executemany(
            "INSERT INTO lead (_key, _changed, title, staff) VALUES (?, 0, 'CTO', ?)",
            ((f"more{number}", number % 2000) for number in range(12_000)),
        )
    rules = load(RULES)
    one = run(store, rules)
    rows = store.connection.execute("SELECT lead, total, result, lines FROM score ORDER BY lead").fetchall()
    store.connection.execute("DELETE FROM scored")
    two = run(store, rules, processes=2, whole=True)
    assert two.tally == one.tally
    again = store.connection.execute("SELECT lead, total, result, lines FROM score ORDER BY lead").fetchall()
    assert again == rows
    store.connection.execute("DELETE FROM scored")
    monkeypatch.setattr(work_units.sys, "executable", "/bin/false")
    assert run(store, rules, processes=2, whole=True).tally == one.tally


def test_progress_is_told_and_never_goes_back(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(score_run, "PORTION", 2)
    monkeypatch.setattr("leadwright.engine.store.scoring.full_run.PORTION", 2)
    rules = load(RULES)
    told: list[float] = []
    version = version_of(store, rules)
    progress = lambda what, share: told.append(share)  # noqa: E731
    score_store(
        store, rules.evaluator, version, instant_of(NOW), progress=progress, resources=Resources(processes=1)
    )
    assert told == sorted(told)
    assert len(told) == 3
    assert_as_decided(store, rules, NOW)


def test_empty_store_and_ruleset_without_events(tmp_path: Path, store: Store) -> None:
    with open_store(tmp_path / "empty.db", create=True) as empty:
        assert run(empty, load(RULES)).tally.leads == 0
    rules = load("when staff > 10 then +5")
    assert run(store, rules).tally.leads == 5
    assert_as_decided(store, rules, NOW)


def test_what_people_were_told_is_on_the_disk_and_scores_can_be_made_again(store: Store) -> None:
    """Commits wait for the disk, but those of scores, which another run would find just the same."""

    def waits_for_the_disk() -> bool:
        return bool(store.connection.execute("PRAGMA synchronous").fetchone()[0] == 2)

    assert waits_for_the_disk()
    rules, seen = load(RULES), []
    version = save_version(store, "inbound", RULES, rules.plan.digest, names=rules.plan.names)
    score_store(
        store,
        rules.evaluator,
        version,
        instant_of(NOW),
        progress=lambda *_: seen.append(waits_for_the_disk()),
    )
    assert seen
    assert not any(seen)
    assert waits_for_the_disk()
