"""Answers are compressed for those who take them so, and are the same to all."""

from __future__ import annotations

import gzip

import brotli
import pytest
from flask.testing import FlaskClient

GZIP = {"Accept-Encoding": "gzip"}
READERS = {"gzip": gzip.decompress, "br": brotli.decompress}


@pytest.mark.parametrize("path", ["/rulesets/inbound", "/static/leadwright.css", "/api/openapi.json"])
@pytest.mark.parametrize("accepted", ["gzip", "gzip, br"])
def test_texts_are_compressed_for_those_who_take_them_so(
    client: FlaskClient, path: str, accepted: str
) -> None:
    plain = client.get(path, buffered=True)
    packed = client.get(path, headers={"Accept-Encoding": accepted}, buffered=True)
    assert plain.content_encoding is None
    assert packed.content_encoding == accepted.rsplit(maxsplit=1)[-1]
    assert READERS[packed.content_encoding](packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    assert "Accept-Encoding" in plain.vary
    assert "Accept-Encoding" in packed.vary


def test_a_file_that_is_known_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/static/leadwright.css", headers=GZIP, buffered=True)
    again = client.get(
        "/static/leadwright.css", headers=GZIP | {"If-None-Match": first.headers["ETag"]}, buffered=True
    )
    assert (again.status_code, again.data) == (304, b"")


def test_what_is_small_stays_as_it_is(client: FlaskClient) -> None:
    assert client.get("/static/icon.svg", headers=GZIP, buffered=True).content_encoding is None


def test_asking_for_the_head_alone_gives_it(client: FlaskClient) -> None:
    answer = client.head("/static/leadwright.css", headers=GZIP, buffered=True)
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.content_length
