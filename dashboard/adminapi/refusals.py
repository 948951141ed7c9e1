"""Sentences about a key or an address that is not right, with what to do about it."""

from urllib.parse import urlsplit

WRONG_ADDRESS = "This address is not the Admin API"
NOT_THE_API = (
    f"{WRONG_ADDRESS}: it answers with {{what}}. "
    "The usual one is https://api.cursor.com."
)
REDIRECTS = (
    f"{WRONG_ADDRESS}: it redirects{{to}}, and the key is not sent along. Enter the "
    "address of the Admin API itself; the usual one is https://api.cursor.com."
)
PERSONAL = (
    "This looks like a personal key, or a mistyped one. A team admin makes a team key "
    "in Cursor's dashboard under Settings, Cursor Admin API Keys."
)
ANOTHER_KIND = (
    "This key may not read the team's members, so it is of another kind. A team admin "
    "makes the right one in Cursor's dashboard under Settings, Cursor Admin API Keys."
)
REVOKED = (
    "The Admin API does not take this key: it is mistyped or was revoked. A team admin "
    "makes a new one in Cursor's dashboard under Settings, Cursor Admin API Keys."
)


def why_refused(body: str) -> str:
    """Of an answer with status 401. A personal key is answered with words about a team
    key (https://cursor.com/docs/account/teams/admin-api)."""
    return PERSONAL if "team api key" in body[:2000].lower() else REVOKED


def where_to(location: str) -> str:
    """Of an answer with status 3xx. No more of its `Location` than the server: the rest
    may be a secret of a sign-in page."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return REDIRECTS.format(to="")
    to = f" to {parts.scheme}://{parts.hostname}" if parts.hostname else ""
    return REDIRECTS.format(to=to)


def is_about_address(sentence: str) -> bool:
    return WRONG_ADDRESS in sentence
