"""Which scored leads are wanted, as a table, a download and programs ask for them, in SQL."""

from __future__ import annotations

import json
from typing import Any

from ....grammar.frozen import frozen
from ....grammar.syntax.nodes import Kind
from ..database import Store
from .lead_keys import lead_key
from .leads import StoredField, quoted, text_matches, to_stored


@frozen
class FieldTest:
    """What is asked of a field: `is`, `is not`, `contains`, `at least`, `at most` a value, or that it is
    `known` or `unknown`. Texts are compared without regard to case; raises ValueError for another kind."""

    field: StoredField
    sign: str
    value: str = ""


SIGNS = {
    "is": "is",
    "is not": "is not",
    "contains": "contains",
    "at least": "is at least",
    "at most": "is at most",
    "known": "is known",
    "unknown": "is missing",
}
"""What can be asked of a field, and how people say it."""


@frozen
class ScoreFilter:
    """Which leads are wanted: those of some stages of `main`, in no stage though not disqualified
    (`unstaged`), or `disqualified`; with at least and at most so many points, with a tag, with a text in
    their id or any text attribute, of some ids, of some numbers (`among`), with some values of fields; found
    by a run after `after_run`, or begun at or after `since`, in microseconds since 1970 UTC. What is None,
    False or empty leaves nothing out."""

    stages: tuple[str, ...] = ()
    at_least: int | None = None
    tag: str | None = None
    text: str | None = None
    leads: tuple[str, ...] | None = None
    after_run: int | None = None
    since: int | None = None
    unstaged: bool = False
    disqualified: bool = False
    at_most: int | None = None
    among: tuple[int, ...] | None = None
    fields: tuple[FieldTest, ...] = ()


_HANDED = (
    "EXISTS (SELECT 1 FROM handoff AS handed WHERE handed.lead = scored.lead "
    "AND handed.ruleset = scored.ruleset"
)


def conditions(store: Store, wanted: ScoreFilter) -> tuple[str, dict[str, Any]]:
    """What a filter asks for, in SQL over `lead` and, where it needs scores, `scored`, `result` and `run`;
    each test after an AND, with its parameters."""
    tests: list[str] = []
    parameters: dict[str, Any] = {}

    def ask(test: str, name: str, value: object) -> None:
        tests.append(test)
        parameters[name] = value

    if wanted.stages:
        ask(
            "result.stage IN (SELECT value FROM json_each(:stages))",
            "stages",
            json.dumps(list(wanted.stages)),
        )
    if wanted.unstaged:
        tests.append("result.stage IS NULL AND NOT result.disqualified")
    if wanted.disqualified:
        tests.append("result.disqualified")
    if wanted.at_least is not None:
        ask("result.total >= :at_least", "at_least", wanted.at_least)
    if wanted.at_most is not None:
        ask("result.total <= :at_most", "at_most", wanted.at_most)
    if wanted.tag is not None:
        tagged = "SELECT 1 FROM json_each(result.text, '$.tags') AS tag WHERE tag.value = :tag"
        ask(f"EXISTS ({tagged})", "tag", wanted.tag)
    if wanted.text is not None and wanted.text.strip():
        ask(f"({text_matches(store)})", "text", wanted.text.strip())
    if wanted.leads is not None:
        ids = "SELECT value FROM json_each(:leads)"
        ask(
            f"lead._id IN (SELECT _id FROM lead WHERE _key IN ({ids}) "
            f"UNION ALL SELECT lead FROM alias WHERE key IN ({ids}))",
            "leads",
            json.dumps([lead_key(key) for key in wanted.leads]),
        )
    if wanted.among is not None:
        ask("lead._id IN (SELECT value FROM json_each(:among))", "among", json.dumps(wanted.among))
    if wanted.after_run is not None:
        # Who has a lead changes without another score, where it was passed on.
        passed = "handed.at > (SELECT now FROM run WHERE id = :after_run)"
        ask(f"(scored.run > :after_run OR {_HANDED} AND {passed}))", "after_run", wanted.after_run)
    if wanted.since is not None:
        ask(f"(run.started >= :since OR {_HANDED} AND handed.at >= :since))", "since", wanted.since)
    for number, test in enumerate(wanted.fields):
        asked, value = _field_test(test, f"field{number}")
        tests.append(asked)
        parameters |= value
    return "".join(f" AND {test}" for test in tests), parameters


def _field_test(test: FieldTest, name: str) -> tuple[str, dict[str, Any]]:
    column = f"lead.{quoted(test.field.column)}"
    if test.sign in ("known", "unknown"):
        return f"{column} IS {'NOT ' if test.sign == 'known' else ''}NULL", {}
    if test.sign == "contains" or test.field.kind is Kind.TEXTS:
        without = "NOT " if test.sign == "is not" else ""
        return f"{without}instr(lower({column}), lower(:{name}))", {name: test.value.strip()}
    value = to_stored(test.field.kind, test.value)
    if value is None:
        raise ValueError(test.value)
    sign = {"is": "=", "is not": "<>", "at least": ">=", "at most": "<="}[test.sign]
    if test.field.kind is Kind.TEXT:
        return f"lower({column}) {sign} lower(:{name})", {name: value}
    return f"{column} {sign} :{name}", {name: value}
