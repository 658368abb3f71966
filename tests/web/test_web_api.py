"""The interface: what it answers, and how it says what is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient


@pytest.fixture
def text(client: FlaskClient) -> str:
    """The text of the live version."""
    return str(client.get("/api/v1/rulesets/inbound").json["text"])


def publish(client: FlaskClient, text: str, base: int | None = 1, name: str = "inbound", note: str = "Why"):
    body = {"text": text, "note": note, "base": base}
    return client.post(f"/api/v1/rulesets/{name}/versions", json=body)


def test_check_finds_what_the_command_line_finds(client: FlaskClient) -> None:
    found = client.post("/api/v1/check", json={"text": 'when titel = "CTO" then +5'}).json
    assert found["runs"] is False
    (item,) = found["diagnostics"]
    assert (item["code"], item["line"], item["column"], item["help"]) == (
        "unknown-name",
        1,
        6,
        'did you mean "title"?',
    )


def test_format_lays_a_text_out_and_says_what_it_left_alone(client: FlaskClient) -> None:
    made = client.post("/api/v1/format", json={"text": "when  title='x'   then +5\nwhen when"}).json
    assert made["text"].startswith('when title = "x"\nthen +5\n') or made["kept"]
    assert {"line": 2, "end_line": 2} in made["kept"]


def test_complete_offers_names_of_the_data_with_counts(client: FlaskClient) -> None:
    text = "when visited pr"
    made = client.post("/api/v1/complete", json={"text": text, "offset": len(text)}).json
    assert (made["start"], made["end"]) == (13, 15)
    assert made["suggestions"] == [{"text": "pricing", "kind": "object", "count": 3, "note": "3 times"}]


def test_describe_says_what_stands_at_a_place_and_nothing_where_nothing_stands(client: FlaskClient) -> None:
    text = "when visited pricing then +5  # why"
    made = client.post("/api/v1/describe", json={"text": text, "offset": 14}).json
    assert made == {
        "start": 5,
        "end": 20,
        "phrase": "the lead visited pricing",
        "statement": "When the lead visited pricing, it gets 5 points.",
        "name": None,
        "about": None,
    }
    made = client.post("/api/v1/describe", json={"text": text, "offset": 32}).json
    assert (made["phrase"], made["statement"], made["name"]) == (None, None, None)
    answer = client.post("/api/v1/describe", json={"text": text, "offset": len(text) + 1})
    assert answer.status_code == 422


def test_the_language_names_every_word_and_where_free_words_are_keywords(client: FlaskClient) -> None:
    made = client.get("/api/v1/language").json
    assert {"when", "stage"} <= set(made["statements"]) < set(made["reserved"])
    last = made["free"][made["kinds"]["last"]]
    assert last["after"] == [made["kinds"]["in"]]
    assert "NUMERAL" in last["before"]
    at, to = made["free"][made["kinds"]["at"]], made["free"][made["kinds"]["to"]]
    assert "SCORE" in at["after"]
    # Within a statement, a condition of a handoff can end with the score, and `to` names the list behind it.
    assert to["after_head"] == ["SCORE"]
    assert "SCORE" not in at["after_head"]
    assert "NUMERAL" in made["ends"]
    assert "AND" not in made["ends"]
    assert not {made["kinds"][word] for word in made["reserved"] if word in made["kinds"]} & set(made["free"])
    answer = client.post("/api/v1/complete", json={"text": "", "offset": 5})
    assert answer.json["detail"] == '"offset" is 5, and the text ends at 0'


def test_evaluate_decides_about_a_lead_that_is_given(client: FlaskClient) -> None:
    body: dict[str, Any] = {
        "ruleset": "inbound",
        "lead": {"title": "VP Sales", "employees": 500},
        "events": [{"type": "requested", "object": "demo", "at": "2026-01-14T10:00:00+01:00"}],
        "at": "2026-01-15",
    }
    decision = client.post("/api/v1/evaluate", json=body).json
    assert (decision["score"], decision["stages"]) == (70, {"main": "MQL"})
    assert sum(line["points"] for line in decision["lines"]) == 70
    body["events"][0]["at"] = "yesterday"
    answer = client.post("/api/v1/evaluate", json=body)
    assert answer.status_code == 422
    assert "which is no instant" in answer.json["detail"]
    answer = client.post("/api/v1/evaluate", json={"lead": {}})
    assert answer.json["detail"] == 'give either "text" or "ruleset"'


def test_a_dry_run_counts_stages_before_and_after_and_names_who_moves(client: FlaskClient, text: str) -> None:
    body = {
        "text": text.replace("score >= 30", "score >= 50"),
        "ruleset": "inbound",
        "against": {"ruleset": "inbound"},
    }
    made = client.post("/api/v1/dry-run", json=body).json
    assert (made["leads"], made["complete"], made["now"]) == (4, True, "2026-01-15T12:00:00Z")
    assert made["stages"] == [
        {"track": "main", "stage": None, "leads": 3, "before": 2},
        {"track": "main", "stage": "MQL", "leads": 0, "before": 1},
        {"track": "main", "stage": "SQL", "leads": 1, "before": 1},
    ]
    assert [(move["lead"], move["causes"]) for move in made["moves"]] == [("L4", [])]
    assert {rule["rule"]: rule["leads"] for rule in made["rules"]} == {
        "Pricing interest": 1,
        "Large": 2,
        "Asked for a demo": 1,
    }


def test_a_dry_run_says_what_moved_whom_and_stores_nothing(client: FlaskClient, text: str) -> None:
    body = {"text": text.replace("then +30", "then +5"), "against": {"ruleset": "inbound", "version": 1}}
    moves = client.post("/api/v1/dry-run", json=body).json["moves"]
    assert {move["lead"]: move["causes"] for move in moves} == {
        "L1": [{"name": "Large", "points": -25}, {"name": "range of score ends at 100", "points": 10}],
        "L4": [{"name": "Large", "points": -25}],
    }
    assert client.get("/api/v1/leads?q=L4").json["leads"][0]["score"] == 30


def test_a_dry_run_ends_at_its_limit_and_says_so(client: FlaskClient) -> None:
    made = client.post("/api/v1/dry-run", json={"ruleset": "inbound", "most_leads": 2}).json
    assert (made["leads"], made["complete"]) == (2, False)


def test_the_tests_in_a_text_are_run(client: FlaskClient, text: str) -> None:
    made = client.post("/api/v1/test", json={"text": text.replace("then +40", "then +1")}).json
    assert (made["passed"], made["failed"]) == (0, 1)
    assert made["tests"][0]["failures"][0]["came"] == "score is 32"


def test_publishing_makes_the_next_version_with_its_note_and_author(client: FlaskClient, text: str) -> None:
    made = publish(client, text + "\n# for the history")
    assert made.status_code == 201
    assert (made.json["version"], made.json["note"], made.json["author"]) == (2, "Why", "local")
    listed = client.get("/api/v1/rulesets/inbound/versions").json["versions"]
    assert [version["version"] for version in listed] == [2, 1]
    assert client.get("/api/v1/rulesets/inbound/versions/1").json["text"] == text


def test_publishing_is_refused_for_errors_failing_tests_and_no_change(client: FlaskClient, text: str) -> None:
    broken = publish(client, text + "\nwhen titel = 1 then +5")
    assert (broken.status_code, broken.json["title"]) == (422, "Errors in the rules")
    assert broken.json["diagnostics"][0]["code"] == "unknown-name"
    failing = publish(client, text.replace("score >= 80", "score >= 101"))
    assert (failing.status_code, failing.json["title"]) == (422, "Tests fail")
    assert failing.json["failed_tests"] == ["a VP who compares prices and asks for a demo"]
    same = publish(client, text)
    assert (same.status_code, same.json["detail"]) == (409, "This is version 1 of inbound to the letter.")
    assert len(client.get("/api/v1/rulesets/inbound/versions").json["versions"]) == 1


def test_of_two_who_publish_at_once_the_second_is_told(client: FlaskClient, text: str) -> None:
    assert publish(client, text + "\n# one").status_code == 201
    second = publish(client, text + "\n# two")
    assert (second.status_code, second.json["live"]) == (409, 2)
    assert "Version 2 of inbound is live by now" in second.json["detail"]
    assert publish(client, text, base=None).json["detail"].startswith("There is a ruleset inbound already")
    assert publish(client, text, base=3, name="other").json["detail"].startswith("There is no ruleset other")


@pytest.mark.parametrize("name", ["-x", "a" * 65, "é", "<b>"])
def test_a_new_ruleset_needs_a_name_that_fits_addresses(client: FlaskClient, text: str, name: str) -> None:
    answer = publish(client, text, base=None, name=name)
    assert answer.status_code == 422
    assert "cannot be the name" in answer.json["detail"]


def test_files_of_a_published_version_stay_with_what_follows_it(client: FlaskClient, store) -> None:
    from leadwright.tests.saved_version import save_version

    text = 'list People from "people.txt"\nwhen title in People then +5\nstage A when score >= 1'
    save_version(store, "filed", text, "digest", files={"people.txt": "CTO\nCEO\n"})
    changed = text.replace("+5", "+6")
    assert client.post("/api/v1/check", json={"text": changed}).json["runs"] is False
    assert client.post("/api/v1/check", json={"text": changed, "ruleset": "filed"}).json["runs"] is True
    made = publish(client, changed, name="filed").json
    assert made["files"] == {"people.txt": "CTO\nCEO\n"}


def test_a_lead_is_explained_by_any_version_as_of_any_instant(client: FlaskClient) -> None:
    made = client.get("/api/v1/explanation?lead=L1&ruleset=inbound&version=1&at=2026-01-15T12:00Z").json
    assert made["decision"]["score"] == 100
    assert client.get("/api/v1/explanation?lead=L1").json["decision"]["now"] == "2026-01-15T12:00:00Z"
    earlier = client.get("/api/v1/explanation?lead=L1&at=2026-01-01").json
    assert earlier["decision"]["score"] == 30


def test_leads_are_searched_and_filtered(client: FlaskClient) -> None:
    def found(query: str) -> list[tuple[str, int, str | None]]:
        leads = client.get(f"/api/v1/leads{query}").json["leads"]
        return [(lead["lead"], lead["score"], lead["stage"]) for lead in leads]

    assert found("") == [("L1", 100, "SQL"), ("L4", 30, "MQL"), ("L2", 0, None), ("L3", 0, None)]
    assert found("?q=vp mark&limit=1") == [("L1", 100, "SQL")]
    assert found("?stage=MQL") == [("L4", 30, "MQL")]
    assert found("?q=%25") == []


@pytest.mark.parametrize("query", ["", "&q=e", "&stage=MQL", "&q=vp&stage=MQL"])
@pytest.mark.parametrize("limit", [1, 3, 4])
def test_every_lead_comes_once_page_by_page(client: FlaskClient, query: str, limit: int) -> None:
    whole = client.get(f"/api/v1/leads?limit=200{query}").json
    assert whole["next"] is None
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get(f"/api/v1/leads?limit={limit}{query}{cursor and '&cursor=' + cursor}").json
        assert 0 < len(page["leads"]) <= limit
        seen += page["leads"]
        cursor = page["next"]
    assert seen == whole["leads"]


def test_a_lead_comes_with_all_that_is_stored_of_it(client: FlaskClient) -> None:
    lead = client.get("/api/v1/leads?limit=1").json["leads"][0]
    lead.pop("fields")
    assert lead == {
        "lead": "L1",
        "score": 100,
        "stage": "SQL",
        "disqualified": False,
        "scores": lead["scores"],
        "stages": {"main": "SQL"},
        "grades": {},
        "tags": [],
        "owner": None,
        "version": 1,
        "as_of": "2026-01-15T12:00:00Z",
    }


def test_a_cursor_of_other_leads_is_refused(client: FlaskClient) -> None:
    cursor = client.get("/api/v1/leads?limit=1").json["next"]
    for bad in (cursor[:-2], "nonsense", "W10", f"{cursor}&q=e", "WzMsMSwyLDNd"):
        refused = client.get(f"/api/v1/leads?cursor={bad}")
        assert refused.status_code == 422
        assert 'Send the "next" of the page before' in refused.json["detail"]


def test_the_catalogue_is_what_the_data_holds(client: FlaskClient) -> None:
    made = client.get("/api/v1/catalogue").json
    assert made["leads"] == 4
    assert [field["name"] for field in made["fields"]] == ["name", "title", "employees", "opted_in"]
    assert made["events"][0]["type"] == "visited"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, ['"text" is missing']),
        ({"text": 5}, ['"text" must be a text']),
        ({"text": "", "texts": ""}, ['there is no "texts" here; there are: text, ruleset']),
        ({"text": "\ud800"}, ['"text" holds half of a letter (a lone surrogate), which is not text']),
        ({"text": "", "ruleset": ""}, ['"ruleset" must not be empty']),
        ([], ["the request must be an object"]),
    ],
)
def test_what_is_wrong_with_a_request_is_said_in_sentences(
    client: FlaskClient, body: Any, said: list[str]
) -> None:
    answer = client.post("/api/v1/check", json=body)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert answer.json["errors"] == said


def test_all_that_is_wrong_is_said_at_once_with_its_place(client: FlaskClient) -> None:
    events = [{"type": "", "at": 5}, {"at": "2026-01-01", "properties": {"a": {"b": 1}}}]
    answer = client.post("/api/v1/evaluate", json={"ruleset": "inbound", "lead": 1, "events": events})
    assert sorted(answer.json["errors"]) == [
        '"events[0].at" must be a text',
        '"events[0].type" must not be empty',
        '"events[1].properties.a" must be a text or a number or true or false or null or a list',
        '"events[1].type" is missing',
        '"lead" must be an object',
    ]
    assert answer.json["detail"].startswith("5 things are wrong")


@pytest.mark.parametrize(
    ("content", "mimetype", "status", "said"),
    [
        (b"{", "application/json", 400, "cannot be read as JSON (line 1, column 2)"),
        (b'{"text": NaN}', "application/json", 400, "cannot be read as JSON"),
        (b"\xff", "application/json", 400, "cannot be read as JSON"),
        (b"[" * 100_000, "application/json", 400, "cannot be read as JSON"),
        (b"9" * 10_000, "application/json", 400, "cannot be read as JSON"),
        (b"text=x", "application/x-www-form-urlencoded", 415, "Send JSON"),
    ],
)
def test_what_is_not_json_is_refused(
    client: FlaskClient, content: bytes, mimetype: str, status: int, said: str
) -> None:
    answer = client.post("/api/v1/check", data=content, content_type=mimetype)
    assert answer.status_code == status
    assert said in answer.json["detail"]


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/api/v1/rulesets/none", 404, "There is no ruleset none. There are: inbound."),
        ("/api/v1/rulesets/inbound/versions/7", 404, "inbound has no version 7; its newest is 1."),
        ("/api/v1/rulesets/inbound/versions/x", 422, '"number" must be a whole number'),
        ("/api/v1/explanation", 422, '"lead" is missing in the address'),
        ("/api/v1/explanation?lead=L1&at=soon", 422, '"soon" is not an instant that can be read'),
        ("/api/v1/leads?limit=1000", 422, '"limit" must be at most 200'),
        ("/api/v1/leads?limit=--5", 422, '"limit" must be a whole number'),
        ("/api/v1/leads?limit=5-", 422, '"limit" must be a whole number'),
        ("/api/v1/leads?limit=-5", 422, '"limit" must be at least 1'),
        ("/api/v1/leads?size=1", 422, 'there is no "size" to be given in the address'),
        ("/api/v1/leads?q=a&q=b", 422, '"q" is given more than once'),
        ("/api/v2", 404, "There is nothing at this address"),
        ("/api/v1/check", 405, "cannot be used in this way"),
    ],
)
def test_problems_are_sentences(client: FlaskClient, path: str, status: int, said: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json["status"]) == (status, status)
    assert answer.mimetype == "application/problem+json"
    assert said in answer.json["detail"]
