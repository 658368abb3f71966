"""Review and publish: what changed, who changed it, what it does to leads, and what to fix first."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...engine.impact.text_diff import compare
from ...engine.prove.answers import Verdict
from ...engine.report.outcomes import before_after_rows
from ...engine.store.database import Store, StoreError
from ...engine.store.scoring.what_if import Cancelled
from ...grammar.messages.diagnostics import Source
from ...grammar.syntax.parse import parse
from .. import proofs
from ..access import account, doer, needs, settings
from ..accounts.users import Role
from ..database import reading, writing
from ..drafts import Draft, authors, catch_up, current, entries, take_text
from ..effects import ShownEffect, effect_between, entries_between
from ..problems import Problem, invalid, not_found, of_store
from ..publishing import approve, publish_draft, roll_back
from ..review.approvals import Approval, PublishRequest, ask, decline, open_approval
from ..review.flow import flow_of
from ..review.proposal import Proposal, statement_authors
from ..ruleset_cache import kept, live_of
from ..ruleset_ref import LIVE, RulesetRef, of_draft, of_text, side_of
from ..scoring import score_after_publishing
from ..tryout.causes import Causes, without
from ..tryout.opening import causes_between
from .compare import diff, outcomes_between

pages = Blueprint("review", __name__)

LONGEST_NOTE = 2_000


@pages.get("/rulesets/<name>/review")
def show(name: str) -> str:
    """What would be published, and what it would do."""
    return _page(name)


@pages.post("/rulesets/<name>/publish")
@needs(Role.PUBLISHER)
def go_live(name: str) -> Response:
    """Publishes the draft as it was looked at."""
    note = _note()
    try:
        draft = _as_seen(name)
        with writing(settings()) as store:
            made = publish_draft(store, settings(), draft, _needed(note), doer=doer(), hand_off=_hand_off())
    except (Problem, StoreError) as problem:
        return _refused(name, problem, note)
    return _gone_live(name, made.number)


def _gone_live(name: str, number: int) -> Response:
    """To the history, where scoring by the new version is watched."""
    score_after_publishing(settings(), reading(settings()), name, doer())
    return redirect(url_for("history.show", name=name, live=number), 303)


@pages.post("/rulesets/<name>/catch-up")
@needs(Role.EDITOR)
def bring_up(name: str) -> Response:
    """Brings what was published since into the draft."""
    with writing(settings()) as store:
        if current(store, name) is None:
            raise not_found(f"There is no ruleset {name}.")
        rebased = catch_up(store, name)
    lost = [conflict.message for conflict in rebased.conflicts] if rebased is not None else []
    said = f"Both changed the same {len(lost)} times; the draft's words were kept." if lost else None
    return make_response(_page(name, said=said))


@pages.post("/rulesets/<name>/revert")
@needs(Role.EDITOR)
def revert(name: str) -> Response:
    """Makes one statement of the draft (`key`) what it is in the live version; other changes stay."""
    store = reading(settings())
    draft, live = _draft(store, name), live_of(store, name)
    key = request.form.get("key", "")
    text = without(parse(Source(live.text)), parse(Source(draft.text)), key) if live is not None else None
    if text is None:
        raise invalid("The draft has no such change any more. Look at the review again.")
    with writing(settings()) as written:
        take_text(written, name, text, who=doer().who, seen=draft.revision)
    return redirect(url_for("review.show", name=name), 303)


# --- a second person --------------------------------------------------------------------------


@pages.post("/rulesets/<name>/approval")
@needs(Role.EDITOR)
def approval(name: str) -> Response:
    """Asks somebody else to publish the draft, or an old version again."""
    note = _note()
    try:
        asked = _publish_request(name, _needed(note))
        with writing(settings()) as store:
            if ask(store, asked, account(), doer()) is None:
                raise Problem(409, "Asked already", "Something of this ruleset waits for approval already.")
    except (Problem, StoreError) as problem:
        return _refused(name, problem, note)
    return redirect(url_for("review.show", name=name), 303)


def _publish_request(name: str, note: str) -> PublishRequest:
    number = request.form.get("version", "")
    if not number:
        draft = _as_seen(name)
        proposal = _proposal(reading(settings()), draft, None)
        if proposal.blocked:
            raise Problem(422, "Not ready", "Fix what the review lists first.")
        return PublishRequest(name, draft.base, draft.text, note)
    store = reading(settings())
    old = side_of(store, settings(), name, _number(number))
    return PublishRequest(name, side_of(store, settings(), name, LIVE).number, old.text, note, old.number)


@pages.post("/rulesets/<name>/approve")
@needs(Role.PUBLISHER)
def agree(name: str) -> Response:
    """Publishes what somebody else asked for."""
    try:
        found = _open(name)
        with writing(settings()) as store:
            made = approve(store, settings(), found, account(), doer=doer(), hand_off=_hand_off())
    except (Problem, StoreError) as problem:
        return _refused(name, problem, "")
    return _gone_live(name, made.number)


@pages.post("/rulesets/<name>/decline")
@needs(Role.EDITOR)
def refuse(name: str) -> Response:
    """Declines what somebody asked for, or takes back what one asked for oneself."""
    reason = request.form.get("reason", "").strip()
    try:
        found = _open(name)
        who = account()
        if who != found.asked_by and not _may_publish():
            raise Problem(403, "Not allowed", "Only a publisher declines what others asked for.")
        if who != found.asked_by and not reason:
            raise invalid("Say why, so that the author can fix it.")
        with writing(settings()) as store:
            if not decline(store, found, reason[:LONGEST_NOTE], who, doer()):
                raise Problem(409, "Decided already", "This was decided in the meantime.")
    except (Problem, StoreError) as problem:
        return _refused(name, problem, "")
    return redirect(url_for("review.show", name=name), 303)


def _open(name: str) -> Approval:
    found = open_approval(reading(settings()), name)
    if found is None or str(found.id) != request.form.get("request"):
        raise Problem(409, "Decided already", "This was approved, declined or withdrawn in the meantime.")
    return found


def _may_publish() -> bool:
    from ..access import person

    who = person()
    return who is not None and who.role.may(Role.PUBLISHER)


# --- rolling back -----------------------------------------------------------------------------


@pages.post("/rulesets/<name>/roll-back")
@needs(Role.PUBLISHER)
def back(name: str) -> Response:
    """Publishes an old version again."""
    number, note = _number(request.form.get("version", "")), _note()
    if not note:
        raise invalid("Say in the note why you roll back, in at most 2,000 characters.")
    with writing(settings()) as store:
        made = roll_back(store, settings(), name, number, note, doer=doer())
    return _gone_live(name, made.number)


# --- the page ---------------------------------------------------------------------------------


def _page(name: str, *, said: str | None = None, note: str = "") -> str:
    store = reading(settings())
    draft = _draft(store, name)
    proposal = _proposal(store, draft, open_approval(store, name))
    side, live = proposal.side, proposal.live
    before = live.reading.tree if live is not None else parse(Source("")).tree
    shown = effect_between(store, settings(), live, side) if live is not None else None
    causes = _causes(store, proposal, shown)
    return render_template(
        "review.html",
        name=name,
        proposal=proposal,
        changes=compare(before, side.reading.tree),
        authors=statement_authors(store, draft),
        people=authors(store, name),
        rows=list(diff(live.text if live is not None else "", side.text)),
        moves=_moves(proposal) if request.args.get("prove") else "",
        provable=proofs.LOOKED_AT,
        shown=shown,
        flows=[flow_of(one) for one in shown.crossings if len(one.names) > 1] if shown is not None else [],
        effects={one.key: one for one in causes.changes} if causes is not None else {},
        caused=_caused(causes),
        entries=entries_between(store, settings(), live, side) if live is not None else None,
        outcomes=outcomes_between(store, live, side) if live is not None else None,
        outcome_rows=before_after_rows,
        who=account(),
        second=settings().second_approver,
        said=said,
        note=note,
        longest=LONGEST_NOTE,
    )


def _causes(store: Store, proposal: Proposal, shown: ShownEffect | None) -> Causes | None:
    """What each change does by itself; None where that is not known."""
    side, live = proposal.side, proposal.live
    if shown is None or live is None or side.evaluator is None:
        return None
    draft = (side.ruleset, side.reading, side.evaluator)
    try:
        with kept().turn():
            return causes_between(store, live.reading, draft, shown.now, shown.effect)
    except (Problem, Cancelled):
        return None


def _caused(causes: Causes | None) -> dict[str, str]:
    """The change that moves each lead, in words."""
    found: dict[str, str] = {}
    for one in causes.causes if causes is not None else ():
        said = "; ".join(one.change.details) or one.change.kind.value
        words = f"{one.change.what} {one.change.name}: {said}".replace("->", "→")
        for move in one.moves:
            found.setdefault(move.lead, words)
    return found


def _moves(proposal: Proposal) -> str:
    """Where every possible lead can move, as far as it can be proved; a sentence."""
    new = proposal.side.evaluator
    old = proposal.live.evaluator if proposal.live is not None else None
    if new is None or old is None:
        return ""
    asked = (
        (proofs.changes_nothing, "Proved: every possible lead keeps its scores and stages."),
        (proofs.only_raises, "Proved: no lead moves down."),
        (proofs.only_lowers, "Proved: no lead moves up."),
    )
    for ask_for, said in asked:
        answer = ask_for(new.plan, old.plan)
        if answer is not None and answer.verdict is Verdict.PROVED:
            return said
    return "Not proved that no lead moves up, nor that none moves down: the counts are of your leads."


def _proposal(store: Store, draft: Draft, approval: Approval | None) -> Proposal:
    live = side_of(store, settings(), draft.ruleset, LIVE) if live_of(store, draft.ruleset) else None
    if approval is None:
        return Proposal(draft, of_draft(store, settings(), draft), live, draft.base, None)
    side: RulesetRef
    if approval.back_to is not None:
        side = side_of(store, settings(), draft.ruleset, approval.back_to)
    else:
        side = of_text(store, settings(), draft.ruleset, approval.text)
    return Proposal(draft, side, live, approval.base, approval)


def _draft(store: Store, name: str) -> Draft:
    found = current(store, name)
    if found is None:
        raise not_found(f"There is no ruleset {name}.")
    return found


def _as_seen(name: str) -> Draft:
    """The draft, where it is still what the form was made for. Problem 409 where it is not."""
    store = reading(settings())
    draft = _draft(store, name)
    if request.form.get("revision") != str(draft.revision):
        latest = entries(store, name, since=draft.revision - 1)
        by = f" by {latest[0].who}" if latest else ""
        raise Problem(
            409,
            "Changed in the meantime",
            f"The draft was changed{by} while you looked at it. Below is what it says now; look again.",
        )
    return draft


def _refused(name: str, error: Problem | StoreError, note: str) -> Response:
    """The page again, with why it was not done and the note as it was typed."""
    problem = of_store(error) if isinstance(error, StoreError) else error
    if problem.status == 404:
        raise problem
    response = make_response(_page(name, said=problem.detail, note=note), problem.status)
    response.headers.update(problem.headers)
    return response


def _hand_off() -> bool:
    """Whether what comes into stages by publishing is handed off: only where that was chosen."""
    return request.form.get("entries") == "hand off"


def _note() -> str:
    return request.form.get("note", "").strip()


def _needed(note: str) -> str:
    if not note or len(note) > LONGEST_NOTE:
        raise invalid(f"Say in the note what changed and why, in at most {LONGEST_NOTE:,} characters.")
    return note


def _number(text: str) -> int:
    if not text.isdecimal() or not text.isascii() or len(text) > 9:
        raise invalid("Say which version is to be published again.")
    return int(text)
