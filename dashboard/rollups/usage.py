"""Sums over live events, by UTC day."""

from collections.abc import Collection
from datetime import date

from django.db import connection

from dashboard.models import (
    BillingCycle,
    DayGroup,
    DayModel,
    DayOrigin,
    DayPerson,
    FreshMonth,
    LocalGroup,
    LocalGroupMember,
    OpeningSums,
    QuarterHour,
    UsageEvent,
    UsageRollup,
)
from dashboard.models.origins import IS_AUTOMATED, NAME, ORIGIN
from dashboard.rollups import months
from dashboard.rollups.derived import Derived, groups_args, of_groups
from dashboard.rollups.versions import changed
from tokens.models import Team

EVENT_SUMS = {
    "events": "COUNT(*)",
    "unpriced_events": "COUNT(*) - COUNT(s.cost_cents)",
    "charged_cents": "COALESCE(SUM(s.cost_cents), 0)",
    "requests_costs": "COALESCE(SUM(s.requests_costs), 0)",
    "input_tokens": "COALESCE(SUM(s.input_tokens), 0)",
    "output_tokens": "COALESCE(SUM(s.output_tokens), 0)",
    "cache_write_tokens": "COALESCE(SUM(s.cache_write_tokens), 0)",
    "cache_read_tokens": "COALESCE(SUM(s.cache_read_tokens), 0)",
}
AGAIN = {name: f"SUM(s.{name})" for name in EVENT_SUMS}
_EVENTS = f"{UsageEvent._meta.db_table} s"
_ROLLUP = f"{UsageRollup._meta.db_table} s"
_LIVE = "s.team_id = %(team)s AND s.withdrawn_at IS NULL"
# An index finds the events of a span of time.
_SPAN = " AND s.timestamp_ms BETWEEN %(first_ms)s AND %(last_ms)s"
_IN_GROUP = (
    f"{_ROLLUP} JOIN {LocalGroupMember._meta.db_table} m ON m.email = s.email "
    "AND m.first_day <= s.day AND (m.last_day IS NULL OR m.last_day >= s.day) "
    f"JOIN {LocalGroup._meta.db_table} g ON g.id = m.group_id AND g.team_id = s.team_id"
)


def _keys(*names: str) -> dict[str, str]:
    return {name: f"s.{name}" for name in names}


FROM_EVENTS = (
    Derived(
        UsageRollup, _keys("day", "email", "model", "kind"), EVENT_SUMS, _EVENTS, _LIVE
    ),
    Derived(
        QuarterHour,
        {"day": "s.day", "quarter": "s.timestamp_ms / 900000"},
        {name: EVENT_SUMS[name] for name in ("events", "charged_cents")},
        _EVENTS,
        _LIVE,
    ),
    Derived(
        DayOrigin,
        {"day": "s.day", "origin": ORIGIN, "name": NAME, "kind": "s.kind"},
        EVENT_SUMS,
        _EVENTS,
        f"{_LIVE} AND {IS_AUTOMATED}",
    ),
)
GROUPS = Derived(
    DayGroup,
    {"day": "s.day", "group_id": "m.group_id", "model": "s.model", "kind": "s.kind"},
    AGAIN,
    _IN_GROUP,
)
OPENING = Derived(
    OpeningSums,
    {"cycle_id": "c.id"} | _keys("day", "email", "model", "kind"),
    EVENT_SUMS,
    f"{_EVENTS} JOIN {BillingCycle._meta.db_table} c ON c.team_id = s.team_id "
    "AND s.timestamp_ms BETWEEN c.first_ms AND c.last_ms",
    _LIVE,
)
FROM_SUMS = (
    Derived(DayModel, _keys("day", "model", "kind"), AGAIN, _ROLLUP),
    Derived(DayPerson, _keys("day", "email", "kind"), AGAIN, _ROLLUP),
)


def rebuild(team: Team, days: Collection[date]) -> None:
    """Afterwards every table by day holds these UTC days as their events do. Call it
    in the transaction that changed the events."""
    if not days:
        return
    changed(team)
    for table in FROM_EVENTS:
        table.rebuild(team, days, also=_SPAN)
    for table in FROM_SUMS:
        table.rebuild(team, days)
    _opening(team, days)
    _groups(team, days)
    months.touch(team, FreshMonth.Source.EVENTS, days)


def _opening(team: Team, days: Collection[date]) -> None:
    """Of the few days that a billing cycle starts on."""
    starts = BillingCycle.objects.filter(team=team).values_list("start", flat=True)
    if not_whole := {start.date() for start in starts} & set(days):
        OPENING.rebuild(team, not_whole, also=_SPAN)


def rebuild_opening(team: Team, days: Collection[date]) -> None:
    """The same for these alone, after cycles that start on the days became known, or
    before they are forgotten. In the transaction that changes them."""
    changed(team)
    _opening(team, days)


def rebuild_days_of_groups(
    team: Team, groups: Collection[int], first: date, last: date | None
) -> None:
    """The same for these groups alone, from the first day to the last or to the end,
    after somebody's time in one changed; their months too. In the transaction that
    changed it."""
    changed(team)
    last, adapt = last or date.max, connection.ops.adapt_datefield_value
    old = DayGroup.objects.filter(team=team, group__in=groups)
    old.filter(day__gte=first, day__lte=last).delete()
    span = {"first": adapt(first), "last": adapt(last)}
    GROUPS.fill(
        " AND s.day >= %(first)s AND s.day <= %(last)s"
        + of_groups("m.group_id", groups),
        {"team": team.pk} | span | groups_args(groups),
    )
    months.rebuild_groups(team, groups, first, last)


def _groups(team: Team, days: Collection[date]) -> None:
    if LocalGroup.objects.filter(team=team).exists():
        GROUPS.rebuild(team, days)
