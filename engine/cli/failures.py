"""What can go wrong around a command, as one message: what is wrong, and what to do."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import click

FOUND, FAILED, STOPPED = 1, 2, 130
"""Exit codes: problems were found; the command could not do its work; it was stopped by the user."""


class Failure(Exception):
    """A command cannot do what it was asked to. `message` says why, `hint` what to do."""

    def __init__(self, message: str, hint: str | None = None, code: int = FAILED) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code


_REASONS = {
    errno.ENOENT: ("there is no {path}", "check the name, and the folder you are in"),
    errno.EISDIR: ("{path} is a folder, not a file", "name a file in it"),
    errno.ENOTDIR: ("{path} is not in a folder", "check the name"),
    errno.EACCES: ("you may not open {path}", "ask its owner for permission, or change it with chmod"),
    errno.EPERM: ("you may not change {path}", "ask its owner for permission"),
    errno.EROFS: ("{path} is on a disk that can only be read", "name a file elsewhere"),
    errno.ENOSPC: ("the disk is full: there is no room for {path}", "make room, then run the same again"),
    errno.EDQUOT: (
        "your share of the disk is full: there is no room for {path}",
        "make room, then try again",
    ),
    errno.EFBIG: ("{path} would be larger than this disk allows", "name a file on another disk"),
    errno.EMFILE: ("too many files are open", "give fewer files at once"),
    errno.ENAMETOOLONG: ("the name of {path} is too long", "shorten it"),
}


def of_the_disk(error: OSError, path: str | os.PathLike[str] | None = None) -> Failure:
    """A failed reading or writing in a person's words."""
    name = os.fspath(path) if path is not None else error.filename
    shown = str(name) if name is not None else "the output"
    reason = _REASONS.get(error.errno or 0)
    if reason is None:
        return Failure(f"{shown} cannot be used: {error.strerror or error}", "check the file and the disk")
    return Failure(reason[0].format(path=shown), reason[1])


def explained(error: BaseException) -> Failure | None:
    """The failure behind an exception, None where it is a fault of the program's own."""
    import sqlite3

    from ..store.database import StoreError

    if isinstance(error, Failure):
        return error
    if isinstance(error, click.UsageError):
        return _of_usage(error)
    if isinstance(error, click.ClickException):
        return Failure(error.format_message())
    if isinstance(error, StoreError):
        return Failure(error.message, error.hint)
    if isinstance(error, OSError):
        return of_the_disk(error)
    if isinstance(error, sqlite3.OperationalError):
        return Failure(f"the database cannot be used: {error}", "check the file and the disk")
    if isinstance(error, MemoryError):
        return Failure("there is not enough memory for this", "close other programs, or use smaller files")
    return None


def _of_usage(error: click.UsageError) -> Failure:
    message = error.format_message().rstrip(".")
    message = message[:1].lower() + message[1:]
    command = error.ctx.command_path if error.ctx is not None else "leadwright"
    extra = _EXTRA.fullmatch(message)
    if extra is not None and error.ctx is not None:
        option = _OPTION_OF.get(Path(extra[1]).suffix, "")
        if any(option in parameter.opts for parameter in error.ctx.command.params):
            return Failure(message, f"name it with {option}: {option} {extra[1]}")
    return Failure(message, f"{command} --help shows how it is called")


_EXTRA = re.compile(r"got unexpected extra argument \((\S+)\)")
_OPTION_OF = {".rules": "--rules", ".db": "--db"}
"""The option that a file of this kind is named with, where a command does not take it as an argument."""


def said(failure: Failure, *, colored: bool) -> str:
    """The message as it goes to standard error."""
    word = click.style("error", fg="red", bold=True) if colored else "error"
    text = f"{word}: {failure.message}"
    if failure.hint:
        hint = click.style("help", fg="cyan") if colored else "help"
        text += f"\n  {hint}: {failure.hint}"
    return text


FAULT = Failure(
    "this is a fault in Leadwright, not in what you gave it",
    "run the same again with --debug, and report what it prints",
)
