"""One person's numbers, of several spans of days at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery, Sum

from dashboard.models import DailyUsage, DayPerson, EventKind, LocalGroupMember, Member
from dashboard.periods import DAY, Period
from dashboard.stats.counters import NAMES
from dashboard.stats.rows import ZERO
from dashboard.stats.sources import Only, rows, source
from tokens.models import Team

TOKENS = ("input_tokens", "output_tokens", "cache_write_tokens", "cache_read_tokens")
KINDS = (EventKind.ON_DEMAND, EventKind.INCLUDED)


@dataclass(frozen=True)
class Numbers:
    """Exact cents. `days` have usage events, `active` are so by the vendor's counters,
    whose sums are `counters`."""

    total: Decimal = ZERO
    on_demand: Decimal = ZERO
    included: Decimal = ZERO
    events: int = 0
    requests_costs: Decimal = ZERO
    tokens: int = 0
    days: int = 0
    active: int = 0
    counters: Mapping[str, int] = field(default_factory=dict)


def numbers(
    team: Team, email: str, spans: Mapping[str, Period], only: Only
) -> dict[str, Numbers]:
    """By the names of the spans, which may overlap. Two queries. A model or a kind in
    `only` does not narrow the vendor's counters."""
    whole = Period(
        min(span.start for span in spans.values()),
        max(span.end for span in spans.values()),
    )
    table = source({"email", "kind", *only.columns}).days
    used = rows(table, team, whole, only).filter(email=email)
    sums = used.aggregate(
        **{
            f"{name}_{key}": value
            for name, span in spans.items()
            for key, value in _of_events(_inside(span)).items()
        }
    )
    counted = DailyUsage.objects.filter(
        team=team, email=email, day__range=(whole.start, whole.end)
    ).aggregate(
        **{
            f"{name}_{key}": value
            for name, span in spans.items()
            for key, value in _of_counters(_inside(span)).items()
        }
    )
    return {name: _numbers(name, sums, counted) for name in spans}


def _inside(span: Period) -> Q:
    return Q(day__range=(span.start, span.end))


def _of_events(inside: Q) -> dict[str, Any]:
    return {
        "total": Sum("charged_cents", filter=inside),
        **{
            kind.value: Sum("charged_cents", filter=inside & Q(kind=kind))
            for kind in KINDS
        },
        "events": Sum("events", filter=inside),
        "requests_costs": Sum("requests_costs", filter=inside),
        **{name: Sum(name, filter=inside) for name in TOKENS},
        "days": Count("day", filter=inside, distinct=True),
    }


def _of_counters(inside: Q) -> dict[str, Any]:
    return {
        "active": Count("pk", filter=inside & Q(is_active=True)),
        **{name: Sum(name, filter=inside) for name in NAMES},
    }


def _numbers(name: str, sums: Mapping[str, Any], counted: Mapping[str, Any]) -> Numbers:
    def of(key: str) -> Any:
        return sums[f"{name}_{key}"] or 0

    return Numbers(
        total=Decimal(of("total")),
        on_demand=Decimal(of(EventKind.ON_DEMAND.value)),
        included=Decimal(of(EventKind.INCLUDED.value)),
        events=of("events"),
        requests_costs=Decimal(of("requests_costs")),
        tokens=sum(of(key) for key in TOKENS),
        days=of("days"),
        active=counted[f"{name}_active"],
        counters={key: counted[f"{name}_{key}"] or 0 for key in NAMES},
    )


def a_year_back(span: Period) -> Period | None:
    """The same dates; None where there are none. The 29th of February has the day
    before it."""
    if span.start.year == date.min.year:
        return None
    return Period(_year_back(span.start), _year_back(span.end))


def _year_back(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return (day - DAY).replace(year=day.year - 1)


@dataclass(frozen=True)
class Profile:
    """Who somebody is. `member` is None who never had a seat."""

    email: str
    member: Member | None
    group: str


def profile(team: Team, email: str, today: date) -> Profile | None:
    """None of whom the team has neither a seat nor usage. `group`: today's."""
    now = LocalGroupMember.objects.filter(
        Q(last_day=None) | Q(last_day__gte=today),
        group__team=team,
        email=OuterRef("email"),
        first_day__lte=today,
    )
    members = Member.objects.of(team).filter(email=email)
    found = members.annotate(group=Subquery(now.values("group__name")[:1])).first()
    if found:
        return Profile(email, found, getattr(found, "group", None) or "")
    used = DayPerson.objects.filter(team=team, email=email)
    return Profile(email, None, "") if used.exists() else None
