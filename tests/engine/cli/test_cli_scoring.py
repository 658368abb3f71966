"""`leadwright test`, `score`, `explain`, `diff` and `demo`."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]

AT = ("--at", "2026-01-15T12:00Z")


@pytest.fixture
def scored(leadwright: Run, data: Path) -> Path:
    """The folder after its leads were scored."""
    assert leadwright("score", "inbound.rules", *AT).code == 0
    return data


# --- test -------------------------------------------------------------------------------------


def test_tests_that_pass(leadwright: Run, data: Path) -> None:
    assert leadwright("test", "inbound.rules") == (0, "inbound.rules: 2 tests passed\n", "")


def test_a_failure_shows_expected_came_and_why(leadwright: Run, data: Path) -> None:
    text = (data / "inbound.rules").read_text()
    (data / "inbound.rules").write_text(text.replace("expect score = 100", "expect score = 90"))
    ended = leadwright("test", "inbound.rules")
    assert ended.code == 1
    assert "failed a VP who compares prices and asks for a demo (inbound.rules:25)\n" in ended.out
    assert "    expected score = 90  (line 27)\n    but score is 100\n" in ended.out
    assert "With now = 2026-01-15 12:00 UTC:" in ended.out
    assert "+40  Pricing interest" in ended.out
    assert ended.out.endswith("inbound.rules: 1 failed, 1 test passed\n")


def test_coverage_names_what_was_not_seen_both_ways(leadwright: Run, data: Path) -> None:
    text = (data / "inbound.rules").read_text()
    (data / "inbound.rules").write_text(text[: text.index('test "a student"')])
    out = leadwright("test", "--coverage", "inbound.rules").out
    assert "line 11, visited pricing >= 2 in last 30 days: always true" in out
    found = json.loads(leadwright("test", "--coverage", "--json", "inbound.rules").out)["files"][0]
    assert list(found) == ["file", "passed", "failed", "tests", "coverage"]
    assert found["coverage"]["covered"] < found["coverage"]["clauses"]
    assert list(found["coverage"]["uncovered"][0]) == ["owner", "line", "clause", "true", "not_true"]


def test_a_ruleset_with_errors_is_not_tested(leadwright: Run, folder: Path) -> None:
    (folder / "bad.rules").write_text("when visited then 20\n")
    ended = leadwright("test", "bad.rules")
    assert (ended.code, ended.out) == (1, "")
    assert "error: bad.rules has 1 error, so it cannot run" in ended.err


# --- score ------------------------------------------------------------------------------------


def test_score_shows_stages_scores_and_the_highest(leadwright: Run, data: Path) -> None:
    assert leadwright("score", "inbound.rules", *AT).out == (
        "Scored 4 leads by Inbound, version 1, as of 2026-01-15 12:00 UTC.\n"
        "\n"
        "Stages\n"
        "  SQL   1  25%  ############\n"
        "  MQL   1  25%  ############\n"
        "  none  2  50%  ########################\n"
        "\n"
        "Scores\n"
        "  100  1  25%  ############\n"
        "  30   1  25%  ############\n"
        "  0    2  50%  ########################\n"
        "\n"
        "Highest: L1 (100), L4 (30), L2 (0), L3 (0)\n"
    )


def test_score_as_json(leadwright: Run, data: Path) -> None:
    found = json.loads(leadwright("score", "inbound.rules", *AT, "--json").out)
    assert list(found) == [
        "ruleset",
        "version",
        "title",
        "ruleset_digest",
        "now",
        "leads",
        "looked_at",
        "added",
        "changed",
        "disqualified",
        "stages",
        "scores",
        "moves",
        "highest",
        "stale_events",
    ]
    assert (found["ruleset"], found["version"], found["leads"], found["added"]) == ("inbound", 1, 4, 4)
    assert {"track": "main", "stage": "SQL", "leads": 1} in found["stages"]
    assert found["now"] == "2026-01-15T12:00:00Z"
    assert found["stale_events"] is None


def test_where_all_events_are_old_the_instant_to_try_is_named(leadwright: Run, data: Path) -> None:
    (data / "counts.rules").write_text("when days since visited > 5 then +3\n")
    (data / "plain.rules").write_text("when visited then +3\n")
    old = leadwright("score", "inbound.rules", "--at", "2026-11-28")
    said = (
        'The newest event is of 2026-01-14, 317 days earlier, so nothing counts as "in\n'
        'last 30 days". To score as of when the data was new:\n'
        "  leadwright score inbound --at 2026-01-15\n"
    )
    assert old.out.endswith(said)
    assert "as of 2026-01-15 00:00 UTC" in leadwright("score", "inbound", "--at", "2026-01-15").out
    assert "newest" not in leadwright("score", "inbound", "--at", "2026-02-03").out
    counts = leadwright("score", "counts.rules", "--at", "2026-02-20").out
    assert "36 days earlier, and the rules count days" in " ".join(counts.split())
    assert "newest" not in leadwright("score", "counts.rules", "--at", "2026-02-05").out
    assert "newest" not in leadwright("score", "plain.rules", "--at", "2026-11-28").out
    found = json.loads(leadwright("score", "inbound", "--at", "2026-11-28", "--json").out)
    assert found["stale_events"] == {
        "newest": "2026-01-14T09:00:00Z",
        "days": 317,
        "window": "in last 30 days",
        "at": "2026-01-15",
    }
    # A check is as of now, which is later still.
    checked = leadwright("check", "inbound.rules").out
    assert "leadwright score inbound.rules --at 2026-01-15" in checked
    data_of_check = json.loads(leadwright("check", "inbound.rules", "--json").out)["stale_events"]
    assert (data_of_check["at"], data_of_check["window"]) == ("2026-01-15", "in last 30 days")


def test_a_changed_file_is_the_next_version(leadwright: Run, scored: Path) -> None:
    path = scored / "inbound.rules"
    path.write_text(path.read_text().replace("score >= 80", "score >= 30"))
    again = leadwright("score", "inbound.rules", *AT)
    assert "Inbound, version 2" in again.out
    connection = sqlite3.connect(scored / "leads.db")
    digests = [row[0] for row in connection.execute("SELECT digest FROM ruleset_version ORDER BY number")]
    connection.close()
    assert len(set(digests)) == 2
    assert "Inbound, version 2" in leadwright("score", "inbound.rules", *AT).out
    assert "Inbound, version 1" in leadwright("score", "inbound@1", *AT).out


def test_a_ruleset_is_scored_again_by_name_without_its_file(leadwright: Run, scored: Path) -> None:
    (scored / "inbound.rules").unlink()
    ended = leadwright("score", "inbound", *AT)
    assert "Inbound, version 1" in ended.out
    assert "another outcome" not in ended.out


def test_data_alone_does_not_change_what_a_name_means(leadwright: Run, data: Path) -> None:
    (data / "word.rules").write_text("when requested then +20; stage MQL when score >= 20\n")
    leadwright("score", "word.rules", *AT)
    leadwright("import", "-", "--lead-id", "id", stdin="id,requested\nL4,yes\nL3,yes\n")
    again = json.loads(leadwright("score", "word.rules", *AT, "--json").out)
    assert (again["version"], again["changed"]) == (1, 0)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["nope.rules"], 2, "there is no nope.rules"),
        (["nope"], 2, "there is neither a file nor a ruleset nope"),
        (["inbound.rules", "--at", "soon"], 2, '--at "soon" is not a date or a time that can be read'),
        (["inbound.rules", "--db", "nope.db"], 2, "there is no database nope.db"),
        (["bad.rules"], 1, "bad.rules has 1 error, so it cannot run"),
    ],
)
def test_what_cannot_be_scored_says_so(
    leadwright: Run, data: Path, arguments: list[str], code: int, message: str
) -> None:
    (data / "bad.rules").write_text("when visited then 20\n")
    ended = leadwright("score", *arguments)
    assert (ended.code, ended.out) == (code, "")
    assert f"error: {message}\n  help: " in ended.err


# --- explain ----------------------------------------------------------------------------------


def test_an_explanation_adds_up(leadwright: Run, scored: Path) -> None:
    assert leadwright("explain", "L1").out == (
        "L1  Zoë Müller, VP Marketing\n"
        "by Inbound, version 1, as of 2026-01-15 12:00 UTC\n"
        "\n"
        "SQL, score 100\n"
        "\n"
        "fit 30\n"
        "   +30  Large                                                            line 14\n"
        "          yes  employees >= 100: 1200\n"
        "\n"
        "score 100\n"
        "   +30  fit\n"
        "   +40  Pricing interest                                                 line 10\n"
        "          yes  visited pricing >= 2 in last 30 days: 2 times, last on 2026-01-13\n"
        "          yes  title in ICP: VP Marketing\n"
        "   +40  Asked for a demo                                                 line 18\n"
        "          yes  demo_requested:\n"
        "            yes  requested demo: once, on 2026-01-14\n"
        "   -10  range of score ends at 100                                        line 8\n"
        "\n"
        "Stages\n"
        "  MQL  reached\n"
        "  SQL  here\n"
        "    yes  score >= 80: 100\n"
        "    yes  demo_requested:\n"
        "      yes  requested demo: once, on 2026-01-14\n"
        "\n"
        "The passing of time alone changes nothing here before 2026-02-09 09:00 UTC.\n"
    )


def test_the_lines_of_the_json_add_up(leadwright: Run, scored: Path) -> None:
    found = json.loads(leadwright("explain", "L1", "--json").out)
    assert list(found) == [
        "lead",
        "ruleset",
        "version",
        "ruleset_digest",
        "now",
        "score",
        "scores",
        "stages",
        "stages_if_qualified",
        "grade",
        "grades",
        "tags",
        "disqualified",
        "lines",
        "rules",
        "stage_findings",
        "outcomes",
        "disqualifications",
        "bounds",
        "next_change",
    ]
    fit = sum(line["points"] for line in found["lines"] if line["score"] == "fit")
    own = sum(line["points"] for line in found["lines"] if line["score"] is None)
    assert (fit, fit + own) == (found["scores"]["fit"], found["score"])


def test_what_it_would_take(leadwright: Run, scored: Path) -> None:
    ended = leadwright("explain", "L2", "--to", "sql")
    assert ended.out.endswith(
        "in no stage, score 0\n\n"
        "Not SQL. What is missing:\n  80 points short (score >= 80)\n"
        "    1 more of visited pricing in last 30 days would bring +40  (Pricing\n"
        "      interest, line 10)\n"
        "    requested demo would bring +40  (Asked for a demo, line 18)\n"
        "    employees >= 100 would bring +30  (Large, line 14)\n"
        "  no requested demo\n"
    )
    found = json.loads(leadwright("explain", "L2", "--to", "SQL", "--json").out)
    assert [missing["asked"] for missing in found["to"][0]["ways"][0]] == ["score >= 80", "requested demo"]
    assert "It is in SQL already." in leadwright("explain", "L1", "--to", "SQL").out


def test_rules_that_did_not_fire_and_blank_fields(leadwright: Run, scored: Path) -> None:
    out = leadwright("explain", "L3", "--all").out
    assert "Rules that didn't match\n  Pricing interest  (line 10)\n" in out
    assert "    ?    employees >= 100: unknown\n" in out
    assert "Missing data: employees (1 rule).\n" in out


def test_another_instant_and_other_rules(leadwright: Run, scored: Path) -> None:
    assert "as of 2026-02-20 00:00 UTC" in leadwright("explain", "L1", "--at", "2026-02-20").out
    (scored / "draft.rules").write_text("when requested demo then +7\n")
    out = leadwright("explain", "L1", "--rules", "draft.rules").out
    assert "by draft, as of 2026-01-15 12:00 UTC" in out
    assert "score 7" in out


def test_a_lead_by_a_part_of_its_name(leadwright: Run, scored: Path) -> None:
    assert leadwright("explain", "müller").out.startswith("L1  Zoë Müller")
    assert leadwright("explain", "VP Marketing").err == (
        'error: several leads match "VP Marketing"\n'
        "  help: say which: L1 (Zoë Müller, VP Marketing), L4 (Ann Lee, VP Marketing)\n"
    )


def test_data_that_changed_since_the_scoring_is_told(leadwright: Run, scored: Path) -> None:
    leadwright("import", "-", "--lead-id", "id", stdin="id,employees\nL2,400\nL9,5\n")
    assert "The data has changed since the last scoring, which stored 0." in leadwright("explain", "L2").out
    assert "This lead came after the last scoring." in leadwright("explain", "L9").out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["L7"], 'no lead in leads.db has the id or the name "L7"'),
        (["L1", "--to", "PQL"], 'there is no stage "PQL"'),
        (["L1", "--at", "9999-99-99"], '--at "9999-99-99" is not a date or a time that can be read'),
        (["L1", "--rules", "nope"], "there is neither a file nor a ruleset nope"),
    ],
)
def test_what_cannot_be_explained_says_so(
    leadwright: Run, scored: Path, arguments: list[str], message: str
) -> None:
    ended = leadwright("explain", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"error: {message}\n  help: ")


def test_before_any_scoring_there_is_nothing_to_explain_by(leadwright: Run, data: Path) -> None:
    ended = leadwright("explain", "L1")
    assert ended.code == 2
    assert ended.err.startswith("error: nothing was scored in leads.db yet")


# --- diff -------------------------------------------------------------------------------------


@pytest.fixture
def draft(scored: Path) -> Path:
    """A second ruleset, in which a demo counts less and SQL is nearer."""
    text = (scored / "inbound.rules").read_text()
    text = text.replace("when demo_requested\nthen +40", "when demo_requested\nthen +10")
    (scored / "draft.rules").write_text(text.replace("score >= 30", "score >= 90"))
    return scored


def test_the_same_rules_say_the_same(leadwright: Run, scored: Path) -> None:
    out = leadwright("diff", "--no-db", "inbound.rules", "inbound.rules").out
    assert out == "Both say the same.\n"


def test_diff_says_what_differs_and_who_would_move(leadwright: Run, draft: Path) -> None:
    ended = leadwright("diff", "inbound.rules", "draft.rules")
    assert ended.code == 0
    assert "~ rule Asked for a demo\n    +40 -> +10\n" in ended.out
    assert "~ stage MQL\n    threshold 30 -> 90\n" in ended.out
    assert "Of 4 leads, as of 2026-01-15 12:00 UTC, 1 lead would change stage" in ended.out
    assert "  L4    30 -> 30" in ended.out
    assert "-30 Asked for a demo" in ended.out
    assert "MQL -> none  the stages alone" in ended.out
    assert "What moves them\n  leads  points  by\n      1     -30  Asked for a demo\n" in ended.out
    few = leadwright("diff", "inbound.rules", "draft.rules", "--top", "1").out
    assert "… and 1 more lead (--top shows more)" in few
    assert leadwright("diff", "inbound.rules", "draft.rules", "--top", "-1").code == 2


def test_diff_as_json(leadwright: Run, draft: Path) -> None:
    found = json.loads(leadwright("diff", "inbound@1", "draft.rules", "--json").out)
    assert list(found) == ["changes", "effect", "outcomes"]
    assert list(found["changes"][0]) == ["what", "name", "kind", "details", "before", "after"]
    effect = found["effect"]
    assert (effect["leads"], effect["moved"], effect["changed_stage"]) == (4, 2, 1)
    assert (sum(band["before"] for band in effect["scores"]), len(effect["moves"])) == (4, 2)
    assert {"name": "Asked for a demo", "leads": 1, "points": -30} in effect["causes"]
    assert json.loads(leadwright("diff", "--no-db", "draft.rules", "draft.rules", "--json").out) == {
        "changes": [],
        "effect": None,
        "outcomes": None,
    }


def test_diff_of_what_is_not_there(leadwright: Run, folder: Path) -> None:
    ended = leadwright("diff", "a", "b")
    assert ended.code == 2
    assert ended.err.startswith("error: there is no file a, and no database that could keep a ruleset")


# --- demo -------------------------------------------------------------------------------------


def test_the_demo_scores_the_sample_and_explains_a_lead(leadwright: Run, folder: Path) -> None:
    ended = leadwright("demo")
    assert ended.code == 0
    assert "Scored 1,000 leads by B2B SaaS inbound, version 1, as of 2026-01-15 12:00 UTC." in ended.out
    assert "$ leadwright explain " in ended.out
    assert "What is missing:" in ended.out
    assert list(folder.iterdir()) == []


def test_the_demo_can_be_kept(leadwright: Run, folder: Path) -> None:
    assert leadwright("demo", "--db", "demo.db").code == 0
    assert leadwright("fields", "--db", "demo.db").out.startswith("1,000 leads")
    assert leadwright("demo", "--db", "demo.db").err.startswith("error: demo.db is there already")
