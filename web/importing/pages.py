"""Bringing in leads and events: choose a file, see how it was understood, load it, fix what was not read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from hashlib import sha256
from typing import Any

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ...engine.store.database import StoreError
from ...engine.store.records.leads import stored_fields
from ...engine.store.records.rulesets import ruleset_names
from ..access import account, doer, needs, settings
from ..accounts.users import Role
from ..database import reading
from ..jobs import Job, jobs, said
from ..problems import Problem, invalid
from .choices import A_KIND, KINDS, OF_LEADS, OPTIONS, USES, Choices, of_form
from .counting import count, counted_at_once, counted_of
from .loading import Looked, error_sentence, load, look
from .sample import bring_in
from .uploads import LARGEST_PIECE, Upload, Uploads

pages = Blueprint("importing", __name__)

_PATIENCE = 2.0
"""Seconds that a page waits for a file to be looked through, so that most come at once."""


def _uploads() -> Uploads:
    return Uploads(settings().database, settings().largest_import)


def _upload(id_: str) -> Upload:
    return _uploads().of(id_, _who())


def _who() -> str:
    return account() or doer().who


# --- the sample ---------------------------------------------------------------------------------


@pages.post("/sample")
@needs(Role.PUBLISHER)
def sample() -> AnyResponse:
    """Brings the made-up sample in, where there is nothing yet."""
    how, who = settings(), doer()
    jobs().begin("sample", lambda tell: bring_in(how, who, tell), again=True)
    return redirect(url_for("importing.sample_shown"), 303)


@pages.get("/sample")
@needs(Role.PUBLISHER)
def sample_shown() -> AnyResponse:
    """How far that is; then the first page."""
    job = jobs().of("sample")
    if job is not None and not job.ended.wait(0.5):
        return make_response(
            render_template(
                "watching.html",
                title="Bringing the sample in",
                about="1,000 made-up leads with their events, and rules that score them.",
                state=url_for("importing.sample_state"),
                then=url_for("importing.sample_shown"),
                back=(url_for("rulesets.index"), "Rulesets"),
            )
        )
    if job is not None and isinstance(job.error, StoreError):
        raise job.error
    return redirect(url_for("rulesets.index"), 303)


@pages.get("/sample/state")
@needs(Role.PUBLISHER)
def sample_state() -> Response:
    """How far the sample is, for scripts."""
    job = jobs().of("sample")
    return jsonify(job.data() if job is not None else {"what": "", "share": 1, "done": True})


# --- choosing a file ----------------------------------------------------------------------------


@pages.get("/leads/import")
@needs(Role.PUBLISHER)
def choose() -> str:
    """Where a file is dropped, chosen or pasted."""
    return _choose()


def _choose(problem: Problem | None = None) -> str:
    return render_template(
        "importing/choose.html",
        problem=problem,
        largest=settings().largest_import,
        at_once=settings().largest_request,
    )


@pages.post("/leads/import")
@needs(Role.PUBLISHER)
def send() -> AnyResponse:
    """Takes a small file in one piece, as browsers without scripts send it, or rows that were pasted."""
    try:
        name, content = _sent()
        upload = _uploads().begin(name, len(content), _who())
        _uploads().append(upload, 0, content)
    except Problem as problem:
        return make_response(_choose(problem), problem.status)
    return redirect(url_for("importing.show", id=upload.id), 303)


def _sent() -> tuple[str, bytes]:
    file = request.files.get("file")
    if file is not None and file.filename:
        with closing(file):
            return file.filename, file.read()
    pasted = request.form.get("pasted", "").strip("\r\n")
    if not pasted.strip():
        raise invalid("Choose a file, or paste rows with the column names in the first.")
    return "pasted rows.csv", pasted.encode()


@pages.post("/leads/import/begin")
@needs(Role.PUBLISHER)
def begin() -> Response:
    """Makes room for a file that comes in pieces."""
    asked = request.get_json(silent=True)
    name, size = (asked.get("name"), asked.get("size")) if isinstance(asked, dict) else (None, None)
    if not isinstance(name, str) or not isinstance(size, int) or isinstance(size, bool):
        raise invalid("name is the file's name, size how many bytes it has")
    upload = _uploads().begin(name, size, _who())
    return jsonify(
        {
            "piece": LARGEST_PIECE,
            "send": url_for("importing.piece", id=upload.id),
            "then": url_for("importing.show", id=upload.id),
        }
    )


@pages.post("/leads/import/<id>/piece")
@needs(Role.PUBLISHER)
def piece(id: str) -> Response:  # noqa: A002  # as the address has it
    """Takes the next piece of a file; `at` is the byte at which it begins."""
    upload = _upload(id)
    content = request.get_data()
    at = request.args.get("at", "")
    if not (at.isascii() and at.isdecimal() and len(at) < 16) or len(content) > LARGEST_PIECE:
        raise invalid("at is the byte at which the piece begins, and a piece has 2 MiB at most")
    return jsonify({"arrived": _uploads().append(upload, int(at), content)})


# --- seeing how it was understood -----------------------------------------------------------------


@pages.get("/leads/import/<id>")
@needs(Role.PUBLISHER)
def show(id: str) -> str:  # noqa: A002
    """The file: how its columns are understood, how far loading is, or what came of it."""
    upload = _upload(id)
    report = upload.kept("report")
    if report is not None:
        return _reported(upload, report)
    job = jobs().of(("load", id))
    if job is not None:
        return _loading(upload, job)
    if upload.arrived < upload.size:
        raise Problem(
            409,
            "Not all here yet",
            f"{upload.name} has not arrived completely. Send it again.",
        )
    return _looked(upload)


def _looked(upload: Upload) -> str:
    kept = upload.kept("choices")
    choices = Choices.of(kept) if kept is not None else None
    how = settings()
    job = jobs().begin(_key(upload, choices), lambda tell: look(how, upload, choices, tell))
    found: Looked | None = job.result(_PATIENCE)
    if found is None:
        return _watching(upload, f"Reading {upload.name}", "looking")
    return _columns(upload, found)


def _columns(upload: Upload, found: Looked, problem: str | None = None) -> str:
    events = found.choices.rows == "events"
    ready = found.problem is None and found.choices.lacking() is None
    counting = _counting(upload, found.choices) if ready else None
    return render_template(
        "importing/columns.html",
        upload=upload,
        ready=ready,
        counting=counting,
        counted=counted_of(counting, _PATIENCE) if counting is not None else None,
        choices=found.choices,
        preview=found.preview,
        problem=problem or found.problem,
        lacking=found.choices.lacking(),
        uses=[(key, label) for key, label in USES.items() if events or key in OF_LEADS],
        kinds=[(kind.value, label) for kind, label in KINDS.items()],
        kind_words={kind.value: label for kind, label in KINDS.items()},
        a_kind={kind.value: label for kind, label in A_KIND.items()},
        options=OPTIONS,
        known=list(stored_fields(reading(settings()))),
        answer=json.dumps,
    )


def _counting(upload: Upload, choices: Choices, *, asked: bool = False) -> Job | None:
    """The count of what loading would store; None where it takes long and nobody asked for it yet."""
    key, how = _key(upload, choices, "count"), settings()
    if not (asked or counted_at_once(how, upload)):
        return jobs().of(key)
    return jobs().begin(key, lambda tell: count(how, upload, choices, tell))


def _key(upload: Upload, choices: Choices | None, what: str = "look") -> tuple[str, str, str]:
    written = json.dumps(choices.data() if choices is not None else None, sort_keys=True)
    return (what, upload.id, sha256(written.encode()).hexdigest())


@pages.post("/leads/import/<id>")
@needs(Role.PUBLISHER)
def decide(id: str) -> AnyResponse:  # noqa: A002
    """Takes what was decided about the file; with `act=load` it is then loaded."""
    upload = _upload(id)
    if upload.kept("report") is not None or jobs().of(("load", id)) is not None:
        return redirect(url_for("importing.show", id=id), 303)
    kept = upload.kept("choices")
    before = Choices.of(kept) if kept is not None else _guessed(upload)
    choices = _answered(of_form(request.form, before), request.form)
    upload.keep("choices", choices.data())
    act = request.form.get("act")
    if act == "load" or choices != before:
        jobs().stop(_key(upload, before, "count"))
    if act == "load":
        return _load(upload, choices)
    if act == "count" and choices.lacking() is None:
        _counting(upload, choices, asked=True)
    return redirect(url_for("importing.show", id=id), 303)


def _guessed(upload: Upload) -> Choices:
    job = jobs().of(_key(upload, None))
    found: Looked | None = job.outcome if job is not None else None
    return found.choices if found is not None else Choices()


def _answered(choices: Choices, form: Mapping[str, str]) -> Choices:
    """The choices with the offered answer that was pressed, if any."""
    try:
        settings_of_answer = json.loads(form.get("answer", "[]"))
        for option, column, value in settings_of_answer:
            choices = choices.deciding(str(option), None if column is None else str(column), str(value))
    except (ValueError, TypeError):
        raise invalid("This is no answer that was offered.") from None
    return choices


def _load(upload: Upload, choices: Choices) -> AnyResponse:
    found = look(settings(), upload, choices, lambda _what, _share: None)
    lacking = choices.lacking() or found.problem
    if lacking is not None:
        return make_response(_columns(upload, found, lacking), 422)
    who, how = doer(), settings()
    jobs().begin(("load", upload.id), lambda tell: load(how, upload, choices, who, tell))
    return redirect(url_for("importing.show", id=upload.id), 303)


# --- loading ------------------------------------------------------------------------------------


def _loading(upload: Upload, job: Job) -> str:
    if not job.ended.wait(0.2):
        return _watching(upload, f"Loading {upload.name}", "load")
    error = job.error
    if error is None:
        return _reported(upload, job.outcome)
    sentence = error_sentence(error, upload) if isinstance(error, StoreError) else said(error)
    return render_template("importing/failed.html", upload=upload, said=sentence)


def _watching(upload: Upload, title: str, what: str) -> str:
    return render_template(
        "watching.html",
        title=title,
        about="You may leave this page; loading goes on."
        if what == "load"
        else "Nothing is stored before you load the file.",
        state=url_for("importing.state", id=upload.id),
        then=url_for("importing.show", id=upload.id),
        back=(url_for("leads.index"), "Leads"),
    )


@pages.get("/leads/import/<id>/state")
@needs(Role.PUBLISHER)
def state(id: str) -> Response:  # noqa: A002
    """How far looking through, counting or loading is, for scripts."""
    upload = _upload(id)
    kept = upload.kept("choices")
    choices = Choices.of(kept) if kept is not None else None
    job = jobs().of(("load", id))
    if job is None and "count" in request.args:
        job = jobs().of(_key(upload, choices or _guessed(upload), "count"))
    job = job or jobs().of(_key(upload, choices))
    return jsonify(job.data() if job is not None else {"what": "", "share": 1, "done": True})


def _reported(upload: Upload, report: Mapping[str, Any]) -> str:
    return render_template(
        "importing/done.html", upload=upload, report=report, rulesets=ruleset_names(reading(settings()))
    )


@pages.get("/leads/import/<id>/rejects.csv")
@needs(Role.PUBLISHER)
def rejects(id: str) -> Response:  # noqa: A002
    """The rows that cannot be read, each with its line and the reason, to be fixed and sent again."""
    upload = _upload(id)
    try:
        content = upload.rejects.read_bytes()
    except OSError:
        raise Problem(404, "Not found", f"No rows of {upload.name} were left out.") from None
    response = Response(content, mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"{upload.name} - not read.csv")
    return response


@pages.post("/leads/import/<id>/again")
@needs(Role.PUBLISHER)
def again(id: str) -> AnyResponse:  # noqa: A002
    """Goes back to the columns after loading failed."""
    upload = _upload(id)
    if upload.kept("report") is None:
        jobs().forget(("load", id))
    return redirect(url_for("importing.show", id=id), 303)


@pages.post("/leads/import/<id>/forget")
@needs(Role.PUBLISHER)
def forget(id: str) -> AnyResponse:  # noqa: A002
    """Takes the file away, with its rows that were not read."""
    _uploads().forget(_upload(id))
    return redirect(url_for("importing.choose"), 303)
