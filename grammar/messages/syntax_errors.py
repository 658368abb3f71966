"""What is said of a text that does not parse: one message a mistake, in the writer's words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ..spec.operators import COMPARISONS
from ..spec.statements import STATEMENT_WORDS, STATEMENTS
from ..spec.words import near
from ..syntax.lr_table import END, load
from ..syntax.nodes import Lexeme, Span
from . import condition_mistakes, sign_mistakes, statement_mistakes
from .diagnostics import Diagnostic, Fix, Severity, Source, SyntaxProblem
from .error_context import CONDITION_STARTS, Detector, ErrorContext, shown
from .repairs import REPAIRS, likely_word, misspelt, spelling

_RULE_WORDS = ("rule", "when", "for")
_EXAMPLES = {spec.word: spec.example for spec in STATEMENTS if spec.example}

# What people write at the head of a statement for what is called otherwise here.
_MEANT = {
    "if": "when", "let": "define", "var": "define", "set": "define", "import": "include", "use": "include",
    "track": "stage", "reject": "disqualify", "property": "field", "attribute": "field", "unless": "when not",
    "section": "group", "points": "score", "status": "stage", "case": "test", "title": "ruleset",
}  # fmt: skip
_INNER = {"then", "and", "or", "given", "expect", "because", "where", "otherwise", "once"}


def said(source: Source, problem: SyntaxProblem, severity: Severity = Severity.ERROR) -> Diagnostic:
    """A mistake as a diagnostic."""
    hint = problem.hint if isinstance(problem.hint, str) else problem.hint(source.text)
    fixes = (problem.fix,) if problem.fix is not None else ()
    return Diagnostic(problem.code, severity, problem.message, source, problem.span, hint, fixes)


def of_spelling(place: ErrorContext) -> SyntaxProblem | None:
    """A misspelt word, where the piece would read but for it."""
    return condition_mistakes.domain_of(place) or misspelt(place)


def of_one_change(place: ErrorContext) -> SyntaxProblem | None:
    """A mistake that one change would fix, as a familiar mistake where it is one."""
    mended = misspelt(place, whatever_it_says=True) or _first(REPAIRS, place)
    return mended and (_first(_DETECTORS, place) or mended)


def of_piece(place: ErrorContext) -> SyntaxProblem:
    """What is wrong with a piece, as well as can be told without trying changes."""
    found = _first((*_DETECTORS, missing_part, unfinished), place)
    if found is not None:
        return found
    assert place.at is not None
    return SyntaxProblem(
        "out-of-place", f"{shown(place.at)} cannot stand here", place.span, expectation(place)
    )


def _first(detectors: Iterable[Detector], place: ErrorContext) -> SyntaxProblem | None:
    for look in detectors:
        found = look(place)
        if found is not None:
            return found
    return None


def parenthesis(place: ErrorContext) -> SyntaxProblem | None:
    """A round bracket that is not closed, or one that closes nothing."""
    opened: list[Lexeme] = []
    for lexeme in place.taken:
        if lexeme.kind == "LPAR":
            opened.append(lexeme)
        elif lexeme.kind == "RPAR" and opened:
            opened.pop()
    if place.kind == "RPAR" and not opened:
        return SyntaxProblem("extra-parenthesis", "this bracket closes nothing", place.span, "leave it out")
    ends = place.at is None or place.word in ("then", "because", "when", "once")
    if opened and ends and "RPAR" in place.accepted:
        hint = "close it with ) where the condition in it ends"
        return SyntaxProblem("unclosed-parenthesis", "this bracket is not closed", opened[-1].span, hint)
    return None


_DETECTORS: Final[tuple[Detector, ...]] = (
    *sign_mistakes.DETECTORS,
    *condition_mistakes.DETECTORS,
    *statement_mistakes.DETECTORS,
    likely_word,
    parenthesis,
)


def missing_part(place: ErrorContext) -> SyntaxProblem | None:
    """A condition, a `when` or a `then` that is not there."""
    if place.condition_missing() and (
        place.at is None or place.word or place.kind in ("RPAR", "COMMA", "RBRACE")
    ):
        before = place.before()
        where = f" after {shown(before)}" if before is not None else ""
        what = "a condition" if "NOT" in place.accepted else "a value"
        example = "visited pricing >= 2" if what == "a condition" else '100, "CTO" or employees'
        example = 'device = "phone"' if before is not None and before.kind == "WHERE" else example
        return SyntaxProblem(
            "missing-condition", f"{what} is missing{where}", place.span, f"write e.g. {example}"
        )
    if "WITHIN" in place.accepted and "THEN" not in place.accepted:
        message = '"followed by" does not say within what time'
        return SyntaxProblem(
            "missing-within", message, place.span, "write e.g. within 7 days after the second event"
        )
    if place.head in _RULE_WORDS and "THEN" in place.accepted:
        hint = "say what the rule gives, e.g. then +10"
        return SyntaxProblem("missing-then", '"then" is missing', place.span, hint)
    if "WHEN" in place.accepted and (written := _EXAMPLES.get(place.head)):
        also = ' or "for"' if place.head == "rule" else ""
        written = _threshold(place) or f"e.g. {written}"
        return SyntaxProblem("missing-when", f'"when"{also} is missing', place.span, f"write {written}")
    if "LBRACE" in place.accepted:
        hint = "put the group's rules between { and }"
        return SyntaxProblem("missing-brace", "the group's opening brace is missing", place.span, hint)
    if {"WORD", "BRACKETED"} <= place.accepted and (place.at is None or place.word in STATEMENT_WORDS):
        where = f" after {shown(place.taken[-1])}" if place.taken else ""
        return SyntaxProblem(
            "missing-name", f"a name is missing{where}", place.span, "write e.g. fit or [Lead Source]"
        )
    if place.head == "test" and place.at is None and place.accepted & {"EXPECT", "GIVEN"}:
        return SyntaxProblem(
            "missing-expect",
            "this test expects nothing",
            place.span,
            "add what should come of it, e.g. expect score = 40",
        )
    return None


def _threshold(place: ErrorContext) -> str | None:
    """What `stage MQL at 50`, `stage MQL >= 50` and `stage MQL from 50` mean."""
    near = [part for part in (place.at, *place.rest[:2]) if part is not None]
    number = next((part for part in near[:2] if part.kind == "NUMERAL"), None)
    if place.head != "stage" or number is None or place.word in ("until", "when"):
        return None
    sign = near[0].text if near[0].text in COMPARISONS else ">="
    return f"when score {sign} {number.text}"


def unfinished(place: ErrorContext) -> SyntaxProblem | None:
    """A piece that ends too soon."""
    if place.at is not None:
        return None
    what = f'this "{place.head}"' if place.head in STATEMENT_WORDS else "this"
    return SyntaxProblem("unfinished", f"{what} ends too soon", place.span, expectation(place))


# --- what could have stood there ----------------------------------------------------------------------------

_CALLED = {
    "QUOTED": "a text in quotes",
    "NUMERAL": "a number",
    "MOMENT": "a date",
    "EQUALS": "a comparison such as =",
    "PLUS": "a sign such as +",
    "MINUTES": "a unit such as days",
    "COLON": "a colon",
    "COMMA": "a comma",
    "RPAR": "a closing bracket",
    "LPAR": "an opening bracket",
    "PERCENT": "a percent sign",
    "DOT": "a dot",
}
_ORDER = (
    "THEN", "WHEN", "FOR", "AND", "OR", "COLON", "COMMA", "RPAR", "EQUALS", "NUMERAL", "QUOTED", "MOMENT",
    "MINUTES",
)  # fmt: skip
_SAID_BY_ANOTHER = {
    "MINUTE",
    "HOUR",
    "HOURS",
    "DAY",
    "DAYS",
    "WEEK",
    "WEEKS",
    "MONTH",
    "MONTHS",
    "YEAR",
    "YEARS",
}


def expectation(place: ErrorContext) -> str:
    """What could have stood there, in words."""
    accepted = set(place.accepted)
    before = place.before()
    after = f"after {shown(before)} comes " if before is not None else "there comes "
    said_: list[str] = []
    if accepted >= CONDITION_STARTS:
        said_.append("a condition" if "NOT" in accepted else "a value")
        accepted = set()
    elif accepted & {"WORD", "BRACKETED"}:
        said_.append("a name" if "BRACKETED" in accepted else "an object")
        accepted -= {"WORD", "BRACKETED", "PATH"} | ({"QUOTED"} if "BRACKETED" not in accepted else set())
    if "MINUTES" in accepted:
        accepted -= _SAID_BY_ANOTHER
    for kind in sorted(
        accepted, key=lambda kind: (_ORDER.index(kind) if kind in _ORDER else len(_ORDER), kind)
    ):
        word = load().terminals.get(kind, "")
        if kind in _CALLED:
            said_.append(_CALLED[kind])
        elif word.isalpha() or kind == "LBRACE":
            said_.append(f'"{word}"')
    if END in place.accepted:
        said_.append("the next statement")
    if len(said_) > 5:
        said_ = said_[:5]
    return after + _or(said_) if said_ else "look at what stands before it"


def _or(parts: Iterable[str]) -> str:
    *most, last = parts
    return f"{', '.join(most)} or {last}" if most else last


# --- whole pieces -----------------------------------------------------------------------------


def no_statement(place: ErrorContext) -> SyntaxProblem:
    """Text that does not begin as a statement does."""
    assert place.at is not None
    head = place.at
    span = Span(head.start, head.end)
    if head.kind in ("UNCLOSED_QUOTE", "UNCLOSED_BRACKET"):
        span = head.span
    message = f"no statement begins with {shown(head)}"
    if head.word in STATEMENT_WORDS:  # `group-fit`, of which the first word alone would begin one
        hint = f'put a space after "{head.text}"'
        sign = place.after() or head
        return SyntaxProblem("out-of-place", f"{shown(sign)} cannot stand here", sign.span, hint)
    if head.word in _INNER:
        hint = f'"{head.word}" goes on with a statement; perhaps the one before was ended too soon by a ";"'
        return SyntaxProblem("no-statement", message, span, hint)
    if head.word in _MEANT:
        meant = _MEANT[head.word]
        return SyntaxProblem(
            "no-statement", message, span, f'did you mean "{meant}"?', Fix.write(span, meant)
        )
    alike = near(head.word, STATEMENT_WORDS) if head.word else []
    for keyword in alike:
        if place.reads([head._replace(kind="WORD", word=keyword), *place.rest]):
            return spelling(head, keyword)
    if alike:
        fix = Fix.write(span, alike[0])
        return SyntaxProblem("no-statement", message, span, f'did you mean "{alike[0]}"?', fix)
    hint = "a rule begins with when or for, a remark with #"
    return SyntaxProblem("no-statement", message, span, hint)
