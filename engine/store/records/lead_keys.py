"""A lead's own id as it is kept and looked up."""

from __future__ import annotations

import re

NAMED, ANONYMOUS, MERGED = 0, 1, 2
"""What `lead._state` says of a row."""

ANONYMOUS_LEADS = f"lead INDEXED BY lead_apart WHERE _state > 0 AND _state = {ANONYMOUS}"
"""What SQL selects the anonymous leads from: that index has these and the merged ones alone."""

COUNT_LEADS = "((SELECT count(*) FROM lead) - (SELECT count(*) FROM lead WHERE _state > 0))"
"""How many leads with a name there are, in SQL, without reading them all."""

_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def lead_key(written: str) -> str:
    """An id without the blanks around it; an email address in small letters, being one id whatever its case.

    Other ids are kept as they are: those of 15 characters that Salesforce gives differ in their case alone.
    """
    key = written.strip()
    if "@" in key and not key.islower() and _MAIL.fullmatch(key):
        return key.lower()
    return key
