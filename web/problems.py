"""What can go wrong with a request, as one thing said in two ways: as a page, and as problem+json."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, make_response, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError

from ..engine.store.database import StoreError

PROBLEM_TYPE = "application/problem+json"


class Problem(Exception):
    """A request that cannot be answered as asked.

    `title` names the sort of problem and is always the same for it, `detail` says in a sentence what is
    wrong here and what to do; `more` are further members for programs, such as `diagnostics`.
    """

    def __init__(
        self, status: int, title: str, detail: str, *, headers: dict[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.headers = headers or {}
        self.more = more

    def data(self) -> dict[str, Any]:
        """As RFC 9457 has it."""
        about = {"type": "about:blank", "title": self.title, "status": self.status, "detail": self.detail}
        return about | self.more


def not_found(what: str) -> Problem:
    """There is no such thing."""
    return Problem(404, "Not found", what)


def invalid(*sentences: str) -> Problem:
    """The request is understood, but what it holds is not as it should be; each sentence says one thing."""
    detail = sentences[0] if len(sentences) == 1 else f"{len(sentences)} things are wrong: {sentences[0]}"
    return Problem(422, "Not as it should be", detail, errors=list(sentences))


_SENTENCES = {
    400: ("Not understood", "The request cannot be read. Check how it is written."),
    401: ("Log in first", "Log in, or send a token in the header Authorization: Bearer."),
    403: ("Not allowed", "You may not do this. Ask an admin for another role."),
    404: ("Not found", "There is nothing at this address. Check how it is written."),
    405: ("Not possible here", "This address cannot be used in this way."),
    408: ("Too slow", "The request took too long to arrive. Send it again."),
    413: ("Too large", "The request is too large. Send less at once."),
    415: ("Not JSON", "Send JSON, with the header Content-Type: application/json."),
    500: ("A fault in Leadwright", "Something went wrong that should not. It was noted in the server's log."),
}


def of_http(error: HTTPException) -> Problem:
    """What Flask or Werkzeug raised, in words of ours."""
    status = error.code or 500
    title, detail = _SENTENCES.get(status, (error.name, f"{error.name}."))
    headers = {}
    allowed: Sequence[str] | None = getattr(error, "valid_methods", None)
    if allowed:
        headers["Allow"] = ", ".join(sorted(allowed))
    return Problem(status, title, detail, headers=headers)


def of_store(error: StoreError) -> Problem:
    """A database that cannot be used now.

    It is called by its name alone: which folders the server has is nobody's business on the page.
    """
    detail = f"{error.message[:1].upper()}{error.message[1:]}. To do: {error.hint}."
    path: Path = current_app.config["LEADWRIGHT"].database
    for whole in (str(path.resolve()), str(path)):
        detail = detail.replace(whole, path.name)
    return Problem(503, "The database cannot be used", detail, headers={"Retry-After": "5"})


def of_sqlite(error: sqlite3.Error) -> Problem | None:
    """A question to the database that was broken off; None for any other failure."""
    if getattr(error, "sqlite_errorname", "") != "SQLITE_INTERRUPT":
        return None
    return Problem(503, "Too slow", "This takes too long over so many leads. Ask for something narrower.")


def answer(problem: Problem) -> Response:
    """The response: JSON under /api and to scripts that ask for it, else a page."""
    if request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json":
        response = make_response(json.dumps(problem.data()), problem.status)
        response.mimetype = PROBLEM_TYPE
    else:
        response = make_response(render_template("problem.html", problem=problem), problem.status)
    response.headers.update(problem.headers)
    return response


def register(app: Flask) -> None:
    """Has the application answer all that goes wrong in this way."""

    @app.errorhandler(Problem)
    def problem(error: Problem) -> Response:
        return answer(error)

    @app.errorhandler(StoreError)
    def store(error: StoreError) -> Response:
        return answer(of_store(error))

    @app.errorhandler(sqlite3.Error)
    def sqlite(error: sqlite3.Error) -> Response:
        found = of_sqlite(error)
        if found is None:
            current_app.logger.error("the database failed", exc_info=error)
            found = of_http(InternalServerError())
        return answer(found)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        if error.code is not None and error.code < 400:
            return make_response(error.get_response())
        return answer(of_http(error))
