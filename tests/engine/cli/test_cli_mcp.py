"""`leadwright mcp`, asked by the SDK's own client over standard input and output."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest
from leadwright.engine.cli.assistant import LONGEST, Assistant
from leadwright.engine.cli.failures import Failure
from leadwright.engine.store.database import open_store
from leadwright.web.drafts import current
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

Run = Callable[..., Any]
Calls = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def scored(leadwright: Run, data: Path) -> Path:
    assert leadwright("score", "inbound.rules", "--at", "2026-01-15T12:00Z").code == 0
    return data / "leads.db"


def ask(database: Path, calls: Calls, *options: str) -> list[Any]:
    async def talk() -> list[Any]:
        started = StdioServerParameters(
            command=sys.executable, args=["-m", "leadwright", "mcp", "--db", str(database), *options]
        )
        async with Client(started) as client:
            return [await client.call_tool(name, arguments) for name, arguments in calls]

    # Tests in a browser leave a loop running in their thread.
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, talk()).result()


def texts(database: Path, calls: Calls) -> list[str]:
    answers = ask(database, calls)
    assert not any(answer.is_error for answer in answers), answers
    return [answer.content[0].text for answer in answers]


def test_the_how_to_names_the_program_and_its_tools(scored: Path) -> None:
    page = (Path(__file__).parents[3] / "docs/how-to/ask-an-assistant.md").read_text(encoding="utf-8")
    settings = json.loads(re.findall(r"```json\n(.*?)```", page, re.DOTALL)[0])["mcpServers"]["leadwright"]
    program, *arguments = settings["command"], *settings["args"], "--drafts"
    assert (program, arguments[:2]) == ("leadwright", ["mcp", "--db"])
    arguments[2] = str(scored)

    async def tools() -> list[str]:
        started = StdioServerParameters(command=sys.executable, args=["-m", "leadwright", *arguments])
        async with Client(started) as client:
            return [tool.name for tool in (await client.list_tools()).tools]

    with ThreadPoolExecutor(1) as aside:
        found = aside.submit(asyncio.run, tools()).result()
    assert sorted(found) == sorted(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))


def test_it_finds_and_explains_leads(scored: Path) -> None:
    rulesets, found, why, missing, fields = texts(
        scored,
        [
            ("list_rulesets", {}),
            ("find_leads", {"text": "Okafor"}),
            ("explain_lead", {"lead": "L1"}),
            ("what_would_it_take", {"lead": "L4", "stage": "sql"}),
            ("list_fields", {"search": "title"}),
        ],
    )
    assert rulesets.startswith("inbound: version 1, digest ")
    assert "SQL 1" in rulesets
    assert "L2: score 0; Ben Okafor" in found
    assert "version 1, digest" in why
    assert "as of 2026-01-15 12:00 UTC" in why
    assert "Pricing interest" in why
    assert "no requested demo" in missing
    assert "employees" not in fields


def test_leads_are_found_in_a_stage_alone(scored: Path) -> None:
    assistant = Assistant(scored)
    whole = assistant.find_leads("a")
    within = assistant.find_leads("a", "sql")
    assert within.startswith("1 lead.")
    lead = within.splitlines()[1]
    assert lead in whole.splitlines()
    assert (
        assistant.find_leads("", "SQL").splitlines()[1].startswith(lead.partition(",")[0].partition(";")[0])
    )
    assert assistant.find_leads("nobody is called so", "SQL") == "No lead matches."
    for text in ("", "a"):
        with pytest.raises(Failure, match='there is no stage "Sqll"'):
            assistant.find_leads(text, "Sqll")


def test_a_long_value_hides_nothing_of_an_explanation(leadwright: Run, data: Path) -> None:
    (data / "more.csv").write_text(f"id,title\nL9,{'CTO ' * 5_000}\n")
    assert leadwright("import", "more.csv", "--lead-id", "id").code == 0
    assert leadwright("score", "inbound.rules", "--at", "2026-01-15T12:00Z").code == 0
    told = Assistant(data / "leads.db").explain_lead("L9")
    assert len(told) <= LONGEST
    assert "[...]" in told
    assert "MQL" in told
    (refused,) = ask(data / "leads.db", [("explain_lead", {"lead": "x" * 100_000})])
    assert refused.is_error
    assert len(refused.content[0].text) <= LONGEST


def test_what_is_kept_of_a_version_is_not_told_of_the_next(leadwright: Run, scored: Path) -> None:
    assistant = Assistant(scored)
    first = assistant.explain_lead("L1")
    assert assistant.explain_lead("L1") == first
    assert ", version 1, " in first
    rules = scored.parent / "inbound.rules"
    more = 'rule "All of them"\nwhen title is known then +1\n'
    rules.write_text(rules.read_text("utf-8") + more, "utf-8")
    assert leadwright("score", "inbound.rules", "--at", "2026-01-15T12:00Z").code == 0
    second = assistant.explain_lead("L1")
    assert ", version 2, " in second
    assert "All of them" in second
    assert assistant.explain_lead("L1", "inbound@1").splitlines()[2:] == first.splitlines()[2:]


def test_it_checks_and_tries_rules_and_stores_nothing(scored: Path) -> None:
    before = scored.read_bytes()
    rules, wrong, tried = texts(
        scored,
        [
            ("show_rules", {"ruleset": "inbound"}),
            ("check_rules", {"text": 'when titel = "CTO" then +1'}),
            (
                "try_rules",
                {
                    "text": (scored.parent / "inbound.rules").read_text().replace("+30", "+35"),
                    "ruleset": "inbound",
                },
            ),
        ],
    )
    assert 'rule "Pricing interest"' in rules
    assert 'did you mean "title"?' in wrong
    assert "30 -> 35" in tried or "+35" in tried
    assert scored.read_bytes() == before


def test_it_proves_and_measures(leadwright: Run, data: Path) -> None:
    rules = (data / "inbound.rules").read_text()
    rules += "\noutcome won when requested demo\n"
    rules += 'guarantee "Students never" never stage = MQL when title = "Student"\n'
    (data / "inbound.rules").write_text(rules)
    assert leadwright("score", "inbound.rules", "--at", "2026-01-15T12:00Z").code == 0
    proved, compared, measured = texts(
        data / "leads.db",
        [
            ("prove_rules", {"ruleset": "inbound", "stage": "SQL"}),
            ("prove_rules", {"ruleset": "inbound", "text": rules.replace("+30 fit", "+31 fit")}),
            ("measure_outcomes", {"ruleset": "inbound", "within": "1d"}),
        ],
    )
    assert proved.startswith("inbound, version 1, digest ")
    assert "not so" in proved
    assert "a lead that reaches" in proved or "SQL" in proved
    assert "against the text with digest" in compared
    assert "not so" in compared
    assert "as of 2026-01-15 12:00 UTC" in measured
    assert "won" in measured


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("explain_lead", {"lead": "nobody"}, "nobody"),
    ("explain_lead", {"lead": "L1", "stage": "SQL"}, "stage"),
    ("explain_lead", {"lead": "L1", "full": "no"}, "full"),
    ("what_would_it_take", {"lead": "L1", "stage": "PQL"}, 'there is no stage "PQL"'),
    ("prove_rules", {"ruleset": "inbound", "stage": "PQL"}, 'there is no stage "PQL"'),
    ("measure_outcomes", {"ruleset": "inbound"}, "outcome"),
    ("measure_outcomes", {"ruleset": "inbound", "until": "2026-01-01"}, "until"),
    ("show_rules", {"ruleset": "/etc/hostname"}, "there is no ruleset"),
    ("show_rules", {"ruleset": "inbound.rules"}, "there is no ruleset"),
]


def test_what_cannot_be_answered_is_said(scored: Path) -> None:
    answers = ask(scored, [(name, arguments) for name, arguments, _ in REFUSED])
    for answer, (name, _, said) in zip(answers, REFUSED, strict=True):
        assert answer.is_error, name
        assert said in answer.content[0].text


def test_where_it_may_it_writes_drafts_that_say_who_wrote_them(scored: Path) -> None:
    rules = (scored.parent / "inbound.rules").read_text()
    higher, highest = rules.replace("+30", "+35"), rules.replace("+30", "+40")
    answers = ask(
        scored,
        [
            ("draft_rules", {"ruleset": "inbound", "text": 'when titel = "CTO" then +1'}),
            ("draft_rules", {"ruleset": "inbound", "text": higher}),
            ("draft_rules", {"ruleset": "inbound", "text": highest}),
            ("show_draft", {"ruleset": "inbound"}),
            ("draft_rules", {"ruleset": "inbound", "text": highest, "revision": 1}),
            ("draft_rules", {"ruleset": "fresh", "text": rules}),
            ("draft_rules", {"ruleset": "../fresh", "text": rules}),
            ("list_rulesets", {}),
        ],
        "--drafts",
    )
    wrong, first, unseen, draft, second, new, named, rulesets = (
        (answer.is_error, answer.content[0].text) for answer in answers
    )
    assert wrong[0]
    assert 'did you mean "title"?' in wrong[1]
    assert first == (
        False,
        "Draft of inbound, goes on from version 1, revision 1, changed by assistant\n"
        "A person reviews and publishes it on the page of the ruleset.",
    )
    assert unseen[0]
    assert "assistant changed the draft of inbound, which is at revision 1 now" in unseen[1]
    assert draft[1].endswith(f"\n\n{higher}")
    assert "revision 2" in second[1]
    assert new[1].startswith("Draft of fresh, a new ruleset, revision 1")
    assert named[0]
    assert "cannot be the name of a ruleset" in named[1]
    assert "inbound: version 1" in rulesets[1]
    assert "fresh" not in rulesets[1]
    with open_store(scored) as store:
        found = current(store, "inbound")
    assert found is not None
    assert found.text == highest


def test_it_does_not_offer_to_write_unless_it_may(scored: Path) -> None:
    (answer,) = ask(scored, [("draft_rules", {"ruleset": "inbound", "text": ""})])
    assert answer.is_error


@pytest.fixture
def over_http(scored: Path) -> Iterator[str]:
    """The address of a server over HTTP."""
    command = [sys.executable, "-m", "leadwright", "mcp", "--db", str(scored), "--drafts"]
    command += ["--http", "127.0.0.1:0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        (address,) = re.findall(r"http://\S+/mcp", process.stderr.readline())
        yield address
        process.terminate()
        _, told = process.communicate(timeout=30)
        assert told == ""


def test_over_http_it_answers_those_who_have_a_token(leadwright: Run, scored: Path, over_http: str) -> None:
    assert (
        leadwright("user", "add", "zoe@example.com", "--role", "admin", stdin="a long pass phrase 1\n").code
        == 0
    )
    call = ("user", "token", "zoe@example.com", "--days", "1")
    tokens = {
        role: re.findall(r"lw_\S+", leadwright(*call, "--name", role, "--role", role).out)[0]
        for role in ("viewer", "sales", "editor")
    }
    rules = (scored.parent / "inbound.rules").read_text().replace("+30", "+35")

    async def talk(role: str, tool: str, **arguments: str) -> str:
        headers = {"Authorization": f"Bearer {tokens[role]}"}
        async with (
            httpx2.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(over_http, http_client=http)) as client,
        ):
            answer = await client.call_tool(tool, arguments)
            return str(answer.content[0].text)

    def told(role: str, tool: str, **arguments: str) -> str:
        with ThreadPoolExecutor(1) as aside:
            return aside.submit(asyncio.run, talk(role, tool, **arguments)).result()

    assert "Pricing interest" in told("viewer", "explain_lead", lead="L1")
    draft = {"ruleset": "inbound", "text": rules}
    assert "a token that writes drafts has the role editor" in told("viewer", "draft_rules", **draft)
    assert "changed by assistant of zoe@example.com (editor)" in told("editor", "draft_rules", **draft)
    for token, status, said in (
        ("none", 401, "send a token"),
        ("lw_other", 401, "send a token"),
        (tokens["sales"], 403, "may not see all leads"),
    ):
        ended = httpx2.post(over_http, json={}, headers={"Authorization": f"Bearer {token}"})
        assert ended.status_code == status
        assert said in ended.json()["error"]


def test_an_address_that_is_none_is_said(leadwright: Run, scored: Path) -> None:
    for address in ("8010", "localhost:", "127.0.0.1:99999", "example.invalid:1"):
        ended = leadwright("mcp", "--http", address)
        assert ended.code == 2, address
        assert address in ended.err


def test_a_database_that_is_not_there_is_said_at_once(leadwright: Run, folder: Path) -> None:
    ended = leadwright("mcp", "--db", "none.db")
    assert ended.code == 2
    assert "there is no database none.db" in ended.err
