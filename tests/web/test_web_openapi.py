"""The document of the interface: valid, and true of every answer that hostile requests get."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from leadwright.engine.store.database import open_store
from leadwright.web import Settings, create_app
from leadwright.web.accounts.tokens import make_token
from leadwright.web.accounts.users import Doer, Role, add_user
from leadwright.web.api import all_operations
from leadwright.web.api.operations import document
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


@pytest.fixture(scope="module")
def fuzzed(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """A page over a database of its own, which requests may fill with anything."""
    path = tmp_path_factory.mktemp("fuzzed") / "leads.db"
    path.write_bytes(made.read_bytes())
    return create_app(Settings(path, most_seconds=5))


@pytest.fixture(scope="module")
def described(fuzzed: Flask) -> schemathesis.BaseSchema:
    """The document, as schemathesis reads it."""
    return schemathesis.openapi.from_wsgi("/api/openapi.json", fuzzed)


EXAMPLES = int(os.environ.get("LEADWRIGHT_FUZZ", "15"))
"""Requests of each sort for each operation; more on request."""

# An operation that takes nothing cannot be asked wrongly.
ASKED = [
    pytest.param(path, method, mode, id=f"{method} {path} {mode.value}")
    for path, item in document(all_operations())["paths"].items()
    for method, operation in item.items()
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or operation.keys() & {"parameters", "requestBody"}
]


def test_the_document_is_openapi(fuzzed: Flask) -> None:
    served = fuzzed.test_client().get("/api/openapi.json").json
    OpenAPIV31SpecValidator(served).validate()
    names = [one["operationId"] for path in served["paths"].values() for one in path.values()]
    assert len(names) == len(set(names))
    wanted = {"check", "format", "complete", "evaluate", "dry_run", "publish", "explanation", "catalogue"}
    wanted |= {
        "draft",
        "edit_draft",
        "write_draft",
        "undo",
        "redo",
        "publish_draft",
        "score_history",
        "approve",
    }
    assert wanted <= set(names)


THERE = {
    "name": "inbound",
    "ruleset": "inbound",
    "lead": "L1",
    "number": 1,
    "a": "inbound",
    "b": "inbound@draft",
}
"""What is there to be asked about: hardly anything that is made at random is."""


def pointed(case: schemathesis.Case) -> None:
    """Turns a request to what is there."""
    for part in (case.path_parameters, case.query):
        if isinstance(part, dict):
            part.update({name: value for name, value in THERE.items() if name in part})
    if isinstance(case.body, dict):
        case.body.update({name: THERE[name] for name in ("ruleset",) if name in case.body})
        if "revision" in case.body:
            case.body["revision"] = 0


def fuzz(
    operation: schemathesis.APIOperation, mode: GenerationMode, examples: int, headers: dict[str, str]
) -> None:
    """Sends requests made from the description, and holds the answers against it."""

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode), st.booleans())
    def ask(case: schemathesis.Case, known: bool) -> None:
        if known and mode is GenerationMode.POSITIVE:
            pointed(case)
        # The client here does not unpack what is sent compressed.
        answer = case.call(headers={"Accept-Encoding": "identity", **headers})
        # Too large is refused before it is looked at, and a stranger before what is asked for is: the last
        # of the checks counts neither as refused.
        unseen = answer.status_code in (401, 403, 413)
        case.validate_response(answer, checks=CHECKS[:-1] if unseen else CHECKS)
        if not headers.get("Authorization", "Bearer lw_").startswith("Bearer lw_"):
            assert answer.status_code == 401

    ask()


@pytest.mark.parametrize(("path", "method", "mode"), ASKED)
def test_no_request_whatever_breaks_it(
    described: schemathesis.BaseSchema, path: str, method: str, mode: GenerationMode
) -> None:
    fuzz(described[path][method], mode, EXAMPLES, {})


@pytest.fixture(scope="module")
def guarded(made: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[schemathesis.BaseSchema, str]:
    """The same page with users, where everybody logs in; and a token of a publisher."""
    path = tmp_path_factory.mktemp("guarded") / "leads.db"
    path.write_bytes(made.read_bytes())
    me = Doer("test", "here")
    with open_store(path) as store:
        add_user(store, "ann", Role.PUBLISHER, "correct horse battery", me)
        token = make_token(store, "ann", "fuzz", Role.PUBLISHER, days=None, doer=me)
    app = create_app(Settings(path, most_seconds=5))
    return schemathesis.openapi.from_wsgi("/api/openapi.json", app), token


@pytest.mark.parametrize("who", ["stranger", "publisher"])
@pytest.mark.parametrize(("path", "method", "mode"), ASKED)
def test_nor_does_it_where_everybody_logs_in(
    guarded: tuple[schemathesis.BaseSchema, str], path: str, method: str, mode: GenerationMode, who: str
) -> None:
    schema, token = guarded
    sent = f"Bearer {token}" if who == "publisher" else "Nonsense"
    fuzz(schema[path][method], mode, max(EXAMPLES // 3, 2), {"Authorization": sent})


def test_a_fault_of_its_own_is_noted_and_not_shown(
    fuzzed: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from leadwright.web.api import catalogue

    def fail() -> None:
        raise sqlite3.ProgrammingError("secret inner words")

    monkeypatch.setattr(catalogue, "kept", fail)
    answer = fuzzed.test_client().get("/api/v1/catalogue")
    assert answer.status_code == 500
    assert answer.json["title"] == "A fault in Leadwright"
    assert "secret" not in answer.get_data(as_text=True)
    assert "the database failed" in caplog.text
