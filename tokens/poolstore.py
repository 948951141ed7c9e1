"""The pool's tables: what all processes must agree on.

A token's health is written by compare-and-set on `health_version`: whoever comes
second reads again and decides anew.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.dateparse import parse_datetime

from tokens.attention import clear_attention, open_attention
from tokens.choosing import Candidate, Destination
from tokens.health import Cause, Health
from tokens.models import TokenLoad, UpstreamToken

# A process that has not said for so long how busy it is counts as gone.
HEARD = timedelta(seconds=5)
DEAD_KIND = "upstream_token_dead"
RACES = 20
# A token in quarantine is looked at again by itself, first after so long.
RECHECK = timedelta(minutes=10)
LONG_GONE = timedelta(minutes=1)


def read(team_id: int, process: str, now: datetime) -> list[Candidate]:
    """One query: the tokens with what processes other than this one do with them."""
    others = Q(loads__at__gt=now - HEARD) & ~Q(loads__process=process)
    rows = (
        UpstreamToken.objects.in_pool_of(team_id)
        .select_related("upstream")
        .annotate(elsewhere=Sum("loads__in_flight", filter=others, default=0))
        .order_by("pk")
    )
    return [_candidate(row) for row in rows]


def health_of(row: UpstreamToken) -> Health:
    return Health(
        quarantined=row.state == UpstreamToken.State.DEAD,
        cause=Cause(row.cause) if row.cause in set(Cause) else None,
        strikes=row.strikes,
        cooled_at=row.cooled_at,
        cool_until=row.cool_until,
        probe_until=row.probe_until,
        models_out=_times(row.models_out),
    )


def change(token_id: int, how: Callable[[Health], Health], reason: str = "") -> bool:
    """Read, decide, write if nobody else did meanwhile. True if something changed."""
    for _ in range(RACES):
        row = UpstreamToken.objects.filter(pk=token_id).first()
        if row is None:
            return False
        before = health_of(row)
        after = how(before)
        if after == before:
            return False
        if write(token_id, row.health_version, after, reason):
            return True
    return False


def write(token_id: int, version: int, health: Health, reason: str = "") -> bool:
    """Compare and set: False if the health was written since `version` was read."""
    values: dict[str, object] = {
        "cause": health.cause or "",
        "strikes": health.strikes,
        "cooled_at": health.cooled_at,
        "cool_until": health.cool_until,
        "probe_until": health.probe_until,
        "models_out": {m: t.isoformat() for m, t in health.models_out.items()},
        "health_version": version + 1,
    }
    if reason or health.cause is None:
        values["last_error"] = reason[:500]
    with transaction.atomic():
        seen = UpstreamToken.objects.filter(pk=token_id, health_version=version)
        if not seen.update(**values):
            return False
        if health.quarantined:
            _quarantine(token_id, health, reason)
        else:
            _let_out(token_id)
    return True


def _quarantine(token_id: int, health: Health, reason: str) -> None:
    """What a person switched off stays switched off."""
    first_check = health.cooled_at and health.cooled_at + RECHECK
    row = UpstreamToken.objects.filter(pk=token_id)
    active = row.filter(state=UpstreamToken.State.ACTIVE)
    if active.update(state=UpstreamToken.State.DEAD, check_at=first_check):
        token = row.select_related("team").get()
        text = f"{token} was refused: {reason}"
        open_attention(token.team, DEAD_KIND, subject(token_id), text)


def _let_out(token_id: int) -> None:
    row = UpstreamToken.objects.filter(pk=token_id)
    dead = row.filter(state=UpstreamToken.State.DEAD)
    if dead.update(state=UpstreamToken.State.ACTIVE, check_at=None):
        clear(row.select_related("team").get())


def clear(token: UpstreamToken) -> None:
    clear_attention(token.team, DEAD_KIND, subject(token.pk))


def subject(token_id: int) -> str:
    return f"upstream token {token_id}"


def publish(
    process: str,
    under_way: Mapping[int, int],
    used: Mapping[int, datetime],
    now: datetime,
) -> None:
    """Say how busy this process is, and when it last took each token. A token that
    was deleted meanwhile is left out."""
    with transaction.atomic():
        ids = set(
            UpstreamToken.objects.filter(pk__in=[*under_way, *used]).values_list(
                "pk", flat=True
            )
        )
        TokenLoad.objects.filter(
            Q(process=process) | Q(at__lt=now - LONG_GONE)
        ).delete()
        TokenLoad.objects.bulk_create(
            TokenLoad(token_id=pk, process=process, in_flight=count, at=now)
            for pk, count in under_way.items()
            if pk in ids
        )
        for pk in ids & set(used):
            unused = Q(last_used_at=None) | Q(last_used_at__lt=used[pk])
            row = UpstreamToken.objects.filter(unused, pk=pk)
            row.update(last_used_at=used[pk])


def _candidate(row: UpstreamToken) -> Candidate:
    return Candidate(
        token_id=row.pk,
        name=str(row.alias),
        upstream=Destination(
            row.upstream_id,
            row.upstream.kind,
            row.upstream.base_url,
            row.upstream.options,
        ),
        secret=row.secret,
        machine_id=row.machine_id,
        mac_id=row.mac_id,
        health=health_of(row),
        version=row.health_version,
        owner_email=row.owner_email,
        shared=row.shared,
        weight=row.weight,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        elsewhere=getattr(row, "elsewhere", 0),
    )


def _times(told: object) -> dict[str, datetime]:
    """A column of JSON; what is no time in it counts as past."""
    if not isinstance(told, dict):
        return {}
    read = {model: parse_datetime(str(at)) for model, at in told.items()}
    return {model: at for model, at in read.items() if at is not None}
