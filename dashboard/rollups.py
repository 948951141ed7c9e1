"""The tables of sums over live events, rebuilt for the days that a sync touched.

Always called in the transaction that changed the events: readers see both or neither.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from dashboard.models import DayModel, DayPerson, UsageEvent, UsageRollup
from tokens.models import Team

KEY = ("day", "email", "model", "kind")
EVENT_SUMS = {
    "events": "COUNT(*)",
    "unpriced_events": "COUNT(*) - COUNT(cost_cents)",
    "charged_cents": "COALESCE(SUM(cost_cents), 0)",
    "requests_costs": "COALESCE(SUM(requests_costs), 0)",
    "input_tokens": "COALESCE(SUM(input_tokens), 0)",
    "output_tokens": "COALESCE(SUM(output_tokens), 0)",
    "cache_write_tokens": "COALESCE(SUM(cache_write_tokens), 0)",
    "cache_read_tokens": "COALESCE(SUM(cache_read_tokens), 0)",
}


def rebuild(team: Team, days: Collection[date]) -> None:
    """Afterwards all three tables of sums hold these UTC days as their events do."""
    if not days:
        return
    for table in (UsageRollup, DayModel, DayPerson):
        table._default_manager.filter(team=team, day__in=days).delete()
    named = [connection.ops.adapt_datefield_value(day) for day in days]
    span = (_ms(min(days)), _ms(max(days), 1) - 1)
    marks = ", ".join(["%s"] * len(named))
    live = (
        f"FROM {_name(UsageEvent)} WHERE team_id = %s AND withdrawn_at IS NULL "
        f"AND timestamp_ms BETWEEN %s AND %s AND day IN ({marks})"
    )
    summed = f"FROM {_name(UsageRollup)} WHERE team_id = %s AND day IN ({marks})"
    _fill(UsageRollup, KEY, EVENT_SUMS, live, (team.pk, team.pk, *span, *named))
    again = {name: f"SUM({name})" for name in EVENT_SUMS}
    _fill(DayModel, ("day", "model", "kind"), again, summed, (team.pk, team.pk, *named))
    _fill(
        DayPerson, ("day", "email", "kind"), again, summed, (team.pk, team.pk, *named)
    )


def rebuild_all(team: Team) -> None:
    """Every day that has events or sums, each in a transaction of its own."""
    events = UsageEvent.objects.filter(team=team).values_list("day", flat=True)
    sums = UsageRollup.objects.filter(team=team).values_list("day", flat=True)
    for day in sorted({*events.distinct(), *sums.distinct()}):
        with transaction.atomic():
            rebuild(team, [day])


def _fill(
    table: type[Model],
    key: tuple[str, ...],
    sums: dict[str, str],
    source: str,
    args: tuple[Any, ...],
) -> None:
    keys, names = ", ".join(key), ", ".join(sums)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_name(table)} (team_id, {keys}, {names}) "
            f"SELECT %s, {keys}, {', '.join(sums.values())} {source} GROUP BY {keys}",
            args,
        )


def _name(table: type[Model]) -> str:
    return table._meta.db_table


def _ms(day: date, plus: int = 0) -> int:
    """The first millisecond of the day so many later."""
    return (day.toordinal() + plus - date(1970, 1, 1).toordinal()) * 86_400_000
