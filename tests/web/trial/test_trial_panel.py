"""The panel beside the editor: one lead, all leads, the tests, and the numbers on the cards."""

from __future__ import annotations

import re
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from leadwright.engine.cli.program import run
from leadwright.engine.evaluator import Evaluator
from leadwright.engine.store.database import Store
from leadwright.engine.store.records.leads import iterate_leads
from leadwright.grammar.syntax.nodes import Span
from leadwright.tests.web.small import HOSTILE, RULES
from leadwright.tests.web.trial.slow import Slow
from leadwright.web import Settings, create_app
from leadwright.web.drafts import take_text
from leadwright.web.editor.cards import id_of
from leadwright.web.queries import events_of_lead
from leadwright.web.ruleset_cache import read_text
from leadwright.web.tryout import runs
from leadwright.web.tryout.opening import trial_of
from leadwright.web.tryout.trial import Trial
from markupsafe import escape

EDIT = "/rulesets/inbound/edit"
WITH_EVERYTHING = (
    RULES
    + """
list wanted: "Student"
define sized: employees is known
rule "Old" off when employees > 1 then +1
when opted_in then +1
for each visited then +2 at most +5
group "Both" at most 7 { rule "Grouped" when title in wanted then +4
 rule "Also" when sized then +2 }
disqualify when name = "Ben Okafor" because "asked us not to"
stage PQL in product when opted_in and score >= 1
"""
)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, a page waits until all is counted."""
    monkeypatch.setattr(runs, "PATIENCE", 30.0)


def panel(html: str) -> str:
    return html[html.index('<aside id="panel"') : html.index("</aside>")]


def words(html: str) -> str:
    """What is read, tags left out."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def look(client: FlaskClient, **asked: str) -> str:
    answer = client.get(EDIT, query_string={"open": "all", **asked})
    assert answer.status_code == 200
    return panel(answer.text)


