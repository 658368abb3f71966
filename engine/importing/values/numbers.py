"""Numbers as people write them: groups of three, currencies, percent, negatives in brackets.

`1.250` is 1250 to one half of the world and 1.25 to the other. So a text has up to two readings, one where a
dot stands before the decimals and one where a comma does, and a column settles it or nobody does.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from ....grammar.frozen import frozen

_SPACES = " \u00a0\u2009\u202f"
_GROUPS = rf"'’{_SPACES}"
_CODES = (
    "AED|ARS|AUD|BGN|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|HKD|HUF|IDR|ILS|INR|ISK|JPY|KRW|KZT|MAD|MXN|"
    "MYR|NGN|NOK|NZD|PEN|PHP|PKR|PLN|QAR|RON|RSD|RUB|SAR|SEK|SGD|THB|TRY|TWD|UAH|USD|VND|ZAR"
)
_CURRENCY = rf"(?:[A-Z]{{0,3}}[$€£¥₹₽₺₩₪₫₱₴₦₡₵฿]|{_CODES}|kr\.?|zł|Kč|Ft|Fr\.?|Rs\.?|RM|лв\.?)"
CURRENCY_WORDS = frozenset(
    f"{_CODES}|kr|zł|Kč|Ft|Fr|Rs|RM|лв|R|US|C|A|CA|AU|NZ|HK|S|NT|MX".lower().split("|")
)
"""The words that an amount can begin with, folded."""

_EXPONENT = r"[eE][+-]?\d{1,3}"
_AMOUNT = re.compile(
    rf"(?P<open>\()?\s*(?P<sign>[-+])?\s*(?P<before>{_CURRENCY})?\s*(?P<inner>-)?\s*"
    rf"(?P<body>[.,]?\d[\d.,{_GROUPS}]*(?:{_EXPONENT})?)\s*(?P<percent>%)?\s*(?P<after>{_CURRENCY})?"
    r"(?P<last>-)?\s*(?P<close>\))?",
    re.ASCII,
)


def _body(decimal: str, group: str) -> re.Pattern[str]:
    """A number without sign, whose decimals stand behind `decimal` and whose groups are divided by one sign,
    be it `group` or a space or an apostrophe."""
    grouped = rf"[1-9]\d{{0,2}}(?:(?P<by>[{group}{_GROUPS}])\d{{3}})(?:(?P=by)\d{{3}})*"
    lakhs = r"[1-9]\d?(?:,\d{2})+,\d{3}" if group == "," else r"(?!)"
    return re.compile(
        rf"(?:0|[1-9]\d{{0,14}}|{grouped}|{lakhs})?(?:\{decimal}\d+)?(?:{_EXPONENT})?", re.ASCII
    )


_BODIES = {".": _body(".", ","), ",": _body(",", r"\.")}
_PLAIN = re.compile(r"-?(?:0|[1-9]\d{0,14})?(?:\.\d+)?(?:[eE][+-]\d{1,3})?", re.ASCII)
_ONE_GROUP = re.compile(r"-?[1-9]\d{0,2}\.\d{3}", re.ASCII)
_LIKE_A_PHONE = re.compile(rf"\d{{3}}(?:[.{_SPACES}]\d{{3}}){{1,3}}", re.ASCII)
_UNSIGNED_EXPONENT = re.compile(r"\d+[eE]\d+", re.ASCII)
_MOST_DIGITS = 15
"""More would not survive in a double."""


@frozen
class Amount:
    """A text read as a number: its value where a dot, and where a comma stands before the decimals, None
    where it cannot be read so; the currency as written; whether it is a percentage. `weak`: it may as well
    be a code or a phone number (12E4, 560 001), which only other values of its column can tell."""

    dot: float | None
    comma: float | None
    currency: str = ""
    percent: bool = False
    weak: bool = False

    def value(self, decimal: str) -> float | None:
        """The number where this sign stands before decimals."""
        return self.dot if decimal == "." else self.comma


def is_plain(text: str) -> bool:
    """Whether a text is a number with one reading and nothing around it, as nearly all are."""
    if text.isdecimal() and text.isascii():
        return len(text) <= _MOST_DIGITS and (text[0] != "0" or len(text) == 1)
    return (
        _PLAIN.fullmatch(text) is not None
        and not _ONE_GROUP.fullmatch(text)
        and any(letter.isdigit() for letter in text)
    )


@lru_cache(maxsize=1024)
def read_amount(text: str) -> Amount | None:
    """The readings of a text as a number, None where it has none. A leading zero makes a code of it."""
    text = _usual(text.strip())
    found = _AMOUNT.fullmatch(text)
    if found is None or (found["open"] is None) != (found["close"] is None):
        return None
    signs = [found[name] for name in ("open", "sign", "inner", "last") if found[name] not in (None, "+")]
    currency = (found["before"] or "") + (found["after"] or "")
    if len(signs) > 1 or (found["sign"] == "+" and not (currency or found["percent"])):
        return None
    body = found["body"].rstrip()
    factor = -1.0 if signs else 1.0
    dot, comma = _value(body, "."), _value(body, ",")
    if dot is None and comma is None:
        return None
    bare = not (currency or found["percent"])
    weak = bare and bool(
        _LIKE_A_PHONE.fullmatch(body) or _UNSIGNED_EXPONENT.fullmatch(body) or found["open"] or found["last"]
    )
    return Amount(
        None if dot is None else dot * factor + 0.0,
        None if comma is None else comma * factor + 0.0,
        currency,
        found["percent"] is not None,
        weak,
    )


def _usual(text: str) -> str:
    """The text with the usual digits, minus and signs: full-width and other digits, and the long minus."""
    if text.isascii():
        return text
    usual = []
    for letter in text:
        if letter in "−–﹣－":
            usual.append("-")
        elif letter.isdigit() and not letter.isascii():
            usual.append(str(unicodedata.digit(letter)))
        elif "！" <= letter <= "～" or letter in "￥￡￠":
            usual.append(unicodedata.normalize("NFKC", letter))
        else:
            usual.append(letter)
    return "".join(usual)


def _value(body: str, decimal: str) -> float | None:
    if not _BODIES[decimal].fullmatch(body):
        return None
    written = body.replace("," if decimal == "." else ".", "").replace(decimal, ".")
    for letter in _GROUPS:
        written = written.replace(letter, "")
    if not any(letter.isdigit() for letter in written):
        return None
    number, _, exponent = written.lower().partition("e")
    if len(number.partition(".")[0]) > _MOST_DIGITS or abs(int(exponent or 0)) > 300:
        return None
    return float(written)


def read_number(text: str, decimal: str) -> float | None:
    """A text as a number where this sign stands before decimals; None where it is none."""
    amount = read_amount(text)
    return None if amount is None else amount.value(decimal)
