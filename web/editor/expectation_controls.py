"""An outcome as a test expects it, a guarantee promises it and `surely` asks for it: words and controls."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.spec.operators import COMPARISONS, OPERATORS
from .comparisons import choices
from .controls import CardElement, RowControls, Word

_EXPECTED = tuple((sign, OPERATORS[sign].phrase) for sign in COMPARISONS)


def expectation_controls(parts: RowControls, *, negated: bool) -> Iterator[CardElement]:
    """The pieces that say it, `not` first where it is denied."""
    if negated:
        yield Word("not")
    if parts.value("operator") is not None:
        operator = parts.value("operator") or ""
        yield parts.blank("score", "suggest", "score", suggest="scores")
        yield parts.blank("operator", "choice", "comparison", choices=choices(_EXPECTED, operator))
        yield parts.blank("value", "number", "points", small=True)
    elif parts.value("stage") is not None:
        yield Word("the stage")
        if parts.value("track") is not None:
            yield Word("in")
            yield parts.blank("track", "suggest", "track", suggest="tracks")
        yield Word("is")
        yield parts.blank("stage", "suggest", "stage", suggest="stages")
    elif parts.value("grade") is not None:
        yield Word("the grade")
        if parts.value("score") is not None:
            yield parts.blank("score", "suggest", "score", suggest="scores")
        yield Word("is")
        yield parts.blank("grade", "text", "grade", small=True)
    elif parts.value("tag") is not None:
        yield Word("the tag")
        yield parts.blank("tag", "suggest", "tag", suggest="tags")
    elif parts.value("rule") is not None:
        yield Word("the rule")
        yield parts.blank("rule", "suggest", "rule", suggest="rules")
        yield Word("fires")
    elif parts.value("handoff") is not None:
        yield Word("the handoff")
        yield parts.blank("handoff", "suggest", "handoff", suggest="handoffs")
        yield Word("takes the lead")
    else:
        yield Word("the lead is disqualified")
