"""What an address asks of the table of leads: filters, order, columns; and the address of what is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import request, url_for

from ...engine.store.database import Store
from ...engine.store.records.leads import StoredField, stored_fields
from ...engine.store.records.rulesets import ruleset_names
from ...engine.store.records.score_filter import SIGNS, FieldTest, ScoreFilter
from ...engine.store.scoring.lead_table import Order
from ...grammar.syntax.nodes import Kind
from ..lead_sets import LeadSet, members, set_asked
from ..problems import invalid
from ..ruleset_cache import version_of
from .context import text_asked

_MOST_COLUMNS = 12
_MOST_TESTS = 8
UNSTAGED, DISQUALIFIED = "*none", "*disqualified"
"""In the place of a stage: leads in none that are not disqualified, and those that are."""

_FIRST = ("title", "job title", "company", "company name", "country")
"""Fields that are shown until somebody chooses others."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on: in words, and the address without it."""

    words: str
    without: str


@dataclass(frozen=True, slots=True)
class LeadQuery:
    """What an address asks of the table."""

    ruleset: str | None
    text: str | None
    stage: str | None
    at_least: int | None
    at_most: int | None
    tag: str | None
    fields: tuple[FieldTest, ...]
    set: LeadSet | None
    sort: str
    columns: tuple[StoredField, ...]
    picked: tuple[str, ...] = ()

    def filter(self, store: Store) -> ScoreFilter:
        """As the record is asked."""
        named = self.stage not in (None, UNSTAGED, DISQUALIFIED)
        return ScoreFilter(
            stages=(self.stage or "",) if named else (),
            unstaged=self.stage == UNSTAGED,
            disqualified=self.stage == DISQUALIFIED,
            at_least=self.at_least,
            at_most=self.at_most,
            tag=self.tag,
            text=self.text,
            fields=self.fields,
            among=members(store, self.set) if self.set is not None else None,
            leads=self.picked or None,
        )

    @property
    def order(self) -> Order:
        """What rows are sorted by."""
        down, name = self.sort.startswith("-"), self.sort.removeprefix("-")
        field = next((one for one in self.columns if f"field:{one.name}" == name), None)
        return Order(name, down, field)

    def query(self) -> list[tuple[str, str]]:
        """As an address has it."""
        said: list[tuple[str, object]] = [
            ("q", self.text),
            ("ruleset", self.ruleset),
            ("stage", self.stage),
            ("from", self.at_least),
            ("to", self.at_most),
            ("tag", self.tag),
            ("sort", self.sort if self.sort != "-score" else None),
            *(("f", f"{test.field.name}|{test.sign}|{test.value}") for test in self.fields),
            *((self.set.query() if self.set is not None else {}).items()),
        ]
        chosen = [("cols", field.name) for field in self.columns] if request.args.getlist("cols") else []
        return [(name, str(value)) for name, value in said if value is not None] + chosen

    def chips(self) -> list[Chip]:
        """The filters that are on."""
        stage = {UNSTAGED: "In no stage", DISQUALIFIED: "Disqualified"}.get(
            self.stage or "", f"Stage is {self.stage}"
        )
        found = [
            (stage if self.stage else "", replace(self, stage=None)),
            (
                f"Score {self.at_least} or more" if self.at_least is not None else "",
                replace(self, at_least=None),
            ),
            (
                f"Score {self.at_most} or less" if self.at_most is not None else "",
                replace(self, at_most=None),
            ),
            (f"Tagged {self.tag}" if self.tag else "", replace(self, tag=None)),
            (self.set.in_words() if self.set else "", replace(self, set=None)),
            *(
                (
                    f"{test.field.name} {SIGNS[test.sign]} {test.value}".strip(),
                    replace(self, fields=tuple(one for one in self.fields if one is not test)),
                )
                for test in self.fields
            ),
        ]
        return [Chip(words, address(other)) for words, other in found if words]


def address(asked: LeadQuery, **more: str) -> str:
    """The address of the table as it is asked for."""
    query = urlencode([*asked.query(), *more.items()])
    return url_for("leads.index") + (f"?{query}" if query else "")


def table_asked(store: Store) -> LeadQuery:
    """What the address of this request asks of the table. Problem 422 where it cannot be asked."""
    names = ruleset_names(store)
    ruleset = text_asked("ruleset")
    chosen = version_of(store, ruleset).ruleset if ruleset else next(iter(names), None)
    fields = stored_fields(store)
    columns = tuple(fields[name] for name in request.args.getlist("cols")[:_MOST_COLUMNS] if name in fields)
    drafted = ruleset if ruleset is not None and chosen is None else chosen
    return LeadQuery(
        chosen,
        text_asked("q"),
        text_asked("stage") if chosen is not None else None,
        _score("from"),
        _score("to"),
        text_asked("tag"),
        tuple(_tests(fields)),
        set_asked(drafted, request.args),
        text_asked("sort") or "-score",
        columns or tuple(_first_columns(fields)),
        tuple(request.args.getlist("id")[:1_000]),
    )


def _first_columns(fields: dict[str, StoredField]) -> list[StoredField]:
    plain = {name.casefold().replace("_", " "): field for name, field in fields.items()}
    found = [plain[name] for name in _FIRST if name in plain]
    return found or [field for field in fields.values() if field.kind is Kind.TEXT][1:3]


def _score(name: str) -> int | None:
    text = text_asked(name)
    if text is None:
        return None
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        raise invalid(f"“{text}” is not a score. Enter a number, such as 60.") from None


def _tests(fields: dict[str, StoredField]) -> Iterator[FieldTest]:
    """What is asked of fields: those of chips, then the one that a form adds."""
    asked = [tuple(text.split("|", 2)) for text in request.args.getlist("f")[:_MOST_TESTS]]
    if text_asked("field"):
        asked.append((text_asked("field") or "", text_asked("sign") or "is", text_asked("value") or ""))
    for name, sign, value in (one for one in asked if len(one) == 3):
        if name not in fields or sign not in SIGNS:
            raise invalid(f"There is no field {name[:100]}, or it cannot be asked that.")
        test = FieldTest(fields[name], sign, value[:200])
        if sign not in ("known", "unknown") and not value.strip():
            raise invalid(f"Enter what {name} {SIGNS[sign]}.")
        yield test


def cursor_asked(name: str) -> str | None:
    """A cursor in the address, which may be longer than other texts."""
    return request.args.get(name, "")[:2_000] or None
