"""What `leadwright serve` is told about single sign-on: options, variables and a file for the secret."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ...grammar.frozen import frozen
from .failures import Failure, of_the_disk

if TYPE_CHECKING:
    from ...web.sso.configuration import SingleSignOn

_F = TypeVar("_F", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--oidc-issuer",
        metavar="URL",
        envvar="LEADWRIGHT_OIDC_ISSUER",
        help="Log in through this provider of OpenID Connect; needs the extra oidc.",
    ),
    click.option(
        "--oidc-client", metavar="ID", envvar="LEADWRIGHT_OIDC_CLIENT", help="As which client of it."
    ),
    click.option(
        "--oidc-secret-file",
        metavar="FILE",
        envvar="LEADWRIGHT_OIDC_SECRET_FILE",
        type=click.Path(path_type=Path),
        help="The client's secret; else the variable LEADWRIGHT_OIDC_SECRET holds it.",
    ),
    click.option(
        "--oidc-role",
        multiple=True,
        metavar="CLAIM:VALUE=ROLE",
        help="The role of those with a value in a claim, as in groups:revops=publisher.",
    ),
    click.option(
        "--oidc-default-role", metavar="ROLE", help="The role of those whom --oidc-role gives none."
    ),
    click.option(
        "--oidc-domain", multiple=True, metavar="DOMAIN", help="Let in those with an email address of this."
    ),
    click.option("--oidc-label", metavar="NAME", help='What it is called: "Log in with NAME".'),
)


@frozen
class SsoOptions:
    """The options as they were given."""

    oidc_issuer: str | None
    oidc_client: str | None
    oidc_secret_file: Path | None
    oidc_role: tuple[str, ...]
    oidc_default_role: str | None
    oidc_domain: tuple[str, ...]
    oidc_label: str | None


def sso_options(command: _F) -> _F:
    """Adds the options to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def single_sign_on(options: SsoOptions) -> SingleSignOn | None:
    """How it is set up, None where it is not. Raises Failure where that cannot be."""
    from ...web.accounts.users import Role
    from ...web.sso.configuration import Misconfigured, SingleSignOn, checked, grant

    if options.oidc_issuer is None:
        if options.oidc_client or options.oidc_role or options.oidc_domain or options.oidc_default_role:
            raise Failure("single sign-on needs a provider", "name it with --oidc-issuer")
        return None
    if not options.oidc_client:
        raise Failure(
            "single sign-on needs to know as which client", "say what the provider calls it: --oidc-client"
        )
    try:
        default = options.oidc_default_role
        if default is not None and default not in [role.value for role in Role]:
            raise Misconfigured(f"there is no role {default}")
        return SingleSignOn(
            checked(options.oidc_issuer),
            options.oidc_client,
            _secret(options.oidc_secret_file),
            tuple(map(grant, options.oidc_role)),
            Role(default) if default is not None else None,
            options.oidc_domain,
            options.oidc_label or "single sign-on",
        )
    except Misconfigured as error:
        raise Failure(f"{error}", "see leadwright serve --help") from None


def _secret(file: Path | None) -> str | None:
    if file is None:
        return os.environ.get("LEADWRIGHT_OIDC_SECRET") or None
    try:
        return file.read_text(encoding="utf-8").strip() or None
    except OSError as error:
        raise of_the_disk(error, str(file)) from None
