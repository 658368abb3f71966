"""Who people are elsewhere, where they log in through a provider of OpenID Connect."""

from __future__ import annotations

IDENTITIES = """
CREATE TABLE identity (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX identity_of_user ON identity (user);
"""
