"""Colours for Pygments, by the product's own scanner and parser: for documents and terminals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from pygments.lexer import Lexer
from pygments.token import Comment, Error, Keyword, Name, Number, Operator, String, Text

from ..grammar.messages.diagnostics import Source
from ..grammar.syntax.parse import parse
from .classify import classified
from .references import References

_TOKENS: dict[str, Any] = {
    "keyword": Keyword, "text": String, "number": Number, "sign": Operator, "comment": Comment.Single,
    "object": String.Symbol, "malformed": Error, "name": Name, "field": Name.Attribute,
    "event": Name.Function,
    "define": Name.Variable, "list": Name.Constant, "score": Name.Class, "stage": Name.Label,
    "track": Name.Namespace, "property": Name.Property, "outcome": Name.Label,
}  # fmt: skip
"""What is called in quotes, such as a rule, is a text."""


class LeadwrightLexer(Lexer):  # type: ignore[misc]  # Pygments says nothing of its types
    """Rules of Leadwright."""

    name = "Leadwright"
    aliases: ClassVar[list[str]] = ["leadwright"]
    filenames: ClassVar[list[str]] = ["*.rules"]
    mimetypes: ClassVar[list[str]] = ["text/x-leadwright"]
    version_added = ""

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, Any, str]]:
        """Every character of the text, with what it is a part of."""
        parsed = parse(Source(text))
        names = References([(parsed.source, parsed.tree)]).of(parsed.source)
        end = 0
        for one in classified(parsed, names):
            start, stop = one.span.start, one.span.end
            if start > end:
                yield end, Text.Whitespace, text[end:start]
            yield start, _TOKENS.get(one.sort, String), text[start:stop]
            end = stop
        if end < len(text):
            yield end, Text.Whitespace, text[end:]
