"""Who is calling: the holder of `AUTH_TOKEN` or of an `ApiKey`."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

from proxy.errors import NotAuthenticated, Unavailable
from proxy.memory import Memory
from proxy.offload import in_database
from tokens import api_keys
from tokens.api_keys import KeyRefused
from tokens.models import ApiKey, Team

MASTER = "master"
# A key that was revoked is refused by every process after so long, in seconds.
REMEMBERED = 0.5


@dataclass(frozen=True, slots=True)
class Caller:
    """`label` is "master" or the key's public id; no models means every model."""

    team: Team
    label: str
    key: ApiKey | None = None
    owner_email: str = ""
    allowed_models: frozenset[str] = frozenset()

    def has_expired(self, now: datetime) -> bool:
        if self.key is None or self.key.expires_at is None:
            return False
        return self.key.expires_at <= now


# By a digest, so that no key lies about in memory.
_callers: Memory[bytes, Caller] = Memory(REMEMBERED)


async def identify(header: str, auth_token: str) -> Caller:
    """`authenticate`, with what was found a moment ago. Raises NotAuthenticated."""
    now = datetime.now(UTC)
    digest = hashlib.sha256(f"{auth_token}\n{header}".encode()).digest()
    known = _callers.get(digest)
    if known is not None and not known.has_expired(now):
        return known
    caller = await in_database(authenticate, header, auth_token, now)
    return _callers.put(digest, caller)


def authenticate(header: str, auth_token: str, now: datetime) -> Caller:
    """Raises NotAuthenticated. `header` is the Authorization header's value.

    `AUTH_TOKEN` acts for the default team; an empty one opens nothing.
    """
    given = bearer(header)
    # Header bytes come as Latin-1; back in bytes they compare with anything.
    if auth_token and hmac.compare_digest(
        given.encode("latin-1", "replace"), auth_token.encode()
    ):
        return _master()
    try:
        key = api_keys.check(given, now)
    except KeyRefused as error:
        raise NotAuthenticated(str(error)) from None
    return Caller(
        key.team, key.public_id, key, key.owner_email, frozenset(key.allowed_models)
    )


def bearer(header: str) -> str:
    """What stands after `Bearer` in any case. Raises NotAuthenticated."""
    scheme, _, given = header.strip().partition(" ")
    if scheme.lower() != "bearer" or not given.strip():
        raise NotAuthenticated(
            "You didn't provide an API key. Send it as `Authorization: Bearer KEY`."
        )
    return given.strip()


def _master() -> Caller:
    team = Team.objects.default()
    if team is None:
        raise Unavailable("There is no team yet: run `manage.py setup`.")
    return Caller(team, MASTER)
