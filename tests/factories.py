"""Rows for tests; each function has defaults for what a test is not about."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db import transaction

from dashboard import cycles
from dashboard.models import (
    Capability,
    EventKind,
    FieldSeen,
    ImportedDay,
    LocalGroup,
    Member,
    QuarantinedRow,
    SpendSnapshot,
    Stream,
    SyncRun,
    SyncState,
    SyncWindow,
    UsageEvent,
    UsageRollup,
)
from dashboard.rollups import rebuild_days_of_groups, refresh_months
from dashboard.rollups.usage import FROM_SUMS
from tokens.models import Team, TeamRole, Upstream, UpstreamToken, User

PASSWORD = "a-Long-pass-phrase-7"
DAY = timedelta(days=1)


def team(slug: str = "acme", **fields: Any) -> Team:
    return Team.objects.create(**{"slug": slug, "name": slug.title()} | fields)


def user(email: str, team: Team | None = None, role: str = "", **fields: Any) -> User:
    """Somebody who can sign in with PASSWORD; with a team, in this role."""
    made = User.objects.create_user(email, PASSWORD, **fields)
    if team:
        TeamRole.objects.create(user=made, team=team, role=role)
    return made


def member(team: Team, email: str, **fields: Any) -> Member:
    seen = datetime(2026, 1, 1, tzinfo=UTC)
    given = {"name": email.split("@")[0].title(), "role": "member"} | fields
    return Member.objects.create(
        team=team, email=email, first_seen_at=seen, changed_at=seen, **given
    )


_NO_TOKENS = {
    "input_tokens": 0,
    "output_tokens": 0,
    "cache_write_tokens": 0,
    "cache_read_tokens": 0,
}


def rollup(
    team: Team,
    day: date,
    cents: str = "100",
    *,
    email: str = "ada@example.com",
    model: str = "gpt-5",
    kind: EventKind = EventKind.INCLUDED,
    **fields: Any,
) -> UsageRollup:
    given = _NO_TOKENS | {"events": 1, "unpriced_events": 0, "requests_costs": 1}
    made = UsageRollup.objects.create(
        team=team,
        day=day,
        email=email,
        model=model,
        kind=kind,
        charged_cents=Decimal(cents),
        **given | fields,
    )
    for derived in FROM_SUMS:
        derived.rebuild(team, [day])
    return made


def event(
    team: Team, day: date, cents: str | None = "100", **fields: Any
) -> UsageEvent:
    number = UsageEvent.objects.count()
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    given: dict[str, Any] = {
        "timestamp_ms": int(at.timestamp() * 1000),
        "email": "ada@example.com",
        "model": "gpt-5",
        "kind": EventKind.INCLUDED,
        "requests_costs": Decimal(1),
        "cost_cents": None if cents is None else Decimal(cents),
    }
    return UsageEvent.objects.create(
        team=team,
        day=day,
        fingerprint=f"event-{number}".encode(),
        payload_hash=b"",
        ordinal=0,
        synced_at=at,
        **given | fields,
    )


def window(
    team: Team, start: datetime, end: datetime, status: str = "done", **fields: Any
) -> SyncWindow:
    """Fetched from `start` until right before `end`."""
    return SyncWindow.objects.create(
        team=team,
        start_ms=int(start.timestamp() * 1000),
        end_ms=int(end.timestamp() * 1000) - 1,
        status=status,
        fetched_at=end,
        **{"stream": Stream.EVENTS} | fields,
    )


def imported_day(
    team: Team, day: date, rows: int = 5, *, last: timedelta = DAY, **fields: Any
) -> ImportedDay:
    """Known from midnight to right before `last` later."""
    start = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
    return ImportedDay.objects.create(
        team=team,
        day=day,
        start_ms=start,
        end_ms=start + int(last.total_seconds() * 1000) - 1,
        rows=rows,
        imported_at=datetime.now(UTC),
        **{"is_personal": False} | fields,
    )


def sync_state(
    team: Team, stream: Stream, due_at: datetime, **fields: Any
) -> SyncState:
    return SyncState.objects.create(team=team, stream=stream, due_at=due_at, **fields)


def snapshot(
    team: Team, cycle_start: datetime, day: date, email: str, **fields: Any
) -> SpendSnapshot:
    at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    with transaction.atomic():
        cycles.keep(team, [cycle_start], at)
    return SpendSnapshot.objects.create(
        team=team,
        cycle_start=cycle_start,
        email=email,
        captured_day=day,
        captured_at=at,
        **{"rule": SpendSnapshot.Rule.OVERALL} | fields,
    )


def capability(
    team: Team, stream: Stream, state: str, sentence: str = ""
) -> Capability:
    return Capability.objects.create(
        team=team,
        stream=stream,
        state=state,
        sentence=sentence,
        checked_at=datetime.now(UTC),
    )


def run(team: Team, stream: Stream, started_at: datetime, **fields: Any) -> SyncRun:
    given = {"reason": "schedule", "finished_at": started_at + timedelta(seconds=3)}
    return SyncRun.objects.create(
        team=team, stream=stream, started_at=started_at, **given | fields
    )


def quarantined(team: Team, stream: Stream, raw: str, reason: str) -> QuarantinedRow:
    now = datetime.now(UTC)
    return QuarantinedRow.objects.create(
        team=team,
        stream=stream,
        raw=raw,
        digest=sha256(raw.encode()).hexdigest(),
        reason=reason,
        first_seen_at=now,
        last_seen_at=now,
    )


def field_seen(team: Team, stream: Stream, path: str, **fields: Any) -> FieldSeen:
    now = datetime.now(UTC)
    given = {"is_used": False, "first_seen_at": now - 60 * DAY, "last_seen_at": now}
    return FieldSeen.objects.create(
        team=team, stream=stream, path=path, **given | fields
    )


def add_up(team: Team) -> None:
    """The other tables of sums, from the rollups that a test made."""
    for derived in FROM_SUMS:
        derived.table._default_manager.filter(team=team).delete()
        derived.fill("", {"team": team.pk})
    regroup(team)
    refresh_months(team)


def regroup(team: Team) -> None:
    """The sums of groups, after a test changed who is in them."""
    groups = list(LocalGroup.objects.filter(team=team).values_list("pk", flat=True))
    if groups:
        rebuild_days_of_groups(team, groups, date.min, None)


def upstream_token(team: Team, **fields: Any) -> UpstreamToken:
    upstream = Upstream.objects.create(name="Upstream of the walks", team=team)
    return UpstreamToken.objects.create(
        team=team,
        upstream=upstream,
        secret="walks-token",
        machine_id="0" * 64,
        **fields,
    )
