"""Write the made-up team into the tables, a day at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from dashboard import cycles, rollups
from dashboard.demo_data.bulk import analyse, empty, write
from dashboard.demo_data.calls import Plan, calls
from dashboard.demo_data.people import GROUPS, Person, cast
from dashboard.demo_data.rows import EVENT_COLUMNS, daily_rows, event_rows
from dashboard.demo_data.wallets import SPEND_COLUMNS, Wallets
from dashboard.models import (
    BillingCycle,
    DailyUsage,
    DayFacet,
    DayGroup,
    DayModel,
    DayOrigin,
    DayPerson,
    FreshMonth,
    LocalGroup,
    LocalGroupMember,
    Member,
    Membership,
    MonthGroup,
    MonthPerson,
    MonthRollup,
    OpeningSums,
    PersonMonth,
    QuarterHour,
    SpendSnapshot,
    Stream,
    SyncRun,
    SyncState,
    SyncWindow,
    TeamDay,
    UsageEvent,
    UsageRollup,
)
from dashboard.sync.windows import ONE_DAY, day_start_ms
from tokens.models import Team

_FILLED = (
    UsageEvent,
    UsageRollup,
    DayModel,
    DayOrigin,
    DayPerson,
    DayGroup,
    QuarterHour,
    OpeningSums,
    BillingCycle,
    MonthRollup,
    MonthPerson,
    MonthGroup,
    PersonMonth,
    FreshMonth,
    DailyUsage,
    TeamDay,
    DayFacet,
    SpendSnapshot,
    Member,
    Membership,
    SyncWindow,
    SyncState,
    SyncRun,
)
Told = Callable[[], object]


class NotForThisTeam(Exception):
    """The team has something real; the sentence says what."""


@dataclass(frozen=True)
class Size:
    people: int
    days: int
    events: int
    seed: int


def fill(team: Team, size: Size, now: datetime, told: Told) -> int:
    """The number of events, exactly `size.events`, on days up to today. Replaces what
    an earlier call made. Raises NotForThisTeam; `told` is called after each day."""
    refuse_real(team)
    empty(*_FILLED, team_id=team.pk)
    LocalGroup.objects.filter(team=team).delete()
    today = now.date()
    start = today - timedelta(days=size.days - 1)
    people = cast(size.people, start, today, size.seed)
    _members(team, people, start, now)
    plan = Plan(people, start, today, size.events, size.seed)
    wallets = Wallets(start, today)
    with transaction.atomic():
        cycles.keep(team, wallets.starts, now)
    for day, counts in plan.counts():
        with transaction.atomic():
            _day(team, plan, wallets, day, counts, now)
        told()
    _finish(team, size, now)
    return UsageEvent.objects.filter(team=team).count()


def refuse_real(team: Team) -> None:
    if team.sync_key:
        raise NotForThisTeam(
            f"{team} has an Admin API key: demo data is for a team without one."
        )
    real = SyncRun.objects.filter(team=team).exclude(reason=SyncRun.Reason.DEMO)
    if real.exists():
        raise NotForThisTeam(f"{team} has synced or imported rows: they stay.")


def _members(team: Team, people: list[Person], start: date, now: datetime) -> None:
    def at(day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=UTC)

    left = {p.email: at(p.last_day) for p in people if p.last_day < now.date()}
    Member.objects.bulk_create(
        Member(
            team=team,
            email=person.email,
            name=person.name,
            role=person.role,
            external_id=person.user_id,
            first_seen_at=at(person.first_day),
            changed_at=now,
            missing_since=left.get(person.email),
            left_at=left.get(person.email),
        )
        for person in people
    )
    Membership.objects.bulk_create(
        Membership(
            team=team,
            email=person.email,
            valid_from=at(person.first_day),
            valid_to=left.get(person.email),
            source=Membership.Source.LIST,
        )
        for person in people
    )
    _groups(team, people, start)


def _groups(team: Team, people: list[Person], start: date) -> None:
    groups = [LocalGroup(team=team, name=name, code=code) for name, code in GROUPS]
    LocalGroup.objects.bulk_create(groups)
    LocalGroupMember.objects.bulk_create(
        LocalGroupMember(
            group=groups[person.group], email=person.email, first_day=start
        )
        for person in people
        if person.group is not None
    )


def _day(
    team: Team,
    plan: Plan,
    wallets: Wallets,
    day: date,
    counts: dict[Person, int],
    now: datetime,
) -> None:
    made = calls(plan, day, counts)
    write(UsageEvent, EVENT_COLUMNS, event_rows(team, day, made, wallets, now))
    rollups.rebuild(team, [day])
    daily = daily_rows(team, day, counts, now, plan.seed)
    DailyUsage.objects.bulk_create(daily, batch_size=500)
    rollups.rebuild_activity(team, [day])
    gauges = wallets.gauges(team.pk, day, plan.people)
    write(SpendSnapshot, SPEND_COLUMNS, gauges)
    first = day_start_ms(day)
    last = min(day_start_ms(day + ONE_DAY), int(now.timestamp() * 1000)) - 1
    for stream, rows in (
        (Stream.EVENTS, sum(counts.values())),
        (Stream.DAILY, len(daily)),
    ):
        SyncWindow.objects.create(
            team=team,
            stream=stream,
            start_ms=first,
            end_ms=last,
            status=SyncWindow.Status.DONE,
            rows=rows,
            fetched_at=now,
        )


def _finish(team: Team, size: Size, now: datetime) -> None:
    rollups.refresh_months(team)
    SyncRun.objects.create(
        team=team,
        stream=Stream.EVENTS,
        reason=SyncRun.Reason.DEMO,
        started_at=now,
        finished_at=datetime.now(UTC),
        windows_done=size.days,
        read=size.events,
        inserted=size.events,
    )
    analyse()
