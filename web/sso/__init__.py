"""Single sign-on by OpenID Connect: the code flow with PKCE, state and nonce. Knows nothing of Flask.

It needs the extra `oidc`; nothing else imports this package before it is configured.
"""
