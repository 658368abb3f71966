"""The shipped SaaS ruleset for engines that take a dict of facts: events counted, 24 rules, what is left.

Leads are as any program has them: dicts of fields, and of events whose instants are ISO 8601 text. One tuned
pass in Python reads the events, since these engines cannot; it is on the clock, as reading them is on ours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from leadwright.tests.benchmarks.as_expressions import RULE_ENGINE, ZEN, Dialect
from leadwright.tests.benchmarks.as_graph import summing_content

SUMS = ("fit", "bant", "engagement", "website", "mail", "tag")
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
DAY = 86_400

Lead = Mapping[str, Any]
Events = Sequence[Mapping[str, Any]]


class Scored(NamedTuple):
    """What is compared: scores, stage, grade and tags."""

    fit: int
    bant: int
    engagement: int
    total: int
    stage: str | None
    grade: str
    tags: tuple[str, ...]


def facts(lead: Lead, events: Events, now: str) -> dict[str, Any]:  # noqa: PLR0915  # a call costs more
    """Fields with "" and -1 for unknown, and what the rules ask of the events."""
    at_now = _seconds(now)
    last_14, last_30, last_60, last_90 = (at_now - days * DAY for days in (14, 30, 60, 90))
    pricing_60 = downloads = demos = unsubscribed = careers = visited = visited_60 = studies = german = 0
    customer = rejected = rejected_90 = 0
    clicks = priced = straight = 0
    webinar = -1.0
    days, pages = set(), set()
    pricings: list[float] = []
    requested: list[float] = []
    for event in events:
        at = _seconds(event["at"])
        if at > at_now:
            continue
        type_, object_ = event["type"], event.get("object", "").lower()
        if type_ == "visited":
            visited = 1
            if event["properties"].get("locale", "").lower() == "de":
                german = 1
            if at > last_60:
                visited_60 = 1
                days.add(at // DAY)
                if object_ == "pricing":
                    pricing_60 += 1
                elif object_ == "case-studies" and at > last_30:
                    studies = 1
                if at > last_14 and object_:
                    pages.add(object_)
            if object_ == "pricing":
                priced = 1
                pricings.append(at)
            elif object_ == "careers":
                careers += 1
        elif type_ == "clicked":
            if object_ == "email":
                clicks += max(0, 4 - int((at_now - at) // (30 * DAY)))
        elif type_ == "attended":
            if object_ == "webinar":
                webinar = max(webinar, at)
        elif type_ == "downloaded":
            downloads += at > last_90
        elif type_ == "requested":
            if object_ in ("demo", "quote") and at > last_90:
                demos = 1
            if object_ == "demo":
                requested.append(at)
        elif type_ == "became":
            customer |= object_ == "customer"
        elif type_ == "rejected":
            rejected = 1
            rejected_90 |= at > last_90
        elif type_ == "unsubscribed" and object_ == "newsletter" and at > last_90:
            unsubscribed = 1
    if any(0 < demo - pricing <= 7 * DAY for demo in requested for pricing in pricings):
        straight = 1
    return {
        "title": lead.get("title", "").lower(),
        "domain": lead.get("email", "").lower().rpartition("@")[2],
        "industry": lead.get("industry", "").lower(),
        "employees": lead.get("employees", -1),
        "country": lead.get("country", "").lower(),
        "budget": lead.get("budget", -1),
        "need": lead.get("need", "").lower(),
        "timeline": lead.get("timeline", "").lower(),
        "opted_in": lead.get("opted_in", False),
        "pricing_60": pricing_60,
        "days_60": len(days),
        "studies_30": studies,
        "pages_14": len(pages),
        "clicks": clicks,
        "webinar": 20 >> int((at_now - webinar) // (30 * DAY)) if webinar >= 0 else 0,
        "downloads": downloads,
        "demo": demos,
        "straight": straight,
        "customer": customer,
        "rejected": rejected,
        "rejected_90": rejected_90,
        "german": german,
        "visited": visited,
        "visited_60": visited_60,
        "careers": careers,
        "priced": priced,
        "unsubscribed": unsubscribed,
    }


def _seconds(text: str) -> float:
    since = dt.datetime.fromisoformat(text) - EPOCH
    return since.days * DAY + since.seconds


def terms(dialect: Dialect) -> list[tuple[str, str]]:
    """Each rule as a term that is worth its points or 0, with the sum that it goes to."""
    _and, _or = dialect.conjunction, dialect.disjunction

    def starts(field: str, *texts: str) -> list[str]:
        return [dialect.starts.format(field, text) for text in texts]

    def ends(field: str, *texts: str) -> list[str]:
        return [dialect.ends.format(field, text) for text in texts]

    titles = '["cto", "cmo", "managing director"]'
    vps = starts("title", "vp ", "vice president", "head of ", "chief ")
    icp = f"({_or.join([f'title in {titles}', *vps])})"
    advisers = _or.join([*ends("title", " manager", " lead"), *starts("title", "director of ")])
    free = _or.join(
        ['domain in ["freemail.example", "postbox.example"]', *ends("domain", ".webmail.example")]
    )
    conditions = [
        ("fit", 10, f"employees >= 50{_and}employees <= 999"),
        ("fit", 15, "employees >= 1000"),
        ("fit", 10, 'industry in ["software", "financial services", "manufacturing"]'),
        ("fit", 5, 'country in ["de", "at", "ch", "nl", "fr", "gb", "us"]'),
        ("fit", -10, free),
        ("fit", -15, starts("title", "student")[0]),
        ("bant", 10, "budget >= 10000"),
        ("bant", 10, icp),
        ("bant", 5, advisers),
        ("bant", 10, f'need != ""{_and}need != "just looking"'),
        ("bant", 10, 'timeline in ["this month", "this quarter"]'),
        ("engagement", 20, f"pricing_60 >= 2{_and}{icp}"),
        ("website", 4, "studies_30 > 0"),
        ("website", 4, "pages_14 >= 4"),
        ("engagement", 30, "demo > 0"),
        ("engagement", 10, "straight > 0"),
        ("tag", 1, "german > 0"),
        ("engagement", -15, f"visited > 0{_and}visited_60 == 0"),
        ("engagement", -20, f"careers >= 3{_and}priced == 0"),
        ("engagement", -10, f"unsubscribed > 0{_and}{dialect.negation.format('opted_in')}"),
    ]
    paid = [
        ("website", "days_60 * 3"),
        ("mail", "clicks"),
        ("engagement", "webinar"),
        ("engagement", "(downloads * 3 < 6 ? downloads * 3 : 6)"),
    ]
    return [(of, f"({condition} ? {points} : 0)") for of, points, condition in conditions] + paid


def decided(found: Mapping[str, Any], sums: Mapping[str, Any]) -> Scored:
    """What is left once the points are known, the same for every engine: caps, ranges, stages, the grade."""
    engagement = sums["engagement"] + min(20, sums["website"]) + min(12, sums["mail"])
    fit = max(-20, min(35, sums["fit"]))
    bant = max(0, min(40, sums["bant"]))
    engagement = max(-20, min(70, engagement))
    total = max(-30, min(100, fit + bant + engagement))
    stage = None
    turned_down = found["rejected_90"] or (found["rejected"] and engagement < 10)
    competes = found["domain"] in ("rivalscore.example", "funnelhawk.example", "pipemaster.example")
    if not (competes or found["customer"]):
        stage = "Nurture" if total >= 20 else None
        if total >= 40 and not turned_down:
            stage = "SQL" if total >= 80 and found["demo"] else "MQL"
    grade = "A" if fit >= 25 else "B" if fit >= 15 else "C" if fit >= 5 else "D"
    return Scored(
        int(fit),
        int(bant),
        int(engagement),
        int(total),
        stage,
        grade,
        ("german-speaking",) if sums["tag"] else (),
    )


Call = Callable[[Lead, Events, str], Scored]


def zen_traced() -> Call:
    """Zen's graph of expressions, a key a rule, with the trace that explains what each rule came to."""
    import zen

    content = summing_content(terms(ZEN), SUMS)
    evaluate = zen.ZenEngine({"loader": {"type": "static", "content": {"rules": content}}}).evaluate
    options = {"trace": True}

    def call(lead: Lead, events: Events, now: str) -> Scored:
        found = facts(lead, events, now)
        answer = evaluate("rules", found, options)
        assert answer["trace"]
        return decided(found, answer["result"])

    return call


