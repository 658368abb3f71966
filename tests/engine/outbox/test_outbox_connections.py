"""Connections: over HTTPS only to whoever has a certificate for the name, and never one that was closed."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from leadwright.engine.outbox import transports
from leadwright.engine.outbox.addresses import web_address
from leadwright.engine.outbox.destinations import Kind, add_destination
from leadwright.engine.outbox.sender import present, try_out
from leadwright.engine.outbox.transports import SendResult
from leadwright.engine.store.database import Store, open_store
from leadwright.tests.engine.outbox.receiver import Receiver, receiver
from standardwebhooks import Webhook


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for the name `localhost`, with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    made = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    path = tmp_path / "localhost.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[Receiver]:
    """A receiver with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with receiver(context) as here:
        yield here


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "leads.db", create=True) as store:
        yield store


def trusting(monkeypatch: pytest.MonkeyPatch, authority: Path | None) -> None:
    """Has certificates of an authority trusted, as the administrator of a machine does."""
    if authority is not None:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    transports._trusted.cache_clear()


def test_a_certificate_is_checked_against_the_name(
    store: Store, secure: Receiver, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = add_destination(store, "crm", Kind.HTTP, secure.url, 0, private=True)
    other = secure.url.replace("localhost", "127.0.0.1")
    add_destination(store, "by number", Kind.HTTP, other, 0, private=True)
    trusting(monkeypatch, None)
    stranger = try_out(store, "crm")
    assert stranger.outcome is SendResult.UNREACHABLE
    assert stranger.text.startswith("the certificate of localhost cannot be trusted")

    trusting(monkeypatch, certificate)
    assert try_out(store, "crm").outcome is SendResult.SENT
    assert made.secret is not None
    Webhook(made.secret).verify(secure.got[0].body, dict(secure.got[0].headers))
    misnamed = try_out(store, "by number")
    assert misnamed.outcome is SendResult.UNREACHABLE
    assert misnamed.text.startswith("the certificate of 127.0.0.1 cannot be trusted")
    assert len(secure.got) == 1
    monkeypatch.undo()
    transports._trusted.cache_clear()


def test_a_connection_that_the_receiver_closed_is_made_anew(store: Store) -> None:
    closed = threading.Semaphore(0)

    def answer_and_hang_up(listening: socket.socket) -> None:
        for _ in range(3):
            connection, _ = listening.accept()
            with connection:
                got = b""
                while b"\r\n\r\n{" not in got:
                    got += connection.recv(65_536)
                connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
            closed.release()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=answer_and_hang_up, args=(listening,))
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/hook"
        transport = transports.HttpTransport(add_destination(store, "crm", Kind.HTTP, url, 0, private=True))
        # The second and the third find the connection closed that the one before them used.
        for number in range(3):
            request = transports.Request(f"msg_{number}", "{}", "application/json", present())
            answer = transports.send_one(transport, request)
            assert answer.outcome is SendResult.SENT, answer.text
            assert closed.acquire(timeout=20)
        transport.close()
        thread.join()


def test_an_address_is_sent_in_ascii() -> None:
    address = web_address("https://bücher.example/Zoë and co?to=ü&done=%20")
    assert (address.named, address.target) == (
        "xn--bcher-kva.example", "/Zo%C3%AB%20and%20co?to=%C3%BC&done=%20",
    )  # fmt: skip


def test_several_messages_are_under_way_at_a_time_and_connections_are_kept(store: Store) -> None:
    lanes = transports.HttpTransport.lanes
    left = [transports.Request(f"msg_{one}", "{}", "application/json", present()) for one in range(3 * lanes)]
    asked = {one.message for one in left}
    with receiver() as crm:
        crm.together = threading.Barrier(lanes)
        to = add_destination(store, "crm", Kind.HTTP, crm.url, 0, private=True)
        transport = transports.HttpTransport(to)
        answers = list(transport.exchange(lambda: left.pop() if left else None))
        transport.close()
    assert {one.message for one, _ in answers} == asked
    assert {answer.outcome for _, answer in answers} == {SendResult.SENT}
    assert sorted(crm.ids()) == sorted(asked)
    assert crm.connections == lanes
