"""What people want of their leads, and the ruleset that each of these goals starts from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal in a few words, what its rules look at, and where it starts: "data" or a shipped ruleset."""

    start: str
    title: str
    about: str


GOALS = (
    Goal("saas-inbound", "Pass the right leads to sales", "MQL and SQL from fit, BANT and behavior."),
    Goal("product-led", "Turn trials into customers", "What people do in the product, and the days left."),
    Goal("event-marketing", "Follow up after an event", "Who registered, came and stopped at the stand."),
    Goal("financial-services", "Keep out who cannot buy", "Licensed countries, suitability, consent."),
    Goal("real-estate", "Find buyers who are ready", "Budget, viewings and how soon they want to move."),
    Goal("retail", "Win shoppers back", "Orders, carts and how long ago somebody bought."),
)
