"""Messages as they are sent: CloudEvents 1.0 in JSON, or what a destination's template makes of one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ...grammar.frozen import frozen
from ..values import moment_of

if TYPE_CHECKING:
    from jinja2 import Template

CLOUD_EVENT = "application/cloudevents+json; charset=utf-8"
JSON = "application/json; charset=utf-8"
LONGEST = 256 * 1024
"""Letters of a body."""


class MessageRefused(Exception):
    """A message cannot be put into words for a destination. The message says why."""


@frozen
class Message:
    """A message: its id, what happened, to which lead, when in microseconds since 1970 UTC, and its data."""

    id: str
    kind: str
    subject: str
    data: Mapping[str, Any]
    created: int

    def cloud_event(self, fields: Mapping[str, object]) -> dict[str, Any]:
        """The message as CloudEvents 1.0 has it, with the lead's fields that its receiver may know."""
        public = {key: value for key, value in self.data.items() if key != "tell"}
        return {
            "specversion": "1.0",
            "id": self.id,
            "source": "/leadwright",
            "type": f"leadwright.{self.kind}",
            "subject": self.subject,
            "time": moment_of(self.created).isoformat().replace("+00:00", "Z"),
            "datacontenttype": "application/json",
            "data": {**public, "lead": {"id": self.subject, "fields": dict(fields)}},
        }


EXAMPLE = Message(
    "msg_example",
    "handoff",
    "zoe@example.com",
    {
        "ruleset": "inbound",
        "version": 3,
        "handoff": "To sales",
        "stage": "SQL",
        "track": "main",
        "score": 85,
        "lines": [{"text": "Pricing interest", "score": None, "points": 20}],
        "owner": {"address": "ana@acme.example", "name": "Ana"},
        "why": "turn",
        "due": "2026-01-01T04:00:00Z",
    },
    1_767_225_600_000_000,
)
"""What templates are tried on, and what `leadwright destination test` sends."""


def body_of(message: Message, fields: Mapping[str, object], template: str | None) -> tuple[str, str]:
    """The body and its content type. Raises `MessageRefused`."""
    event = message.cloud_event(fields)
    if template is None:
        return json.dumps(event, ensure_ascii=False, separators=(",", ":")), CLOUD_EVENT
    return _rendered(template, event), JSON


def check_template(template: str) -> None:
    """Raises `MessageRefused` where a template makes no JSON of an example."""
    _rendered(template, EXAMPLE.cloud_event({}))


def _rendered(template: str, event: Mapping[str, Any]) -> str:
    from jinja2 import TemplateError

    try:
        body = _compiled(template).render(event=event, data=event["data"])
    except (TemplateError, ArithmeticError, TypeError, ValueError, LookupError, RecursionError) as error:
        raise MessageRefused(f"the template fails: {error}") from None
    if len(body) > LONGEST:
        raise MessageRefused(f"the template makes {len(body):,} characters; {LONGEST:,} are allowed")
    try:
        json.loads(body)
    except ValueError as error:
        raise MessageRefused(f"what the template makes is not JSON: {error}") from None
    return body


@lru_cache(maxsize=32)
def _compiled(template: str) -> Template:
    """A template that can read what it is given, and nothing else."""
    from jinja2 import ChainableUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(autoescape=False, undefined=ChainableUndefined).from_string(template)
