"""Every screen: for everybody, in light and in dark, and 320 pixels wide."""

from __future__ import annotations

import pytest
from leadwright.tests.browser.axe import for_everybody
from leadwright.tests.browser.conftest import Provoke, Visit
from leadwright.tests.browser.site import Site

SCREENS = {
    "rulesets": "/",
    "a ruleset": "/rulesets/inbound",
    "leads": "/leads",
    "leads of a stage": "/leads?ruleset=inbound&stage=SQL",
    "leads by fields": "/leads?f=title|contains|vp&cols=employees&cols=title&sort=-field:employees",
    "import": "/leads/import",
    "lists": "/rulesets/inbound/lists",
    "leads not found": "/leads?q=nobody",
    "a lead": "/lead?id=L1",
    "a lead that fell short": "/lead?id=L4",
    "a hostile lead": "/lead?id=L3",
    "a lead long ago": "/lead?id=L2&at=2025-12-01",
    "compare, before the choice": "/compare",
    "compare": "/compare?a=inbound@1&b=inbound@1",
    "compare with the draft": "/compare?a=inbound@1&b=inbound@draft",
    "editor": "/rulesets/inbound/edit",
    "record": "/audit",
    "new ruleset": "/new",
    "review": "/rulesets/inbound/review",
    "history": "/rulesets/inbound/history",
    "why a score changed": "/lead/history?id=L1",
    "users": "/users",
    "outbox": "/outbox",
    "handoffs": "/handoffs",
    "people": "/handoffs/people",
    "my leads": "/my-leads",
    "words": "/words",
}
PROBLEMS = {
    "nothing there": ("/nowhere", 404),
    "no such ruleset": ("/rulesets/nothing", 404),
    "not understood": ("/lead?id=L2&at=soon", 422),
}


@pytest.mark.parametrize("path", SCREENS.values(), ids=SCREENS)
def test_a_screen_is_for_everybody(visit: Visit, looked_at: Site, path: str) -> None:
    for_everybody(visit(looked_at, path))


@pytest.mark.parametrize(("path", "status"), PROBLEMS.values(), ids=PROBLEMS)
def test_a_problem_is_for_everybody(
    visit: Visit, provoke: Provoke, looked_at: Site, path: str, status: int
) -> None:
    page = visit(looked_at, path)
    provoke(page, f"status of {status}")
    for_everybody(page)
