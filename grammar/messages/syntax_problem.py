"""What stops a piece of text from becoming a node."""

from __future__ import annotations

from collections.abc import Callable

from ..syntax.nodes import Span


class Trouble(Exception):
    """A mistake of the writer's, found while a node is made.

    `hint` says what to do; where it has to quote the text, it is a function of the text.
    """

    def __init__(self, code: str, message: str, span: Span, hint: str | Callable[[str], str]) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.span = span
        self.hint = hint
