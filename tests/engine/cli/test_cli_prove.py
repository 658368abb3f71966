"""`leadwright prove`, and what `leadwright check` says of guarantees."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from leadwright.engine import prove
from leadwright.tests.engine.prove.test_prove import BROKEN, PROVED, RULES

Run = Callable[..., Any]

PAGES = Path(prove.__file__).parents[2] / "docs/errors"
BLOCK = re.compile(r"^## (Wrong|Right)\n+```rules\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_command_answers_with_words_data_and_exit_codes(leadwright: Run, folder: Path) -> None:
    (folder / "a.rules").write_text(RULES + PROVED, "utf-8")
    (folder / "b.rules").write_text(RULES + BROKEN, "utf-8")
    ended = leadwright("prove", "a.rules", "--no-db")
    assert (ended.code, ended.err) == (0, "")
    assert "a.rules: 10 proved" in ended.out
    ended = leadwright("prove", "b.rules", "--no-db", "--json")
    assert ended.code == 1
    consent = json.loads(ended.out)["answers"][0]
    assert consent["answer"] == "not so"
    assert consent["lead"]["fields"]["opted_in"] is False
    assert consent["test"].startswith('test "consent of MQL" at 2026-01-15T12:00Z given')
    ended = leadwright("prove", "a.rules", "--no-db", "--same", "b.rules", "--reach", "SQL")
    assert ended.code == 0
    assert "proved: nothing changes\nfound: a lead in SQL\n" in ended.out
    assert "a.rules: 1 proved, 1 found" in ended.out
    (folder / "c.rules").write_text('rule "a" when n > 5 then +1; rule "b" when n < 3 then +1', "utf-8")
    ended = leadwright("prove", "c.rules", "--no-db", "--both", "a", "b")
    assert (ended.code, ended.out) == (1, 'impossible: a lead for both "a" and "b"\nc.rules: 1 impossible\n')
    ended = leadwright("prove", "a.rules", "--no-db", "--reach", "PQL")
    assert ended.code == 2
    assert 'there is no stage "PQL"; there is: MQL, SQL' in ended.err


def test_what_is_not_decided_has_an_exit_code_of_its_own(leadwright: Run, folder: Path) -> None:
    text = dict(BLOCK.findall((PAGES / "guarantee-undecided.md").read_text("utf-8")))["Wrong"]
    (folder / "c.rules").write_text(text, "utf-8")
    ended = leadwright("prove", "c.rules", "--no-db")
    assert ended.code == 3
    assert "because two texts are compared with each other" in ended.out


@pytest.mark.parametrize("code", ["guarantee-broken", "guarantee-undecided"])
def test_a_check_says_what_the_pages_show(code: str, leadwright: Run, folder: Path) -> None:
    for name, text in BLOCK.findall((PAGES / f"{code}.md").read_text("utf-8")):
        (folder / f"{name}.rules").write_text(text, "utf-8")
    ended = leadwright("check", "Wrong.rules", "--no-db", "--no-lint")
    assert ended.code == (1 if code == "guarantee-broken" else 0)
    assert f"[{code}]" in ended.out
    ended = leadwright("check", "Right.rules", "--no-db", "--no-lint")
    assert (ended.code, ended.out) == (0, "No problems in 1 file.\n")


def test_without_the_solver_a_check_says_so_and_prove_says_what_to_install(
    leadwright: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prove, "is_there", lambda: False)
    (folder / "b.rules").write_text(RULES + BROKEN, "utf-8")
    ended = leadwright("check", "b.rules", "--no-db", "--no-lint")
    assert ended.code == 0
    assert "Guarantees were not checked" in ended.out
    ended = leadwright("prove", "b.rules", "--no-db")
    assert ended.code == 2
    assert "pip install 'leadwright[prove]'" in ended.err
