"""The 20 rules as a careful engineer would write them by hand, tuned: the yardstick for one lead.

Facts come prepared: fields as a tuple in the order of `neutral.FIELDS` (text folded, dates as day numbers,
None for unknown), events that a rule reads as tuples `(at, code, amount or object)` in time order, their
kinds told by `codes`: 1 to 5 are visits (pricing, docs, blog, case-studies, other pages), 6 an opened and
7 a clicked email, 8 a log-in, 9 a download, 10 a webinar, 11 a purchase, 12 a demo requested. One pass over
the events, the window tested first, nothing looked up that a local can hold.
"""

from __future__ import annotations

from typing import Any

from leadwright.tests.benchmarks.codes import Row

DAY = 86_400_000_000
ICP = frozenset(("cto", "cmo", "revops manager"))
ICP_STARTS = ("vp ", "head of ", "chief ")

Facts = tuple[Any, ...]
Result = tuple[int, int, int, str | None]


def score(facts: Facts, events: list[Row], now: int) -> Result:  # noqa: PLR0915  # a call costs more
    """Fit, engagement, total and the stage (None for none, or where disqualified)."""
    (
        title,
        country,
        industry,
        source,
        department,
        plan,
        language,
        email,
        employees,
        revenue,
        budget,
        seats,
        opted_in,
        is_customer,
        trial_ends,
    ) = facts
    if events and events[-1][0] > now:
        events = [event for event in events if event[0] <= now]
    last_90 = now - 90 * DAY
    last_60 = now - 60 * DAY
    last_30 = now - 30 * DAY
    last_14 = now - 14 * DAY
    last_7 = now - 7 * DAY
    pricing = docs = blog = visits_60 = opened = clicked = logins = downloads = demos = visits = 0
    spent = 0.0
    studies = webinar = 0
    pages = set()
    for at, code, extra in events:
        if at <= last_90:
            if code <= 5:
                visits = 1
                if code == 4:
                    studies = at
            elif code == 12:
                demos = 1
        elif code <= 5:
            visits = 1
            if at > last_60:
                visits_60 = 1
                if at > last_14:
                    pages.add(extra)
            if code == 1:
                if at > last_30:
                    pricing += 1
            elif code == 2:
                docs += 1
            elif code == 3:
                blog += 3 if at > last_30 else 2 if at > last_60 else 1
            elif code == 4:
                studies = at
        elif code == 6:
            opened += 1
        elif code == 8:
            if at > last_7:
                logins += 1
        elif code == 7:
            if at > last_30:
                clicked += 1
        elif code == 9:
            if at > last_30:
                downloads = 1
        elif code == 10:
            webinar = at
        elif code == 11:
            if extra is not None:
                spent += extra
        else:
            demos = 1

    engagement = 2 * docs if docs < 5 else 10
    engagement += blog
    if webinar:
        engagement += 15 >> (now - webinar) // (14 * DAY)
    engagement = 25 if engagement > 25 else engagement
    fit = 0
    if pricing >= 2 and title is not None and (title in ICP or title.startswith(ICP_STARTS)):
        engagement += 20
    if employees is not None:
        if employees >= 1000:
            if country in {"de", "at", "ch"}:
                fit = 25
        elif 50 <= employees <= 200:
            fit = 5
    if opened >= 5:
        engagement += 5
    if visits and not visits_60:
        engagement -= 15
    if spent >= 1000:
        engagement += 20
    if len(pages) - (None in pages) >= 5:
        engagement += 5
    if studies > now - 4 * DAY:
        engagement += 5
    if logins >= 3 and trial_ends is not None and 0 <= trial_ends - now // DAY <= 7:
        engagement += 10
    if revenue is not None and revenue >= 1_000_000 and industry in ("software", "fintech", "retail"):
        fit += 10
    if seats is not None:
        if seats >= 10:
            if department in {"marketing", "sales"}:
                fit += 5
        elif seats < 3 and plan == "free":
            fit -= 5
    if clicked >= 2 and opted_in:
        engagement += 5
    if source in {"referral", "partner"}:
        fit += 5
    if downloads and language in {"en", "de"}:
        engagement += 5
    if email is not None and email.endswith("@gmail.com"):
        fit -= 10
    if is_customer is False and budget is not None and budget >= 10_000:
        fit += 10

    fit = 0 if fit < 0 else 50 if fit > 50 else fit
    engagement = 0 if engagement < 0 else 80 if engagement > 80 else engagement
    total = fit + engagement
    total = 100 if total > 100 else total
    stage = None
    if country not in {"ir", "kp"}:
        if total >= 80 and demos:
            stage = "SQL"
        elif total >= 40:
            stage = "MQL"
    return fit, engagement, total, stage
