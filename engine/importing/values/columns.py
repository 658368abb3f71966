"""What a whole column is: its kind, how its values are read, and what only a person can decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from ....grammar.frozen import frozen
from ....grammar.syntax.nodes import Kind
from ..problems import shortened
from .cells import cell_text
from .choices import sign_between
from .dates import DAY_FIRST, MONTH_FIRST, compact_day, format_of
from .looks import BLANK, DATE, DATETIME, NO, NUMBER, OTHER_DATE, TEXT, TEXTS, YES, Look
from .moments import UNIX_FORMATS, MomentReader
from .numbers import read_amount
from .stored import Reader, Unread
from .yes_no import MARKS, WORDS

_NUMERIC_ORDERS = (DAY_FIRST, MONTH_FIRST)
_DATES = (Kind.DATE, Kind.DATETIME)
_NUMBERED = ("%Y%m%d", *UNIX_FORMATS)
"""The forms of dates in which they are numbers."""


@frozen
class Setting:
    """An option of an import that decides something: its name as in a mapping file, the column it is for
    (None: all), its value."""

    option: str
    column: str | None
    value: str

    def __str__(self) -> str:
        text = self.value if self.column is None else f"{self.column}={self.value}"
        if not text or any(not (letter.isalnum() or letter in "=/_.,:+@-%") for letter in text):
            text = f'"{text}"'
        return f"--{self.option.replace('_', '-')} {text}"


@frozen
class Choice:
    """One way to decide: the settings that do it, and in words what they make of the values."""

    settings: tuple[Setting, ...]
    result: str

    def __str__(self) -> str:
        return f"{' '.join(map(str, self.settings))} {self.result}"


@frozen
class Hint:
    """Something about a column that a person may want to decide, with the ways to."""

    message: str
    choices: tuple[Choice, ...] = ()

    def __str__(self) -> str:
        if not self.choices:
            return self.message
        return f"{self.message}: import with {', or with '.join(map(str, self.choices))}"


@dataclass(slots=True)
class ColumnLooks:
    """How often each look was seen in a column, and the first cell of each with its line; different texts of
    it, as far as they are known."""

    counts: Counter[Look] = field(default_factory=Counter)
    first: dict[Look, tuple[int, object]] = field(default_factory=dict)
    texts: list[object] = field(default_factory=list)

    @property
    def values(self) -> int:
        """How many cells are not blank."""
        return sum(count for look, count in self.counts.items() if look.family != BLANK)

    def values_as(self, kind: Kind | None) -> int:
        """How many cells are not blank in a column of a kind: a list of nothing is."""
        if kind is not Kind.TEXTS:
            return self.values
        return self.values - sum(count for look, count in self.counts.items() if look.empty)

    def of(self, *families: str) -> dict[Look, int]:
        """The looks of some families, with their counts."""
        return {look: count for look, count in self.counts.items() if look.family in families}

    def example(self, look: Look) -> str:
        """The first cell with a look and where it stands, in words."""
        line, cell = self.first[look]
        return f"{shortened(cell_text(cell))} (line {line:,})"

    def text(self, look: Look) -> str:
        """The first cell with a look."""
        return cell_text(self.first[look][1]).strip()


@frozen
class Stated:
    """What a person said of one column, by options or a mapping; None where nothing was said. `known` is the
    kind that the database has for it."""

    kind: Kind | None = None
    known: Kind | None = None
    decimal: str | None = None
    date_format: str | None = None
    separator: str | None = None
    blanks: frozenset[str] = frozenset()

    @property
    def given(self) -> Kind | None:
        """The kind that is not to be found out."""
        return self.kind or self.known


@frozen
class Column:
    """A column understood: its kind (None where all is blank), the kind that its values alone have, how its
    cells are read, the form of its values
    in words, and what a person may want to decide. `two_ways` are the two readings between which nothing in
    the column decides, and `doubt` what to say where one of them is needed."""

    kind: Kind | None
    found: Kind | None
    reader: Reader
    form: str = ""
    hints: tuple[Hint, ...] = ()
    two_ways: tuple[Choice, ...] = ()
    doubt: str = ""


def understand(name: str, looks: ColumnLooks, stated: Stated, moments: MomentReader) -> Column:
    """What a column is, of all that was seen of it. Where its values can be read in two ways and nobody said
    which, it is text, and both are offered."""
    return _Understanding(name, looks, stated, moments).column()


class _Understanding:
    def __init__(self, name: str, looks: ColumnLooks, stated: Stated, moments: MomentReader) -> None:
        self.name = name
        self.looks = looks
        self.stated = stated
        self.moments = moments
        self.values = looks.values
        self.hints: list[Hint] = []
        self.two_ways: tuple[Choice, ...] = ()
        self.doubt = ""
        self.form = ""

    def column(self) -> Column:
        found = self._found()
        kind = self.stated.given or found
        reader = Reader(self.moments, self.stated.decimal or ".", self.stated.separator, self.stated.blanks)
        if kind is Kind.NUMBER:
            reader = replace(reader, decimal=self._decimal() or ".")
            self.form = self._number_form(reader.decimal)
        elif kind in (Kind.DATE, Kind.DATETIME):
            self._settle_dates()
        elif kind is Kind.YES_NO:
            reader = replace(reader, blank_is_no=self._marks_only())
            self.form = "blank: no" if reader.blank_is_no else ""
        elif kind is Kind.TEXTS and reader.separator is None:
            sign = sign_between(self.looks.texts)
            reader = replace(reader, separator=sign if sign in (";", "|") else None)
            if sign == ",":
                self._offer_separator(sign)
        if self.stated.given is None:
            self._advise(found)
        elif self.stated.kind is None and self.stated.known is Kind.TEXT:
            self._offer_stated_form(found)
        elif self.two_ways and kind is Kind.NUMBER:
            sign = "comma" if reader.decimal == "," else "point"
            self.hints.append(
                Hint(f"{self.doubt}, so a {sign} is taken for the decimal separator", self.two_ways)
            )
        elif self.two_ways and kind is not Kind.TEXT:
            self.hints.append(Hint(self.doubt, self.two_ways))
        elif kind in _DATES:
            self._advise_on_numbers_for_dates(reader.of(kind))
        return Column(kind, found, reader, self.form, tuple(self.hints), self.two_ways, self.doubt)

    def _offer_stated_form(self, found: Kind | None) -> None:
        """Where somebody says how values are written that the database has as text: that the kind is to be
        said, too."""
        written_so = {
            Kind.NUMBER: self.stated.decimal is not None
            and any(look.differ or not (look.dot and look.comma) for look in self.looks.of(NUMBER)),
            Kind.DATE: self.moments.date_format is not None,
            Kind.DATETIME: self.moments.date_format is not None,
        }
        if found is not None and written_so.get(found):
            self._hint(
                "is text in the database", self._setting("kind", found.value), f"to make it {found.value}"
            )

    def _setting(self, option: str, value: str) -> Setting:
        return Setting(option, self.name, value)

    def _as(self, kind: Kind, option: str, value: str) -> tuple[Setting, ...]:
        """An option for the column, and its kind, since what is text in the database stays text else."""
        setting = self._setting(option, value)
        return (setting,) if self.stated.given is kind else (self._setting("kind", kind.value), setting)

    def _date_kind(self) -> Kind:
        return self.stated.given if self.stated.given in _DATES else self._found_date_kind()

    def _found_date_kind(self) -> Kind:
        timed = self.looks.of(DATETIME) or any(look.timed for look in self.looks.counts)
        return Kind.DATETIME if timed else Kind.DATE

    def _all(self, *families: str) -> bool:
        return sum(self.looks.of(*families).values()) == self.values

    # --- which kind -----------------------------------------------------------------------------

    def _found(self) -> Kind | None:
        if not self.values:
            return None
        if self._all(NUMBER):
            return Kind.NUMBER if self._are_numbers() else Kind.TEXT
        if self._all(YES, NO):
            both = len({look.family for look in self.looks.of(YES, NO)}) == 2
            return Kind.YES_NO if both or any(look.typed for look in self.looks.of(YES, NO)) else Kind.TEXT
        if self._all(DATE, DATETIME, OTHER_DATE):
            if self.looks.of(OTHER_DATE) and not self._settle_dates():
                return Kind.TEXT
            return self._found_date_kind()
        return Kind.TEXTS if self._all(TEXTS) else Kind.TEXT

    # --- numbers --------------------------------------------------------------------------------

    def _are_numbers(self) -> bool:
        looks = self.looks.of(NUMBER)
        if all(look.weak for look in looks):
            return False
        currencies = {look.currency for look in looks if look.currency}
        return (
            self._decimal() is not None and len(currencies) < 2 and len({look.percent for look in looks}) < 2
        )

    def _decimal(self) -> str | None:
        """The sign before decimals: as stated, else the one with which all can be read; None where there is
        none, or nothing decides between the two."""
        looks = self.looks.of(NUMBER)
        dot, comma = all(look.dot for look in looks), all(look.comma for look in looks)
        if self.stated.decimal is not None:
            readable = dot if self.stated.decimal == "." else comma
            return self.stated.decimal if readable or self.stated.given else None
        sign = "." if dot else ","
        doubtful = self._doubtful(telling=dot != comma)
        if (dot or comma) and doubtful:
            self._in_doubt(doubtful, sign if dot != comma else ".,")
            return sign if dot != comma else None
        return sign if dot or comma else None

    def _doubtful(self, *, telling: bool) -> list[Look]:
        """The amounts that can be two numbers, one of each currency. With `telling`, other amounts say how
        they are written: those in the same currency, or all where there is just one."""
        looks = self.looks.of(NUMBER)
        known_currencies = {look.currency for look in looks if look.dot != look.comma}
        several = len({look.currency for look in looks if look.currency}) > 1
        found: dict[str, Look] = {}
        for look in looks:
            if look.differ and not (telling and (look.currency in known_currencies or not several)):
                found.setdefault(look.currency if several else "", look)
        return list(found.values())

    def _in_doubt(self, looks: list[Look], signs: str) -> None:
        """Offers the readings of numbers with these signs before decimals."""
        amounts = [amount for look in looks if (amount := read_amount(self.looks.text(look))) is not None]
        listed = " and ".join(map(self.looks.example, looks))
        each = " each" if len(looks) > 1 else ""
        mixed = self._mixed_currencies()
        self.doubt = f"{listed} can be two numbers{each}, and nothing in the column tells which"
        self.doubt = f"{mixed}; {self.doubt}" if mixed else self.doubt
        read = {
            ".": " and ".join(cell_text(amount.dot) for amount in amounts),
            ",": " and ".join(cell_text(amount.comma) for amount in amounts),
        }
        self.two_ways = tuple(
            Choice(
                self._as(Kind.NUMBER, "decimal", sign),
                f"to read {'them' if each else 'it'} as {read[sign]}",
            )
            for sign in signs
        )

    def _mixed_currencies(self) -> str:
        """That a column mixes currencies, with one amount of each; "" where it does not."""
        amounts = {look.currency: look for look in self.looks.of(NUMBER) if look.currency}
        listed = " and ".join(self.looks.example(look) for look in amounts.values())
        return f"mixes currencies, as {listed}" if len(amounts) > 1 else ""

    def _number_form(self, decimal: str) -> str:
        looks = self.looks.of(NUMBER)
        parts = ["decimal comma"] if decimal == "," else []
        grouped = next((look for look in looks if look.differ or not look.comma or not look.dot), None)
        if decimal == "." and grouped is not None and "," in self.looks.text(grouped):
            parts.append("1,000s")
        parts += sorted({look.currency for look in looks if look.currency})
        parts += ["%"] if any(look.percent for look in looks) else []
        return ", ".join(parts)

    # --- dates ----------------------------------------------------------------------------------

    def _settle_dates(self) -> bool:
        """Lets the column's dates be read in the order that they all can have; whether there is just one."""
        others = self.looks.of(OTHER_DATE)
        if not others:
            return True
        numeric = {look: set(look.orders) & set(_NUMERIC_ORDERS) for look in others}
        numeric = {look: orders for look, orders in numeric.items() if orders}
        known = self.moments.order
        common = set.intersection(*numeric.values()) if numeric else set()
        if known is not None:
            return not numeric or known in common
        if len(common) == 2:
            self._dates_in_doubt(next(iter(numeric)))
            return False
        if numeric and not common:
            return False
        if common:
            (self.moments.order,) = common
        self.moments.any_form = True
        look = next(iter(numeric), next(iter(others)))
        order = self.moments.order or look.orders[0]
        self.form = format_of(self.looks.text(look), order) or ""
        if numeric:
            telling = next(look for look, orders in numeric.items() if len(orders) == 1)
            telling_format = format_of(self.looks.text(telling), order) or self.form
            self._note_settled(telling, telling_format)
        return True

    def _note_settled(self, look: Look, written: str) -> None:
        if self.stated.given is not None or any(hint.choices for hint in self.hints):
            return
        self.hints.append(
            Hint(
                f"read as {written}, since {self.looks.example(look)} can be nothing else",
                (Choice((self._setting("date_format", written),), "to have other files read alike"),),
            )
        )

    def _dates_in_doubt(self, look: Look) -> None:
        text = self.looks.text(look)
        self.doubt = f"looks like dates, as {self.looks.example(look)}"
        self.two_ways = tuple(
            Choice(self._as(self._date_kind(), "date_format", format_of(text, order) or ""), result)
            for order, result in (
                (DAY_FIRST, "if the day stands first"),
                (MONTH_FIRST, "if the month does"),
            )
        )

    def _advise_on_numbers_for_dates(self, read: Callable[[object], object]) -> None:
        """Numbers that are days or instants, in a column of dates that cannot be read so."""
        for look in self.looks.of(NUMBER):
            text = self.looks.text(look)
            if not isinstance(read(self.looks.first[look][1]), Unread):
                continue
            for form in _NUMBERED:
                moment = MomentReader("UTC", form, only_likely=True).read(text)
                if moment is not None and (form != "%Y%m%d" or compact_day(text) is not None):
                    setting = self._setting("date_format", form)
                    result = f"to read it as {moment:{'%Y-%m-%d' if form == '%Y%m%d' else '%Y-%m-%d %H:%M'}}"
                    self.hints.append(
                        Hint(f"{self.looks.example(look)} is a date as {form}", (Choice((setting,), result),))
                    )
                    return

    # --- yes and no -----------------------------------------------------------------------------

    def _marks_only(self) -> bool:
        """Whether all that is not blank is one mark, as x: then a blank is a no."""
        words = {cell_text(text).strip().casefold() for text in self.looks.texts} - {""}
        return len(words) == 1 and words <= MARKS

    # --- what to say ----------------------------------------------------------------------------

    def _advise(self, kind: Kind | None) -> None:
        if kind is None:
            if not any(look.word for look in self.looks.counts):
                self.hints.append(Hint("blank in every row, so left out"))
        elif kind is Kind.NUMBER:
            self._advise_on_instants()
        elif kind is Kind.TEXT:
            self._advise_on_text()

    def _advise_on_instants(self) -> None:
        looks = self.looks.of(NUMBER)
        first = next(iter(looks))
        example = self.looks.example(first)
        texts = [cell_text(text).strip() for text in self.looks.texts]
        texts = [text for text in texts if text]
        if looks and all(look.compact for look in looks) and texts and all(map(compact_day, texts)):
            day = compact_day(texts[0])
            self.hints.append(
                Hint(
                    f"looks like days, as {example}",
                    (Choice(self._as(Kind.DATE, "date_format", "%Y%m%d"), f"to read it as {day}"),),
                )
            )
            return
        for form in UNIX_FORMATS:
            if not texts or not (form == "unix-ms" or is_named_like_a_date(self.name)):
                continue
            likely = MomentReader("UTC", form, only_likely=True)
            if any(likely.read(text) is None for text in texts):
                continue
            unit = "milliseconds" if form == "unix-ms" else "seconds"
            settings = self._as(Kind.DATETIME, "date_format", form)
            choice = Choice(settings, f"to read it as {likely.read(texts[0]):%Y-%m-%d %H:%M}")
            self.hints.append(Hint(f"looks like {unit} since 1970, as {example}", (choice,)))

    def _advise_on_text(self) -> None:
        if self.two_ways:
            self.hints.append(Hint(self.doubt, self.two_ways))
            return
        for advise in (
            self._on_unread_dates,
            self._on_unread_numbers,
            self._on_yes_no,
            self._on_blank_words,
            self._on_most,
            self._on_choices,
        ):
            if advise():
                return

    def _on_unread_dates(self) -> bool:
        """Dates that no order reads all of, or that the stated format does not read."""
        others = self.looks.of(OTHER_DATE)
        dates = {**self.looks.of(DATE, DATETIME), **others}
        if not others or sum(dates.values()) * 5 < self.values * 4:
            return False
        if sum(dates.values()) < self.values:
            self._offer_leaving_out(
                Kind.DATETIME if any(look.timed for look in dates) else Kind.DATE, "dates"
            )
            return True
        self._hint_on_unread_dates()
        return True

    def _hint_on_unread_dates(self) -> None:
        """Which dates no order reads with the others, or the stated format does not read."""
        others = self.looks.of(OTHER_DATE)
        stated = self.moments.date_format
        look = next(iter(others))
        if stated is not None:
            look = next((look for look in others if self.moments.order not in look.orders), look)
            example, offered = self.looks.example(look), format_of(self.looks.text(look), look.orders[0])
            message = f"{example} is no date as {stated} says"
            usable = offered is not None and offered != stated
            settings = self._as(self._date_kind(), "date_format", offered or "")
            choices = (Choice(settings, "for such dates"),) if usable else ()
            self.hints.append(Hint(message, choices))
            return
        listed = " and ".join(
            self.looks.example(look) for look in others if len(set(look.orders) & set(_NUMERIC_ORDERS)) == 1
        )
        self.hints.append(
            Hint(f"mixes dates with the day first and with the month first, as {listed}, so it is left text")
        )

    def _on_unread_numbers(self) -> bool:
        looks = self.looks.of(NUMBER)
        if not looks or not self._all(NUMBER):
            return False
        as_number = self._setting("kind", "number")
        first = next(iter(looks))
        mixed = self._mixed_currencies()
        if mixed:
            self._hint(mixed, as_number, "to have the amounts as they are")
        elif len({look.percent for look in looks}) > 1:
            percent = next(look for look in looks if look.percent)
            self._hint(
                f"mixes percentages, as {self.looks.example(percent)}, with other numbers",
                as_number,
                "to have the numbers without their signs",
            )
        elif self.stated.decimal is not None and self._decimal() is None:
            other = "," if self.stated.decimal == "." else "."
            unread = next(
                look for look in looks if not (look.dot if self.stated.decimal == "." else look.comma)
            )
            sign = "dot" if self.stated.decimal == "." else "comma"
            message = f"{self.looks.example(unread)} is no number with a {sign} before decimals"
            if all(look.comma if other == "," else look.dot for look in looks):
                self.hints.append(
                    Hint(message, (Choice(self._as(Kind.NUMBER, "decimal", other), "to read it"),))
                )
            else:
                self.hints.append(Hint(message))
        elif all(look.weak for look in looks):
            self._hint(
                f"looks like numbers or codes, as {self.looks.example(first)}", as_number, "for numbers"
            )
        else:
            dot = next(look for look in looks if not look.comma)
            comma = next(look for look in looks if not look.dot)
            self.hints.append(
                Hint(
                    "mixes numbers with a decimal dot and with a decimal comma, as "
                    f"{self.looks.example(dot)} and {self.looks.example(comma)}, so it is left text"
                )
            )
        return True

    def _hint(self, message: str, setting: Setting, result: str) -> None:
        self.hints.append(Hint(message, (Choice((setting,), result),)))

    def _on_yes_no(self) -> bool:
        words = {look.word: count for look, count in self.looks.counts.items() if look.word in WORDS}
        numbers = self.looks.of(NUMBER)
        if sum(words.values()) != self.values or numbers or not words or len(words) > 4:
            return False
        shown = " and ".join(
            dict.fromkeys(self.looks.text(look) for look in self.looks.counts if look.word in words)
        )
        meanings = {WORDS[word] for word in words}
        if len(meanings) < 2 and not (set(words) & {"yes", "no", "true", "false"} or set(words) <= MARKS):
            return False
        only = "only " if len(meanings) < 2 else ""
        self._hint(f"holds {only}{shown}", self._setting("kind", "yes/no"), "to read that as yes or no")
        return True

    def _on_blank_words(self) -> bool:
        """Words for nothing among values that are otherwise of one kind."""
        words = [look for look in self.looks.first if look.word and look.family == TEXT]
        rest = {_KIND_OF.get(look.family) for look in self.looks.first if look not in words}
        if not words or not rest or None in rest or any(look.word in WORDS for look in words):
            return False
        if rest == {Kind.DATE, Kind.DATETIME}:
            rest = {Kind.DATETIME}
        if len(rest) > 1:
            return False
        kind = next(iter(rest))
        assert kind is not None
        settings = [self._setting("kind", kind.value)]
        settings += [Setting("blank", None, self.looks.text(look)) for look in words]
        count = sum(self.looks.counts[look] for look in words)
        message = (
            f"{self.values - count:,} of {self.values:,} values are {_PLURAL[kind]}, "
            f"but {self.looks.example(words[0])} is not"
        )
        blank = Choice(tuple(settings), "to read that as blank")
        unknown = Choice((settings[0],), "to leave such a value out as unknown")
        self.hints.append(Hint(message, (blank, unknown)))
        return True

    def _on_most(self) -> bool:
        families: Counter[Kind] = Counter()
        for look, count in self.looks.counts.items():
            kind = _KIND_OF.get(look.family)
            if kind is not None and not look.weak:
                families[kind] += count
        if not families:
            return False
        kind, count = families.most_common(1)[0]
        if kind is Kind.DATETIME:
            count += families[Kind.DATE]
        if count * 5 < self.values * 4:
            return False
        self._offer_leaving_out(kind, _PLURAL[kind], count)
        return True

    def _offer_leaving_out(self, kind: Kind, words: str, count: int | None = None) -> None:
        fitting = {look for look in self.looks.counts if _KIND_OF.get(look.family) is kind}
        if kind is Kind.DATETIME or words == "dates":
            fitting |= set(self.looks.of(DATE, DATETIME, OTHER_DATE))
        odd = next(look for look in self.looks.first if look not in fitting and look.family != BLANK)
        count = sum(self.looks.counts[look] for look in fitting) if count is None else count
        choices = [
            Choice(
                (self._setting("kind", kind.value),),
                "to leave such a value out as unknown",
            )
        ]
        if odd.word and odd.family == TEXT:
            blank = (self._setting("kind", kind.value), Setting("blank", None, self.looks.text(odd)))
            choices.insert(0, Choice(blank, "to read that as blank"))
        self.hints.append(
            Hint(
                f"{count:,} of {self.values:,} values are {words}, but {self.looks.example(odd)} is not",
                tuple(choices),
            )
        )

    def _on_choices(self) -> bool:
        sign = sign_between(self.looks.texts)
        if sign is None:
            return False
        self._offer_separator(sign)
        return True

    def _offer_separator(self, sign: str) -> None:
        example = next(
            (text.strip() for text in self.looks.texts if isinstance(text, str) and sign in text), ""
        )
        settings = [] if self.stated.given is Kind.TEXTS else [self._setting("kind", Kind.TEXTS.value)]
        if sign != ";":
            settings.append(self._setting("separator", sign))
        parts = ", ".join(f'"{part.strip()}"' for part in example.split(sign)[:4] if part.strip())
        self.hints.append(
            Hint(
                f'looks like several choices, as "{shortened(example)}"',
                (Choice(tuple(settings), f"to read that as {parts}"),),
            )
        )


