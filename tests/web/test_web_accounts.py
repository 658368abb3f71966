"""Who may do what: log-in, sessions that end, throttling, roles, tokens, the record."""

from __future__ import annotations

import time
from pathlib import Path
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from leadwright.engine.store.database import Store, open_store
from leadwright.engine.store.records.audit import Action, entries
from leadwright.web import Settings, create_app
from leadwright.web.accounts import log_in as log_in_module
from leadwright.web.accounts import users as passwords
from leadwright.web.accounts.log_in import IDLE, LONGEST, Throttled, log_in, seen, session_of
from leadwright.web.accounts.tokens import make_token, person_of_token, revoke_token, tokens
from leadwright.web.accounts.users import (
    AccountError,
    Doer,
    Role,
    add_user,
    change_password,
    change_role,
    hashed,
    matches,
    remove_user,
    weakness,
)
from leadwright.web.accounts.users import users as all_users
from werkzeug.test import TestResponse

PASSWORD = "correct horse battery"
ME = Doer("test", "here")
NOW = 1_768_478_400_000_000


def calling(app: Flask) -> FlaskClient:
    return app.test_client()


def enter(client: FlaskClient, name: str, password: str = PASSWORD, to: str = "/leads") -> TestResponse:
    return client.post("/log-in", data={"name": name, "password": password, "to": to})


def test_without_users_the_person_at_this_computer_may_all(client) -> None:
    assert client.get("/audit").status_code == 200
    assert client.get("/log-in").location == "/"


def test_with_users_everyone_logs_in_first_and_is_led_back(app: Flask, users) -> None:
    client = calling(app)
    answer = client.get("/lead?id=L1")
    assert (answer.status_code, answer.location) == (302, "/log-in?to=/lead?id%3DL1")
    assert client.get("/api/v1/rulesets").status_code == 401
    assert client.post("/rulesets/inbound/roll-back").status_code == 401
    done = enter(client, "Viewer ", to="/lead?id=L1")
    assert (done.status_code, done.location) == (303, "/lead?id=L1")
    assert client.get("/lead?id=L1").status_code == 200
    client.post("/log-out")
    assert client.get("/leads").status_code == 302


