"""The pool of upstream tokens: whose turn it is, and who has to sit out.

The turn goes round by the time of last use, over all processes: whoever moves that
time from the value it saw has the token. `cool_down` and `mark_dead` are told by the
caller, who knows what the upstream said.
"""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from tokens import checksum
from tokens.attention import clear_attention, open_attention
from tokens.checksum import MachineIds
from tokens.crypto import SecretUnreadable
from tokens.models import Team, UpstreamToken
from tokens.models.upstreams import UpstreamTokenQuerySet

COOL_DOWN = 60
DEAD_KIND = "upstream_token_dead"
# After so many lost races a fair turn matters less than an answer.
RACES = 5


@dataclass(frozen=True, slots=True)
class Lease:
    """A token for one request, and where to go with it."""

    token_id: int
    upstream_id: int
    kind: str
    base_url: str
    options: Mapping[str, object]
    secret: str = field(repr=False)
    checksum: str = field(repr=False)


def lease(
    team: Team, skip: Collection[int] = (), upstreams: Collection[int] | None = None
) -> Lease | None:
    """The next token in turn that is not in `skip`, or None if there is no other.

    `upstreams` are the ids of those that serve the request; None means all.
    """
    skipped = set(skip)
    for race in range(RACES):
        token = _next(team, skipped, upstreams)
        if token is None:
            return None
        if not _take(token) and race < RACES - 1:
            continue
        try:
            return opened(token)
        except SecretUnreadable as error:
            cool_down(token.pk, COOL_DOWN, str(error))
            skipped.add(token.pk)
    return None


def opened(token: UpstreamToken) -> Lease:
    """The token's secret with a checksum of now. Raises SecretUnreadable."""
    ids = MachineIds(token.machine_id, token.mac_id)
    return Lease(
        token_id=token.pk,
        upstream_id=token.upstream_id,
        kind=token.upstream.kind,
        base_url=token.upstream.base_url,
        options=token.upstream.options,
        secret=token.secret.reveal(),
        checksum=checksum.stamp(ids, time.time()),
    )


def seconds_until_one_is_back(
    team: Team, upstreams: Collection[int] | None = None
) -> int | None:
    """How long until a cooling token may be used again; None if none is cooling."""
    cooling = _at(upstreams).filter(
        Q(upstream__team=team) | Q(upstream__team=None),
        team=team,
        state=UpstreamToken.State.ACTIVE,
        cool_until__gt=timezone.now(),
    )
    first = cooling.order_by("cool_until").values_list("cool_until", flat=True).first()
    return None if first is None else _whole_seconds(first)


def cool_down(token_id: int, seconds: int, reason: str) -> None:
    """Let a token rest. A longer rest that was named before stays."""
    until = timezone.now() + timedelta(seconds=seconds)
    token = UpstreamToken.objects.filter(pk=token_id)
    token.update(last_error=reason[:500])
    token.filter(Q(cool_until=None) | Q(cool_until__lt=until)).update(cool_until=until)


def mark_dead(token_id: int, reason: str) -> bool:
    """Take a token out until somebody looks; False if it was out already."""
    with transaction.atomic():
        active = UpstreamToken.objects.filter(
            pk=token_id, state=UpstreamToken.State.ACTIVE
        )
        if not active.update(state=UpstreamToken.State.DEAD, last_error=reason[:500]):
            return False
        token = UpstreamToken.objects.select_related("team").get(pk=token_id)
        text = f"{token} was refused: {reason}"
        open_attention(token.team, DEAD_KIND, _subject(token), text)
    return True


def revive(token: UpstreamToken) -> None:
    """A check went well: the token takes part again, unless it is switched off."""
    with transaction.atomic():
        row = UpstreamToken.objects.filter(pk=token.pk)
        row.update(cool_until=None, last_error="")
        row.filter(state=UpstreamToken.State.DEAD).update(
            state=UpstreamToken.State.ACTIVE
        )
        clear_attention(token.team, DEAD_KIND, _subject(token))


def _at(upstreams: Collection[int] | None) -> UpstreamTokenQuerySet:
    tokens = UpstreamToken.objects.all()
    return tokens if upstreams is None else tokens.filter(upstream__in=upstreams)


def _next(
    team: Team, skip: Collection[int], upstreams: Collection[int] | None
) -> UpstreamToken | None:
    usable = _at(upstreams).usable_by(team).exclude(pk__in=skip)
    in_turn = usable.order_by(F("last_used_at").asc(nulls_first=True), "pk")
    return in_turn.select_related("upstream").first()


def _take(token: UpstreamToken) -> bool:
    """Compare and set: False if another request was quicker."""
    seen = UpstreamToken.objects.filter(pk=token.pk, last_used_at=token.last_used_at)
    return bool(seen.update(last_used_at=timezone.now()))


def _subject(token: UpstreamToken) -> str:
    return f"upstream token {token.pk}"


def _whole_seconds(until: datetime) -> int:
    return max(1, int((until - timezone.now()).total_seconds()) + 1)
