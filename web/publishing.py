"""Publishing: a text becomes the next version of its ruleset, or an old version does so again."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass

from ..engine.evaluator import Evaluator
from ..engine.plan import Plan
from ..engine.reading import Reading
from ..engine.report.diagnostics import diagnostic_data
from ..engine.report.proofs import answer_data
from ..engine.store.database import Store
from ..engine.store.handoffs.entries import choose_entries
from ..engine.store.records.audit import Action, record
from ..engine.store.records.rulesets import Edition, RulesetVersion, add_version, load_version
from ..engine.testing import RuleTestResult, run_tests
from .accounts.users import Doer
from .drafts import Draft, move_draft_on
from .effects import effect_of, summary
from .problems import Problem, invalid
from .proofs import guaranteed
from .queries import instant_asked
from .review.approvals import Approval, close
from .ruleset_cache import NAME, kept, live_of, read_text, version_of
from .settings import Settings


@dataclass(frozen=True, slots=True)
class Approved:
    """A wish that is being approved, by whom."""

    approval: Approval
    account: str


def publish(
    store: Store,
    settings: Settings,
    name: str,
    text: str,
    note: str,
    *,
    base: int | None,
    doer: Doer,
    approved: Approved | None = None,
    moves_draft: bool = False,
    hand_off: bool = False,
) -> RulesetVersion:
    """Publishes a text as the next version, which then is live.

    `base` is the number of the version it was made from, None for a new ruleset: where another has been
    published since, nothing is done. With `moves_draft`, the draft goes on
    from the new version. With `hand_off`, leads that it brings into stages are handed off; else those are
    held back. A text with errors, or whose tests fail, is refused, and where a second
    person must approve, everything that nobody approved.
    """
    _approval_needed(settings, approved)
    if live_of(store, name) is None:
        check_name(name)
    if not text.strip():
        raise Problem(
            422, "Nothing to publish", "There is nothing in the rules yet, so nothing was published."
        )
    written = read_text(store, settings, text, name)
    plan = publishable(written.reading)
    edition = Edition(text, plan.digest, written.files, plan.names, plan.title)
    effect = _effect(store, settings, name, Evaluator(plan))
    with store.transaction() as connection:
        number = _add(connection, name, edition, note=note, base=base, author=_author(doer, approved))
        _keep(connection, name, number, effect)
        _choose(connection, name, number, hand_off)
        _record(connection, Action.PUBLISH, doer, f"{name}@{number}", _audit_words(note, approved))
        _close(connection, approved, number)
        if moves_draft:
            move_draft_on(connection, store, name)
    return load_version(store, name, number)


def roll_back(
    store: Store,
    settings: Settings,
    name: str,
    number: int,
    note: str,
    *,
    doer: Doer,
    approved: Approved | None = None,
    hand_off: bool = False,
) -> RulesetVersion:
    """Publishes an old version's text, files and meaning again, as a new version.

    The draft goes on from it. Refused as `publish` is.
    """
    _approval_needed(settings, approved)
    old, live = version_of(store, name, number), version_of(store, name)
    if number == live.number:
        raise Problem(409, "Live already", f"Version {number} of {name} is the live one already.")
    ready = kept().ready(old)
    edition = Edition(old.text, old.digest, old.files, old.names, old.title)
    effect = _effect(store, settings, name, ready.evaluator)
    with store.transaction() as connection:
        author = _author(doer, approved)
        made = _add(connection, name, edition, note=note, base=live.number, author=author)
        _keep(connection, name, made, effect)
        _choose(connection, name, made, hand_off)
        said = _audit_words(f"version {number} again: {note}", approved)
        _record(connection, Action.ROLL_BACK, doer, f"{name}@{made}", said)
        _close(connection, approved, made)
        move_draft_on(connection, store, name)
    return load_version(store, name, made)


def publish_draft(
    store: Store, settings: Settings, draft: Draft, note: str, *, doer: Doer, hand_off: bool = False
) -> RulesetVersion:
    """Publishes a draft, which goes on from the new version."""
    return publish(
        store,
        settings,
        draft.ruleset,
        draft.text,
        note,
        base=draft.base,
        doer=doer,
        moves_draft=True,
        hand_off=hand_off,
    )


def approve(
    store: Store, settings: Settings, approval: Approval, account: str, *, doer: Doer, hand_off: bool = False
) -> RulesetVersion:
    """Publishes what somebody asked for, or an old version again; the draft goes on from it.

    Problem 403 where `account` is who asked, 409 where the wish was decided in the meantime.
    """
    name, approved = approval.ruleset, Approved(approval, account)
    if approval.back_to is not None:
        return roll_back(
            store,
            settings,
            name,
            approval.back_to,
            approval.note,
            doer=doer,
            approved=approved,
            hand_off=hand_off,
        )
    return publish(
        store,
        settings,
        name,
        approval.text,
        approval.note,
        base=approval.base,
        doer=doer,
        approved=approved,
        moves_draft=True,
        hand_off=hand_off,
    )


def check_name(name: str) -> None:
    """Problem 422 for what no ruleset can be called."""
    if not re.fullmatch(NAME, name) or name != name.strip():
        raise invalid(
            f'"{name[:100]}" cannot be the name of a ruleset: begin with a letter or digit, and use letters, '
            "digits, blanks and . _ - only, at most 64"
        )


# --- what to fix first ------------------------------------------------------------------------


def failing_tests(plan: Plan) -> list[RuleTestResult]:
    """The tests of a ruleset that do not come out as they say."""
    return [result for result in run_tests(plan) if not result.passed]


def publishable(reading: Reading) -> Plan:
    """The plan of rules that may be published. Problem 422 for those with errors, failing tests or broken
    guarantees."""
    if reading.plan is None:
        count = len(reading.errors)
        many = "an error" if count == 1 else f"{count} errors"
        raise Problem(
            422,
            "Errors in the rules",
            f"The rules have {many}, so they were not published: {reading.errors[0].message} "
            f"(line {reading.errors[0].line}).",
            diagnostics=[diagnostic_data(item) for item in reading.diagnostics],
        )
    failed = failing_tests(reading.plan)
    if failed:
        names = ", ".join(f'"{result.test.name}"' for result in failed[:5])
        few = "test fails" if len(failed) == 1 else "tests fail"
        raise Problem(
            422,
            "Tests fail",
            f"{len(failed)} {few}, so the rules were not published: {names}.",
            failed_tests=[result.test.name for result in failed],
        )
    broken = [answer for answer in guaranteed(reading.plan) if answer.broken]
    if broken:
        names = ", ".join(f'"{answer.name}"' for answer in broken[:5])
        few = "guarantee is" if len(broken) == 1 else "guarantees are"
        raise Problem(
            422,
            "Guarantees broken",
            f"{len(broken)} {few} broken, so the rules were not published: {names}.",
            broken_guarantees=[answer_data(answer) for answer in broken],
        )
    return reading.plan


def _approval_needed(settings: Settings, approved: Approved | None) -> None:
    if settings.second_approver and approved is None:
        raise Problem(
            403,
            "A second person must approve",
            "Here nothing is published before a second person has approved it. Ask for approval.",
        )
    if approved is not None and approved.account == approved.approval.asked_by:
        raise Problem(
            403,
            "A second person must approve",
            f"{approved.account} asked for this, so somebody else has to approve it.",
        )


def _close(connection: sqlite3.Connection, approved: Approved | None, number: int) -> None:
    if approved is not None and not close(
        connection, approved.approval.id, "approved", approved.account, version=number
    ):
        raise Problem(409, "Decided already", "This was approved, declined or withdrawn in the meantime.")


def _author(doer: Doer, approved: Approved | None) -> str:
    return doer.who if approved is None else approved.approval.asked_by


def _audit_words(note: str, approved: Approved | None) -> str:
    return note if approved is None else f"asked by {approved.approval.asked_by}: {note}"


# --- writing ----------------------------------------------------------------------------------


def _effect(store: Store, settings: Settings, name: str, after: Evaluator) -> str | None:
    """What it will do to leads; None for the first version, and where that takes too long."""
    live = live_of(store, name)
    if live is None:
        return None
    now = instant_asked(None, store, name)
    shown = effect_of(store, settings, kept().ready(live).evaluator, after, now)
    return summary(shown) if shown is not None else None


def _choose(connection: sqlite3.Connection, name: str, number: int, hand_off: bool) -> None:
    """Keeps whether what a version brings into stages is handed off."""
    row = connection.execute(
        "SELECT version.id FROM ruleset_version AS version JOIN ruleset ON ruleset.id = version.ruleset "
        "WHERE ruleset.name = ? AND number = ?",
        (name, number),
    ).fetchone()
    choose_entries(connection, row[0], hand_off=hand_off)


def _keep(connection: sqlite3.Connection, name: str, number: int, effect: str | None) -> None:
    if effect is not None:
        connection.execute(
            "INSERT INTO version_effect SELECT version.id, ? FROM ruleset_version AS version "
            "JOIN ruleset ON ruleset.id = version.ruleset WHERE ruleset.name = ? AND number = ?",
            (effect, name, number),
        )


def _record(connection: sqlite3.Connection, action: Action, doer: Doer, subject: str, detail: str) -> None:
    record(connection, action, who=doer.who, address=doer.address, subject=subject, detail=detail)


def _add(
    connection: sqlite3.Connection, name: str, edition: Edition, *, note: str, base: int | None, author: str
) -> int:
    """Adds a version, where `base` is still the live one, and gives back its number."""
    row = connection.execute(
        "SELECT number, text, digest FROM ruleset_version AS version "
        "JOIN ruleset ON ruleset.id = version.ruleset WHERE name = ? ORDER BY number DESC LIMIT 1",
        (name,),
    ).fetchone()
    live = row[0] if row else None
    if live != base:
        raise _conflict(name, base, live)
    if row and row[1:] == (edition.text, edition.digest):
        raise Problem(409, "Nothing changed", f"This is version {live} of {name} to the letter.")
    return add_version(connection, name, edition, note=note, author=author)


def _conflict(name: str, base: int | None, live: int | None) -> Problem:
    if live is None:
        detail = (
            f"There is no ruleset {name} yet, so there is no version {base} of it. Give null as the base."
        )
    elif base is None:
        detail = f"There is a ruleset {name} already, at version {live}. Choose another name."
    else:
        detail = (
            f"Version {live} of {name} is live by now, and this was made from version {base}. "
            "Look at what changed, then publish again."
        )
    return Problem(409, "Changed in the meantime", detail, live=live)
