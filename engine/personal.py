"""What tells who a person is, among the values of fields and events: names, email addresses, numbers of
telephones, ids."""

from __future__ import annotations

import re
from collections.abc import Collection

MAIL = re.compile(
    r"[^\s@<>\"',;:()\[\]/?=&#]+@((?:[^\s@<>\"',;:()\[\]./?=&#]+\.)+[^\s@<>\"',;:()\[\]./?=&#]+)"
)
"""An email address, also one in the address of a page; the domain is its group."""

SOMEONE = "someone"
"""Stands in the place of what tells who a person is."""

_WORDS = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+")
_OF_A_PERSON = frozenset(
    (
        *("name", "firstname", "lastname", "fullname", "surname", "forename", "nickname", "username"),
        *("salutation", "email", "mail", "phone", "telephone", "tel", "mobile", "cell", "fax"),
        *("street", "birthday", "birthdate", "dob", "iban", "passport", "ssn", "linkedin", "twitter"),
    )
)
_OF_OTHERS = frozenset(
    (
        *("company", "account", "organization", "organisation", "product", "campaign", "plan", "event"),
        *("source", "list", "utm", "page", "file", "domain", "opt", "opted", "optin", "bounce", "bounced"),
        *("valid", "verified", "type", "status", "count", "country", "city", "state"),
    )
)


def is_personal(field: str) -> bool:
    """Whether the values of a field with this name tell who a person is."""
    words = {word.casefold() for word in _WORDS.findall(field)}
    return not words.isdisjoint(_OF_A_PERSON) and words.isdisjoint(_OF_OTHERS)


def impersonal(field: str, value: str, ids: Collection[str] = ()) -> str:
    """A value of a field, or of an event's property, without what tells who a person is.

    Of email addresses the domain stays. `ids` are those of the person.
    """
    without = MAIL.sub(rf"{SOMEONE}@\1", value)
    if without != value:
        return without
    folded = value.strip().casefold()
    if not folded:
        return value
    if is_personal(field) or any(folded == one.casefold() for one in ids):
        return SOMEONE
    return value
