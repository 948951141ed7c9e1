"""The master key, `AUTH_TOKEN`: who sends it acts for the default team."""

import hmac

MASTER = "master"


def opens(given: str, auth_token: str) -> bool:
    """An empty AUTH_TOKEN opens nothing. Compared in the same time for any text."""
    return bool(auth_token) and hmac.compare_digest(
        given.encode("utf-8", "surrogateescape"), auth_token.encode()
    )


def bearer(header: str) -> str:
    """What stands after `Bearer`, in any case; empty when nothing does.

    Header bytes come as Latin-1; back in their own they compare with anything.
    """
    scheme, _, given = header.strip().partition(" ")
    if scheme.lower() != "bearer":
        return ""
    return given.strip().encode("latin-1", "replace").decode("utf-8", "surrogateescape")
