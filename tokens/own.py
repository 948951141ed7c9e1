"""A member's own token: given by its owner, for that member's requests only.

Whoever gives a token here may not touch what is somebody else's, nor undo what an
admin decided.
"""

from django.db import transaction

from tokens import exchange, files
from tokens.crypto import fingerprint
from tokens.exchange import Gift
from tokens.models import Team, Upstream, UpstreamToken
from tokens.places import place_of

# Of one member: more are a mistake, or worse.
MOST = 5


class NotTaken(ValueError):
    """Why a token was not taken, or not removed; `reason` is a key of the page's."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def give(team: Team, email: str, line: str) -> UpstreamToken:
    """Put it into the pool as this member's alone. Raises NotTaken, NothingTaken and
    UnreadableFile."""
    place = place_of(team)
    [entry] = files.parse_one(line).entries
    key = fingerprint(entry.token)
    rows = UpstreamToken.objects.filter(team=team, upstream=place.upstream)
    with transaction.atomic():
        Upstream.objects.select_for_update().get(pk=place.upstream.pk)
        _check(rows.filter(fingerprint=key).first(), email)
        mine = rows.filter(owner_email=email, removed_at=None)
        if mine.exclude(fingerprint=key).count() >= MOST:
            raise NotTaken("too_many")
        exchange.add(place, Gift(line, email), actor=email)
        return rows.get(fingerprint=key)


def _check(row: UpstreamToken | None, email: str) -> None:
    if row is None:
        return
    if row.owner_email != email:
        raise NotTaken("anothers")
    if row.state == UpstreamToken.State.DISABLED and row.removed_at is None:
        raise NotTaken("switched_off")


def remove(team: Team, email: str, number: int) -> None:
    """Switched off at once, deleted after 30 days. Raises NotTaken, UnreadableFile."""
    place = place_of(team)
    rows = UpstreamToken.objects.filter(team=team, upstream=place.upstream)
    if not rows.filter(pk=number, owner_email=email, removed_at=None).exists():
        raise NotTaken("unknown")
    exchange.remove(place, number, actor=email, reason="Removed by its owner.")
