"""Made-up leads whose outcomes follow known rules, as files to import."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
AT = "2026-12-01"

RULES = """ruleset "Made up"
field industry: text
event visited
event requested
score from 0 to 200
rule "Demo" when requested demo then +10
rule "Hospitals" when industry = "hospital" then +30
rule "Pricing" when visited pricing then +20
rule "Never" when industry = "circus" then +15
stage SQL when score >= 30
outcome won when became customer within 60 days
test "a hospital"
given industry = "hospital"
expect score = 30
"""
"""Demo is worth far more than it gives, Hospitals nothing; nothing asks about the integrations page."""


def files(leads: int = 900, seed: int = 1) -> tuple[str, str]:
    """Leads and their events as CSV. `phase` is filled in only once somebody has bought."""
    chance = random.Random(seed)
    people, events = io.StringIO(), io.StringIO()
    person, event = csv.writer(people), csv.writer(events)
    person.writerow(["id", "industry", "owner_id", "phase", "source", "trial_ends", "created"])
    event.writerow(["id", "type", "object", "at"])
    for number in range(leads):
        born = START + dt.timedelta(days=chance.uniform(0, 240))
        industry = chance.choice(["hospital", "bank", "school", "shop"])
        demo, pricing, integrations = (chance.random() < p for p in (0.3, 0.4, 0.25))
        odds = -3.2 + 2.2 * demo + 0.8 * pricing + 1.4 * integrations
        won = chance.random() < 1 / (1 + 2.718281828**-odds)
        key = f"lead-{number:04}"
        source = chance.choice(["fair", "web", "web"])
        trial = (born + dt.timedelta(days=number % 40 - 12)).date() if number % 7 else ""
        phase, owner = "closing" if won else "", 100_000 + number
        person.writerow([key, industry, owner, phase, source, trial, born.isoformat()])
        event.writerow([key, "visited", "home", born.isoformat()])
        for happened, type_, object_ in (
            (demo, "requested", "demo"),
            (pricing, "visited", "pricing"),
            (integrations, "visited", "integrations"),
        ):
            if happened:
                event.writerow([key, type_, object_, (born + dt.timedelta(hours=5)).isoformat()])
        if won:
            at = born + dt.timedelta(days=chance.uniform(8, 50))
            event.writerow([key, "became", "customer", at.isoformat()])
    return people.getvalue(), events.getvalue()
