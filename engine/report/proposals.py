"""A proposal as text for people and as data."""

from __future__ import annotations

import shlex
from typing import Any

from ..outcomes.learn.proposal import Change, Evaluation, Proposal
from ..values import DAY
from .outcomes import figure_data, pairs_text, rate_data, rate_text, ratio_text, rows_text, share_text
from .text_style import PLAIN, TextStyle, counted, cut, listed, shown, signed, table


def proposal_text(found: Proposal, outcome: str, style: TextStyle = PLAIN) -> list[str]:
    """The whole proposal, with the evidence of each change."""
    lines = rows_text(found.rows, outcome, style)
    if len(found.rows) and not found.rows.dated:
        lines.append(f"{found.rows.won.sum():,} of {counted(len(found.rows), 'lead')} won.")
    if found.grid == 5:
        lines.append("Points are multiples of 5.")
    if found.nothing:
        lines += ["", style.bold(found.nothing)]
    if found.all:
        rows = [_row(change, style) for change in found.all]
        head = ["", "now", "proposed", "leads", "won", "rate", "as often"]
        made = table(rows, style, head=head, right=[1, 2, 3, 4])
        lines += ["", made[0]]
        for line, change in zip(made[1:], found.all, strict=True):
            lines += [line, *style.wrapped(style.dim(change.why), 6)]
    for change in found.all:
        if change.conflict:
            text = (
                f'Left out: with {change.name} the test "{change.conflict}" fails. Tests are never changed.'
            )
            lines += style.wrapped(style.warn(text), 2)
    lines += [""] if found.evaluation else []
    lines += _evaluation(found.evaluation, dated=found.rows.dated) if found.evaluation else []
    if found.close:
        lines += ["", "Close, but not proposed:"]
        for one in found.close:
            lines += style.wrapped(
                f"{shown(one.condition)}: {rate_text(one.earlier)}, later {rate_text(one.later)}. {one.why}",
                2,
            )
    lines += _kept_out(found, style)
    return lines


def _row(change: Change, style: TextStyle) -> list[str]:
    what = shown(change.name)
    if change.sort == "rule":
        what = f"new: {what}"
    if change.sort == "threshold":
        what = f"stage {what} from"
    number = str if change.sort == "threshold" else signed
    fired = change.fired
    return [
        cut(what, max(20, style.width - 64)),
        "-" if change.old is None else number(change.old),
        style.bold("off" if change.sort == "off" else number(change.new)),
        "" if fired is None else f"{fired.of:,}",
        "" if fired is None else f"{fired.count:,}",
        "" if fired is None else rate_text(fired),
        ratio_text(change.ratio),
    ]


def _evaluation(evaluation: Evaluation, *, dated: bool) -> list[str]:
    which = "leads that came later"
    if evaluation.inner:
        which = (
            "of these leads, the later ones, learned from the rest"
            if dated
            else "of these leads, learned from the rest"
        )
    within = f" within {evaluation.within / DAY:g} days" if dated else ""
    return [
        f"Judged on {evaluation.leads:,} {which};",
        f"{evaluation.won:,} of them won{within}:",
        f"  order right  {pairs_text(evaluation.now)} now, {pairs_text(evaluation.proposed)} proposed;",
        f"               better in {evaluation.better * 100:.0f} of 100 redraws of the same leads",
        f"  precision    of the best {evaluation.capacity:,}, {rate_text(evaluation.precision_now)} win now, "
        f"{rate_text(evaluation.precision_proposed)} proposed",
        f"  recall       they are {share_text(evaluation.recall_now.value)} of all winners now, "
        f"{share_text(evaluation.recall_proposed.value)} proposed",
        f"  at half of the winners, {share_text(evaluation.half_now)} of the leads win now, "
        f"{share_text(evaluation.half_proposed)} proposed",
    ]


def _kept_out(found: Proposal, style: TextStyle) -> list[str]:
    lines = []
    for leak in found.leaks:
        if leak.sort == "asked":
            seen, name = leak.found[:1].upper() + leak.found[1:], shlex.quote(leak.name)
            text = f"Is {shown(leak.name)} known before the deal? {seen}. Left out until you say --use {name}"
            lines += style.wrapped(f"{text}, or --exclude {name}.", 2)
        else:
            lines += style.wrapped(f"{shown(leak.name)} is left out: {leak.found}.", 2)
    if found.unproven:
        names = listed(list(map(shown, found.unproven[:8])))
        more = f" and {len(found.unproven) - 8} more" if len(found.unproven) > 8 else ""
        lines += style.wrapped(f"Unproven, as no history says what they were at the time: {names}{more}.", 2)
    return ["", style.bold("Kept out or taken on trust"), *lines] if lines else []


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
        "evaluation": None if found.evaluation is None else evaluation_data(found.evaluation),
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


def evaluation_data(evaluation: Evaluation) -> dict[str, Any]:
    """How the proposal does on leads that nothing was learned from."""
    return {
        "leads": evaluation.leads,
        "won": evaluation.won,
        "within_days": evaluation.within / DAY,
        "later_part": evaluation.inner,
        "auc_now": figure_data(evaluation.now),
        "auc_proposed": figure_data(evaluation.proposed),
        "better_in": evaluation.better,
        "precision_at_half_recall_now": evaluation.half_now,
        "precision_at_half_recall_proposed": evaluation.half_proposed,
        "capacity": evaluation.capacity,
        "precision_now": rate_data(evaluation.precision_now),
        "precision_proposed": rate_data(evaluation.precision_proposed),
        "recall_now": rate_data(evaluation.recall_now),
        "recall_proposed": rate_data(evaluation.recall_proposed),
        "brier_now": evaluation.brier_now,
        "brier_proposed": evaluation.brier_proposed,
        "brier_of_base_rate": evaluation.brier_base,
    }
