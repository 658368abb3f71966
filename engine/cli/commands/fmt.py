"""`leadwright fmt`: files of rules in the one common layout."""

from __future__ import annotations

import difflib
import sys
from typing import TYPE_CHECKING

import click

from ....grammar.frozen import frozen
from ..command import Command, note, text_style, write
from ..failures import FOUND
from ..inputs import STANDARD_INPUT, named, read_source, replace_text

if TYPE_CHECKING:
    from ....grammar.messages.diagnostics import Source
    from ....grammar.text.formatter import Formatted
    from ...report.text_style import TextStyle


@frozen
class _Page:
    """A text, how it is after formatting, and whether it has statements that cannot be read."""

    source: Source
    formatted: Formatted
    broken: bool


@click.command(
    cls=Command,
    examples=[
        "leadwright fmt inbound.rules",
        "leadwright fmt --check .        as in CI: says which files would change",
        "leadwright fmt --diff inbound.rules",
        "leadwright fmt - < draft.rules > inbound.rules",
    ],
)
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path())
@click.option("--check", "checking", is_flag=True, help="Change nothing; say what would change.")
@click.option("--diff", "diffing", is_flag=True, help="Change nothing; show what would change.")
def command(files: tuple[str, ...], checking: bool, diffing: bool) -> int:
    """Format rules files.

    Comments and blank lines stay. What cannot be read, or could not be laid out without moving a comment,
    is left as it is. Standard input (-) goes to standard output.
    """
    pages = [_format(name) for name in named(files)]
    changed = [page for page in pages if page.formatted.changed]
    for page in pages:
        _tell_kept(page)
    for page in pages if not (checking or diffing) else ():
        if page.source.path is None:
            write_raw(page.formatted.text)
        elif page.formatted.changed:
            replace_text(page.source.path, page.formatted.text)
    style = text_style()
    if diffing:
        for page in changed:
            write_raw(_diff(page, style))
    to_stdout = STANDARD_INPUT in files and not checking
    if not (diffing or to_stdout):
        _summarise(changed, len(pages), checking, style)
    would = checking or diffing
    return FOUND if (would and changed) or any(page.broken for page in pages) else 0


def _format(name: str) -> _Page:
    from ....grammar.syntax.parse import parse
    from ....grammar.text.formatter import format_text

    source = read_source(name)
    return _Page(source, format_text(source), bool(parse(source).broken))


def _tell_kept(page: _Page) -> None:
    label = page.source.label
    for span in page.formatted.kept:
        line = page.source.position(span.start)[0]
        note(f"{label}:{line}: left as it is written")
    if page.broken:
        note(f"{label} has mistakes: leadwright check shows them")


def _summarise(changed: list[_Page], files: int, checking: bool, style: TextStyle) -> None:
    from ...report.text_style import counted

    for page in changed:
        write(f"{'would change' if checking else 'formatted'} {style.name(page.source.label)}")
    rest = files - len(changed)
    if not changed:
        write(style.good(f"{counted(files, 'file')} already laid out."))
    else:
        words = "would change" if checking else "formatted"
        write(f"{counted(len(changed), 'file')} {words}, {rest} already laid out.")


def _diff(page: _Page, style: TextStyle) -> str:
    label = page.source.label
    lines = difflib.unified_diff(
        page.source.text.splitlines(keepends=True),
        page.formatted.text.splitlines(keepends=True),
        label,
        f"{label} (formatted)",
    )
    return "".join(_painted(line if line.endswith("\n") else line + "\n", style) for line in lines)


def _painted(line: str, style: TextStyle) -> str:
    text = line.rstrip("\n")
    if line.startswith(("+++", "---")):
        return style.bold(text) + "\n"
    if line.startswith("+"):
        return style.good(text) + "\n"
    if line.startswith("-"):
        return style.bad(text) + "\n"
    return line


def write_raw(text: str) -> None:
    """Text to standard output byte for byte, in UTF-8 whatever the terminal."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8"))
    sys.stdout.buffer.flush()
