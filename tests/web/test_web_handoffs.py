"""My leads, handoffs and people: who sees what, what sales answers, and what comes of it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from leadwright.engine.cli.program import run
from leadwright.engine.store.database import Store, open_store
from leadwright.tests.web.conftest import PASSWORD, calling, logged_in
from leadwright.web import Settings, create_app
from leadwright.web.accounts.users import Doer, Role, add_user
from leadwright.web.drafts import current, take_text

ANA, BEN = "ana@acme.example", "ben@acme.example"
RULES = f"""
event requested; event rejected; event contacted
when requested demo then +50
when rejected in last 90 days then -50
stage SQL when score >= 50
list emea: "{ANA}", "{BEN}"
handoff "Large" of SQL when employees >= 100 to emea in turn,
  answered by contacted within 4 hours
handoff "Odd" of SQL when employees <= 5 to "{BEN}"
"""
LEADS = "id,name,employees\nL1,Zoe <b>Miller</b>,500\nL2,Ben Okafor,200\nL3,Ann Lee,50\n"
EVENTS = "lead,type,object,at\n" + "".join(f"L{n},requested,demo,2026-01-15T10:00:00Z\n" for n in (1, 2, 3))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Two leads of three are handed off, to Ana and to Ben."""
    (tmp_path / "inbound.rules").write_text(RULES)
    (tmp_path / "none.csv").write_text("id,name,employees\nL0,Nobody,1\n")
    (tmp_path / "leads.csv").write_text(LEADS)
    (tmp_path / "events.csv").write_text(EVENTS)
    db = ["--db", str(tmp_path / "leads.db")]
    assert run(["import", str(tmp_path / "none.csv"), "--lead-id", "id", *db]) == 0
    assert run(["score", str(tmp_path / "inbound.rules"), *db]) == 0
    assert run(["import", str(tmp_path / "leads.csv"), "--lead-id", "id", *db]) == 0
    columns = ["--lead-id", "lead", "--at", "at", "--type", "type", "--object", "object"]
    assert run(["import", str(tmp_path / "events.csv"), *columns, *db]) == 0
    assert run(["score", "inbound", *db]) == 0
    return tmp_path / "leads.db"


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    with open_store(database) as opened:
        yield opened


@pytest.fixture
def app(database: Path, store: Store) -> Flask:
    for name, role in ((ANA, Role.SALES), (BEN, Role.SALES), ("editor", Role.EDITOR), ("admin", Role.ADMIN)):
        add_user(store, name, role, PASSWORD, Doer("test", "here"))
    return create_app(Settings(database))


@pytest.fixture
def ana(app: Flask) -> FlaskClient:
    return logged_in(app, ANA)


def text(client: FlaskClient, path: str) -> str:
    answer = client.get(path, follow_redirects=True)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def number(store: Store, person: str) -> int:
    row = store.connection.execute("SELECT id FROM handoff WHERE address = ?", (person,)).fetchone()
    return int(row[0])


def test_a_salesperson_sees_their_own_leads_and_nothing_else(
    app: Flask, ana: FlaskClient, store: Store
) -> None:
    mine = text(ana, "/")
    assert "Zoe &lt;b&gt;Miller&lt;/b&gt;" in mine
    assert "Ben Okafor" not in mine
    assert "answer by" in mine
    assert "Requested demo" in mine
    lead = text(ana, f"/my-leads/{number(store, ANA)}")
    assert "+50" in lead
    assert "It was the turn of" in lead
    assert ana.get(f"/my-leads/{number(store, BEN)}").status_code == 404
    assert ana.post(f"/my-leads/{number(store, BEN)}", data={"what": "accepted"}).status_code == 404
    assert ana.get(f"/my-leads?person={BEN}").status_code == 403
    for path in ("/leads", "/handoffs", "/handoffs/people", "/rulesets/inbound", "/api/v1/leads", "/sources"):
        assert ana.get(path).status_code == 403, path
    others = logged_in(app, "editor")
    assert "Ben Okafor" in text(others, f"/my-leads?person={BEN}")


