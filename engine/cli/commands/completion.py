"""`leadwright completion`: completion for the shell."""

from __future__ import annotations

import click

from ..command import Command, write
from ..failures import Failure

SHELLS = ("bash", "zsh", "fish")


@click.command(
    cls=Command,
    examples=[
        'bash, in ~/.bashrc:    eval "$(leadwright completion bash)"',
        'zsh, in ~/.zshrc:      eval "$(leadwright completion zsh)"',
        "fish, once:            leadwright completion fish > ~/.config/fish/completions/leadwright.fish",
    ],
)
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> int:
    """Print shell completion for commands, options, files and leads."""
    from click.shell_completion import get_completion_class

    from ..program import program

    kind = get_completion_class(shell)
    assert kind is not None
    try:
        # The template alone: asking the shell for its version would need that shell at hand.
        completion = kind(program, {}, "leadwright", "_LEADWRIGHT_COMPLETE")
        write(completion.source_template % completion.source_vars())
    except (KeyError, TypeError):
        raise Failure(
            f"there is no completion for {shell}", f"there is one for {', '.join(SHELLS)}"
        ) from None
    return 0