def edit(client: FlaskClient, revision: int, *edits: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = client.post(EDIT, json={"revision": revision, "edits": list(edits), **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    assert "refused" not in found, found
    return found


RAISED = {"op": "set", "key": "rule:Large", "path": "when.0.value", "old": "100", "new": "1000"}


def test_who_scored_highest_is_tried_first(client: FlaskClient) -> None:
    said = words(look(client))
    assert "VP Marketing · L1" in said
    assert "100 points SQL" in said
    assert "same as live" in said
    assert (
        "Pricing interest +40 yes: visited pricing &gt;= 2 in last 30 days 2 times, last on 2026-01-13"
        in (said.replace("✓ ", ""))
    )
    assert "range of score ends at 100 −10" in said


@pytest.mark.parametrize("asked", ["L4", "ann lee"])
def test_a_lead_is_chosen_by_its_id_or_by_any_text(client: FlaskClient, asked: str) -> None:
    said = words(look(client, lead=asked))
    assert "30 points MQL" in said
    assert "SQL not reached: 50 points short, no requested demo" in said


def test_nobody_found_says_so(client: FlaskClient) -> None:
    assert 'There is no lead with "Nobody".' in look(client, lead="Nobody").replace("&#34;", '"')
    assert "more than one lead" in look(client, lead="VP Marketing")


def test_an_edit_tells_who_moves_and_why(client: FlaskClient) -> None:
    answer = edit(client, 0, RAISED, lead="L4")
    said = words(answer["panel"])
    assert "0 points no stage" in said
    assert "Falls out of MQL with this draft: 30 points short." in said
    assert "live: 30 points, MQL · Large −30" in said
    assert "1 lead moves down, none up." in said
    assert "Ann Lee 30 → 0 MQL → no stage" in said
    why = words(client.get(f"{EDIT}/causes").get_data(as_text=True))
    assert "Why they move Rule Large" in why
    assert "1 down Ann Lee 30 → 0 MQL → no stage" in why
    assert "MQL 1 0 −1" in said
    assert "none 2 3 +1" in said
    large = next(html for html in answer["cards"].values() if 'data-key="rule:Large"' in html)
    assert "matches 1 of 4" in large
    assert "300" in words(large)


def test_a_draft_says_who_would_get_leads_and_who_gets_the_one_in_view(
    client: FlaskClient, store: Store
) -> None:
    draft = (
        RULES.replace("when score >= 80 and requested demo", "when score >= 20")
        + """
list team: "ana@acme.example", "ben@acme.example"
handoff "Large" of SQL when employees >= 1000 to "cy@acme.example"
handoff "Others" of SQL to team in turn
"""
    )
    take_text(store, "inbound", draft, who="me", seen=0)
    said = words(look(client, lead="L4"))
    assert "Goes to team in turn by Others." in said
    assert "Would get leads, if handed off: ana@acme.example +1." in said
    assert "Goes to cy@acme.example by Large." in words(look(client, lead="L1"))
    assert "If it became SQL, it would go to team in turn by Others." in words(look(client, lead="L2"))
    # Without a handoff for all others, that is said.
    take_text(
        store, "inbound", draft.replace('handoff "Others" of SQL to team in turn\n', ""), who="me", seen=1
    )
    said = words(look(client, lead="L1"))
    assert "1 lead would go to nobody." in said


def test_rows_say_what_was_found_and_for_how_many_it_is_true(client: FlaskClient) -> None:
    html = client.get(EDIT, query_string={"lead": "L2", "open": "all"}).text
    said = words(html[html.index('data-key="rule:Pricing interest"') :])
    assert "matches 1 of 4" in said[:400]
    assert re.search(r"no: once, on 2025-12-20 .*?true for 1 ", said), said[:900]
    assert re.search(r"yes: Head of Growth .*?true for 3 ", said), said[:900]


def test_a_hostile_name_is_a_name(client: FlaskClient) -> None:
    html = look(client, lead="L3")
    assert HOSTILE not in html
    assert str(escape(HOSTILE)) in html
    found = client.get(f"{EDIT}/leads", query_string={"q": "script"}).get_json()
    assert [one["value"] for one in found] == ["L3"]


def test_leads_and_tests_are_found_by_a_text(client: FlaskClient) -> None:
    found = client.get(f"{EDIT}/leads", query_string={"q": "vp"}).get_json()
    assert [one["value"] for one in found] == [
        "L1",
        "L4",
        "test:a VP who compares prices and asks for a demo",
    ]
    assert found[0] == {"value": "L1", "label": "Zoë Müller", "note": "VP Marketing · L1"}


def test_a_test_of_the_ruleset_can_be_looked_at(client: FlaskClient) -> None:
    said = words(look(client, lead="test:a VP who compares prices and asks for a demo"))
    assert "test of the ruleset" in said
    assert "100 points SQL" in said
    assert "no longer in the rules" in look(client, lead="test:none")


def test_a_lead_can_be_pasted_in(client: FlaskClient) -> None:
    given = "given:title: VP Sales\nvisited: pricing 2 times 3 days ago"
    answer = client.post(f"{EDIT}/since", json={"revision": 0, "lead": given}).get_json()
    assert "40 points MQL" in words(answer["panel"])
    answer = client.post(f"{EDIT}/since", json={"revision": 0, "lead": "given:title"}).get_json()
    assert "Line 1 has no colon" in answer["panel"]


def test_a_lead_becomes_a_test_that_passes(client: FlaskClient) -> None:
    found = client.post(f"{EDIT}/test", json={"lead": "L1"}).get_json()
    assert found["edit"]["new"].startswith(
        'test "a lead like one in the data" given title = "VP Marketing", employees'
    )
    answer = edit(client, 0, found["edit"])
    assert "all 2 passed" in words(answer["panel"])
    again = client.post(f"{EDIT}/test", json={"lead": "L1"}).get_json()
    assert again["edit"]["new"].startswith('test "a lead like one in the data (2)"')
    answer = edit(client, answer["revision"], RAISED | {"new": "5000"})
    assert "1 of 2 fails" not in words(answer["panel"])
    failed = edit(
        client,
        answer["revision"],
        {"op": "set", "key": "rule:Asked for a demo", "path": "then.0.points", "old": "+40", "new": "+1"},
    )
    assert "2 of 2 fail" in words(failed["panel"])
    assert "expected score = 100 , but score is 41" in words(failed["panel"])


def test_a_statement_with_an_error_is_left_out_and_all_else_tried(client: FlaskClient) -> None:
    broken = {"op": "add_statement", "new": 'rule "Odd" when titel = "CTO" then +1'}
    answer = edit(client, 0, broken, lead="L4")
    said = words(answer["panel"])
    assert "1 statement has an error and is left out. Go to error 30 points" in said
    assert "no lead changes stage" in said
    assert "All 4 leads" in said


def test_a_draft_of_which_nothing_can_run_shows_what_is_live(client: FlaskClient, store: Store) -> None:
    take_text(store, "inbound", 'include "gone.rules"\n\nrule "A" when opted_in then +1\n', who="me", seen=0)
    answer = client.post(f"{EDIT}/since", json={"revision": 0, "lead": "L4"}).get_json()
    said = words(answer["panel"])
    assert "The draft has an error; showing live results. Go to error 30 points" in said
    assert "Counted as soon as the draft can run." in said
    assert not any(re.search(r"matches \d", html) for html in answer["cards"].values())
    refused = client.post(f"{EDIT}/test", json={"lead": "L4"}, headers={"Accept": "application/json"})
    assert (refused.status_code, refused.mimetype) == (422, "application/problem+json")


def test_without_leads_there_is_something_to_paste(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,title\n", encoding="utf-8")
    declared = "field title: text\nfield employees: number\nevent visited\nevent requested\n# People"
    rules = RULES.split("test ", maxsplit=1)[0].replace("# People", declared)
    (tmp_path / "inbound.rules").write_text(rules, encoding="utf-8")
    database = tmp_path / "leads.db"
    run(["import", str(tmp_path / "a.csv"), "--lead-id", "id", "--db", str(database)])
    run(["score", str(tmp_path / "inbound.rules"), "--db", str(database)])
    client = create_app(Settings(database)).test_client()
    assert "There are no leads yet" in look(client)


@pytest.mark.parametrize("text", [WITH_EVERYTHING, RULES.replace(">= 2 in last 30 days", ">= 1")])
def test_the_numbers_are_those_of_deciding_lead_by_lead(client: FlaskClient, store: Store, text: str) -> None:
    found = tried(client, store, text, None)
    rules = found.rules
    assert rules is not None
    decisions = decided(store, rules, found)
    keys = [f"rule:{rule.name}" if rule.name else f"unnamed:{rule.identity}" for rule in rules.plan.rules]
    for at, key in enumerate(keys):
        assert found.numbers.matches(key) == (sum(one.rules[at].fired for one in decisions), 4), key
    for at, stage in enumerate(rules.plan.stages):
        key = f"stage:{stage.name}" if stage.track == "main" else f"stage:{stage.name} in {stage.track}"
        assert found.numbers.matches(key) == (sum(one.stage_findings[at].holds for one in decisions), 4)
    for lead, decision in zip(iterate_leads(store), decisions, strict=True):
        numbers = tried(client, store, text, lead.key).numbers
        assert [numbers.fires(key) for key in keys] == [one.fired for one in decision.rules]
        assert numbers.fires("disqualify:asked us not to") is bool(decision.disqualified)
    for number, group in enumerate(rules.plan.groups):
        inside = [at for at, rule in enumerate(rules.plan.rules) if rule.group == number]
        fired = sum(any(one.rules[at].fired for at in inside) for one in decisions)
        assert found.numbers.matches(f"group:{group.name}") == (fired, 4)
    assert found.numbers.matches("rule:Old") is None
    assert found.numbers.matches("list:ICP") is None


def test_what_matches_nobody_or_everybody_is_hinted_at(client: FlaskClient, store: Store) -> None:
    text = RULES + 'when name is known then +1\nwhen title = "CEO" then +1\nstage ABM when title = "CEO"\n'
    numbers = tried(client, store, text, None).numbers
    assert numbers.hints("unnamed:when name is known then +1") == ("Matches everybody.",)
    assert numbers.hints('unnamed:when title = "CEO" then +1') == ("Matches nobody.",)
    assert numbers.hints("stage:ABM") == ("Nobody reaches this stage.",)
    assert numbers.hints("rule:Large") == ()


def test_while_leads_are_counted_the_page_can_be_used_and_the_counting_stopped(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "PATIENCE", 0.0)
    slow = app.extensions["leadwright.what_if"] = Slow()
    html = look(client)
    assert "100 points SQL" in words(html), "the chosen lead is told of at once"
    assert slow.property_set.wait(30)
    html = look(client)
    assert "data-pending" in html
    assert "Reading events …" in words(html)
    assert 'value="50"' in html
    assert client.post(f"{EDIT}/stop").status_code == 200
    stopped = look(client)
    assert "data-pending" not in stopped
    assert "The counting was stopped." in stopped
    slow.go.set()
    assert client.post(f"{EDIT}/count").status_code == 200
    for _ in range(200):
        if "All 4 leads" in (html := look(client)):
            break
        sleep(0.05)
    assert "All leads : no lead changes stage." in words(html)


def test_while_leads_are_counted_anew_cards_keep_the_numbers_counted_last(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    html = client.get(EDIT).text
    shown = dict(re.findall(r'id="((?:strip-)?card-[0-9a-f]+)"[^>]*? data-digest="(\w+)"', html))
    counted = edit(client, 0, RAISED, shown=shown, open=[])
    shown |= {name: found[1] for name, found in digests(counted).items()}
    waiting = runs.Waiting("reading events", 0.5)
    monkeypatch.setattr(runs.Runs, "ask", lambda *_: waiting)
    back = RAISED | {"old": "1000", "new": "2000"}
    answer = edit(client, 1, back, shown=shown, open=[])
    assert list(answer["cards"]) == [id_of("rule:Large")], "the others say what they said"
    assert "data-pending" in answer["panel"]
    lines = [line for some in answer["outline"]["made"].values() for item in some for line in item[1]]
    leads = {line[3]: line[6] for line in lines}
    assert (leads["Pricing interest"], leads["Large"]) == ("1", ""), "only what is new has no number yet"


def digests(answer: dict[str, Any]) -> dict[str, list[str]]:
    """The digest of each card in an answer, by its element."""
    pattern = r'id="((?:strip-)?card-[0-9a-f]+)"[^>]*? data-digest="(\w+)"'
    return {name: list(found.groups()) for name, html in answer["cards"].items()
            if (found := re.search(pattern, html)) is not None}  # fmt: skip


def tried(client: FlaskClient, store: Store, text: str, lead: str | None) -> Trial:
    """A text tried out on a lead, as if it was the draft."""
    with client.application.test_request_context():
        reading = read_text(store, client.application.config["LEADWRIGHT"], text, "inbound").reading
        assert reading.plan is not None, reading.errors
        found = trial_of(store, "inbound", reading, lead)
    assert found.counted is not None, "four leads are counted at once"
    return found


def decided(store: Store, rules: Evaluator, found: Trial) -> list[Any]:
    return [
        rules.decide(rules.facts(lead.fields, events_of_lead(store, lead.id)), found.now)
        for lead in iterate_leads(store)
    ]


def test_a_remark_that_moves_all_that_follows_changes_no_number(client: FlaskClient, store: Store) -> None:
    before = tried(client, store, RULES, "L1").numbers
    for text in (RULES.replace("# People", "# Very many people"), RULES, "\n\n" + RULES):
        after = tried(client, store, text, "L1").numbers
        for key in ("rule:Large", "stage:SQL"):
            assert after.matches(key) == before.matches(key)
            assert after.fires(key) is before.fires(key) is True
        row = text.index("employees >= 100")
        assert after.count(Span(row, row + len("employees >= 100"))) == 2


def test_a_rule_that_is_off_shows_what_it_would_match(client: FlaskClient, store: Store) -> None:
    for text in (WITH_EVERYTHING, WITH_EVERYTHING.replace('"Old" off', '"Old"  # off it is\n  OFF')):
        found = tried(client, store, text, "L2")
        row = text.index("employees > 1 ")
        span = Span(row, row + len("employees > 1"))
        assert found.numbers.count(span) == 3
        mark = found.numbers.mark(span)
        assert mark is not None
        assert (mark.truth, mark.words) == ("yes", "40")
        assert found.numbers.matches("rule:Old") is None
        assert found.off == ["Old"]
        assert found.rules is not None
        assert "Old" not in [rule.name for rule in found.rules.plan.rules]