def test_an_answer_is_an_event_that_stops_the_clock(ana: FlaskClient, store: Store) -> None:
    here = f"/my-leads/{number(store, ANA)}"
    assert ana.post(here, data={"what": "bought"}).status_code == 422
    assert ana.post(here, data={"what": "contacted", "note": "left a word"}).status_code == 303
    kinds = store.connection.execute(
        "SELECT type, properties FROM event JOIN event_kind ON event_kind.id = kind WHERE type = 'contacted'"
    ).fetchall()
    assert kinds == [("contacted", f'{{"by":"{ANA}","note":"left a word"}}')]
    assert store.connection.execute("SELECT count(*) FROM handoff WHERE answered IS NOT NULL").fetchone() == (
        1,
    )
    assert "left a word" in text(ana, here)
    assert "No lead waits for you" in text(ana, "/my-leads")
    assert "Zoe" in text(ana, "/my-leads?show=talks")


def test_a_second_click_is_no_second_answer(ana: FlaskClient, store: Store) -> None:
    here = f"/my-leads/{number(store, ANA)}"
    said = {"what": "rejected", "reason": "wrong time", "note": "in May"}
    first, again = (ana.post(here, data=said).headers["Location"] for _ in range(2))
    assert first == again
    assert ana.post(here, data=said | {"note": "in June"}).headers["Location"] != first
    ask = "SELECT count(*) FROM event JOIN event_kind ON event_kind.id = kind WHERE type = 'rejected'"
    assert store.connection.execute(ask).fetchone() == (2,)


def test_a_rejected_lead_goes_back_by_the_rules(ana: FlaskClient, store: Store, database: Path) -> None:
    here = f"/my-leads/{number(store, ANA)}"
    assert ana.post(here, data={"what": "rejected"}).status_code == 422
    assert ana.post(here, data={"what": "rejected", "reason": "wrong time"}).status_code == 303
    assert run(["score", "inbound", "--db", str(database)]) == 0
    ask = "SELECT stage FROM scores WHERE lead = 'L1'"
    assert store.connection.execute(ask).fetchone() == (None,)
    assert "wrong time" in text(ana, "/my-leads?show=rejected")


def test_an_answer_can_be_taken_back_and_the_lead_is_handed_off_no_second_time(
    ana: FlaskClient, store: Store, database: Path
) -> None:
    here = f"/my-leads/{number(store, ANA)}"
    done = ana.post(here, data={"what": "rejected", "reason": "wrong time"}).headers["Location"]
    assert run(["score", "inbound", "--db", str(database)]) == 0
    assert "The lead has left SQL" in text(ana, here)
    toast = re.search(r'name="key" value="(-\d+)"', text(ana, done))
    assert toast is not None
    for key in ("", "1", "-9" * 12, str(int(toast[1]) + 1)):
        assert ana.post(here, data={"what": "undo", "key": key}).status_code == 409, key
    assert ana.post(here, data={"what": "undo", "key": toast[1]}).status_code == 303
    assert ana.post(here, data={"what": "undo", "key": toast[1]}).status_code == 409
    assert run(["score", "inbound", "--db", str(database)]) == 0
    assert "1 lead waits for you" in text(ana, "/my-leads")
    ask = "SELECT count(*), count(left_at) FROM entry JOIN lead ON lead._id = lead WHERE _key = 'L1'"
    assert store.connection.execute(ask).fetchone() == (1, 0)
    assert store.connection.execute("SELECT count(*) FROM handoff").fetchone() == (2,)
    # What the run in between saw is still explained.
    changes = logged_in(ana.application, "editor").get("/lead/history?id=L1")
    assert "rejected" in changes.get_data(as_text=True)


def test_nobody_takes_back_what_somebody_else_answered(app: Flask, ana: FlaskClient, store: Store) -> None:
    here = f"/my-leads/{number(store, ANA)}"
    done = ana.post(here, data={"what": "contacted"}).headers["Location"]
    key = done.rpartition("=")[2]
    assert logged_in(app, "admin").post(here, data={"what": "undo", "key": key}).status_code == 409
    assert ana.post(here, data={"what": "undo", "key": key}).status_code == 303
    ask = "SELECT count(*) FROM handoff WHERE answered IS NOT NULL"
    assert store.connection.execute(ask).fetchone() == (0,)