_KIND_OF = {
    NUMBER: Kind.NUMBER,
    YES: Kind.YES_NO,
    NO: Kind.YES_NO,
    DATE: Kind.DATE,
    DATETIME: Kind.DATETIME,
    TEXTS: Kind.TEXTS,
}
_PLURAL = {
    Kind.NUMBER: "numbers",
    Kind.YES_NO: "yes or no",
    Kind.DATE: "dates",
    Kind.DATETIME: "dates with a time",
    Kind.TEXTS: "lists",
}


def is_named_like_a_date(name: str) -> bool:
    """Whether the name of a column says that it holds dates."""
    words = name.casefold().replace("_", " ").replace("-", " ").split()
    return any(word in _DATE_WORDS for word in words) or name.casefold().endswith(("_at", "date", "time"))


_DATE_WORDS = frozenset(
    (
        *("at", "date", "time", "when", "on", "created", "updated", "modified", "since", "until"),
        *("timestamp", "ts", "last", "first", "datum", "fecha"),
    )
)


def likely_blanks(columns: Iterable[ColumnLooks]) -> Hint | None:
    """What to say of words that probably stand for nothing, with how many cells hold each."""
    found: Counter[str] = Counter()
    spelt: dict[str, str] = {}
    for looks in columns:
        for look, count in looks.counts.items():
            if look.word and look.family == TEXT and look.word not in WORDS:
                spelt.setdefault(look.word, looks.text(look))
                found[look.word] += count
    if not found:
        return None
    listed = ", ".join(f"{shortened(spelt[word])} ({count:,})" for word, count in found.most_common(8))
    total = found.total()
    settings = tuple(Setting("blank", None, spelt[word]) for word, _ in found.most_common(8))
    cells = "1 cell has a word" if total == 1 else f"{total:,} cells have words"
    return Hint(f"{cells} that may stand for nothing: {listed}", (Choice(settings, "to read them as blank"),))


def settle_instants(name: str, looks: ColumnLooks, stated: Stated, moments: MomentReader) -> Hint | None:
    """Lets the dates of events be read; what is wrong, where they cannot be."""
    understanding = _Understanding(name, looks, stated, moments)
    dates = looks.of(DATE, DATETIME, OTHER_DATE)
    if not looks.values or (dates and understanding._settle_dates()):
        return None
    if understanding.two_ways:
        plain = tuple(replace(way, settings=way.settings[-1:]) for way in understanding.two_ways)
        example = looks.example(next(look for look in dates if len(look.orders) == 2))
        return Hint(f"writes dates as {example}", plain)
    if dates:
        understanding._hint_on_unread_dates()
        hint = understanding.hints[-1]
        return Hint(hint.message.removesuffix(", so it is left text"), hint.choices)
    first = next(look for look in looks.first if look.family != BLANK)
    text = looks.text(first)
    choices = []
    for form in _NUMBERED:
        moment = MomentReader("UTC", form, only_likely=True).read(text)
        if moment is not None and form != moments.date_format:
            choices.append(Choice((Setting("date_format", name, form),), f"to read it as {moment:%Y-%m-%d}"))
    return Hint(f"has no date: {looks.example(first)}", tuple(choices))
