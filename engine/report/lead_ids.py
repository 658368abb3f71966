"""The ids of a lead, and what a merge did, as text for people and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .text_style import counted, shown, when

if TYPE_CHECKING:
    from ..store.records.merges import LeadIds, MergeReport, OtherId


def ids_data(ids: LeadIds) -> dict[str, Any]:
    """The ids of a lead as data."""
    return {
        "lead": ids.own,
        "anonymous": ids.anonymous,
        "ids": [
            {
                "id": one.key,
                "since": one.since.isoformat().replace("+00:00", "Z"),
                "by": one.who,
                "merged": one.was_lead,
                "was_anonymous": one.was_anonymous,
                "through": one.of,
                "events": one.events,
            }
            for one in ids.others
        ],
        "suspected": list(ids.suspected),
    }


def merge_data(done: MergeReport) -> dict[str, Any]:
    """What a merge or its undoing did, as data."""
    return {"lead": done.lead, "id": done.other, "merged": done.was_lead, "events": done.events}


def ids_text(ids: LeadIds) -> list[str]:
    """The ids of a lead, a line each."""
    lines = [f"{shown(ids.own)}{', anonymous: no import and no client gave it a name' * ids.anonymous}"]
    if not ids.others:
        lines.append("  has no other id.")
    lines += [f"  {shown(one.key)}: {how(one)}" for one in ids.others]
    if ids.suspected:
        lines += ["", "May be the same person as:"]
        lines += [
            f"  {shown(key)}    leadwright merge {shown(ids.own)} {shown(key)}" for key in ids.suspected
        ]
    return lines


def how(one: OtherId) -> str:
    """How an id came to its lead, in words."""
    what = "anonymous until merged" if one.was_anonymous else "merged" if one.was_lead else "added"
    who = one.who or "a client's call"
    through = f" with {shown(one.of)}" if one.of else ""
    return f"{what} on {when(one.since)} by {who}{through}; {counted(one.events, 'event')} came with it"


def merged_text(done: MergeReport) -> str:
    """What a merge did, in a sentence."""
    lead, other = shown(done.lead), shown(done.other)
    if not done.was_lead:
        return f"{other} is an id of {lead} now: what comes with it from now on belongs to {lead}."
    return f"Merged {other} into {lead}, with {counted(done.events, 'event')}. Both ids lead to {lead} now."


def undone_text(done: MergeReport) -> str:
    """What the undoing of a merge did, in a sentence."""
    lead, other = shown(done.lead), shown(done.other)
    what = "a lead of its own again" if done.was_lead else "an anonymous lead of its own now"
    return f"{other} is {what}, with {counted(done.events, 'event')}. {lead} keeps the rest."