def places(client: FlaskClient, path: str, nav: str = "Main") -> list[str]:
    found = re.search(rf'<nav [^>]*aria-label="{nav}">(.*?)</nav>', text(client, path), re.DOTALL)
    return re.findall(r"<a [^>]*>([^<]*?) ?<", found[1]) if found else []


def test_there_is_one_way_around_for_everybody_by_what_they_may_do(app: Flask, ana: FlaskClient) -> None:
    assert places(ana, "/my-leads") == ["My leads", "In talks", "Rejected"]
    editor = ["Rulesets", "Leads", "Results", "Handoffs", "Sources", "Compare"]
    rooms = {"editor": editor, "admin": [*editor, "Users", "Audit log"]}
    for name, expected in rooms.items():
        client = logged_in(app, name)
        pages = (
            "/",
            "/leads",
            "/results",
            "/handoffs",
            "/handoffs/people",
            "/outbox",
            "/sources",
            "/my-leads",
            "/compare",
        )
        for path in (*pages, "/rulesets/inbound/edit", "/rulesets/inbound/review", "/duplicates"):
            assert places(client, path) == expected, path
        for path in ("/handoffs", "/handoffs/people", "/outbox", "/my-leads"):
            assert places(client, path, "Handoffs") == ["Handoffs", "My leads", "People", "Outbox"], path
        assert places(client, "/sources", "Sources") == ["All sources", "Possible duplicates"]
        assert places(client, "/leads", "Handoffs") == []


def test_the_page_says_that_there_is_a_new_lead(app: Flask, ana: FlaskClient, store: Store) -> None:
    assert ana.get("/my-leads/newest").get_json() == {"newest": number(store, ANA)}
    assert ana.get(f"/my-leads/newest?person={BEN}").status_code == 403
    others = logged_in(app, "editor")
    assert others.get(f"/my-leads/newest?person={BEN}").get_json() == {"newest": number(store, BEN)}


def test_handoffs_say_what_nobody_has_and_why_somebody_got_what(app: Flask) -> None:
    page = text(logged_in(app, "editor"), "/handoffs")
    assert "1 lead is unassigned" in page
    assert "No handoff of SQL matches" in page
    assert "It was the turn of" in page


@pytest.mark.parametrize("choice", [None, "hold back", "hand off"])
def test_what_publishing_brings_is_listed_by_person_and_held_back(
    app: Flask, store: Store, database: Path, choice: str | None
) -> None:
    # Who is known is called by name.
    assert run(["people", "add", BEN, "--name", "Ben", "--db", str(database)]) == 0
    for number in range(4):
        (database.parent / "more.csv").write_text(f"id,name,employees\nM{number},More,{100 + number}\n")
        assert (
            run(["import", str(database.parent / "more.csv"), "--lead-id", "id", "--db", str(database)]) == 0
        )
    assert run(["score", "inbound", "--db", str(database)]) == 0
    draft = current(store, "inbound")
    assert draft is not None
    more = draft.text + "\nwhen employees >= 100 then +50\n"
    revision = take_text(store, "inbound", more, who="editor", seen=draft.revision).draft.revision
    admin = logged_in(app, "admin")
    page = " ".join(text(admin, "/rulesets/inbound/review").split())
    assert "4 leads would enter stages that have handoffs" in page
    assert f"<strong>{ANA}</strong> +2, <strong>Ben</strong> +2." in page
    assert 'value="hold back" checked' in page
    assert ", hold back 4" in page
    panel = " ".join(text(admin, "/rulesets/inbound/edit").split())
    assert f"<b>{ANA}</b> +2, <b>Ben</b> +2" in panel
    data = {"revision": revision, "note": "Why"} | ({} if choice is None else {"entries": choice})
    assert admin.post("/rulesets/inbound/publish", data=data).status_code == 303
    assert run(["score", "inbound", "--db", str(database)]) == 0
    rows = store.connection.execute("SELECT address, count(*) FROM handoff GROUP BY 1 ORDER BY 1").fetchall()
    assert rows == ([(ANA, 3), (BEN, 3)] if choice == "hand off" else [(ANA, 1), (BEN, 1)])


