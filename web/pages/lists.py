"""The lists of a draft as things of their own: looked through, searched, sorted, added to by pasting."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ...engine.check.files import FileProblem, list_entries, list_rows
from ...engine.evaluator import Evaluator
from ...engine.store.database import Store
from ...engine.store.records.leads import find_lead
from ...engine.values import text_key
from ...grammar.messages.diagnostics import Source
from ...grammar.syntax import nodes
from ...grammar.syntax.limits import LARGEST_TEXT
from ...grammar.syntax.parse import parse
from ...grammar.text.printer import quoted
from ..access import doer, needs, settings
from ..accounts.users import Role
from ..database import reading, writing
from ..drafts import Draft, current, take_text
from ..effects import ShownEffect, effect_of
from ..list_leads import MOST_COUNTED, counts_of
from ..problems import Problem, invalid, not_found
from ..queries import instant_asked
from ..ruleset_cache import read_text
from .context import number_asked, text_asked

pages = Blueprint("lists", __name__)

PER_PAGE = 100
_MOST_PICKED = 50
_LONGEST_ENTRY = 500


@dataclass(frozen=True, slots=True)
class RulesetList:
    """A list of a draft: its name, its entries as they are written, the file that it is read from, if any,
    why that cannot be read, and what stands beside entries: a comment, or other columns of the file."""

    name: str
    entries: tuple[str, ...]
    file: str | None = None
    problem: str | None = None
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def again(self) -> list[str]:
        """Entries that stand in it more than once, in any case of letters."""
        times = Counter(text_key(entry) for entry in self.entries)
        return sorted({entry for entry in self.entries if times[text_key(entry)] > 1}, key=_by_name)


def lists_of(store: Store, draft: Draft) -> list[RulesetList]:
    """The lists of a draft, in the order of its text."""
    files = read_text(store, settings(), draft.text, draft.ruleset, lints=False).files
    found = []
    for node in parse(Source(draft.text)).tree.statements:
        if isinstance(node, nodes.ListDeclaration):
            entries = tuple(entry.value for entry in node.entries)
            found.append(RulesetList(node.name.text, entries, notes=dict(_comments(draft.text, node))))
        elif isinstance(node, nodes.ListFile):
            found.append(_from_file(node, files.get(node.path.value)))
    return found


def _from_file(node: nodes.ListFile, text: str | None) -> RulesetList:
    path, column = node.path.value, node.column.text if node.column is not None else None
    if text is None:
        return RulesetList(node.name.text, (), path, "The file cannot be read from here.")
    try:
        entries = tuple(list_entries(path, text, column))
        return RulesetList(node.name.text, entries, path, notes=dict(_other_columns(text, column)))
    except FileProblem as problem:
        return RulesetList(node.name.text, (), path, f"{problem}")


def _comments(text: str, node: nodes.ListDeclaration) -> Iterator[tuple[str, str]]:
    """The entries that a comment stands behind, on their line."""
    for entry in node.entries:
        behind = _COMMENT.match(text, entry.span.end)
        if behind is not None:
            yield entry.value, behind[1].strip()


_COMMENT = re.compile(r"[ \t]*,?[ \t]*#([^\n]*)")


def _other_columns(text: str, column: str | None) -> Iterator[tuple[str, str]]:
    """What a file says of each entry in its other columns."""
    if column is None:
        return
    header, *rows = list_rows(text)
    at = header.index(column)
    for row in rows:
        said = [value.strip() for place, value in enumerate(row) if place != at and value.strip()]
        if len(row) > at and row[at].strip() and said:
            yield row[at].strip(), ", ".join(said)


# --- looking ------------------------------------------------------------------------------------


@pages.get("/rulesets/<name>/lists")
def show(name: str) -> str:
    """All lists of the draft, and the entries of one of them, a page at a time."""
    return _page(name)


def _page(name: str, said: Problem | None = None, pasted: str = "", done: str | None = None) -> str:
    store = reading(settings())
    draft = _draft(store, name)
    found = lists_of(store, draft)
    wanted = text_asked("list") or request.form.get("list")
    chosen = next((one for one in found if one.name == wanted), found[0] if found else None)
    entries = _matching(store, draft, chosen) if chosen is not None else []
    page = max(number_asked("page") or 1, 1)
    picked = _picked(store)
    take = text_asked("take")
    if take is not None and not pasted:
        pasted = "\n".join(dict(picked.values).get(take, ()))
    return render_template(
        "lists.html",
        name=name,
        lists=found,
        chosen=chosen,
        shown=entries[(page - 1) * PER_PAGE : page * PER_PAGE],
        matching=len(entries),
        page=page,
        pages=max(1, -(-len(entries) // PER_PAGE)),
        search=text_asked("q") or "",
        sort=text_asked("sort") or "written",
        countable=chosen is not None and len(chosen.entries) <= MOST_COUNTED,
        said=said,
        pasted=pasted,
        done=done or text_asked("done"),
        picked=picked,
        take=take,
    )


def _matching(store: Store, draft: Draft, chosen: RulesetList) -> list[str]:
    """The entries that a search in the address leaves, in its order; as they are written where it asks for
    the number of leads, and that cannot be counted."""
    search, sort = text_key(text_asked("q") or ""), text_asked("sort")
    entries = [entry for entry in chosen.entries if search in text_key(entry)]
    if sort == "name":
        return sorted(entries, key=_by_name)
    if sort == "leads" and len(entries) <= MOST_COUNTED:
        counts = counts_of(store, draft, chosen.name, entries)
        return sorted(entries, key=lambda entry: -counts.get(entry, 0))
    return entries


@dataclass(frozen=True, slots=True)
class Picked:
    """Leads that were picked to put something of them into a list: their ids, and by what can be taken of
    them ("email", "domain of email") the values."""

    leads: tuple[str, ...]
    values: tuple[tuple[str, tuple[str, ...]], ...]


def _picked(store: Store) -> Picked:
    """The leads in the address, with what is known of them as text."""
    ids = tuple(request.args.getlist("lead")[:_MOST_PICKED])
    found: dict[str, list[str]] = {}
    for lead in filter(None, (find_lead(store, one) for one in ids)):
        for name, value in lead.fields.items():
            if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_ENTRY:
                continue
            found.setdefault(name, []).append(value)
            domain = value.rpartition("@")[2].lower()
            if "@" in value and _DOMAIN.fullmatch(domain):
                found.setdefault(f"domain of {name}", []).append(domain)
    domains = [name for name in found if name.startswith("domain of ")]
    names = [*domains, *(name for name in found if name not in domains)]
    return Picked(ids, tuple((name, tuple(dict.fromkeys(found[name]))) for name in names))


@pages.get("/rulesets/<name>/lists/leads")
def leads(name: str) -> Response:
    """How many leads each of the entries on a page of a list matches, as the table of leads shows them; none
    where no rule asks for the list, and where counting takes too long."""
    store = reading(settings())
    draft, page = _draft(store, name), max(number_asked("page") or 1, 1)
    chosen = next((one for one in lists_of(store, draft) if one.name == text_asked("list")), None)
    entries = _matching(store, draft, chosen) if chosen is not None else []
    entries = entries[(page - 1) * PER_PAGE : page * PER_PAGE]
    return jsonify(counts_of(store, draft, chosen.name, entries) if chosen is not None else {})


def _draft(store: Store, name: str) -> Draft:
    found = current(store, name)
    if found is None:
        raise not_found(f"There is no ruleset {name}.")
    return found


@pages.get("/rulesets/<name>/lists.txt")
def download(name: str) -> Response:
    """The entries of a list, one a line."""
    store = reading(settings())
    wanted = text_asked("list")
    for one in lists_of(store, _draft(store, name)):
        if one.name == wanted:
            response = Response("\n".join(one.entries) + "\n", mimetype="text/plain")
            response.headers.set("Content-Disposition", "attachment", filename=f"{one.name}.txt")
            return response
    raise not_found(f"There is no list {wanted}.")


# --- what was pasted ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pasted:
    """What becomes of pasted entries: those that are new, how many the list has already or were pasted
    twice, which were shortened to their domain, and which are no domain where the list has domains alone."""

    fresh: tuple[str, ...]
    left: int
    shortened: tuple[str, ...]
    wrong: tuple[str, ...]

    @property
    def words(self) -> str:
        """What was done, once it is."""
        said = f"{len(self.fresh):,} added"
        if self.left:
            said += f", {self.left:,} left out: already there or pasted twice"
        if self.wrong:
            some = ", ".join(self.wrong[:3]) + (" and others" if len(self.wrong) > 3 else "")
            said += f"; {len(self.wrong):,} left out: no domain ({some})"
        return said


_DOMAIN = re.compile(r"(?:[\w-]+\.)+[^\W\d][\w-]+")
_AROUND = re.compile(r"^(?:\w+://)?(?:[^\s/@]+@)?(?:www\.)?([^\s/:?#]+)\S*$", re.IGNORECASE)


def understood(present: Sequence[str], pasted: str) -> Pasted:
    """What a text adds to entries that a list has. Where all of those are domains, an address of a page or
    a mailbox counts as its domain. Problem 422 where there is nothing in it, or an entry is too long."""
    entries = pasted_entries(pasted)
    if not entries:
        raise invalid("Paste a column, lines, or entries with commas between them.")
    if any(len(entry) > _LONGEST_ENTRY for entry in entries):
        raise invalid(f"An entry may have {_LONGEST_ENTRY} characters at most.")
    shortened, wrong = [], []
    if present and all(_DOMAIN.fullmatch(entry) for entry in present):
        found = []
        for entry in entries:
            inside = _AROUND.match(entry)
            domain = inside[1].lower() if inside is not None else ""
            if not _DOMAIN.fullmatch(domain):
                wrong.append(entry)
                continue
            if domain != entry.lower():
                shortened.append(domain)
            found.append(domain if domain != entry.lower() else entry)
        entries = found
    known = {text_key(entry) for entry in present}
    fresh = list({text_key(entry): entry for entry in reversed(entries)}.values())[::-1]
    fresh = [entry for entry in fresh if text_key(entry) not in known]
    return Pasted(tuple(fresh), len(entries) - len(fresh), tuple(shortened), tuple(dict.fromkeys(wrong)))


@pages.post("/rulesets/<name>/lists/understood")
@needs(Role.EDITOR)
def preview(name: str) -> str:
    """What would become of what is pasted into a list, and of the leads, as a part of the page."""
    store = reading(settings())
    draft, wanted = _draft(store, name), request.form.get("list", "")
    node = _node(draft.text, wanted)
    try:
        found = understood([entry.value for entry in node.entries], request.form.get("pasted", ""))
    except Problem as problem:
        return render_template("list_preview.html", said=problem.detail, found=None)
    effect = _effect(store, name, draft.text, _with(draft.text, node, found.fresh)) if found.fresh else None
    return render_template("list_preview.html", found=found, effect=effect, said=None)


def _effect(store: Store, name: str, before: str, after: str) -> ShownEffect | None:
    """What entries do to all leads; None where that cannot be counted."""
    plans = [read_text(store, settings(), text, name, lints=False).reading.plan for text in (before, after)]
    if plans[0] is None or plans[1] is None:
        return None
    now = instant_asked(None, store, name)
    return effect_of(store, settings(), Evaluator(plans[0]), Evaluator(plans[1]), now)


# --- changing -----------------------------------------------------------------------------------


def pasted_entries(text: str) -> list[str]:
    """The entries in a text as people paste them: a column, lines, or with commas, semicolons or tabs
    between; quotation marks around an entry are left out."""
    lines = [line for line in text.replace("\r", "\n").split("\n") if line.strip()]
    sign = next((sign for sign in "\t;," if any(sign in line for line in lines)), ",")
    cells = [cell for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=sign) for cell in row]
    return [" ".join(cell.split()) for cell in cells if cell.strip()]


@pages.post("/rulesets/<name>/lists")
@needs(Role.EDITOR)
def change(name: str) -> AnyResponse:
    """Adds what was pasted to a list, makes a new one of it, or takes picked entries out; all undoable."""
    try:
        done, wanted = _changed(name)
    except Problem as problem:
        html = _page(name, said=problem, pasted=request.form.get("pasted", ""))
        return Response(html, problem.status)
    query = urlencode({"list": wanted, "done": done})
    return redirect(f"{url_for('lists.show', name=name)}?{query}", 303)


def _changed(name: str) -> tuple[str, str]:
    wanted = request.form.get("list", "").strip()
    with writing(settings()) as store:
        draft = _draft(store, name)
        if request.form.get("act") == "remove":
            text, done = _without(draft.text, wanted, set(request.form.getlist("entry")))
        elif request.form.get("act") == "new":
            text, done = _with_new(draft.text, wanted, understood([], request.form.get("pasted", "")))
        else:
            node = _node(draft.text, wanted)
            found = understood([entry.value for entry in node.entries], request.form.get("pasted", ""))
            text, done = _with(draft.text, node, found.fresh), found.words
        if len(text.encode()) > LARGEST_TEXT:
            raise invalid("The ruleset would be larger than 1 MiB. Put the entries into a file for the list.")
        take_text(store, name, text, who=doer().who, seen=draft.revision)
    return done, wanted


def _node(text: str, name: str) -> nodes.ListDeclaration:
    for node in parse(Source(text)).tree.statements:
        if isinstance(node, nodes.ListDeclaration) and node.name.text == name:
            return node
        if isinstance(node, nodes.ListFile) and node.name.text == name:
            raise invalid(f"{name} is read from the file {node.path.value}. Change the file.")
    raise not_found(f"There is no list {name} any more.")


def _with(text: str, node: nodes.ListDeclaration, fresh: Sequence[str]) -> str:
    """The text with entries added to a list."""
    last = node.entries[-1].span
    between = ", "
    if len(node.entries) > 1:
        # As the last two are parted: by a line of their own each, or on one line.
        found = text[node.entries[-2].span.end : last.start]
        between = found if re.fullmatch(r",\s+", found) else between
    return text[: last.end] + "".join(between + quoted(entry) for entry in fresh) + text[last.end :]


def _with_new(text: str, name: str, pasted: Pasted) -> tuple[str, str]:
    """The text with a new list at its end."""
    if not re.fullmatch(r"[^\W\d]\w*", name):
        raise invalid("Name the list with letters, digits and _ only, such as key_accounts.")
    taken = [node for node in parse(Source(text)).tree.statements if isinstance(node, nodes.ListDeclaration)]
    if any(node.name.text == name for node in taken):
        raise invalid(f"There is a list {name} already.")
    statement = f"list {name}: {', '.join(map(quoted, pasted.fresh))}\n"
    return f"{text.rstrip()}\n\n{statement}".lstrip(), f"The list has {len(pasted.fresh):,} entries"


def _without(text: str, name: str, entries: set[str]) -> tuple[str, str]:
    """The text without some entries of a list."""
    node = _node(text, name)
    gone = [place for place, entry in enumerate(node.entries) if entry.value in entries]
    if not gone:
        raise invalid("Pick the entries to remove first.")
    if len(gone) == len(node.entries):
        raise invalid("A list has at least one entry. Remove the list itself in the editor.")
    kept_ = [place for place in range(len(node.entries)) if place not in set(gone)]
    for place in reversed(gone):
        here = node.entries[place].span
        if place < kept_[-1]:
            text = text[: here.start] + text[node.entries[place + 1].span.start :]
        else:
            text = text[: node.entries[place - 1].span.end] + text[here.end :]
    return text, f"{len(gone):,} removed"


def _by_name(entry: str) -> tuple[str, str]:
    return entry.casefold(), entry
