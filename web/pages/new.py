"""New rulesets, each a draft: empty, made from the data, one that is shipped, a file, or a copy."""

from __future__ import annotations

from base64 import b64decode, b64encode
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ... import rulesets as shipped_folder
from ...engine.check.files import FileProblem, Files, Folder, FrozenFiles
from ...engine.starters import first_text
from ...engine.store.database import Store
from ...engine.store.records.audit import Action, record
from ...engine.store.records.rulesets import ruleset_names
from ...engine.store.scoring.starting import starter_for
from ...grammar.messages.diagnostics import Source
from ...grammar.syntax.limits import LARGEST_TEXT
from ...grammar.syntax.nodes import Title
from ...grammar.syntax.parse import parse
from ..access import doer, needs, settings
from ..accounts.users import Role
from ..database import reading, writing
from ..drafts import begin, current, discard, forget, take_text
from ..inlining import TooLarge, standing_alone
from ..problems import Problem, invalid, not_found
from ..publishing import check_name
from ..ruleset_cache import kept, live_of
from .context import text_asked
from .goals import GOALS

pages = Blueprint("new", __name__)

_SHIPPED = Path(shipped_folder.__file__).parent


@dataclass(frozen=True, slots=True)
class Shipped:
    """A ruleset that comes with Leadwright: the name of its file, its title, and what it is for."""

    name: str
    title: str
    about: str


@cache
def shipped() -> list[Shipped]:
    """All of them, by title."""
    found = []
    for path in _SHIPPED.glob("*.rules"):
        text = path.read_text(encoding="utf-8")
        titles = [node.title.value for node in parse(Source(text)).tree.statements if isinstance(node, Title)]
        first = text.split("\n#\n", 1)[0]
        about = " ".join(line.lstrip("# ") for line in first.splitlines() if line.startswith("#"))
        found.append(Shipped(path.stem, titles[0] if titles else path.stem, about))
    return sorted(found, key=lambda one: one.title)


@pages.get("/new")
@needs(Role.EDITOR)
def form() -> str:
    """The ways to begin; `start` is one that was chosen before."""
    start = text_asked("start")
    return _form(start=start if start in {"empty", *(one.name for one in shipped())} else "data")


@pages.post("/new")
@needs(Role.EDITOR)
def make() -> Response:
    """Begins a draft: nothing is live before it is published."""
    name, start = request.form.get("name", "").strip(), request.form.get("start", "empty")
    store = reading(settings())
    try:
        return _begun(name, _start_text(store, start))
    except Problem as problem:
        return make_response(_form(problem, name, start), problem.status)


def _form(problem: Problem | None = None, name: str = "", start: str = "data") -> str:
    data = kept().catalogue(reading(settings()))
    return render_template(
        "new.html",
        shipped=shipped(),
        leads=data.leads,
        events=sum(facts.count for facts in data.events.values()),
        problem=problem,
        name=name,
        start=start,
        goals={goal.start: goal for goal in GOALS},
    )


def _start_text(store: Store, start: str) -> str:
    if start == "empty":
        return ""
    if start == "data":
        data = kept().catalogue(store)
        found = starter_for(store, "the data in the database") if data.leads else first_text()
        return found.replace("FILE", "rules.rules", 3)
    for one in shipped():
        if one.name == start:
            text = (_SHIPPED / f"{one.name}.rules").read_text(encoding="utf-8")
            return standing_alone(text, Folder(_SHIPPED), LARGEST_TEXT)
    raise invalid("Say what to start from.")


def _begun(name: str, text: str, *, imported: str | None = None) -> Response:
    check_name(name)
    with writing(settings()) as store:
        if begin(store, name) is None:
            raise Problem(409, "Taken", f"There is a ruleset {name} already. Choose another name.")
        _filled(store, name, text, imported)
    return redirect(url_for("editor.show", name=name), 303)


def _filled(store: Store, name: str, text: str, imported: str | None) -> None:
    """Puts the text into the draft as a change of who asks, which can be undone."""
    draft = current(store, name)
    assert draft is not None, "begun just before, or found by its version"
    who = doer()
    if text != draft.text:
        take_text(store, name, text, who=who.who, seen=draft.revision)
    if imported is not None:
        with store.transaction() as connection:
            record(
                connection,
                Action.IMPORT,
                who=who.who,
                address=who.address,
                subject=name,
                detail=f"{imported} as a draft",
            )


# --- files --------------------------------------------------------------------------------------


