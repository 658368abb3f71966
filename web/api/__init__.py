"""The HTTP interface: JSON under /api/v1, described at /api/openapi.json."""

from __future__ import annotations

from flask import Flask

from . import (
    approvals,
    catalogue,
    comparison,
    drafts,
    identity,
    leads,
    outcomes,
    people,
    rules,
    rulesets,
    sources,
    writing,
)
from . import operations as openapi
from .operations import Operation, mount


def all_operations() -> list[Operation]:
    """Everything that can be asked, in the order of the document."""
    return [
        *rules.OPERATIONS,
        *outcomes.OPERATIONS,
        *writing.OPERATIONS,
        *rulesets.OPERATIONS,
        *drafts.OPERATIONS,
        *approvals.OPERATIONS,
        *comparison.OPERATIONS,
        *leads.OPERATIONS,
        *identity.OPERATIONS,
        *people.OPERATIONS,
        *sources.OPERATIONS,
        *catalogue.OPERATIONS,
    ]


def register(app: Flask) -> None:
    """Mounts every operation, and the document that describes them."""
    operations = all_operations()
    mount(app, operations)
    openapi.mount_document(app, operations)
