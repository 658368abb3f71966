"""`leadwright prove`: what holds of every possible lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..command import Command, db_option, json_option, text_style, write, write_json
from ..failures import FOUND, Failure
from ..inputs import open_beside, refuse_both, rules_named

if TYPE_CHECKING:
    from ...plan import Plan
    from ...prove.answers import Answer, Wanted
    from ...store.database import Store

UNDECIDED = 3
"""The exit code where nothing is wrong, but not all was decided."""


@click.command(
    cls=Command,
    examples=[
        "leadwright prove inbound.rules                       the guarantees in it",
        "leadwright prove draft.rules --same inbound.rules    every lead keeps scores and stages",
        "leadwright prove draft.rules --only-raises inbound   no score and no stage falls",
        'leadwright prove draft.rules --touches-only "Pricing interest" inbound.rules',
        "leadwright prove inbound.rules --reach SQL           a lead that gets there",
        'leadwright prove inbound.rules --both "Student" "Large company"',
    ],
)
@click.argument("rules", metavar="RULES", type=click.Path())
@click.option("--same", metavar="OLD", help="Whether every lead keeps the scores and stages of OLD.")
@click.option("--only-raises", metavar="OLD", help="Whether no lead has a lower total or stage than in OLD.")
@click.option(
    "--touches-only",
    nargs=2,
    metavar="NAME OLD",
    help="Whether leads for whom the rule NAME does not fire keep the scores and stages of OLD.",
)
@click.option("--reach", metavar="STAGE", help="A made-up lead that gets to a stage.")
@click.option("--both", nargs=2, metavar="A B", help="A made-up lead for whom both rules fire.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.1, max=3600),
    default=30.0,
    metavar="N",
    help="How long one question may take.  [default: 30]",
)
@db_option(must=False)
@click.option("--no-db", is_flag=True, help="Look at the rules alone, even where a database is there.")
@json_option
def command(
    *,
    rules: str,
    same: str | None,
    only_raises: str | None,
    touches_only: tuple[str, str] | None,
    reach: str | None,
    both: tuple[str, str] | None,
    seconds: float,
    db: str | None,
    no_db: bool,
    as_json: bool,
) -> int:
    """Prove what holds of every possible lead, not only of those you have.

    Without a question it answers for each guarantee in RULES: proved; not so, with the smallest made-up lead
    that breaks it; or not decided, with what stood in the way. RULES and OLD are files, or names of rulesets
    in the database.

    Ends with exit code 0 where all is proved or found, 1 where something is not so or there is no such lead,
    3 where something is not decided.
    """
    from ... import prove

    refuse_both(db, no_db)
    if not prove.is_there():
        raise Failure(f"a solver does the proving, and {prove.MISSING}", prove.INSTALL)
    from ...prove.answers import QuestionKind, Wanted

    asked: list[tuple[Wanted, str | None]] = []
    if same is not None:
        asked.append((Wanted(QuestionKind.SAME), same))
    if only_raises is not None:
        asked.append((Wanted(QuestionKind.ONLY_RAISES), only_raises))
    if touches_only is not None:
        asked.append((Wanted(QuestionKind.TOUCHES_ONLY, touches_only[:1]), touches_only[1]))
    if reach is not None:
        asked.append((Wanted(QuestionKind.REACH, (reach,)), None))
    if both is not None:
        asked.append((Wanted(QuestionKind.BOTH, both), None))
    with open_beside(db, ignored=no_db) as store:
        label, found = _answers(rules, asked, seconds, store)
    _print(label, found, as_json=as_json)
    return _code(found)


def _answers(
    rules: str, asked: list[tuple[Wanted, str | None]], seconds: float, store: Store | None
) -> tuple[str, list[Answer]]:
    from ...prove.asking import answers
    from ...store.records.catalogue import catalogue

    known = catalogue(store) if store is not None else None
    loaded = rules_named(rules, store, known)
    label = loaded.reading.source.label
    if not asked:
        return label, answers(loaded.plan, seconds=seconds)
    found: list[Answer] = []
    for wanted, old in asked:
        before: Plan | None = rules_named(old, store, known).plan if old is not None else None
        try:
            found += answers(loaded.plan, seconds=seconds, wanted=[wanted], old=before)
        except ValueError as error:
            raise Failure(str(error), "name it as the ruleset does") from None
    return label, found


def _print(label: str, found: list[Answer], *, as_json: bool) -> None:
    from ...report.proofs import answers_data, answers_text

    if as_json:
        write_json(answers_data(label, found))
    else:
        write(answers_text(label, found, text_style()))


def _code(found: list[Answer]) -> int:
    from ...prove.answers import Verdict

    verdicts = {answer.verdict for answer in found}
    if verdicts & {Verdict.NOT_SO, Verdict.NONE}:
        return FOUND
    return UNDECIDED if Verdict.NOT_DECIDED in verdicts else 0
