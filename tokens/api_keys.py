"""Callers' keys: issue, check, revoke.

A key is `sk-<public id>-<secret>`. The public id finds the row; of the secret only a
SHA-256 digest is kept, which is enough because the secret is long and random. The
digest itself is no key: it would have to be the digest of something.
"""

import hashlib
import hmac
import re
import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from tokens.models import ApiKey, Change, Team, normal_email

ALPHABET = string.ascii_letters + string.digits
ID_LENGTH, SECRET_LENGTH = 12, 40
_SHAPE = re.compile(f"sk-([0-9a-f]{{{ID_LENGTH}}})-([0-9A-Za-z]{{{SECRET_LENGTH}}})")


class KeyRefused(Exception):
    """A key that is unknown, revoked or out of date; the message is for its holder."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A new key. `clear` exists here and in its holder's hands only."""

    key: ApiKey
    clear: str = field(repr=False)


def issue(
    team: Team,
    owner_email: str,
    *,
    actor: str,
    allowed_models: Sequence[str] = (),
    expires_at: datetime | None = None,
    reason: str = "",
) -> Issued:
    """Make a key and write down who did. No models means every model."""
    public_id = secrets.token_hex(ID_LENGTH // 2)
    secret = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH))
    with transaction.atomic():
        key = ApiKey.objects.create(
            team=team,
            public_id=public_id,
            digest=digest(secret),
            owner_email=normal_email(owner_email),
            allowed_models=list(allowed_models),
            expires_at=expires_at,
        )
        _record(key, actor, "api_key.issue", reason, None, _shown(key))
    return Issued(key, f"sk-{public_id}-{secret}")


def revoke(key: ApiKey, *, actor: str, at: datetime, reason: str = "") -> bool:
    """Stop a key for good; False if it was stopped already."""
    with transaction.atomic():
        live = ApiKey.objects.filter(pk=key.pk, revoked_at=None)
        if not live.update(revoked_at=at):
            return False
        before = _shown(key)
        key.revoked_at = at
        _record(key, actor, "api_key.revoke", reason, before, _shown(key))
    return True


def check(given: str, at: datetime) -> ApiKey:
    """The key's row, its team with it. Raises KeyRefused. At most one query."""
    found = _SHAPE.fullmatch(given)
    if found is None:
        raise KeyRefused("Incorrect API key provided.")
    key = ApiKey.objects.select_related("team").filter(public_id=found[1]).first()
    # An unknown id is compared too, so that it takes the same time as a known one.
    kept = key.digest if key else digest("")
    if not hmac.compare_digest(kept, digest(found[2])) or key is None:
        raise KeyRefused("Incorrect API key provided.")
    if key.revoked_at is not None and key.revoked_at <= at:
        raise KeyRefused("This API key was revoked.")
    if key.expires_at is not None and key.expires_at <= at:
        raise KeyRefused("This API key has expired.")
    return key


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _shown(key: ApiKey) -> dict[str, object]:
    return {
        "owner_email": key.owner_email,
        "allowed_models": key.allowed_models,
        "expires_at": key.expires_at.isoformat() if key.expires_at else None,
        "revoked_at": key.revoked_at.isoformat() if key.revoked_at else None,
    }


def _record(
    key: ApiKey,
    actor: str,
    action: str,
    reason: str,
    before: dict[str, object] | None,
    after: dict[str, object],
) -> None:
    Change.objects.create(
        team=key.team,
        actor=actor,
        action=action,
        subject=str(key),
        reason=reason,
        before=before,
        after=after,
    )
