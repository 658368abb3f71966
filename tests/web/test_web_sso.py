"""Single sign-on, against a provider that the tests start on this computer."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from leadwright.engine.cli.program import run
from leadwright.engine.store.database import Store
from leadwright.engine.store.records.audit import Action, entries
from leadwright.web import Settings, create_app
from leadwright.web.accounts.log_in import CHECK_AFTER, CHECK_WITHIN
from leadwright.web.accounts.tokens import make_token
from leadwright.web.accounts.users import Doer, Role, add_user, change_role, user_named, users
from leadwright.web.serving import CannotServe, Server
from leadwright.web.sso.configuration import Grant, Misconfigured, SingleSignOn, checked, grant, role_of

CLIENT, SECRET = "leadwright", "s3cret/with:signs"
SOMEBODY = {"sub": "u-1", "email": "Ann@Example.com", "email_verified": True, "groups": ["staff"]}


@cache
def key_called(kid: str) -> RSAKey:
    """A key pair, made once."""
    return RSAKey.generate_key(2048, {"kid": kid.split(maxsplit=1)[0], "use": "sig"})


class Idp:
    """A provider of OpenID Connect, whose answers a test can spoil."""

    def __init__(self) -> None:
        self.key = key_called("one")
        self.who: dict[str, Any] = dict(SOMEBODY)
        self.spoil: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
        self.sign: Callable[[dict[str, Any]], str] = self.signed
        self.status = 200
        self.moved: str | None = None
        self.asked: dict[str, dict[str, str]] = {}
        self.exchanges: list[dict[str, str]] = []
        self.describe: dict[str, Any] = {}
        idp = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/.well-known/openid-configuration":
                    self.answer(200, idp.description())
                elif self.path == "/keys":
                    self.answer(200, {"keys": [idp.key.as_dict(private=False)]})
                else:
                    self.answer(404, {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                status, found = idp.exchange(form, self.headers.get("Authorization", ""))
                self.answer(307 if idp.moved is not None else status, found)

            def answer(self, status: int, found: object) -> None:
                content = json.dumps(found).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                if status == 307:
                    self.send_header("Location", str(idp.moved))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def description(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        } | self.describe

    def authorize(self, address: str) -> str:
        """What the browser does there: logs in, and comes back with a code. Gives the way back."""
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.issuer}/authorize"
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert (query["response_type"], query["client_id"]) == ("code", CLIENT)
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = f"code-{len(self.asked)}"
        self.asked[code] = query
        back = urlsplit(query["redirect_uri"])
        assert (back.netloc, back.path) == ("localhost", "/log-in/sso/back")
        return f"{back.path}?code={code}&state={query['state']}"

    def exchange(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        self.exchanges.append(form)
        query = self.asked.pop(form.get("code", ""), None)
        basic = base64.b64encode(b"leadwright:s3cret%2Fwith%3Asigns").decode()
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proven = base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
        if (
            self.status != 200
            or query is None
            or authorization != f"Basic {basic}"
            or form["redirect_uri"] != query["redirect_uri"]
            or proven != query["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": query["nonce"],
            **self.who,
        }
        return 200, {"id_token": self.sign(self.spoil(claims)), "access_token": "a", "token_type": "Bearer"}

    def signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)


@pytest.fixture
def idp() -> Iterator[Idp]:
    provider = Idp()
    yield provider
    provider.close()


def page(database: Path, idp: Idp, **more: Any) -> Flask:
    return create_app(Settings(database, sso=SingleSignOn(idp.issuer, CLIENT, SECRET, **more)))


def come_back(client: FlaskClient, idp: Idp, to: str = "/leads"):
    """The whole way: off to the provider and back."""
    begun = client.get(f"/log-in/sso?to={to}")
    assert begun.status_code == 303
    return client.get(idp.authorize(begun.location))


def said(answer) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", answer.get_data(as_text=True)).split())


def test_somebody_new_becomes_a_viewer_and_is_led_on(database: Path, idp: Idp, store: Store) -> None:
    client = page(database, idp).test_client()
    assert client.get("/leads").status_code == 302
    assert "Log in with single sign-on" in said(client.get("/log-in"))
    answer = come_back(client, idp, "/lead?id%3DL1")
    assert (answer.status_code, answer.location) == (303, "/lead?id=L1")
    assert client.get("/lead?id=L1").status_code == 200
    assert client.get("/audit").status_code == 403
    assert [(user.name, user.role) for user in users(store)] == [("ann@example.com", Role.VIEWER)]
    assert entries(store, 1)[0].action is Action.USER_ADDED
    assert "code_verifier" in idp.exchanges[0]
    assert client.get_cookie("leadwright_sso") is None


def test_who_comes_again_is_the_same_user_whatever_they_are_called(
    database: Path, idp: Idp, store: Store
) -> None:
    app = page(database, idp)
    come_back(app.test_client(), idp)
    change_role(store, "ann@example.com", Role.PUBLISHER, Doer("test", "here"))
    idp.who["email"] = "ann.lee@example.com"
    come_back(app.test_client(), idp)
    assert [(user.name, user.role) for user in users(store)] == [("ann@example.com", Role.PUBLISHER)]


def test_claims_give_roles_at_each_log_in(database: Path, idp: Idp, store: Store) -> None:
    grants = (Grant("groups", "revops", Role.PUBLISHER), Grant("groups", "staff", Role.VIEWER))
    app = page(database, idp, grants=grants)
    come_back(app.test_client(), idp)
    assert user_named(store, "ann@example.com").role is Role.VIEWER
    idp.who["groups"] = ["revops", "staff"]
    come_back(app.test_client(), idp)
    assert user_named(store, "ann@example.com").role is Role.PUBLISHER
    assert entries(store, 1)[0].detail == "viewer to publisher"
    idp.who["groups"] = ["others"]
    refused = come_back(app.test_client(), idp)
    assert refused.status_code == 403
    assert "none of the groups" in said(refused)


def test_who_lost_every_role_is_out_at_the_next_check(database: Path, idp: Idp, store: Store) -> None:
    app = page(database, idp, grants=(Grant("groups", "staff", Role.PUBLISHER),))
    client = app.test_client()
    come_back(client, idp)
    token = make_token(store, "ann@example.com", "CRM", Role.VIEWER, days=None, doer=Doer("test", "here"))
    assert client.get("/leads").status_code == 200
    idp.who["groups"] = []
    store.connection.execute("UPDATE session SET checked = checked - ?", (CHECK_AFTER + 1_000_000,))
    away = client.get("/leads?stage=MQL")
    assert (away.status_code, away.location) == (302, "/log-in/sso?to=/leads?stage%3DMQL&quiet=1")
    begun = client.get(away.location)
    assert "prompt=none" in begun.location
    refused = client.get(idp.authorize(begun.location))
    assert (refused.status_code, "none of the groups" in said(refused)) == (403, True)
    assert client.get("/leads").status_code == 302
    assert client.get("/api/v1/leads", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert (entries(store, 1)[0].subject, "1 token ended" in entries(store, 1)[0].detail) == (
        "ann@example.com",
        True,
    )


def test_a_check_with_the_provider_goes_by_unseen(database: Path, idp: Idp, store: Store) -> None:
    client = page(database, idp).test_client()
    come_back(client, idp)
    store.connection.execute("UPDATE session SET checked = checked - ?", (CHECK_AFTER + 1_000_000,))
    assert client.get("/leads", headers={"Sec-Fetch-Mode": "cors"}).status_code == 200
    begun = client.get(client.get("/leads").location)
    answer = client.get(idp.authorize(begun.location))
    assert (answer.status_code, answer.location) == (303, "/leads")
    assert client.get("/leads").status_code == 200
    assert store.connection.execute("SELECT count(*) FROM session").fetchone() == (1,)
    # Whoever is logged in there no more is asked to log in.
    store.connection.execute("UPDATE session SET checked = checked - ?", (CHECK_AFTER + 1_000_000,))
    begun = client.get(client.get("/leads").location)
    state = parse_qs(urlsplit(begun.location).query)["state"][0]
    asked = client.get(f"/log-in/sso/back?error=login_required&state={state}")
    assert (asked.status_code, asked.location) == (303, "/log-in/sso?to=/leads")
    assert "prompt=none" not in client.get(asked.location).location
    # A session that is not checked in time is over, for programs in the page too.
    store.connection.execute("UPDATE session SET checked = checked - ?", (CHECK_WITHIN,))
    assert client.get("/leads", headers={"Sec-Fetch-Mode": "cors"}).status_code == 302


def test_only_verified_mail_of_a_domain_is_let_in(database: Path, idp: Idp, store: Store) -> None:
    app = page(database, idp, domains=("example.com",))
    assert come_back(app.test_client(), idp).status_code == 303
    for mail, verified in (("ann@example.com", False), ("eve@evil.example", True), ("example.com", True)):
        idp.who |= {"sub": mail, "email": mail, "email_verified": verified}
        refused = come_back(app.test_client(), idp)
        assert refused.status_code == 403
        assert "not of a domain let in here" in said(refused)
    assert len(users(store)) == 1


def test_a_user_is_linked_by_verified_mail_alone(database: Path, idp: Idp, store: Store) -> None:
    add_user(store, "ann@example.com", Role.ADMIN, "correct horse battery", Doer("test", "here"))
    app = page(database, idp)
    idp.who = {"sub": "eve", "email": "ann@example.com", "preferred_username": "ann@example.com"}
    refused = come_back(app.test_client(), idp)
    assert refused.status_code == 403
    assert "has not verified that it is you" in said(refused)
    idp.who = dict(SOMEBODY)
    client = app.test_client()
    assert come_back(client, idp).status_code == 303
    assert client.get("/audit").status_code == 200


def without(*names: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda claims: {name: value for name, value in claims.items() if name not in names}


def having(**more: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda claims: claims | more


NOW = int(time.time())
BAD = {
    "expired": having(exp=NOW - 3600, iat=NOW - 7200),
    "of another issuer": having(iss="http://127.0.0.1:1"),
    "for another client": having(aud="other"),
    "for another client too": having(aud=["leadwright", "other"], azp="other"),
    "another nonce": having(nonce="other"),
    "no nonce": without("nonce"),
    "no expiry": without("exp"),
    "no subject": without("sub"),
    "an empty subject": having(sub=""),
    "from the future": having(nbf=NOW + 7200),
    "another access token": having(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
}


@pytest.mark.parametrize("why", BAD)
def test_a_token_that_does_not_hold_lets_nobody_in(database: Path, idp: Idp, store: Store, why: str) -> None:
    idp.spoil = BAD[why]
    client = page(database, idp).test_client()
    refused = come_back(client, idp)
    assert refused.status_code == 403
    assert "You were not logged in" in said(refused)
    assert client.get("/leads").status_code == 302
    assert users(store) == []
    assert [(entry.action, entry.who) for entry in entries(store, 1)] == [
        (Action.LOG_IN_FAILED, "(single sign-on)"),
    ]


def unsigned(claims: dict[str, Any]) -> str:
    parts = [{"alg": "none"}, claims]
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
        + "."
    )


@pytest.mark.parametrize("how", ["unsigned", "stranger", "shared", "nonsense", "none"])
def test_a_signature_that_is_not_the_providers_lets_nobody_in(database: Path, idp: Idp, how: str) -> None:
    stranger = key_called("one of a stranger")
    shared = OctKey.import_key(SECRET)
    idp.sign = {
        "unsigned": unsigned,
        "stranger": lambda claims: jwt.encode({"alg": "RS256", "kid": "one"}, claims, stranger),
        "shared": lambda claims: jwt.encode({"alg": "HS256", "kid": "one"}, claims, shared),
        "nonsense": lambda _: "a.b.c",
        "none": lambda _: "",
    }[how]
    assert come_back(page(database, idp).test_client(), idp).status_code == 403


def test_the_secret_is_sent_in_the_way_that_the_provider_takes(database: Path, idp: Idp) -> None:
    idp.describe = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    come_back(page(database, idp).test_client(), idp)
    assert (idp.exchanges[-1]["client_secret"], idp.exchanges[-1]["client_id"]) == (SECRET, CLIENT)
    idp.describe = {}
    come_back(page(database, idp).test_client(), idp)
    assert "client_secret" not in idp.exchanges[-1]
    public = create_app(Settings(database, sso=SingleSignOn(idp.issuer, CLIENT)))
    come_back(public.test_client(), idp)
    assert "client_secret" not in idp.exchanges[-1]


def test_secrets_do_not_follow_the_provider_elsewhere(database: Path, idp: Idp) -> None:
    idp.moved = f"{idp.issuer}/elsewhere"
    refused = come_back(page(database, idp).test_client(), idp)
    assert refused.status_code == 403
    assert "answered 307" in said(refused)
    assert len(idp.exchanges) == 1


def test_new_keys_of_the_provider_are_asked_for(database: Path, idp: Idp) -> None:
    app = page(database, idp)
    assert come_back(app.test_client(), idp).status_code == 303
    idp.key = key_called("two")
    idp.sign = lambda claims: jwt.encode({"alg": "RS256", "kid": "two"}, claims, idp.key)
    assert come_back(app.test_client(), idp).status_code == 303


def test_only_the_browser_that_began_it_comes_back(database: Path, idp: Idp) -> None:
    app = page(database, idp)
    client = app.test_client()
    way = idp.authorize(client.get("/log-in/sso").location)
    for path in (way.replace("state=", "state=x"), "/log-in/sso/back", "/log-in/sso/back?code=x&state="):
        assert "not begun in this browser" in said(client.get(path))
    way = idp.authorize(client.get("/log-in/sso").location)
    stranger = app.test_client()
    assert stranger.get(way).status_code == 400
    stranger.set_cookie("leadwright_sso", "bm90IGpzb24=")
    assert stranger.get(way).status_code == 400


def test_a_code_serves_once(database: Path, idp: Idp) -> None:
    client = page(database, idp).test_client()
    begun = client.get("/log-in/sso").location
    cookie = client.get_cookie("leadwright_sso").value
    way = idp.authorize(begun)
    assert client.get(way).status_code == 303
    client.set_cookie("leadwright_sso", cookie)
    assert client.get(way).status_code == 403


def test_what_the_provider_says_against_it_is_passed_on(database: Path, idp: Idp) -> None:
    client = page(database, idp).test_client()
    way = idp.authorize(client.get("/log-in/sso").location)
    state = parse_qs(urlsplit(way).query)["state"][0]
    hostile = client.get(
        f"/log-in/sso/back?state={state}&error=access_denied&error_description=<script>alert(1)</script>"
    )
    assert hostile.status_code == 403
    assert "access_denied" in said(hostile)
    assert "<script>alert" not in hostile.get_data(as_text=True)
    way = idp.authorize(client.get("/log-in/sso").location)
    assert "another provider" in said(client.get(f"{way}&iss=http://evil.example"))
    idp.status = 400
    assert "answered 400" in said(come_back(client, idp))


@pytest.mark.parametrize(
    ("describe", "why"),
    [
        ({"issuer": "https://other.example"}, "not for the issuer asked"),
        ({"token_endpoint": "http://other.example/token"}, "no safe token_endpoint"),
        ({"jwks_uri": None}, "no safe jwks_uri"),
    ],
)
def test_a_provider_that_does_not_describe_itself_well_is_not_used(
    database: Path, idp: Idp, describe: dict[str, Any], why: str
) -> None:
    idp.describe = describe
    answer = page(database, idp).test_client().get("/log-in/sso")
    assert answer.status_code == 503
    assert why in said(answer)


def test_a_provider_that_is_gone_is_said_to_be(database: Path, idp: Idp) -> None:
    app = create_app(Settings(database, sso=SingleSignOn("http://127.0.0.1:9", CLIENT)))
    answer = app.test_client().get("/log-in/sso")
    assert answer.status_code == 503
    assert "cannot be reached" in said(answer)


def test_without_single_sign_on_there_is_no_such_page(client: FlaskClient) -> None:
    assert client.get("/log-in/sso").status_code == 404
    assert client.get("/log-in/sso/back").status_code == 404


# --- how it is set up -------------------------------------------------------------------------


def test_grants_are_read_and_the_highest_role_holds() -> None:
    setup = SingleSignOn("https://x", "y", grants=(grant("a.b:c=editor"), grant("ok:true=viewer")))
    assert role_of({"a": {"b": ["c"]}, "ok": True}, setup) is Role.EDITOR
    assert role_of({"a.b": "c"}, setup) is Role.EDITOR
    assert role_of({"ok": True}, setup) is Role.VIEWER
    assert role_of({"a": "c"}, setup) is None
    assert role_of({}, SingleSignOn("https://x", "y", default_role=Role.EDITOR)) is Role.EDITOR
    for wrong in ("groups=editor", "groups:x", "groups:x=king", ":x=editor"):
        with pytest.raises(Misconfigured):
            grant(wrong)


@pytest.mark.parametrize(
    "address", ["http://login.example.com", "login.example.com", "https://x/?a=b", "https://["]
)
def test_secrets_are_sent_to_safe_addresses_alone(address: str) -> None:
    with pytest.raises(Misconfigured):
        checked(address)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--oidc-client", "x"], "needs a provider"),
        (["--oidc-issuer", "https://x.example"], "as which client"),
        (["--oidc-issuer", "http://x.example", "--oidc-client", "x"], "no address of a provider"),
        (["--oidc-issuer", "https://x.example", "--oidc-client", "x", "--oidc-role", "y"], "grants nothing"),
        (["--oidc-issuer", "https://x.example", "--oidc-client", "x", "--oidc-secret-file", "no"], "no"),
    ],
)
def test_what_cannot_be_set_up_is_said_before_anything_starts(
    database: Path, capsys: pytest.CaptureFixture[str], options: list[str], why: str
) -> None:
    assert run(["serve", "--db", str(database), "--port", "0", *options]) != 0
    assert why in capsys.readouterr().err


def test_without_the_extra_the_page_does_not_start_and_says_what_to_install(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "leadwright.web.sso.provider", None)
    monkeypatch.delattr("leadwright.web.sso.provider", raising=False)
    with pytest.raises(CannotServe) as refused:
        Server(Settings(database, port=0, sso=SingleSignOn("https://login.example", CLIENT)))
    assert refused.value.hint == "pip install 'leadwright[oidc]'"


def test_with_single_sign_on_it_starts_for_others_before_there_is_a_user(database: Path) -> None:
    sso = SingleSignOn("https://login.example", CLIENT)
    server = Server(Settings(database, host="127.0.0.1", port=0, names=("score.example",), sso=sso))
    server.close()
