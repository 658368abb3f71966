"""What the lints say can never be, the solver proves; of what they let pass, it makes a lead."""

from __future__ import annotations

from leadwright.engine.prove.answers import QuestionKind, Verdict, Wanted
from leadwright.engine.prove.asking import answers
from leadwright.engine.reading import read
from leadwright.grammar.messages.diagnostics import Source

RULES = """
field title: text
score fit from 0 to 20
rule "range" when employees > 100 and employees < 50 then +1
rule "two texts" when title = "CTO" and title = "CEO" then +1
rule "blank" when title = "" then +1
rule "glob" when title starts with "VP" and title = "CTO" then +1
rule "windows" when visited in last 7 days and not visited in last 30 days then +1
rule "part" when visited pricing >= 3 and visited < 2 then +1
rule "known" when employees is unknown and employees > 1 then +1
rule "ages" when days since visited < 3 and not visited in last 30 days then +1
rule "fine" when employees > 100 and visited pricing in last 7 days then +30 fit
rule "both" when title like "VP*" and title ends with "Sales" then +5
stage Early when score >= 5
stage Late when score >= 20 and visited
stage Never when fit >= 21
stage Twice when score >= 5 and not score >= 4
"""
CODES = ("rule-never-fires", "stage-unreachable", "stage-never-current")


def test_lints_say_what_the_solver_proves() -> None:
    source = Source(RULES)
    reading = read(source)
    assert reading.plan is not None, reading.errors
    lines = {one.line for one in reading.diagnostics if one.code in CODES}
    rules = {rule.origin.line: str(rule.name) for rule in reading.plan.rules}
    stages = {stage.origin.line: stage.name for stage in reading.plan.stages}
    wanted = [Wanted(QuestionKind.BOTH, (name, name)) for name in rules.values()]
    wanted += [Wanted(QuestionKind.REACH, (name,)) for name in stages.values()]
    found = answers(reading.plan, seconds=10, wanted=wanted)
    none = [
        one for one, answer in zip([*rules, *stages], found, strict=True) if answer.verdict is Verdict.NONE
    ]
    assert {one.verdict for one in found} == {Verdict.NONE, Verdict.FOUND}
    assert lines
    assert lines <= set(none)
    missed = {(rules | stages)[line] for line in set(none) - lines}
    assert missed == set(), missed
