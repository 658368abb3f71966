"""The two rulesets that are measured: 20 rules written one by one, and 200 drawn from the same kinds."""

from __future__ import annotations

import random

from leadwright.tests.benchmarks.neutral import (
    AllOf,
    Among,
    AnyOf,
    Between,
    Compared,
    Condition,
    EndsWith,
    NextDays,
    Rule,
    Ruleset,
    Signal,
    Yes,
)

LISTS = {
    "ICP": ("VP *", "Head of *", "Chief *", "CTO", "CMO", "RevOps Manager"),
    "practitioners": ("Marketing *", "Sales *", "SDR", "Growth Lead", "Demand Manager"),
    "builders": ("Software *", "Senior *", "Engineer", "Developer", "Data Analyst"),
}

TITLES = (
    "VP Marketing",
    "VP Sales",
    "Head of Growth",
    "Head of RevOps",
    "Chief Revenue Officer",
    "CTO",
    "CMO",
    "RevOps Manager",
    "Marketing Manager",
    "Marketing Assistant",
    "Sales Manager",
    "SDR",
    "Growth Lead",
    "Software Engineer",
    "Senior Developer",
    "Engineer",
    "Student",
    "Consultant",
)
COUNTRIES = ("DE", "AT", "CH", "US", "GB", "FR", "NL", "SE", "PL", "IN", "BR", "IR", "KP")
INDUSTRIES = ("Software", "Fintech", "Retail", "Health", "Logistics", "Education", "Media", "Energy")
SOURCES = ("Referral", "Organic", "Paid Search", "Partner", "Event", "Cold List")
DEPARTMENTS = ("Marketing", "Sales", "Engineering", "Finance", "Operations")
PLANS = ("free", "trial", "team", "business")
LANGUAGES = ("en", "de", "fr", "es", "pl")
DOMAINS = ("gmail.com", "acme.example", "initech.example", "yahoo.com", "globex.example", "uni.example")
VALUES = {
    "title": TITLES,
    "country": COUNTRIES,
    "industry": INDUSTRIES,
    "source": SOURCES,
    "department": DEPARTMENTS,
    "plan": PLANS,
    "language": LANGUAGES,
}
PAGES = ("pricing", "docs", "blog", "case-studies", "integrations", "security", "careers", "home")
EVENTS = {
    "visited": PAGES,
    "opened": ("email",),
    "clicked": ("email",),
    "logged_in": (None,),
    "downloaded": ("whitepaper", "roi-sheet", "checklist"),
    "attended": ("webinar",),
    "purchased": (None,),
    "requested": ("demo",),
}


def among(field: str, *values: str, negated: bool = False) -> Among:
    """The field is one of the values, or (negated) none of them."""
    return Among(field, values, negated=negated)


def in_list(field: str, name: str) -> Among:
    """The field matches an entry of a list."""
    entries = LISTS[name]
    starts = tuple(entry[:-1] for entry in entries if entry.endswith("*"))
    return Among(field, tuple(entry for entry in entries if not entry.endswith("*")), starts, name)


def count(type_: str, object_: str | None, days: int | None, at_least: int = 1) -> Compared:
    """So many events or more in the last days."""
    return Compared(Signal("count", type_, object_, days), ">=", at_least)


def twenty() -> Ruleset:
    """Twenty rules as a company selling software to businesses would have them."""
    demo = Signal("count", "requested", "demo")
    blog = Signal("fading", "visited", "blog", 90, points=3, percent=25, every=30)
    webinar = Signal("halving", "attended", "webinar", 90, points=15, every=14, latest=True)
    dormant = (count("visited", None, None), Compared(Signal("count", "visited", None, 60), "<", 1))
    conditions: list[tuple[str, int, str, Condition]] = [
        (
            "Pricing interest",
            20,
            "engagement",
            AllOf((count("visited", "pricing", 30, 2), in_list("title", "ICP"))),
        ),
        (
            "Enterprise at home",
            25,
            "fit",
            AllOf((Compared("employees", ">=", 1000), among("country", "DE", "AT", "CH"))),
        ),
        ("Reads our mail", 5, "engagement", count("opened", "email", 90, 5)),
        ("Gone quiet", -15, "engagement", AllOf(dormant)),
        ("Bought before", 20, "engagement", Compared(Signal("sum", "purchased", None, 90), ">=", 1000)),
        ("Looks around", 5, "engagement", Compared(Signal("distinct", "visited", None, 14), ">=", 5)),
        ("Case studies", 5, "engagement", Compared(Signal("since", "visited", "case-studies"), "<", 4)),
        ("Mid-size", 5, "fit", Between("employees", 50, 200)),
        (
            "Trial is ending",
            10,
            "engagement",
            AllOf((NextDays("trial_ends", 7), count("logged_in", None, 7, 3))),
        ),
        (
            "Our markets",
            10,
            "fit",
            AllOf((among("industry", "Software", "Fintech", "Retail"), Compared("revenue", ">=", 1_000_000))),
        ),
        (
            "Right team",
            5,
            "fit",
            AllOf((among("department", "Marketing", "Sales"), Compared("seats", ">=", 10))),
        ),
        ("Clicks through", 5, "engagement", AllOf((Yes("opted_in"), count("clicked", "email", 30, 2)))),
        ("Referred", 5, "fit", among("source", "Referral", "Partner")),
        ("Small and free", -5, "fit", AllOf((among("plan", "free"), Compared("seats", "<", 3)))),
        (
            "Reads on paper",
            5,
            "engagement",
            AllOf((count("downloaded", None, 30), among("language", "en", "de"))),
        ),
        ("Private mailbox", -10, "fit", EndsWith("email", "@gmail.com")),
        (
            "Money without contract",
            10,
            "fit",
            AllOf((Compared("budget", ">=", 10_000), Yes("is_customer", False))),
        ),
    ]
    rules = [Rule(name, points, score, condition) for name, points, score, condition in conditions]
    docs = Signal("count", "visited", "docs", 90)
    rules += [
        Rule("Reads the docs", 2, "engagement", each=docs, most=10, grouped=True),
        Rule("Reads the blog", 3, "engagement", each=blog, grouped=True),
        Rule("Came to a webinar", 15, "engagement", each=webinar, grouped=True),
    ]
    return Ruleset(tuple(rules), LISTS, 50, 80, 100, 25, 40, 80, demo, ("IR", "KP"))


