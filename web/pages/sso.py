"""Logging in through the provider of single sign-on."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...engine.store.database import StoreError
from ..access import open_to_all, session_cookie, settings
from ..accounts.identities import Vouched, log_in_vouched, refused, turn_away
from ..accounts.log_in import log_out
from ..accounts.users import AccountError
from ..database import writing
from ..problems import not_found
from ..sso.configuration import SingleSignOn, domain_allowed, role_of
from .context import own_path
from .log_in import enter

if TYPE_CHECKING:
    from ..sso.provider import Begun, Provider

pages = Blueprint("sso", __name__)

_MINUTES = 10
_NOT_QUIETLY = ("login_required", "interaction_required", "consent_required", "account_selection_required")
"""What a provider says that cannot log somebody in without asking them for something."""

_LONGEST_CODE = 4_000


@pages.get("/log-in/sso")
@open_to_all
def begin() -> Response:
    """Sends the browser to the provider."""
    from ..sso.provider import Begun, Refused

    provider = _provider()
    quiet = "quiet" in request.args
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    begun = Begun(state, nonce, verifier, quiet=quiet)
    try:
        response = redirect(provider.address(begun, _back()), 303)
    except Refused as error:
        return _failed(f"{error}", 503)
    to = own_path(request.args.get("to"))
    kept = [begun.state, begun.nonce, begun.verifier, to, "quiet" if quiet else ""]
    response.set_cookie(
        _cookie(),
        base64.urlsafe_b64encode(json.dumps(kept).encode()).decode(),
        max_age=_MINUTES * 60,
        httponly=True,
        samesite="Lax",
        secure=settings().https,
        path="/",
    )
    return response


@pages.get("/log-in/sso/back")
@open_to_all
def back() -> Response:
    """Takes in whom the provider vouches for."""
    from ..sso.provider import Refused

    provider = _provider()
    kept = _kept()
    if kept is None or not compare_digest(kept[0].state.encode(), request.args.get("state", "").encode()):
        return _failed("This log-in was not begun in this browser, or too long ago.", 400, noted=False)
    begun, to = kept
    if begun.quiet and request.args.get("error") in _NOT_QUIETLY:
        return redirect(url_for("sso.begin", to=to), 303)
    try:
        claims = provider.claims(_code(provider.setup), begun, _back())
        try:
            who = _vouched(claims, provider.setup)
        except Refused as error:
            return _turned_away(str(claims["sub"]), f"{error}")
        with writing(settings()) as store:
            secret = log_in_vouched(store, who, request.remote_addr or "")
            former = request.cookies.get(session_cookie())
            if former:
                log_out(store, former)
    except Refused as error:
        return _failed(f"{error}", 403)
    except AccountError as error:
        return _failed(f"{error.message}: {error.hint}", 403)
    response = enter(to, secret)
    response.delete_cookie(_cookie(), path="/", secure=settings().https, httponly=True, samesite="Lax")
    return response


def _vouched(claims: Mapping[str, Any], setup: SingleSignOn) -> Vouched:
    """Somebody with the role that is theirs. Raises Refused where they have none here."""
    from ..sso.provider import Refused

    mail = claims.get("email") if claims.get("email_verified") in (True, "true") else None
    mail = mail if isinstance(mail, str) and "@" in mail else None
    if not domain_allowed(mail, setup):
        raise Refused(f"{mail or 'somebody without a verified mail address'} is not of a domain let in here")
    role = role_of(claims, setup)
    if role is None:
        raise Refused(f"{mail or claims['sub']} has none of the groups that are let in here")
    name = mail or claims.get("preferred_username") or claims["sub"]
    return Vouched(setup.issuer, claims["sub"], str(name), mail is not None, role, not setup.grants)


def _code(setup: SingleSignOn) -> str:
    from ..sso.provider import Refused

    error, issuer = request.args.get("error"), request.args.get("iss")
    if error is not None:
        raise Refused(f"the provider said {error[:100]}: {request.args.get('error_description', '')[:200]}")
    if issuer is not None and issuer != setup.issuer:
        raise Refused("the answer is of another provider")
    code = request.args.get("code", "")
    if not code or len(code) > _LONGEST_CODE:
        raise Refused("the provider sent no code")
    return code


def _provider() -> Provider:
    setup = settings().sso
    if setup is None:
        raise not_found("There is no single sign-on here.")
    from ..sso.provider import Provider

    found: Provider = current_app.extensions.setdefault("leadwright.sso", Provider(setup))
    return found


def _back() -> str:
    """The address to come back to, by the name that the page was called by, which was looked at."""
    scheme = "https" if settings().https else "http"
    return f"{scheme}://{request.host}{url_for('sso.back')}"


def _cookie() -> str:
    return "__Host-leadwright_sso" if settings().https else "leadwright_sso"


def _kept() -> tuple[Begun, str] | None:
    from ..sso.provider import Begun

    try:
        found = json.loads(base64.urlsafe_b64decode(request.cookies.get(_cookie(), "")))
    except ValueError:
        return None
    if not isinstance(found, list) or len(found) != 5 or not all(isinstance(part, str) for part in found):
        return None
    state, nonce, verifier, to, quiet = found
    begun = Begun(state, nonce, verifier, quiet=bool(quiet))
    return (begun, own_path(to)) if state and nonce and verifier else None


def _turned_away(subject: str, why: str) -> Response:
    """The log-in page for somebody who may not be here, or not any more."""
    setup = settings().sso
    assert setup is not None, "only a provider that is set up vouches for somebody"
    with writing(settings()) as store:
        turn_away(store, setup.issuer, subject, why, request.remote_addr or "")
    return _failed(why, 403, noted=False)


def _failed(why: str, status: int, *, noted: bool = True) -> Response:
    """The log-in page, with why it came to nothing; what the provider answered is on record."""
    if noted and status == 403:
        try:
            with writing(settings()) as store:
                refused(store, why, request.remote_addr or "")
        except StoreError:
            current_app.logger.warning("a log-in was refused: %s", why)
    said = f"You were not logged in: {why[:1].lower()}{why[1:]}".rstrip(".") + "."
    page = render_template("log_in.html", to="/", name="", said=said, empty=False, sso=settings().sso)
    response = make_response(page, status)
    response.delete_cookie(_cookie(), path="/", secure=settings().https, httponly=True, samesite="Lax")
    return response
