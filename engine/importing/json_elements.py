"""The elements of a JSON array, one at a time: of a file that is one, or of an object around one."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from typing import TextIO

_BLOCK = 1 << 18
_LONGEST = 1 << 22
_BLANKS = " \t\r\n"


class Broken(ValueError):
    """The text is no JSON from a line on."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


class _Text:
    """A text read as it is needed, with the line that its next letter stands in."""

    def __init__(self, file: TextIO) -> None:
        self.file = file
        self.buffer = ""
        self.at = 0
        self.line = 1
        self.ended = False
        self.decoder = json.JSONDecoder(parse_constant=_no_number)

    def more(self) -> bool:
        """Reads on; False at the end."""
        block = self.file.read(_BLOCK)
        self.ended = not block
        self.buffer = self.buffer[self.at :] + block
        self.at = 0
        return not self.ended

    def next_letter(self) -> str:
        """The next letter that is not blank, which stays; empty at the end."""
        while True:
            while self.at < len(self.buffer) and self.buffer[self.at] in _BLANKS:
                self.line += self.buffer[self.at] == "\n"
                self.at += 1
            if self.at < len(self.buffer):
                return self.buffer[self.at]
            if not self.more():
                return ""

    def take(self, letter: str) -> None:
        """Takes the next letter, which has to be this one. Raises `Broken`."""
        found = self.next_letter()
        if found != letter:
            where = f"there is {found}" if found else "the file ends"
            raise Broken(self.line, f"is not JSON: {where} where {letter} is due")
        self.at += 1

    def value(self) -> object:
        """Takes the next value. Raises `Broken`."""
        self.next_letter()
        while True:
            try:
                found, end = self.decoder.raw_decode(self.buffer, self.at)
            except RecursionError:
                raise Broken(self.line, "is nested too deeply") from None
            except ValueError as error:
                if len(self.buffer) - self.at > _LONGEST:
                    raise Broken(self.line, f"has an element of more than {_LONGEST:,} characters") from None
                if self.more():
                    continue
                raise Broken(self.line, f"is not JSON: {getattr(error, 'msg', error)}") from None
            # A number at the end of what was read may go on.
            if end == len(self.buffer) and not isinstance(found, str | list | dict) and self.more():
                continue
            self.line += self.buffer.count("\n", self.at, end)
            self.at = end
            return found


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is not a number")


def elements(file: TextIO) -> Iterator[tuple[int, object]]:
    """The elements of the array of objects that a file is or has within, each with the line it begins in.

    An object without such an array is itself the only element. Raises `Broken` where the text is no JSON.
    """
    text = _Text(file)
    if text.next_letter() == "[":
        yield from _of_array(text)
        return
    line, whole = text.line, dict[str, object]()
    found = yield from _within(text, whole, 0)
    if not found:
        yield line, whole


def _of_array(text: _Text) -> Iterator[tuple[int, object]]:
    text.take("[")
    while text.next_letter() != "]":
        line = text.line
        yield line, text.value()
        if text.next_letter() != "]":
            text.take(",")
    text.take("]")


_DEEPEST = 3


def _within(text: _Text, whole: dict[str, object], depth: int) -> Generator[tuple[int, object], None, bool]:
    """The elements of the first array of objects within an object; else its members come to be in `whole`."""
    text.take("{")
    while text.next_letter() != "}":
        key = text.value()
        text.take(":")
        letter = text.next_letter()
        if letter == "[" and _begins_objects(text):
            yield from _of_array(text)
            return True
        if letter == "{" and depth < _DEEPEST:
            inner: dict[str, object] = {}
            if (yield from _within(text, inner, depth + 1)):
                return True
            whole[str(key)] = inner
        else:
            whole[str(key)] = text.value()
        if text.next_letter() != "}":
            text.take(",")
    text.take("}")
    return False


def _begins_objects(text: _Text) -> bool:
    """Whether the array that begins here has an object first."""
    while text.at + 1 >= len(text.buffer.rstrip(_BLANKS)) and text.more():
        pass
    return text.buffer[text.at + 1 :].lstrip(_BLANKS)[:1] == "{"