def test_elsewhere_than_here_nobody_is_let_in_without_users(database: Path) -> None:
    app = create_app(Settings(database, host="0.0.0.0"))
    assert calling(app).get("/leads").status_code == 302


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(database: Path, app: Flask, users) -> None:
    cookie = enter(calling(app), "viewer").headers["Set-Cookie"]
    assert cookie.startswith("leadwright=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    secure = create_app(Settings(database, https=True))
    cookie = enter(calling(secure), "viewer").headers["Set-Cookie"]
    assert cookie.startswith("__Host-leadwright=")
    assert "Secure" in cookie


def test_a_wrong_password_and_a_wrong_name_are_told_apart_by_nobody(app: Flask, users, store: Store) -> None:
    client = calling(app)
    wrong, unknown = enter(client, "viewer", "wrong password"), enter(client, "nobody")
    assert wrong.status_code == unknown.status_code == 401
    assert "do not belong together" in wrong.get_data(as_text=True)
    assert wrong.get_data(as_text=True) == unknown.get_data(as_text=True).replace("nobody", "viewer")
    failed = [entry.who for entry in entries(store) if entry.action is Action.LOG_IN_FAILED]
    assert failed == ["(no user's name)", "viewer"]


def test_guessing_is_slowed_down(app: Flask, users) -> None:
    client = calling(app)
    answers = [enter(client, "viewer", "wrong password").status_code for _ in range(7)]
    assert answers == [401] * 5 + [429] * 2
    refused = enter(client, "viewer")
    assert refused.status_code == 429
    assert "Try again in 15 minutes" in refused.get_data(as_text=True)
    assert int(refused.headers["Retry-After"]) <= 900
    assert enter(client, "editor").status_code == 303


def test_slowing_down_does_not_tell_who_is_a_user(app: Flask, users, database: Path) -> None:
    client = calling(app)
    for turn in range(6):
        answers = [enter(client, name, "wrong password").status_code for name in ("viewer", "nobody", "zoe")]
        assert answers == [401 if turn < 5 else 429] * 3
    assert enter(client, "somebody else").status_code == 401
    assert b"nobody" not in database.read_bytes()


def test_guessing_is_possible_again_after_a_while(
    users, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time_ns() // 1000
    for _ in range(5):
        assert log_in(store, "viewer", "wrong password", "1.2.3.4", now) is None
    with pytest.raises(Throttled):
        log_in(store, "viewer", PASSWORD, "1.2.3.4", now + 60_000_000)
    assert log_in(store, "viewer", PASSWORD, "1.2.3.5", now + 60_000_000)
    assert log_in(store, "viewer", PASSWORD, "1.2.3.4", now + log_in_module.HOUR)


def test_sessions_end_when_idle_and_in_any_case(users, store: Store) -> None:
    secret = log_in(store, "editor", PASSWORD, "1.2.3.4", NOW)
    assert secret is not None

    def is_in(now: int) -> bool:
        return session_of(store, secret, now) is not None

    assert is_in(NOW + IDLE - 1)
    assert not is_in(NOW + IDLE)
    for now in range(NOW, NOW + LONGEST, IDLE // 2):
        seen(store, secret, now)
        assert is_in(now + 1)
    assert not is_in(NOW + LONGEST)
    assert session_of(store, "other", NOW) is None


def test_a_secret_is_kept_nowhere_as_it_is(users, store: Store, database: Path) -> None:
    session = log_in(store, "editor", PASSWORD, "1.2.3.4")
    token = make_token(store, "editor", "CRM", Role.VIEWER, days=None, doer=ME)
    store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = database.read_bytes()
    assert session is not None
    for secret in (session, token, PASSWORD):
        assert secret.encode() not in content


ROLES = [
    ("GET", "/api/v1/rulesets", None, "viewer"),
    ("GET", "/leads", None, "viewer"),
    ("POST", "/api/v1/check", {"text": ""}, "editor"),
    ("POST", "/api/v1/dry-run", {"ruleset": "inbound"}, "editor"),
    ("POST", "/api/v1/rulesets/inbound/versions", {"text": "# x", "note": "x", "base": 9}, "publisher"),
    ("POST", "/api/v1/rulesets/inbound/roll-back", {"version": 1, "note": "x"}, "publisher"),
    ("POST", "/rulesets/inbound/roll-back", None, "publisher"),
    ("GET", "/audit", None, "admin"),
]


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_what_it_may_and_no_more(app: Flask, users, role: Role) -> None:
    client = calling(app)
    enter(client, role.value)
    for method, path, body, needed in ROLES:
        status = client.open(path, method=method, json=body).status_code
        assert (status == 403) is not role.may(Role(needed)), (path, status)


def test_every_address_needs_a_role_but_the_few_that_are_open(app: Flask, users) -> None:
    open_to_all = set()
    for rule in app.url_map.iter_rules():
        path = rule.rule.replace("<name>", "inbound").replace("<number>", "1")
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            status = calling(app).open(path, method=method).status_code
            if status not in (401, 302) or path == "/log-in":
                open_to_all.add((method, rule.rule))
    assert open_to_all == {
        ("GET", "/api/openapi.json"),
        ("GET", "/healthz"),
        ("GET", "/log-in"),
        ("POST", "/log-in"),
        ("GET", "/log-in/sso"),
        ("GET", "/log-in/sso/back"),
        ("POST", "/log-out"),
        ("POST", "/theme"),
        ("GET", "/static/<path:filename>"),
    }


def test_a_token_may_what_its_role_may_but_no_more_than_its_user(app: Flask, users, store: Store) -> None:
    reading = make_token(store, "publisher", "reader", Role.VIEWER, days=30, doer=ME)
    everything = make_token(store, "editor", "all", Role.ADMIN, days=None, doer=ME)

    def status(token: str, path: str, **more) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        return calling(app).open(path, headers=headers, **more).status_code

    assert status(reading, "/api/v1/rulesets") == 200
    assert status(reading, "/api/v1/check", method="POST", json={"text": ""}) == 403
    assert status(everything, "/api/v1/check", method="POST", json={"text": ""}) == 200
    assert status(everything, "/audit") == 403
    assert status("lw_nonsense", "/api/v1/rulesets") == 401
    change_role(store, "editor", Role.VIEWER, ME)
    assert status(everything, "/api/v1/check", method="POST", json={"text": ""}) == 403
    revoke_token(store, "publisher", "reader", ME)
    assert status(reading, "/api/v1/rulesets") == 401
    assert [token.name for token in tokens(store)] == ["all"]


def test_a_token_ends_in_its_time(users, store: Store) -> None:
    token = make_token(store, "viewer", "short", Role.VIEWER, days=1, doer=ME)
    assert person_of_token(store, token) is not None
    store.connection.execute("UPDATE api_token SET expires = 1")
    assert person_of_token(store, token) is None


def test_a_new_role_holds_at_once_and_a_new_password_logs_out(app: Flask, users, store: Store) -> None:
    client = calling(app)
    enter(client, "editor")
    change_role(store, "editor", Role.ADMIN, ME)
    assert client.get("/audit").status_code == 200
    change_password(store, "editor", "another long password", ME)
    assert client.get("/audit").status_code == 302
    enter(client, "editor", "another long password")
    remove_user(store, "EDITOR", ME)
    assert client.get("/leads").status_code == 302


def test_names_are_one_whatever_their_case_and_passwords_not_too_easy(store: Store) -> None:
    add_user(store, " Zoë@Example.com ", Role.VIEWER, PASSWORD, ME)
    for name, password, said in (
        ("ZOË@example.com", PASSWORD, "already"),
        ("", PASSWORD, "1 to 100 characters"),
        ("a\nb", PASSWORD, "1 to 100 characters"),
        ("ben", "short", "at least 10"),
        ("ben@example.com", "Ben@example.com", "must not be the name"),
        ("ben", "aaaaaaaaaaaa", "different letters"),
    ):
        with pytest.raises(AccountError, match=said):
            add_user(store, name, Role.VIEWER, password, ME)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("local", "nobody can be called"),
        ("L\u043ecal", "nobody can be called"),
        ("(single sign-on)x", None),
        ("single sign\u2013on", "nobody can be called"),
        ("z\u043ee", "looks like"),
        ("zo\u200be", "1 to 100 characters"),
        ("zoe", "already"),
        ("\uff5aoe", "looks like"),
        ("z0e", "looks like"),
        ("arnold", "looks like"),
        ("zo\u00eb", None),
        ("zoe2", None),
    ],
)
def test_nobody_passes_for_somebody_else(store: Store, name: str, said: str | None) -> None:
    for known in ("zoe", "amold"):
        add_user(store, known, Role.VIEWER, PASSWORD, ME)
    if said is None:
        add_user(store, name, Role.VIEWER, PASSWORD, ME)
        return
    with pytest.raises(AccountError, match=said):
        add_user(store, name, Role.VIEWER, PASSWORD, ME)


def test_a_new_password_ends_tokens_where_asked(users, store: Store) -> None:
    token = make_token(store, "editor", "CRM", Role.VIEWER, days=None, doer=ME)
    change_password(store, "editor", "another long password", ME)
    assert person_of_token(store, token) is not None
    change_password(store, "editor", "a third long password", ME, end_tokens=True)
    assert person_of_token(store, token) is None
    assert entries(store, 1)[0].detail == "1 token ended"


def test_the_only_admin_stays_one_whoever_asks_at_once(store: Store, database: Path) -> None:
    """Two admins who take the role from each other at the same time: one of them keeps it."""
    for name in ("ann", "ben"):
        add_user(store, name, Role.ADMIN, PASSWORD, ME)
    together, said = Barrier(2), []

    def take_from(name: str) -> None:
        with open_store(database) as own:
            together.wait()
            try:
                change_role(own, name, Role.VIEWER, ME)
            except AccountError as error:
                said.append(error.message)

    threads = [Thread(target=take_from, args=(name,)) for name in ("ann", "ben")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said) == 1
    assert "is the only admin" in said[0]
    assert sum(user.role is Role.ADMIN for user in all_users(store)) == 1
    with pytest.raises(AccountError, match="the only admin"):
        remove_user(store, next(u.name for u in all_users(store) if u.role is Role.ADMIN), ME, last_too=True)


def test_everything_done_to_users_is_on_record_and_stays_there(users, store: Store) -> None:
    remove_user(store, "viewer", ME)
    done = [(entry.action, entry.subject) for entry in entries(store)]
    assert done[0] == (Action.USER_REMOVED, "viewer")
    assert done.count((Action.USER_ADDED, "viewer")) == 1
    import sqlite3

    for statement in ("DELETE FROM audit", "UPDATE audit SET who = 'x'"):
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            store.connection.execute(statement)


def test_passwords_match_in_any_normal_form_of_unicode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_METHOD", "scrypt:32768:8:3")
    kept = hashed("Zoe\u0308 und die Katze")
    assert kept.startswith("scrypt:32768:8:3$")
    assert matches("Zo\u00eb und die Katze", kept)
    assert not matches("Zoe und die Katze", kept)
    assert not matches("", None)
    assert weakness("x" * 1_001, "n") is not None


def test_a_hash_made_with_less_work_is_made_anew_at_the_next_log_in(
    users, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept() -> str:
        row = store.connection.execute("SELECT password FROM user WHERE name = 'viewer'").fetchone()
        return str(row[0])

    before = kept()
    monkeypatch.setattr(passwords, "_METHOD", "scrypt:512:8:1")
    assert log_in(store, "viewer", "wrong password", "1.2.3.4") is None
    assert kept() == before
    assert log_in(store, "viewer", PASSWORD, "1.2.3.4")
    assert kept().startswith("scrypt:512:8:1$")
    assert log_in(store, "viewer", PASSWORD, "1.2.3.4")
