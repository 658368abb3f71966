"""The command `leadwright` as a whole: its parts, its help, and how it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TextIO

import click

from .command import Command
from .failures import FAULT, FOUND, STOPPED, Failure, explained, said
from .settings_file import settings_of

SECTIONS = {
    "Start": {
        "demo": "Score made-up leads, and see the results.",
        "new": "Start a ruleset from the data you have.",
    },
    "Write rules": {
        "check": "Find every mistake in rules files.",
        "fmt": "Format rules files.",
        "test": "Run a ruleset's tests.",
        "prove": "Prove what holds of every possible lead.",
        "lsp": "Run the language server for editors (LSP).",
        "pull": "Save what was published on the page to a rules file.",
        "diff": "Compare two rulesets: what differs, and which leads would move.",
    },
    "Score leads": {
        "import": "Load leads or events from a file.",
        "fields": "Show what the data holds: fields, events, objects.",
        "field": "Change a field's kind, and convert its values.",
        "score": "Score the leads that are due, or all.",
        "watch": "Keep scores right as leads change and time passes.",
        "explain": "Say why a lead has its score, and what it would take.",
        "lead": "Show the ids of a lead, and who may be one person.",
        "merge": "Merge two leads that are one person, or undo it.",
        "forget": "Delete a person, leaving nothing behind.",
        "sql": "Print a ruleset as SQL, for engines that hold millions of leads.",
        "dbt": "Write a ruleset as a dbt package.",
        "export": "Write scores, or leads and events, to files and databases.",
    },
    "Learn from outcomes": {
        "measure": "Compare scores with who became a customer.",
        "backtest": "Try rules on the past, knowing only what was known then.",
        "learn": "Propose points and rules from who became a customer.",
    },
    "Notify other systems": {
        "destination": "Manage where messages about leads are sent.",
        "outbox": "Show which messages were not delivered, and send them again.",
    },
    "Work together": {
        "serve": "Serve the page, and the HTTP interface.",
        "user": "Manage who may use the page.",
        "people": "Manage who gets leads, and when they are away.",
        "source": "Manage which clients may send events.",
        "mcp": "Let an assistant ask about leads and rules.",
    },
    "More": {
        "completion": "Print shell completion.",
    },
}
"""The commands as the help lists them. Each lives in the module of `commands` that is called after it."""

_MODULES = {"import": "import_"}


class Program(click.Group):
    """A group that loads a command when it is called for, so that none pays for the others."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The names of all commands, as the help lists them."""
        return [name for section in SECTIONS.values() for name in section]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, None where there is none."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = import_module(f".commands.{_MODULES.get(cmd_name, cmd_name)}", __package__)
        command = module.command
        assert isinstance(command, Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a suggestion where the name is not one."""
        name = args[0]
        if not name.startswith("-") and name not in self.list_commands(ctx):
            raise Failure(f'there is no command "{name}"', self._suggestion(ctx, name))
        command = self.get_command(ctx, name)
        if command is not None and not ctx.resilient_parsing:
            ctx.default_map = {name: settings_of(name, command, self.list_commands(ctx))}
        return super().resolve_command(ctx, args)

    def _suggestion(self, ctx: click.Context, name: str) -> str:
        import difflib

        if name.endswith(".rules"):
            return f"say what to do with it, for example: leadwright check {name}"
        near = difflib.get_close_matches(name, self.list_commands(ctx), n=1)
        return f'did you mean "{near[0]}"?' if near else "leadwright --help lists the commands"

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands under their headings, without loading one."""
        for heading, commands in SECTIONS.items():
            with formatter.section(heading):
                formatter.write_dl(list(commands.items()), col_max=14, col_spacing=3)


def _version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from ... import __version__

        click.echo(f"leadwright {__version__}")
        ctx.exit()


EPILOG = """
\b
Begin with:
  leadwright demo                     see it work on made-up leads
  leadwright check inbound.rules      find the mistakes in a rules file
  leadwright import leads.csv --lead-id email
  leadwright score inbound.rules
  leadwright explain zoe@example.com

Run leadwright COMMAND --help for more on a command.
"""


@click.command(
    cls=Program,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 90},
    no_args_is_help=False,
    invoke_without_command=True,
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version."
)
@click.pass_context
def program(ctx: click.Context) -> None:
    """Qualify leads by rules that people can read aloud.

    A ruleset is a text file. Leadwright checks it, tests it, runs it over your leads, and says of any lead
    why it has its score and what it would take to be qualified.
    """
    ctx.color = _color_option()
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def _color_option() -> bool | None:
    """What the environment says of colours: forced, forbidden, or as the terminal has it."""
    if os.environ.get("NO_COLOR"):
        return False
    return True if os.environ.get("FORCE_COLOR") else None


def run(arguments: Sequence[str]) -> int:
    """Runs a command with its arguments and returns its exit code. Nothing but SystemExit gets out."""
    for stream in (sys.stdout, sys.stderr):
        _survive_odd_letters(stream)
    try:
        code = program.main(args=list(arguments), prog_name="leadwright", standalone_mode=False)
        sys.stdout.flush()
    except (click.Abort, KeyboardInterrupt):
        return _end("stopped", STOPPED)
    except BrokenPipeError:
        return _close_silently()
    except Exception as error:
        return _failed(error, "--debug" in arguments)
    return code if isinstance(code, int) else 0


def _survive_odd_letters(stream: TextIO) -> None:
    """A letter that the terminal's encoding lacks becomes a mark, instead of ending the program."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")


def _failed(error: Exception, debug: bool) -> int:
    failure = explained(error)
    if debug or failure is None:
        if debug:
            import traceback

            traceback.print_exception(error)
        failure = failure or Failure(f"{FAULT.message} ({type(error).__name__}: {error})", FAULT.hint)
    colored = _color_option()
    return _end(said(failure, colored=sys.stderr.isatty() if colored is None else colored), failure.code)


def _end(text: str, code: int) -> int:
    try:
        click.echo(text, err=True, color=True)
    except OSError:
        return _close_silently(code)
    try:
        sys.stdout.flush()
    except OSError:
        return _close_silently(code)
    return code


def _close_silently(code: int = FOUND) -> int:
    """Whoever read the output has gone: what is left of it goes nowhere, without a complaint at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(nowhere, stream.fileno())
    return code