@pytest.mark.parametrize("choice", ["", "?entries=hold-back", "?entries=hand-off"])
@pytest.mark.parametrize("way", ["versions", "draft/publish", "roll-back"])
def test_over_http_too_entries_are_held_back_unless_chosen(
    app: Flask, store: Store, database: Path, way: str, choice: str
) -> None:
    (database.parent / "more.csv").write_text("id,employees\nM1,100\n")
    assert run(["import", str(database.parent / "more.csv"), "--lead-id", "id", "--db", str(database)]) == 0
    assert run(["score", "inbound", "--db", str(database)]) == 0
    api, admin = "/api/v1/rulesets/inbound", logged_in(app, "admin")
    more = RULES + "\nwhen employees >= 100 then +50\n"
    body: dict[str, object] = {"note": "Why", "text": more, "base": 1}
    if way == "draft/publish":
        draft = current(store, "inbound")
        assert draft is not None
        seen = take_text(store, "inbound", more, who="editor", seen=draft.revision).draft.revision
        body = {"note": "Why", "revision": seen}
    elif way == "roll-back":
        # The version that is gone back to brings the lead in.
        assert admin.post(f"{api}/versions", json=body).status_code == 201
        assert admin.post(f"{api}/versions", json=body | {"text": RULES, "base": 2}).status_code == 201
        assert run(["score", "inbound", "--db", str(database)]) == 0
        body = {"note": "Why", "version": 2}
    assert admin.post(f"{api}/{way}?entries=perhaps", json=body).status_code == 422
    assert admin.post(f"{api}/{way}{choice}", json=body).status_code == 201
    assert run(["score", "inbound", "--db", str(database)]) == 0
    ask = "SELECT count(*) FROM handoff JOIN lead ON lead._id = lead WHERE _key = 'M1'"
    assert store.connection.execute(ask).fetchone() == (1 if "hand-off" in choice else 0,)


def test_people_are_kept_on_the_page(app: Flask, store: Store) -> None:
    editor = logged_in(app, "editor")
    add = {"what": "add", "address": ANA, "name": "Ana", "limit": "0"}
    refused = editor.post("/handoffs/people", data=add)
    assert refused.status_code == 422
    assert "how many leads a day" in refused.get_data(as_text=True)
    assert editor.post("/handoffs/people", data=add | {"limit": "20"}).status_code == 303
    change = {"what": "change", "address": ANA, "name": "Ana", "away_from": "2026-08-03", "limit": ""}
    assert editor.post("/handoffs/people", data=change).status_code == 303
    page = text(editor, "/handoffs/people")
    assert "away from 2026-08-03" in page
    assert "at most 20 a day" not in page
    file = {"what": "import", "file": (io.BytesIO(b"address,limit\nben@acme.example,many\n"), "team.csv")}
    refused = editor.post("/handoffs/people", data=file)
    assert refused.status_code == 422
    assert "people.csv:2" in refused.get_data(as_text=True)
    file = {"what": "import", "file": (io.BytesIO(b"address,limit\nben@acme.example,7\n"), "team.csv")}
    assert editor.post("/handoffs/people", data=file).status_code == 303
    assert editor.post("/handoffs/people", data={"what": "remove", "address": ANA}).status_code == 303
    assert store.connection.execute("SELECT address, daily FROM person").fetchall() == [(BEN, 7)]


def test_a_stranger_logs_in_first(app: Flask) -> None:
    assert calling(app).get("/my-leads").status_code == 302
    assert calling(app).post("/my-leads/1", data={"what": "accepted"}).status_code == 401


