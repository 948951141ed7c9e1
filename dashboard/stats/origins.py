"""What comes from the editor, and what runs by itself: headless agents, automations,
service accounts."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Count, Sum
from django.db.models.expressions import RawSQL

from dashboard.models import DayOrigin, Origin, UsageEvent
from dashboard.models.origins import NAME, ORIGIN
from dashboard.periods import Period, first_ms, midnight
from dashboard.stats.by_group import less
from dashboard.stats.rows import ZERO, By, UsageRow, total
from dashboard.stats.sources import Only
from dashboard.stats.usage import usage
from dashboard.sync.windows import DAY_MS
from tokens.models import Team

MEASURES = ("events", "charged_cents")


@dataclass(frozen=True)
class OriginRow:
    """`name` is the service account's. `usage` is of one UTC day, or of all days, and
    then `share` is its percent of all cents."""

    origin: Origin
    name: str
    usage: UsageRow
    share: Decimal | None = None


def by_day(team: Team, period: Period, only: Only) -> list[OriginRow]:
    """Of everybody or of one person, by kind; a group or a model does not narrow it."""
    narrow = Only(email=only.email, kind=only.kind)
    whole = usage(team, period, [By.DAY], only=narrow, measures=MEASURES)
    parts = list(_automated(team, period, narrow))
    rest = less(whole, [part.usage for part in parts], ["day"], MEASURES)
    return [*parts, *(OriginRow(Origin.EDITOR, "", row) for row in rest)]


def totals(rows: list[OriginRow]) -> list[OriginRow]:
    """One row per origin and name, the highest spend first."""
    parts: dict[tuple[Origin, str], list[UsageRow]] = {}
    for row in rows:
        parts.setdefault((row.origin, row.name), []).append(row.usage)
    whole = sum((row.usage.charged_cents for row in rows), ZERO)
    found = [
        OriginRow(origin, name, one, one.charged_cents * 100 / whole if whole else None)
        for (origin, name), days in parts.items()
        for one in total(days, MEASURES)
    ]
    return sorted(found, key=lambda r: (-r.usage.charged_cents, r.origin, r.name))


def _automated(team: Team, period: Period, only: Only) -> Iterator[OriginRow]:
    found = _of_person if only.email is not None else _of_all
    for day, origin, name, events, cents in found(team, period, only):
        # Of events without a cost there is no sum.
        row = UsageRow(day=day, events=events, charged_cents=cents or ZERO)
        yield OriginRow(Origin(origin), name, row)


def _of_all(team: Team, period: Period, only: Only) -> Iterator[tuple[Any, ...]]:
    rows = DayOrigin.objects.filter(
        team=team, day__range=(period.start, period.end), **only.columns
    )
    keyed = rows.order_by("day").values_list("day", "origin", "name")
    yield from keyed.annotate(Sum("events"), Sum("charged_cents"))


def _of_person(team: Team, period: Period, only: Only) -> Iterator[tuple[Any, ...]]:
    """From their events: an index leads to them."""
    first, last = (first_ms(midnight(day)) for day in (period.start, period.end))
    events = UsageEvent.objects.live().filter(
        team=team, timestamp_ms__range=(first, last + DAY_MS - 1), **only.columns
    )
    text = CharField()
    found = (
        events.order_by("day")
        .annotate(origin=RawSQL(ORIGIN, (), text), named=RawSQL(NAME, (), text))
        .exclude(origin=Origin.EDITOR)
        .values_list("day", "origin", "named")
    )
    yield from found.annotate(Count("pk"), Sum("cost_cents"))