@pages.post("/new/import")
@needs(Role.EDITOR)
def import_() -> Response:
    """Begins a draft with the text of a file; lists that come along are written into it."""
    name = request.form.get("name", "").strip()
    try:
        file, text = _uploaded()
        return _begun(name or Path(file).stem, text, imported=file)
    except Problem as problem:
        return make_response(_form(problem, name, "file"), problem.status)


@pages.post("/rulesets/<name>/import")
@needs(Role.EDITOR)
def import_into(name: str) -> Response:
    """Makes the text of a file the draft of a ruleset that is there; it can be undone."""
    file, text = _uploaded()
    with writing(settings()) as store:
        if current(store, name) is None:
            raise not_found(f"There is no ruleset {name}.")
        _filled(store, name, text, file)
    return redirect(url_for("editor.show", name=name), 303)


def _uploaded() -> tuple[str, str]:
    """The name of the file of rules that was sent, and its text with the lists sent along."""
    sent = {}
    for file in request.files.getlist("file"):
        # Large ones are files on disk by now.
        with closing(file):
            if file.filename:
                sent[Path(file.filename).name] = file.read()
    rules = [name for name in sent if name.endswith(".rules")] or [name for name in sent if len(sent) == 1]
    if not rules:
        raise invalid("Choose a file of rules; its name ends in .rules.")
    if len(rules) > 1:
        raise invalid("Choose one file of rules at a time; the lists that it reads may come along.")
    texts = {name: _decoded(name, content) for name, content in sent.items()}
    text = texts.pop(rules[0])
    return rules[0], _standing_alone(rules[0], text, _Sent(texts))


def _standing_alone(name: str, text: str, files: Files) -> str:
    """The text with the files that it reads in it. Problem 422 where that is more than a ruleset may be."""
    try:
        return standing_alone(text, files, LARGEST_TEXT)
    except TooLarge:
        raise invalid(
            f"With the lists and rules that it reads, {name} is larger than 1 MiB, which is more than a "
            "ruleset may be. Shorten the lists, or publish it from the command line."
        ) from None


def _decoded(name: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise invalid(f"{name} is not UTF-8 text. Save it as UTF-8 and send it again.") from None


class _Sent:
    """Files sent along, found by their names: a browser tells no folders."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.texts = texts

    def read(self, path: str) -> str:
        """The text of a file; raises FileProblem."""
        found = self.texts.get(Path(path).name)
        if found is None:
            raise FileProblem(f'"{path}" was not sent along', "send it together with the rules")
        return found


# --- copies, and throwing away ----------------------------------------------------------------


@pages.post("/rulesets/<name>/duplicate")
@needs(Role.EDITOR)
def duplicate(name: str) -> Response:
    """Begins a draft that says what another ruleset's draft, or what is live of it, says."""
    store = reading(settings())
    draft = current(store, name)
    if draft is None:
        raise not_found(f"There is no ruleset {name}.")
    live = live_of(store, name)
    files = FrozenFiles(live.files if live is not None else {})
    wanted = request.form.get("name", "").strip() or _free_name(store, name)
    return _begun(wanted, _standing_alone(name, draft.text, files))


def _free_name(store: Store, name: str) -> str:
    names = ruleset_names(store)
    for number in range(1, 1000):
        found = f"{name[:50].rstrip()} copy" + (f" {number}" if number > 1 else "")
        if found not in names and current(store, found) is None:
            return found
    raise invalid("Give the copy a name.")


@pages.post("/rulesets/<name>/discard")
@needs(Role.EDITOR)
def throw_away(name: str) -> Response:
    """Takes a draft back to what is live, which can be undone; one that was never live is deleted, and
    offered once more."""
    with writing(settings()) as store:
        draft = current(store, name)
        if draft is None:
            raise not_found(f"There is no draft of {name}.")
        if live_of(store, name) is not None:
            discard(store, name, who=doer().who)
            return redirect(url_for("editor.show", name=name), 303)
        text = forget(store, name)
    kept_text = b64encode((text or "").encode()).decode()
    return make_response(render_template("thrown_away.html", name=name, text=kept_text))


@pages.post("/new/again")
@needs(Role.EDITOR)
def again() -> Response:
    """Undoes throwing a draft away."""
    try:
        # A form would change the ends of lines.
        text = b64decode(request.form.get("text", ""), validate=True).decode()
    except ValueError:
        raise invalid("This is not the text of a deleted draft.") from None
    if len(text) > LARGEST_TEXT:
        raise invalid("This is more than a ruleset may be.")
    return _begun(request.form.get("name", "").strip(), text)
