"""The document of the interface: valid, and true of every answer that hostile requests get."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from leadwright.web import Settings, create_app
from leadwright.web.api import all_operations
from leadwright.web.api.openapi import document
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
    assert wanted <= set(names)


@pytest.mark.parametrize(("path", "method", "mode"), ASKED)
def test_no_request_whatever_breaks_it(
    described: schemathesis.BaseSchema, path: str, method: str, mode: GenerationMode
) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(described[path][method].as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        answer = case.call()
        # Too large is refused before it is looked at, which the last of the checks does not count as refused.
        case.validate_response(answer, checks=CHECKS[:-1] if answer.status_code == 413 else CHECKS)

    ask()


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