def many(number: int, seed: int = 7) -> Ruleset:
    """As many rules of the same kinds, drawn with a fixed seed; rules share signals, as they do in life."""
    chance = random.Random(seed)
    rules: list[Rule] = []
    for index in range(number):
        score = "engagement" if chance.random() < 0.6 else "fit"
        points = chance.choice((1, 1, 2, 2, 3, 3, 4, 5, -1, -2))
        name = f"Rule {index + 1}"
        if chance.random() < 0.08:
            rules.append(_each(name, chance))
            continue
        condition = _fact(chance) if score == "fit" else _event(chance)
        if chance.random() < 0.6:
            other = _fact(chance) if chance.random() < 0.7 else _event(chance)
            both = (condition, other)
            condition = AllOf(both) if chance.random() < 0.85 else AnyOf(both)
        rules.append(Rule(name, points, score, condition))
    demo = Signal("count", "requested", "demo")
    wide = max(50, number // 2)
    return Ruleset(tuple(rules), LISTS, wide, wide, 2 * wide, 25, wide // 3, wide // 2, demo, ("IR", "KP"))


def _each(name: str, chance: random.Random) -> Rule:
    page = chance.choice(PAGES[1:6])
    match chance.randrange(3):
        case 0:
            return Rule(
                name, 1, "engagement", each=Signal("count", "visited", page, 90), most=6, grouped=True
            )
        case 1:
            fading = Signal("fading", "visited", page, 90, points=3, percent=25, every=30)
            return Rule(name, 3, "engagement", each=fading, grouped=True)
        case _:
            halving = Signal("halving", "visited", page, 90, points=8, every=14, latest=True)
            return Rule(name, 8, "engagement", each=halving, grouped=True)


def _fact(chance: random.Random) -> Condition:
    match chance.randrange(9):
        case 0:
            return Compared(
                "employees", ">=" if chance.random() < 0.7 else "<", chance.choice((10, 50, 250, 1000))
            )
        case 1:
            low = chance.choice((10, 50, 200))
            return Between("employees", low, low * 5)
        case 2:
            return Compared(
                chance.choice(("revenue", "budget")), ">=", chance.choice((10_000, 100_000, 1_000_000))
            )
        case 3:
            return Compared("seats", chance.choice((">=", "<")), chance.choice((3, 10, 25)))
        case 4:
            return in_list("title", chance.choice(tuple(LISTS)))
        case 5 | 6:
            field = chance.choice(tuple(VALUES)[1:])
            wanted = chance.sample(VALUES[field], chance.choice((1, 2, 3)))
            return among(field, *wanted, negated=chance.random() < 0.15)
        case 7:
            return Yes(chance.choice(("opted_in", "is_customer")), chance.random() < 0.7)
        case _:
            return (
                EndsWith("email", "@" + chance.choice(DOMAINS))
                if chance.random() < 0.5
                else NextDays("trial_ends", 14)
            )


def _event(chance: random.Random) -> Condition:
    type_ = chance.choice(("visited",) * 4 + tuple(EVENTS)[1:])
    object_ = chance.choice(EVENTS[type_]) if chance.random() < 0.85 else None
    days = chance.choice((7, 30, 30, 90, 90))
    match chance.randrange(10):
        case 0:
            return Compared(Signal("distinct", "visited", None, days), ">=", chance.choice((2, 3, 5)))
        case 1:
            return Compared(Signal("sum", "purchased", None, days), ">=", chance.choice((100, 500, 1000)))
        case 2:
            return Compared(Signal("since", type_, object_), "<", chance.choice((4, 10, 20)))
        case 3:
            return Compared(Signal("count", type_, object_, days), "<", 1)
        case _:
            return count(type_, object_, days, chance.choice((1, 1, 2, 3, 5)))
