"""A proposal as text for people and as data."""

from __future__ import annotations

import shlex
from typing import Any

from ..outcomes.learn.proposal import Change, Judged, Proposal
from ..values import DAY
from .outcomes import figure_data, pairs_text, rate_data, rate_text, ratio_text, rows_text, share_text
from .text_style import PLAIN, TextStyle, counted, cut, listed, shown, signed, table


def proposal_text(found: Proposal, outcome: str, paper: TextStyle = PLAIN) -> list[str]:
    """The whole proposal, with the evidence of each change."""
    lines = rows_text(found.rows, outcome, paper)
    if len(found.rows) and not found.rows.dated:
        lines.append(f"{found.rows.won.sum():,} of {counted(len(found.rows), 'lead')} won.")
    if found.grid == 5:
        lines.append("Points are multiples of 5.")
    if found.nothing:
        lines += ["", paper.bold(found.nothing)]
    if found.all:
        rows = [_row(change, paper) for change in found.all]
        head = ["", "now", "proposed", "leads", "won", "rate", "as often"]
        made = table(rows, paper, head=head, right=[1, 2, 3, 4])
        lines += ["", made[0]]
        for line, change in zip(made[1:], found.all, strict=True):
            lines += [line, *paper.wrapped(paper.dim(change.why), 6)]
    for change in found.all:
        if change.conflict:
            text = (
                f'Left out: with {change.name} the test "{change.conflict}" fails. Tests are never changed.'
            )
            lines += paper.wrapped(paper.warn(text), 2)
    lines += [""] if found.judged else []
    lines += _judged(found.judged, dated=found.rows.dated) if found.judged else []
    if found.close:
        lines += ["", "Close, but not proposed:"]
        for one in found.close:
            lines += paper.wrapped(
                f"{shown(one.condition)}: {rate_text(one.earlier)}, later {rate_text(one.later)}. {one.why}",
                2,
            )
    lines += _kept_out(found, paper)
    return lines


def _row(change: Change, paper: TextStyle) -> list[str]:
    what = shown(change.name)
    if change.sort == "rule":
        what = f"new: {what}"
    if change.sort == "threshold":
        what = f"stage {what} from"
    number = str if change.sort == "threshold" else signed
    fired = change.fired
    return [
        cut(what, max(20, paper.width - 64)),
        "-" if change.old is None else number(change.old),
        paper.bold("off" if change.sort == "off" else number(change.new)),
        "" if fired is None else f"{fired.of:,}",
        "" if fired is None else f"{fired.count:,}",
        "" if fired is None else rate_text(fired),
        ratio_text(change.ratio),
    ]


def _judged(judged: Judged, *, dated: bool) -> list[str]:
    which = "leads that came later"
    if judged.inner:
        which = (
            "of these leads, the later ones, learned from the rest"
            if dated
            else "of these leads, learned from the rest"
        )
    within = f" within {judged.within / DAY:g} days" if dated else ""
    return [
        f"Judged on {judged.leads:,} {which};",
        f"{judged.won:,} of them won{within}:",
        f"  order right  {pairs_text(judged.now)} now, {pairs_text(judged.proposed)} proposed;",
        f"               better in {judged.better * 100:.0f} of 100 redraws of the same leads",
        f"  precision    of the best {judged.capacity:,}, {rate_text(judged.precision_now)} win now, "
        f"{rate_text(judged.precision_proposed)} proposed",
        f"  recall       they are {share_text(judged.recall_now.value)} of all winners now, "
        f"{share_text(judged.recall_proposed.value)} proposed",
        f"  at half of the winners, {share_text(judged.half_now)} of the leads win now, "
        f"{share_text(judged.half_proposed)} proposed",
    ]


def _kept_out(found: Proposal, paper: TextStyle) -> list[str]:
    lines = []
    for leak in found.leaks:
        if leak.sort == "asked":
            seen, name = leak.found[:1].upper() + leak.found[1:], shlex.quote(leak.name)
            text = f"Is {shown(leak.name)} known before the deal? {seen}. Left out until you say --use {name}"
            lines += paper.wrapped(f"{text}, or --exclude {name}.", 2)
        else:
            lines += paper.wrapped(f"{shown(leak.name)} is left out: {leak.found}.", 2)
    if found.unproven:
        names = listed(list(map(shown, found.unproven[:8])))
        more = f" and {len(found.unproven) - 8} more" if len(found.unproven) > 8 else ""
        lines += paper.wrapped(f"Unproven, as no history says what they were at the time: {names}{more}.", 2)
    return ["", paper.bold("Kept out or taken on trust"), *lines] if lines else []


def proposal_data(found: Proposal) -> dict[str, Any]:
    """The same as data."""
    return {
        "leads": len(found.rows),
        "won": int(found.rows.won.sum()),
        "nothing": found.nothing or None,
        "changes": [change_data(one) for one in found.changes],
        "new_rules": [change_data(one) for one in found.new_rules],
        "thresholds": [change_data(one) for one in found.thresholds],
        "close": [
            {
                "condition": one.condition,
                "earlier": rate_data(one.earlier),
                "later": rate_data(one.later),
                "why": one.why,
            }
            for one in found.close
        ],
        "left_out": [
            {"name": one.name, "sort": one.sort, "found": one.found, "event": one.is_event}
            for one in found.leaks
        ],
        "unproven": list(found.unproven),
        "judged": None if found.judged is None else judged_data(found.judged),
        "text": found.text,
    }


def change_data(change: Change) -> dict[str, Any]:
    """One change with its evidence."""
    ratio = change.ratio
    return {
        "sort": change.sort,
        "name": change.name,
        "old": change.old,
        "new": change.new,
        "condition": change.condition or None,
        "why": change.why,
        "won": None if change.fired is None else rate_data(change.fired),
        "others": None if change.others is None else rate_data(change.others),
        "later": None if change.later is None else rate_data(change.later),
        "lift": None if ratio is None else {"value": ratio.value, "low": ratio.low, "high": ratio.high},
        "failing_test": change.conflict or None,
        "edit": change.edit.as_dict(),
    }


def judged_data(judged: Judged) -> dict[str, Any]:
    """How the proposal does on leads that nothing was learned from."""
    return {
        "leads": judged.leads,
        "won": judged.won,
        "within_days": judged.within / DAY,
        "later_part": judged.inner,
        "auc_now": figure_data(judged.now),
        "auc_proposed": figure_data(judged.proposed),
        "better_in": judged.better,
        "precision_at_half_recall_now": judged.half_now,
        "precision_at_half_recall_proposed": judged.half_proposed,
        "capacity": judged.capacity,
        "precision_now": rate_data(judged.precision_now),
        "precision_proposed": rate_data(judged.precision_proposed),
        "recall_now": rate_data(judged.recall_now),
        "recall_proposed": rate_data(judged.recall_proposed),
        "brier_now": judged.brier_now,
        "brier_proposed": judged.brier_proposed,
        "brier_of_base_rate": judged.brier_base,
    }
