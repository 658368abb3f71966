"""What the parts of a statement are called on a page, and what a part holds when it first comes in."""

from __future__ import annotations

_LABELS = {
    "amount": "how many",
    "at": "on the day",
    "because": "reason",
    "by": "property that says what it is about",
    "column": "column",
    "decay": "points lose their worth",
    "end": "until",
    "file": "file",
    "first": "since the first time",
    "function": "measure",
    "grade": "grade",
    "high": "up to",
    "kind": "kind",
    "label": "grade",
    "least": "at least",
    "list": "list",
    "low": "from",
    "most": "at most",
    "name": "name",
    "object": "what it is about",
    "off": "switched off",
    "on": "on the day",
    "once": "once per",
    "operator": "comparison",
    "otherwise": "otherwise",
    "percent": "percent",
    "points": "points",
    "property": "property",
    "rule": "rule",
    "score": "score",
    "source": "name in the data",
    "stage": "stage",
    "start": "from",
    "subject": "value",
    "tag": "tag",
    "times": "times",
    "title": "title",
    "track": "track",
    "unit": "unit of time",
    "value": "value",
    "when": "only for leads where",
    "where": "only those where",
    "which": "which",
    "window": "window of time",
}

_FIRST = {
    "window": "in last 30 days",
    "decay": "fading",
    "once": "day",
    "operator": ">=",
    "first": "yes",
    "off": "yes",
    "most": "10",
    "least": "0",
    "times": "2",
}


def label_of(path: str) -> str:
    """What a part is called."""
    words = [word for word in path.split(".") if not word.isdigit()]
    last = words[-1] if words else path
    whose = words[-2] if len(words) > 1 else ""
    if whose in ("first", "second") and last in ("name", "object"):
        return f"{whose} event" if last == "name" else f"what the {whose} event is about"
    if whose in ("event",) and last == "name":
        return "event"
    if whose in ("when", "where") and last == "name":
        return "what is asked about"
    return _LABELS.get(last, "value")


def first_value(path: str) -> str | None:
    """What a part holds when it is put in, None where only its writer can say."""
    return _FIRST.get(path.rpartition(".")[2])