def test_leads_are_given_and_passed_on_by_hand(app: Flask, store: Store) -> None:
    editor = logged_in(app, "editor")
    for address, name in ((ANA, "Ana"), (BEN, "Ben")):
        added = editor.post("/handoffs/people", data={"what": "add", "address": address, "name": name})
        assert added.status_code == 303
    (entry,) = store.connection.execute("SELECT id FROM entry WHERE state = 'unassigned'").fetchone()
    give = {"what": "assign", "number": entry, "ruleset": "inbound", "to": BEN}
    for wrong, status in (({"to": "eve@acme.example"}, 422), ({"what": ""}, 422), ({"ruleset": "none"}, 404)):
        assert editor.post("/handoffs", data=give | wrong).status_code == status
    assert editor.post("/handoffs", data=give).status_code == 303
    again = editor.post("/handoffs", data=give | {"to": ANA})
    assert again.status_code == 422
    assert "somebody has this lead meanwhile" in again.get_data(as_text=True)
    page = text(editor, "/handoffs")
    assert "Every lead is assigned" in page
    assert "editor gave it to Ben by hand" in page
    ann = store.connection.execute("SELECT max(id) FROM handoff").fetchone()[0]
    passing = give | {"what": "pass on", "number": ann}
    assert "Ben has this lead already" in editor.post("/handoffs", data=passing).get_data(as_text=True)
    assert editor.post("/handoffs", data=passing | {"to": ANA}).status_code == 303
    assert editor.post("/handoffs", data=passing | {"to": ANA}).status_code == 422, "it was passed on already"
    assert "passed on to Ana" in text(editor, "/handoffs")
    assert "Ann Lee" in text(logged_in(app, ANA), "/my-leads")
    assert "Ann Lee" not in text(logged_in(app, BEN), "/my-leads")
    assert logged_in(app, ANA).post("/handoffs", data=passing).status_code == 403


def test_picked_leads_are_given_to_one_person_together_wherever_they_stand(app: Flask, store: Store) -> None:
    editor = logged_in(app, "editor")
    for address, name in ((ANA, "Ana"), (BEN, "Ben")):
        editor.post("/handoffs/people", data={"what": "add", "address": address, "name": name})
    # Zoe is Ana's, Ben Okafor is Ben's, nobody has Ann Lee, and L0 is in no stage.
    picked = "/handoffs?ruleset=inbound&lead=L1&lead=L2&lead=L3&lead=L0"
    assert "Hand off the 4 leads you picked to" in text(editor, picked)
    give = {"what": "give", "ruleset": "inbound", "to": BEN}
    nobody = editor.post(picked, data=give | {"to": "eve@acme.example"})
    assert nobody.status_code == 422
    assert "nobody has the address eve@acme.example" in nobody.get_data(as_text=True)
    done = editor.post(picked, data=give)
    assert done.status_code == 303
    said = text(editor, done.location)
    assert "2 leads handed off to Ben. 1 was theirs already. L0 is in no stage, so" in said
    mine = text(logged_in(app, BEN), "/my-leads")
    assert all(name in mine for name in ("Zoe", "Ben Okafor", "Ann Lee"))
    assert "Zoe" not in text(logged_in(app, ANA), "/my-leads")
    assert "editor gave it to Ben by hand" in said
    assert logged_in(app, ANA).post(picked, data=give).status_code == 403


def test_a_lead_that_no_handoff_took_is_given_and_leaves_with_its_stage(
    app: Flask, store: Store, database: Path
) -> None:
    """The rules hand off SQL alone; whoever is an MQL can be given by hand all the same."""
    editor = logged_in(app, "editor")
    editor.post("/handoffs/people", data={"what": "add", "address": ANA, "name": "Ana"})
    rules, db = database.parent / "inbound.rules", ["--db", str(database)]
    rules.write_text(RULES.replace("stage SQL", "stage MQL when employees <= 1\nstage SQL"))
    assert run(["score", str(rules), *db]) == 0
    assert store.connection.execute("SELECT count(*) FROM entry WHERE stage = 'MQL'").fetchone() == (0,)
    picked = "/handoffs?ruleset=inbound&lead=L0"
    for _ in range(2):
        assert editor.post(picked, data={"what": "give", "ruleset": "inbound", "to": ANA}).status_code == 303
    ask = "SELECT lead, stage, handoff, owner FROM handoffs WHERE stage = 'MQL'"
    assert store.connection.execute(ask).fetchall() == [("L0", "MQL", "", ANA)]
    rules.write_text(RULES.replace("stage SQL", "stage MQL when employees <= 0\nstage SQL"))
    assert run(["score", str(rules), *db]) == 0
    ask = "SELECT left_at IS NOT NULL FROM entry WHERE stage = 'MQL'"
    assert store.connection.execute(ask).fetchall() == [(1,)]