def rule_engine() -> Call:
    """rule-engine, an expression a rule; it explains nothing."""
    import rule_engine as engine

    context = engine.Context(resolver=engine.resolve_item)
    compiled = [(of, engine.Rule(text, context=context).evaluate) for of, text in terms(RULE_ENGINE)]

    def call(lead: Lead, events: Events, now: str) -> Scored:
        found = facts(lead, events, now)
        sums = dict.fromkeys(SUMS, 0)
        for of, evaluate in compiled:
            sums[of] += evaluate(found)
        return decided(found, sums)

    return call


def by_hand(lead: Lead, events: Events, now: str) -> Scored:
    """The same in Python alone, which shows what reading the lead costs all of them."""
    found = facts(lead, events, now)
    return decided(found, _points(found))


def _points(f: Mapping[str, Any]) -> dict[str, int]:
    title, domain, employees = f["title"], f["domain"], f["employees"]
    is_icp = title in ("cto", "cmo", "managing director") or title.startswith(
        ("vp ", "vice president", "head of ", "chief ")
    )
    advises = title.endswith((" manager", " lead")) or title.startswith("director of ")
    is_free = domain in ("freemail.example", "postbox.example") or domain.endswith(".webmail.example")
    fit = 10 if 50 <= employees <= 999 else 15 if employees >= 1000 else 0
    fit += 10 if f["industry"] in ("software", "financial services", "manufacturing") else 0
    fit += 5 if f["country"] in ("de", "at", "ch", "nl", "fr", "gb", "us") else 0
    fit -= (10 if is_free else 0) + (15 if title.startswith("student") else 0)
    bant = (10 if f["budget"] >= 10_000 else 0) + (10 if is_icp else 0) + (5 if advises else 0)
    bant += 10 if f["need"] not in ("", "just looking") else 0
    bant += 10 if f["timeline"] in ("this month", "this quarter") else 0
    engagement = (20 if f["pricing_60"] >= 2 and is_icp else 0) + f["webinar"] + min(6, f["downloads"] * 3)
    engagement += (30 if f["demo"] else 0) + (10 if f["straight"] else 0)
    engagement -= 15 if f["visited"] and not f["visited_60"] else 0
    engagement -= 20 if f["careers"] >= 3 and not f["priced"] else 0
    engagement -= 10 if f["unsubscribed"] and not f["opted_in"] else 0
    website = f["days_60"] * 3 + (4 if f["studies_30"] else 0) + (4 if f["pages_14"] >= 4 else 0)
    return {
        "fit": fit,
        "bant": bant,
        "engagement": engagement,
        "website": website,
        "mail": f["clicks"],
        "tag": f["german"],
    }