def test_handoffs_are_shown_by_person_by_stage_overdue_or_with_nobody(app: Flask, store: Store) -> None:
    editor = logged_in(app, "editor")
    zoe, ben, ann = "Zoe &lt;b&gt;Miller&lt;/b&gt;", "Ben Okafor", "Ann Lee"
    store.connection.execute("UPDATE handoff SET overdue = 1 WHERE address = ?", (BEN,))
    for asked, shown in (
        ("", {zoe, ben, ann}),
        (f"person={ANA}", {zoe}),
        ("show=overdue", {ben}),
        (f"show=overdue&person={ANA}", set()),
        ("show=nobody", {ann}),
        ("stage=SQL", {zoe, ben, ann}),
        ("stage=MQL", set()),
        ("lead=L3", {ann}),
        ("lead=L1&lead=L2", {zoe, ben}),
        ("lead=none", set()),
    ):
        page = text(editor, f"/handoffs?{asked}")
        listed = page[page.index("</form>") :]
        assert {one for one in (zoe, ben, ann) if f">{one}<" in listed} == shown, asked
    assert editor.get("/handoffs?show=some").status_code == 422


def test_a_salesperson_says_when_they_are_away(ana: FlaskClient, store: Store) -> None:
    ask = "SELECT address, away_from, away_to FROM person"
    wrong = ana.post("/my-leads/away", data={"away_from": "2026-08-17", "away_to": "2026-08-03"})
    assert wrong.status_code == 422
    assert store.connection.execute(ask).fetchall() == []
    gone = ana.post("/my-leads/away", data={"away_from": "2026-08-03", "away_to": "2026-08-17"})
    assert gone.status_code == 303
    assert store.connection.execute(ask).fetchall() == [(ANA, "2026-08-03", "2026-08-17")]
    assert "away from 2026-08-03 to 2026-08-17" in text(ana, "/my-leads")
    assert ana.post("/my-leads/away", data={"what": "back"}).status_code == 303
    assert store.connection.execute(ask).fetchall() == [(ANA, None, None)]


def test_where_nothing_was_handed_off_the_pages_say_how_to_begin(tmp_path: Path) -> None:
    open_store(tmp_path / "new.db", create=True).close()
    client = create_app(Settings(tmp_path / "new.db")).test_client()
    found = text(client, "/handoffs")
    assert "No leads handed off yet" in found
    for path in ("/handoffs/people", "/my-leads", "/outbox"):
        assert f'href="{path}"' in found.split('id="begin"')[1], path
        assert client.get(path).status_code == 200
    assert "A lead comes here when" in text(client, "/my-leads")
    assert "How other systems are notified" in text(client, "/outbox")
    assert "still gets leads" in text(client, "/handoffs/people")


def test_the_first_steps_lead_to_the_ruleset_and_to_the_people(tmp_path: Path) -> None:
    (tmp_path / "inbound.rules").write_text("when requested demo then +50\nstage SQL when score >= 50\n")
    (tmp_path / "none.csv").write_text("id\nL0\n")
    db = ["--db", str(tmp_path / "leads.db")]
    assert run(["import", str(tmp_path / "none.csv"), "--lead-id", "id", *db]) == 0
    assert run(["score", str(tmp_path / "inbound.rules"), *db]) == 0
    assert run(["people", "add", ANA, *db]) == 0
    steps = text(create_app(Settings(tmp_path / "leads.db")).test_client(), "/handoffs").split('id="begin"')[
        1
    ]
    assert "1 person" in steps
    assert 'href="/rulesets/inbound/edit"' in steps
